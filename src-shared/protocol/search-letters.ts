/**
 * What search makes of letters, as data: the hub's SQL and both ends' TypeScript are made from it, so that they cannot
 * disagree. A text is decomposed first (NFKD), so that only letters without a decomposition stand here. Ranges are the
 * body of a bracket expression with `\\uXXXX`, which JavaScript and PostgreSQL read alike.
 */
import { latinBase } from './latin-letters.ts'

/** Apostrophes in all their forms become one before anything else: NFKD takes some of them apart. */
export const apostrophes = '\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u2018\u2019\u201b\u2032\uff07'

/**
 * Left out: marks on letters (also vowel signs of Arabic and Hebrew, which names are written without), and what cannot
 * be seen.
 */
export const leftOut =
  '\\u00ad\\u0300-\\u036f\\u0483-\\u0489\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7\\u0610-\\u061a\\u061c\\u0640\\u064b-\\u065f\\u0670' +
  '\\u06d6-\\u06dc\\u06df-\\u06e4\\u180b-\\u180f\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u20d0-\\u20ff\\ufe00-\\ufe0f\\ufe20-\\ufe2f\\ufeff'

/** Between the words of a text. */
export const betweenWords = '\\u0001-\\u0020"(),;<>\\u005b\\u005d{|}\\u0085\\u1680\\u2028\\u2029'

/** Within a word, between its parts: hyphens, apostrophes, and whatever else is neither letter nor digit. */
export const betweenParts =
  '\\u0021-\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u00a9\\u00ab-\\u00ac\\u00ae-\\u00b9\\u00bb-\\u00bf\\u00d7\\u00f7\\u02b9-\\u02ff\\u0375\\u037e\\u0387\\u0482' +
  '\\u055a-\\u055f\\u0589\\u058a\\u05be\\u05c0\\u05c3\\u05f3\\u05f4\\u060c\\u061b\\u061f\\u066a-\\u066d\\u06d4\\u2010-\\u2027\\u2030-\\u205e\\u20a0-\\u20cf\\u2100-\\u2bff' +
  '\\u2e00-\\u2e7f\\u3000-\\u3004\\u3008-\\u303f\\u30a0\\u30fb\\ufe30-\\ufe6f\\uff00-\\uff0f'

/**
 * Letters that a register or a document may write otherwise than without their marks (Doc 9303 part 3 section 6, table
 * A, and mrz-letters.ts): a name is found by either.
 */
export const twoLetters: readonly (readonly [string, string])[] = [
  ['ä', 'ae'],
  ['å', 'aa'],
  ['ö', 'oe'],
  ['ø', 'oe'],
  ['ü', 'ue'],
  ['Ä', 'Ae'],
  ['Å', 'Aa'],
  ['Ö', 'Oe'],
  ['Ø', 'Oe'],
  ['Ü', 'Ue'],
  ['đ', 'dj'],
  ['Đ', 'Dj'],
  ['ə', 'a'],
  ['Ə', 'A'],
]

/** The same where Å is plain A beside them: `akerstroem`. */
export const twoLettersPlainA = twoLetters.filter(([letter]) => !/[åÅ]/u.test(letter))

/** Scripts with capitals that names are written in: Latin, Greek, Cyrillic, Armenian, Georgian. */
const cased = [
  [0x41, 0x5a],
  [0xc0, 0x24f],
  [0x370, 0x52f],
  [0x531, 0x556],
  [0x10a0, 0x10ff],
  [0x1c80, 0x1cbf],
  [0x1e00, 0x1eff],
  [0x2c60, 0x2c7f],
  [0xa640, 0xa69f],
  [0xa720, 0xa7ff],
] as const

function madeLetters(): { one: Map<string, string>; more: [string, string][] } {
  const one = new Map<string, string>()
  const more: [string, string][] = []
  const put = (letter: string, plain: string) => {
    if (letter === plain) return
    if (plain.length === 1) one.set(letter, plain)
    else more.push([letter, plain])
  }
  for (const [first, last] of cased)
    for (let code = first; code <= last; code++) {
      const letter = String.fromCharCode(code)
      const small = letter.toLowerCase()
      if (small.length === 1 && small !== letter && letter.normalize('NFKD') === letter) put(letter, small)
    }
  for (const [letter, base] of latinBase) {
    put(letter, base.toLowerCase())
    const small = letter.toLowerCase()
    if (small !== letter && small.length === 1) put(small, base.toLowerCase())
  }
  put('ß', 'ss')
  put('ı', 'i')
  put('ς', 'σ')
  return { one, more: more.filter(([letter], i) => more.findIndex(([other]) => other === letter) === i) }
}

const made = madeLetters()
/** A letter for a letter: capitals, and letters whose mark no decomposition takes off. */
export const oneForOne: ReadonlyMap<string, string> = made.one
/** A letter that is two: æ, œ, ß, þ. */
export const oneForMore: readonly (readonly [string, string])[] = made.more

/** Longer words are cut, at the hub and at a kiosk alike: code points. */
export const longestWord = 60
