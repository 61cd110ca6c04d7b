/**
 * Names and other words that people write for people: what may come in, and how what is stored already is shown. A
 * character that nobody sees, or that turns the text around it, makes one name look like another (Unicode Technical
 * Report 36, 2.5 and 2.6); marks without end cover the lines above and below. Real names need some of them:
 * docs/import.md says which, and why.
 */
import { z } from 'zod'
import * as failures from '../failures/named.ts'

/**
 * Control and format characters, what Unicode draws as nothing, lone surrogates, noncharacters, separators of lines,
 * the empty Braille cell.
 */
const suspicious =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Noncharacter_Code_Point}\u2800]/gu
const anySuspicious = new RegExp(suspicious.source, 'u')

/**
 * Scripts whose letters join or stack, and whose words are written with ZERO WIDTH JOINER and NON-JOINER (The Unicode
 * Standard, 23.2).
 */
const joining = [
  ...['Arabic', 'Syriac', 'Mandaic', 'Mongolian', 'Nko', 'Phags_Pa', 'Manichaean', 'Hanifi_Rohingya', 'Adlam'],
  ...['Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil', 'Telugu', 'Kannada', 'Malayalam'],
  ...['Sinhala', 'Khmer', 'Myanmar', 'Tibetan', 'Balinese', 'Javanese', 'Meetei_Mayek', 'Grantha', 'Tirhuta', 'Newa'],
]
  .map((script) => `\\p{Script_Extensions=${script}}`)
  .join('')
const ofJoining = `(?=[\\p{L}\\p{M}])[${joining}]`
const endsJoining = new RegExp(`${ofJoining}$`, 'u')
const beginsJoining = new RegExp(`^${ofJoining}`, 'u')
/**
 * Signs that take a letter's vowel away; a joiner behind one also ends words (Malayalam chillu letters before Unicode
 * 5.1).
 */
const endsInVirama =
  /[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039\u103a\u17d2\ua953\ua9c0\uaaf6\u{1134d}\u{11442}\u{114c2}]$/u
const wordEnds = /^(?:$|\P{L})/u
const endsMongolian = /\p{Script=Mongolian}$/u
const endsIdeographic = /\p{Ideographic}$/u

/** Whether a suspicious character belongs to the spelling of a real name, by what stands on both sides. */
function belongs(character: string, before: string, after: string): boolean {
  const code = character.codePointAt(0) ?? 0
  if (code === 0x200c || code === 0x200d)
    return (
      endsJoining.test(before) && (beginsJoining.test(after) || (endsInVirama.test(before) && wordEnds.test(after)))
    )
  // Mongolian free variation selectors and vowel separator.
  if (code >= 0x180b && code <= 0x180f) return endsMongolian.test(before)
  // Which form of an ideograph somebody's name is written with (Unicode Technical Standard 37).
  const selector = (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0100 && code <= 0xe01ef)
  return selector && endsIdeographic.test(before)
}

const around = (text: string, at: number, length: number) =>
  [text.slice(Math.max(0, at - 2), at), text.slice(at + length, at + length + 2)] as const

/** The first character that must not be in a name, as `U+202E`; null: none. */
export function hiddenIn(text: string): string | null {
  if (!anySuspicious.test(text)) return null
  for (const { 0: character, index } of text.matchAll(suspicious)) {
    const [before, after] = around(text, index, character.length)
    if (!belongs(character, before, after))
      return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
  }
  return null
}

/**
 * Marks on one letter: of those that go on letters of any script; and of a script's own, which stack (Tibetan,
 * Myanmar).
 */
const mostMarks = 3
const mostOwnMarks = 8
const crowd = new RegExp(`\\p{Script=Inherited}{${mostMarks + 1},}|\\p{M}{${mostOwnMarks + 1},}`, 'u')
const crowds = new RegExp(
  `(\\p{Script=Inherited}{${mostMarks}})\\p{Script=Inherited}+|(\\p{M}{${mostOwnMarks}})\\p{M}+`,
  'gu',
)
const loneMark = /(^|[\s\p{P}])(?=\p{M})/u
const loneMarks = new RegExp(loneMark.source, 'gu')

/** Whether marks crowd on one letter, or stand on none: they would be drawn over what is not theirs. */
export function crowded(text: string): boolean {
  return crowd.test(text) || loneMark.test(text)
}

/**
 * Bytes of UTF-8 that a text of so many characters may take: two and a half for each, since no name is all ideographs
 * and that long.
 */
const bytesFor = (characters: number) => Math.ceil(characters * 2.5)
const encoder = new TextEncoder()

