/**
 * Text from outside (names, addresses, references) made safe for a slip: it may look plainer, it can never be a
 * command.
 */
import { latinBase, mrzLetters } from '../../src-shared/protocol/names.ts'
import { tableOf, type CodePage } from './code-pages.ts'

const longest = 120

/** What a code page may lack and has another sign for: hyphens and dashes, apostrophes, quotation marks. */
const punctuation: readonly (readonly [RegExp, string])[] = [
  [/[\u2010-\u2015\u2212\u2043\u058a\u05be\ufe58\ufe63\uff0d]/u, '-'],
  [/[\u2018-\u201b\u02b9-\u02bf\u02c8\u2032`\u00b4\uff07]/u, "'"],
  [/[\u201c-\u201f\u2033\u00ab\u00bb]/u, '"'],
]

/**
 * Letters of Latin that neither Unicode nor ICAO gives a base: tones of Zhuang as its spelling of 1982 has them, clicks
 * as the Nguni languages write them, and phonetic letters by their sound.
 */
const rare: ReadonlyMap<string, string> = new Map([
  ...([
    ['ƨ', 'z'],
    ['ƽ', 'q'],
    ['ƅ', 'h'],
    ['ɂ', "'"],
  ] as const),
  ...([
    ['ǀ', 'c'],
    ['ǁ', 'x'],
    ['ǃ', 'q'],
    ['ǂ', 'tc'],
  ] as const),
  ...([
    ['ƛ', 'tl'],
    ['ƪ', 'sh'],
    ['ƻ', 'dz'],
    ['ƾ', 'ts'],
    ['ƍ', 'zw'],
  ] as const),
])

const capital = (letter: string) => letter !== letter.toLowerCase()
const written = (text: string, like: string, first: boolean) =>
  capital(like) || (first && like.toLowerCase() === like.toUpperCase())
    ? text.charAt(0).toUpperCase() + text.slice(1).toLowerCase()
    : text.toLowerCase()

/**
 * A letter, with its marks, in others that the page has: its base letter; the letter that a letter without a base was
 * made from; else as ICAO Doc 9303 part 3 section 6 spells it, as in the person's passport. null: none of these.
 * `first`: it begins a word.
 */
function spelled(letter: string, fits: (text: string) => boolean, first: boolean): string | null {
  const bare = letter.normalize('NFKD').replace(/\p{M}/gu, '')
  if (bare !== '' && fits(bare)) return bare
  const bases = [...bare].map((each) => {
    const base = latinBase.get(each) ?? latinBase.get(each.toUpperCase()) ?? rare.get(each.toLowerCase())
    return base === undefined ? (fits(each) ? each : null) : written(base, each, false)
  })
  if (bases.length > 0 && bases.every((base) => base !== null)) return bases.join('')
  const forms = mrzLetters(letter)
  return forms.length > 0 && forms.every((form) => form !== null)
    ? written(forms.map((form) => form?.[0] ?? '').join(''), letter, first)
    : null
}

/** A letter with its marks; NFC first, so that most are one character. */
const clusters = /\P{M}\p{M}*|\p{M}+/gu

/**
 * NFC; control and format characters dropped. A letter that the page lacks becomes the nearest that it has (`spelled`);
 * a sign that it lacks, and a letter of a script without a Latin spelling in the standard, shows as `_`.
 */
export function slipText(text: string, page: CodePage = 'windows1252'): string {
  const table = tableOf(page)
  const fits = (letters: string) => [...letters].every((letter) => table.has(letter.codePointAt(0) ?? 0))
  let result = ''
  let before = ''
  const seen = text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, '')
  for (const cluster of seen.match(clusters) ?? []) {
    if (fits(cluster)) result += cluster
    else if (/^\p{Z}/u.test(cluster)) result += ' '
    // A mark on nothing is no letter.
    else if (/^\p{M}/u.test(cluster)) continue
    else {
      const sign = punctuation.find(([signs]) => signs.test(cluster))?.[1]
      result += sign ?? spelled(cluster, fits, !/[\p{L}\p{M}]/u.test(before)) ?? '_'
    }
    before = cluster
    if (result.length >= longest) return `${result.slice(0, longest - 3)}...`
  }
  return result
}
