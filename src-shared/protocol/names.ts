/**
 * Comparing the name in a document's MRZ with the name on record. The birth date has matched already; this must still
 * never take one person for another, so every word of the document must be accounted for.
 */
import type { PersonName } from '../hub-api/index.ts'
import { latinAlone, mrzLetters } from './mrz-letters.ts'

export { initials } from '../domain/person-name.ts'
export { latinBase } from './latin-letters.ts'
export { mrzLetters } from './mrz-letters.ts'

type Letters = readonly (readonly string[] | null)[]

/**
 * Part a name into words in an MRZ (9303 part 3 section 4.6): hyphens of every length, and whatever else is no letter.
 */
const hyphen = /[-\u2010-\u2015\u2212\u2043\u058a\u05be\u30fb\ufe58\ufe63\uff0d_/]+/u
/**
 * Vanish in an MRZ, and what was on both sides is one word: apostrophes in all their forms, the full stop, the middle
 * dot of Catalan.
 */
const apostrophe = /['\u2018\u2019\u201b\u02b9-\u02bf\u02c8\u2032`\u00b4\uff07.\u00b7\u2027"\u201c-\u201e]+/u
const apostrophes = new RegExp(apostrophe.source, 'gu')
const between = /[^\p{L}\p{M}\p{N}\p{Default_Ignorable_Code_Point}]+/u

/** A sharp end to what a crafted name may cost: more ways to part one than this are not tried. */
const mostWays = 24

/**
 * Ways in which the words of a name may stand in an MRZ: as 9303 has it first, then with hyphens joined, then with
 * apostrophes parting.
 */
function waysOf(text: string): readonly (readonly string[])[] {
  const parted = (part: string) => part.split(between).filter((word) => word !== '')
  // A lone accent is a letter's own to NFKC, and would become a space.
  const tokens = text.split(/[\s,;|]+/u).filter((token) => token !== '')
  let ways: (readonly string[])[] = [[]]
  for (const token of tokens) {
    const joined = token.replace(apostrophes, '')
    const usual = joined.split(hyphen).flatMap(parted)
    const options = [
      usual,
      parted(joined.split(hyphen).join('')),
      token
        .split(hyphen)
        .flatMap((part) => part.split(apostrophe))
        .flatMap(parted),
    ].filter((words, i, all) => all.findIndex((other) => other.join(' ') === words.join(' ')) === i)
    ways =
      ways.length * options.length > mostWays
        ? ways.map((way) => [...way, ...usual])
        : options.flatMap((words) => ways.map((way) => [...way, ...words]))
  }
  return ways
}

/** The words of a document's name field: its fillers have become spaces. */
const documentWords = (text: string) => text.split(/[\s<]+/).filter((word) => word !== '')

/**
 * Whether `text`, in the letters of an MRZ, is a spelling of these letters; or, where it may be cut short, of their
 * beginning.
 */
function spells(text: string, letters: Letters, mayBeCut: boolean): boolean {
  if (text === '') return false
  let reached = new Set([0])
  for (const forms of letters) {
    const next = new Set<number>()
    for (const at of reached)
      for (const form of forms ?? []) {
        if (text.startsWith(form, at)) next.add(at + form.length)
        else if (mayBeCut && at < text.length && form.startsWith(text.slice(at))) return true
      }
    if (mayBeCut && next.has(text.length)) return true
    reached = next
  }
  return reached.has(text.length)
}

/** The last word of a name field that reached its end may be cut short, down to one letter. */
const sameWord = (inDocument: string, onRecord: string, mayBeCut = false) =>
  spells(inDocument, mrzLetters(onRecord), mayBeCut)

function sameSequence(document: readonly string[], record: readonly string[], cut: boolean): boolean {
  if (cut ? document.length > record.length : document.length !== record.length) return false
  return document.every((word, i) => sameWord(word, record[i] ?? '', cut && i === document.length - 1))
}

/** Fewer letters than these may be the beginnings of two people's names. */
const enoughLetters = 20

/**
 * A name that fills its field may have any of its words cut short, down to one letter, and its last words left out
 * (9303 part 3 section 4.6, and the examples of truncated names in parts 4 to 6): each word begins its counterpart, in
 * order.
 */
function abbreviates({ family, given, cutInFamily }: Read, name: PersonName): boolean {
  return (
    [...family, ...given].join('').length >= enoughLetters &&
    waysOf(name.family).some((way) => (cutInFamily || family.length === way.length) && begins(family, way)) &&
    (cutInFamily || waysOf(name.given).some((way) => begins(given, way)))
  )
}

const begins = (document: readonly string[], record: readonly string[]) =>
  document.length <= record.length && document.every((word, i) => sameWord(word, record[i] ?? '', true))

/** The same letters in the same order, wherever they are parted: `O<BRIEN`, `MEIERLUND`. */
function sameLetters(document: readonly string[], record: readonly string[], cut: boolean): boolean {
  return spells(document.join(''), record.flatMap(mrzLetters), cut)
}

/** Every word of `document` is one of `record`, each used once, in any order. */
function subset(document: readonly string[], record: readonly string[], cut: boolean): boolean {
  const rest = [...record]
  for (const [i, word] of document.entries()) {
    const at = rest.findIndex((candidate) => sameWord(word, candidate, cut && i === document.length - 1))
    if (at === -1) return false
    rest.splice(at, 1)
  }
  return document.length > 0
}

/**
 * A name as a person writes it in the letters of an MRZ, for a comparison with the record: as ICAO transliterates it,
 * and with the marks dropped, since registers do either. None for a name with a letter that an MRZ cannot spell.
 */
export function asDocumentNames(name: PersonName): readonly DocumentName[] {
  const written = (text: string) => (waysOf(text)[0] ?? []).map(mrzLetters)
  const [family, given] = [written(name.family), written(name.given)]
  if ([...family, ...given].some((letters) => letters.includes(null))) return []
  const pick = (words: readonly Letters[], last: boolean) =>
    words
      .map((letters) => letters.map((forms) => forms?.at(last ? -1 : 0) ?? '').join(''))
      .filter((word) => word !== '')
  return [false, true].map((last) => ({ family: pick(family, last).join(' '), given: pick(given, last).join(' ') }))
}

export interface DocumentName {
  readonly family: string
  readonly given: string
  readonly truncated?: boolean
}

/** `FNU`, `LNU` ("first", "last name unknown") and crosses: where a form wants two names of somebody with one. */
const fillIn = /^(?:FNU|LNU|X{2,})$/

/** A name whose other field only fills a gap, by such a word or by the name again, as the one name that it is. */
function withoutFillIn(name: DocumentName): DocumentName {
  const [family, given] = [name.family.trim().toUpperCase(), name.given.trim().toUpperCase()]
  if (family === given || fillIn.test(given)) return { ...name, given: '' }
  return fillIn.test(family) ? { ...name, family: '' } : name
}

/** Where one side has a single name, or both in one field: the same words, in the same order (`exact`) or in any. */
function matchWhole(document: readonly string[], name: PersonName, cut: boolean): 'exact' | 'tolerant' | null {
  const ways = waysOf(`${name.family} ${name.given}`)
  if (!cut && ways.some((way) => sameSequence(document, way, false))) return 'exact'
  const same = (way: readonly string[]) =>
    (document.length === way.length && subset(document, way, cut)) || sameLetters(document, way, cut)
  return ways.some(same) ||
    (cut && document.join('').length >= enoughLetters && ways.some((way) => begins(document, way)))
    ? 'tolerant'
    : null
}

interface Read {
  readonly family: readonly string[]
  readonly given: readonly string[]
  readonly cut: boolean
  readonly cutInFamily: boolean
  /** The name fills its field, or nearly, with a word of one letter that was cut for the next to have room. */
  readonly filled: boolean
}

/** The shortest name field, in TD1, is 30 characters; what was cut to a letter may leave a few of them free. */
const nearlyFull = 27

function exactly({ family, given, cut, cutInFamily }: Read, name: PersonName): boolean {
  const [recordFamily = [], recordGiven = []] = [waysOf(name.family)[0], waysOf(name.given)[0]]
  return sameSequence(family, recordFamily, cutInFamily) && (sameSequence(given, recordGiven, cut) || cutInFamily)
}

function tolerantly(read: Read, name: PersonName): boolean {
  const { family, given, cut, cutInFamily } = read
  if (read.filled && abbreviates(read, name)) return true
  const familyMatches = waysOf(name.family).some(
    (way) =>
      sameSequence(family, way, cutInFamily) ||
      sameLetters(family, way, cutInFamily) ||
      (family.length === way.length && subset(family, way, false)),
  )
  if (!familyMatches) return false
  if (cutInFamily) return true
  return waysOf(name.given).some(
    (way) =>
      subset(given, way, cut) ||
      sameLetters(given, way, cut) ||
      // The document may carry more given names than the register.
      (way.length > 0 && way.every((word) => given.some((inDocument) => sameWord(inDocument, word)))),
  )
}

function readOf(document: DocumentName): Read {
  const cut = document.truncated === true
  const [family, given] = [documentWords(document.family), documentWords(document.given)]
  const words = [...family, ...given]
  const filled = cut || (words.join(' ').length >= nearlyFull && words.some((word) => word.length === 1))
  return { family, given, cut, cutInFamily: cut && given.length === 0, filled }
}

function matchOne(read: Read, name: PersonName): 'exact' | 'tolerant' | null {
  const { family, given, cut } = read
  const oneField = family.length === 0 || given.length === 0 || name.family.trim() === '' || name.given.trim() === ''
  if (oneField && !(read.cutInFamily && name.family.trim() !== '')) return matchWhole([...family, ...given], name, cut)
  if (!cut && exactly(read, name)) return 'exact'
  return tolerantly(read, name) ? 'tolerant' : null
}

/**
 * `exact`: all names, in order. `tolerant`: the same family name (or a former one, or the parts of a double name in
 * another order or joined) and given names of which one side may list more than the other; or words cut short in a name
 * that fills its field. A person may have a single name, in either field, with a word that fills the gap in the other.
 * null: another person, for all we know; or a name that an MRZ cannot carry, which `needsEye` tells.
 */
export function matchName(
  document: DocumentName,
  record: PersonName,
  former: readonly PersonName[],
): 'exact' | 'tolerant' | null {
  const read = readOf(document)
  if (read.family.length + read.given.length === 0) return null
  const single = read.cut ? document : withoutFillIn(document)
  let found: 'exact' | 'tolerant' | null = null
  for (const name of [record, ...former]) {
    const match = matchOne(read, name)
    if (match === 'exact' && name === record) return 'exact'
    const alone = withoutFillIn(name)
    if (match !== null || ((single !== document || alone !== name) && matchOne(readOf(single), alone) !== null))
      found = 'tolerant'
  }
  return found
}

/**
 * Whether the name in a document is this one cut so short that it could be another's as well: each of its words begins
 * its counterpart, in order, and its field is full or a word is one letter of a longer one (9303 part 3 section 4.6;
 * some States write initials where there is room for more). No proof: the name as printed must be compared by eye.
 */
export function mayBeShortened(document: DocumentName, record: PersonName, former: readonly PersonName[]): boolean {
  const { family, given, cut, cutInFamily } = readOf(document)
  const words = [...family, ...given]
  if (words.length === 0 || !(cut || words.some((word) => word.length === 1))) return false
  const whole = (name: PersonName) => waysOf(`${name.family} ${name.given}`).some((way) => begins(words, way))
  const parts = (name: PersonName) =>
    family.length > 0 &&
    waysOf(name.family).some((way) => begins(family, way)) &&
    (cutInFamily || (given.length > 0 && waysOf(name.given).some((way) => begins(given, way))))
  return [record, ...former].some((name) => (given.length === 0 && whole(name)) || parts(name))
}

/** Characters of the longest name field, in a passport. */
const longestField = 39

/**
 * Whether this name can be compared by eye alone: a letter of it has no spelling in an MRZ, or it is in a script that
 * States write in ways of their own, or it is longer than a passport has room for, and States shorten it each in a way
 * of their own. A document that then does not match is not another person's for all we know.
 */
export function needsEye(record: PersonName, former: readonly PersonName[] = []): boolean {
  const unsure = ({ family, given }: PersonName) => {
    const text = `${family} ${given}`
    const words = waysOf(text)[0]?.map(mrzLetters) ?? []
    const shortest = (letters: Letters) =>
      letters.reduce((sum, forms) => sum + Math.min(...(forms ?? ['']).map((form) => form.length)), 0)
    const width = words.reduce((sum, letters) => sum + shortest(letters), words.length)
    return !latinAlone(text) || words.some((letters) => letters.includes(null)) || width > longestField
  }
  return [record, ...former].some(unsure)
}