/**
 * A text that people read as a name: of a person, a desk, a place, an account. Spaces of every width become one kind,
 * the form is NFC. Refused: more than `characters` (UTF-16 units) or two and a half bytes for each; with L-720 what
 * cannot be seen, with L-722 crowded marks.
 */
export const HumanText = (characters: number) =>
  z
    .string()
    .overwrite((text) => text.replaceAll(/\p{Zs}/gu, ' ').normalize('NFC'))
    .trim()
    .max(characters)
    .superRefine((text, context) => {
      const found = hiddenIn(text)
      if (found !== null) context.addIssue({ code: 'custom', params: { failure: failures.invisibleCharacter, found } })
      else if (crowded(text)) context.addIssue({ code: 'custom', params: { failure: failures.marksImpossible } })
      else if (encoder.encode(text).length > bytesFor(characters))
        context.addIssue({
          code: 'custom',
          params: { failure: failures.textTooLong, max: characters, bytes: bytesFor(characters) },
        })
    })

/** A `HumanText` that is not empty. */
export const HumanLabel = (characters: number) => HumanText(characters).refine((text) => text !== '')

/** What a refused `HumanText` is refused with, from the issue that zod tells; null for any other issue. */
export function failureOfText(
  issue: { readonly code?: string; readonly params?: Readonly<Record<string, unknown>> | undefined } | undefined,
): {
  readonly code: typeof failures.invisibleCharacter | typeof failures.textTooLong | typeof failures.marksImpossible
  readonly params: Readonly<Record<string, string | number>>
} | null {
  const { failure, ...rest } = issue?.code === 'custom' ? (issue.params ?? {}) : {}
  if (
    failure !== failures.invisibleCharacter &&
    failure !== failures.textTooLong &&
    failure !== failures.marksImpossible
  )
    return null
  const params = Object.fromEntries(
    Object.entries(rest).filter((one): one is [string, string | number] =>
      ['string', 'number'].includes(typeof one[1]),
    ),
  )
  return { code: failure, params }
}

const plain = /^[\t\n\r\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff]*$/u
const laidOut = /^[\t\n\r]$/u
const nothingKnown = /[\p{Cs}\p{Noncharacter_Code_Point}]/u

/**
 * A stored text as it may be shown: what cannot be seen, or turns text around, is left out unless it belongs to the
 * spelling of a name; a lone surrogate becomes U+FFFD; marks are cut where they crowd, and stand on a dotted circle
 * where they stand on nothing.
 */
export function shownText(text: string): string {
  if (plain.test(text)) return text
  const seen = anySuspicious.test(text)
    ? text.replaceAll(suspicious, (character: string, at: number) => {
        if (laidOut.test(character)) return character
        const [before, after] = around(text, at, character.length)
        if (belongs(character, before, after)) return character
        return nothingKnown.test(character) ? '\ufffd' : ''
      })
    : text
  return seen.replaceAll(crowds, '$1$2').replaceAll(loneMarks, '$1\u25cc')
}

/** `shownText` of every text in a value of JSON; keys stay. The same value where nothing changes. */
export function shownDeep<T>(value: T): T
export function shownDeep(value: unknown): unknown {
  if (typeof value === 'string') return shownText(value)
  if (Array.isArray(value)) {
    const all: readonly unknown[] = value
    const next = all.map((each) => shownDeep<unknown>(each))
    return next.some((each, i) => each !== all[i]) ? next : all
  }
  if (typeof value !== 'object' || value === null) return value
  let changed = false
  const next: Record<string, unknown> = {}
  for (const [key, each] of Object.entries(value)) {
    next[key] = shownDeep<unknown>(each)
    changed ||= next[key] !== each
  }
  return changed ? next : value
}

/** Letters that are written from right to left (Unicode Bidirectional Algorithm, classes R and AL, by their blocks). */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/**
 * For a text inside a sentence, where no element can stand around it: such a name does not turn the sentence (FSI and
 * PDI, UAX 9, 2.7).
 */
export function isolated(text: string): string {
  return rightToLeft.test(text) ? `\u2068${text}\u2069` : text
}

/** A translating function whose named values are `isolated`: the values of `t('key', { name })`. */
export function isolating<F extends (...args: never[]) => unknown>(translate: F): F {
  const named = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value).map(([key, each]) => [key, typeof each === 'string' ? isolated(each) : each]),
        )
      : value
  return new Proxy(translate, {
    apply: (target, self: unknown, args: unknown[]): unknown => Reflect.apply(target, self, args.map(named)),
  })
}
