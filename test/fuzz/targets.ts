/** What is fuzzed: each decoder with the settings of a desk, and true reports of its kind for the dice to spoil. */
import { checkDigits, encodeWiegand } from '../../src-main/identity/card-formats/index.ts'
import { buildTd1, buildTd2, buildTd3 } from '../../src-main/identity/documents/index.ts'
import {
  encodeDocument,
  encodeHidPos,
  encodeKeyboardWedge,
  encodeMagneticStripe,
  encodePcprox,
  ReaderRule,
  type HidPosLayout,
  type LayoutName,
} from '../../src-main/readers/index.ts'
import type { Dice } from './dice.ts'

export interface FuzzTarget {
  readonly name: string
  readonly rule: ReaderRule
  readonly reportSize: number
  /** The reports of one good read. */
  good(dice: Dice): readonly Uint8Array[]
}

const rule = (fields: object) => ReaderRule.parse({ name: 'fuzzed', ...fields })
const digitsOf = (dice: Dice, length: number) => Array.from({ length }, () => dice.below(10)).join('')
const lettersOf = (dice: Dice, length: number) =>
  Array.from({ length }, () => dice.pick([...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'])).join('')

function documentOf(dice: Dice): string[] {
  const specimen = {
    issuer: dice.pick(['FIN', 'SWE', 'D', 'EST']),
    number: lettersOf(dice, 9),
    family: dice.pick(['Mäki', 'Ahlström-Niemi', "O'Brien"]),
    given: dice.pick(['Aino', 'Päivi Anneli']),
    nationality: 'FIN',
    birthDate: `19${10 + dice.below(89)}-0${1 + dice.below(9)}-1${dice.below(9)}`,
    expiryDate: `20${20 + dice.below(20)}-0${1 + dice.below(9)}-1${dice.below(9)}`,
  }
  return dice.pick([buildTd1, buildTd2, buildTd3])(specimen)
}

/** A card with a check digit, a document or a pickup code. */
function textOf(dice: Dice): string {
  switch (dice.below(4)) {
    case 0: {
      const data = lettersOf(dice, 10)
      return data + (checkDigits['code39-mod43'](data) ?? '')
    }
    case 1: {
      const data = digitsOf(dice, 12)
      return data + (checkDigits.ean(data) ?? '')
    }
    case 2:
      return documentOf(dice).join('\n')
    default:
      return `LODGE:${lettersOf(dice, 8)}`
  }
}

function pos(layout: HidPosLayout): FuzzTarget {
  return {
    name: `hid-pos ${layout}`,
    rule: rule({ decoder: 'hid-pos', posLayout: layout, cards: ['code39-mod43', 'ean'] }),
    reportSize: 64,
    good: (dice) => encodeHidPos(textOf(dice), dice.pick([']A0', ']E0', ']Q1', ']o1', '   ']), layout),
  }
}

function wedge(layout: LayoutName): FuzzTarget {
  return {
    name: `keyboard-wedge ${layout}`,
    rule: rule({ decoder: 'keyboard-wedge', layout, documents: true, cards: ['uid7-hex', 'ean'] }),
    reportSize: 8,
    good: (dice) =>
      encodeKeyboardWedge(textOf(dice).replace(/[^\n-~]/g, ''), layout, dice.pick(['enter', 'tab', 'keypad-enter'])),
  }
}

export const fuzzTargets: readonly FuzzTarget[] = [
  pos('common'),
  pos('newland'),
  pos('microscan'),
  wedge('us'),
  wedge('fi'),
  {
    name: 'magnetic-stripe',
    rule: rule({ decoder: 'magnetic-stripe', cards: ['luhn'] }),
    reportSize: 337,
    good(dice) {
      const data = digitsOf(dice, 12)
      return [
        encodeMagneticStripe(['B1^X', `${data}${checkDigits.luhn(data) ?? ''}=99`, null], { lrc: dice.below(2) === 0 }),
      ]
    },
  },
  {
    name: 'pcprox',
    rule: rule({ decoder: 'pcprox', cards: ['wiegand-26', 'wiegand-34', 'wiegand-37'] }),
    reportSize: 16,
    good: (dice) => [
      encodePcprox(encodeWiegand('26', { facility: dice.below(256), card: dice.below(65_536) }), 26),
      ...(dice.below(2) === 0 ? [encodePcprox(0n, 0)] : []),
    ],
  },
  {
    name: 'document',
    rule: rule({ decoder: 'document' }),
    reportSize: 64,
    good: (dice) =>
      encodeDocument(documentOf(dice), undefined, {
        lineEnd: dice.pick(['\r', '\n', '\r\n']),
        frame: dice.below(2) === 0,
      }),
  },
]
