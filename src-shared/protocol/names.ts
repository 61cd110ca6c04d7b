/**
 * Comparing the name in a document's MRZ with the name on record. The birth date has matched already; this must still
 * never take one person for another, so every word of the document must be accounted for.
 */
import type { PersonName } from '../hub-api.ts'

/** ICAO Doc 9303 part 3 section 6, table A: recommended transliterations, where they are not just the bare letter. */
const table: Readonly<Record<string, readonly string[]>> = {
  Å: ['AA', 'A'],
  Ä: ['AE', 'A'],
  Æ: ['AE'],
  Ö: ['OE', 'O'],
  Ø: ['OE', 'O'],
  Ü: ['UE', 'UXX', 'U'],
  ß: ['SS'],
  Þ: ['TH'],
  Ð: ['D'],
  Ñ: ['N', 'NXX'],
  Œ: ['OE'],
  Ĳ: ['IJ'],
  Ł: ['L'],
  Đ: ['D'],
  Ħ: ['H'],
  Ŋ: ['N'],
  Ŧ: ['T'],
  ı: ['I'],
  İ: ['I'],
}

/** All spellings a word may have in an MRZ. Few: a word rarely has more than two such letters, and it is capped. */
export function spellings(word: string): Set<string> {
  let forms = ['']
  for (const letter of word.normalize('NFC').replace(/ß/g, 'ß').toLocaleUpperCase('en')) {
    const listed = table[letter]
    const bare = letter
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .replace(/[^A-Z]/g, '')
    const options = listed ?? [bare]
    forms = forms.flatMap((form) => options.map((option) => form + option))
    if (forms.length > 64) forms = forms.slice(0, 64)
  }
  return new Set(forms)
}

/** Hyphens part words in an MRZ, apostrophes vanish (9303 part 3 section 4.6). */
function words(text: string): string[] {
  return text
    .replace(/['’`.]/g, '')
    .split(/[\s\-–,]+/)
    .filter((word) => word !== '')
}

function sameWord(inDocument: string, onRecord: string): boolean {
  return spellings(onRecord).has(inDocument)
}

/** The last word of a name field that reached its end may be cut short, down to one letter. */
function sameOrCut(inDocument: string, onRecord: string, mayBeCut: boolean): boolean {
  if (sameWord(inDocument, onRecord)) return true
  return mayBeCut && inDocument !== '' && [...spellings(onRecord)].some((form) => form.startsWith(inDocument))
}

function sameSequence(document: readonly string[], record: readonly string[], cut: boolean): boolean {
  if (cut ? document.length > record.length : document.length !== record.length) return false
  return document.every((word, i) => sameOrCut(word, record[i] ?? '', cut && i === document.length - 1))
}

/** Every word of `document` is one of `record`, each used once, in any order; and they share the first word of `record` or all of it. */
function subset(document: readonly string[], record: readonly string[], cut: boolean): boolean {
  const rest = [...record]
  for (const [i, word] of document.entries()) {
    const at = rest.findIndex((candidate) => sameOrCut(word, candidate, cut && i === document.length - 1))
    if (at === -1) return false
    rest.splice(at, 1)
  }
  return document.length > 0
}

/**
 * A name as a person writes it in the letters of an MRZ, for a comparison with the record: as ICAO transliterates it, and with the marks
 * dropped, since registers do either.
 */
export function asDocumentNames(name: PersonName): readonly DocumentName[] {
  const letters = (text: string, pick: (forms: readonly string[]) => string | undefined) =>
    words(text)
      .map((word) => pick([...spellings(word)]) ?? '')
      .filter((word) => word !== '')
      .join(' ')
  const whole = (pick: (forms: readonly string[]) => string | undefined) => ({
    family: letters(name.family, pick),
    given: letters(name.given, pick),
  })
  return [whole((forms) => forms[0]), whole((forms) => forms.at(-1))]
}

export interface DocumentName {
  readonly family: string
  readonly given: string
  readonly truncated?: boolean
}

/**
 * `exact`: all names, in order. `tolerant`: the same family name (or a former one, or the parts of a double name in
 * another order) and given names of which one side may list more than the other. null: another person, for all we know.
 */
export function matchName(
  document: DocumentName,
  record: PersonName,
  former: readonly PersonName[],
): 'exact' | 'tolerant' | null {
  const cut = document.truncated === true
  const family = words(document.family)
  const given = words(document.given)
  const cutInFamily = cut && given.length === 0
  const exact = (name: PersonName) =>
    sameSequence(family, words(name.family), cutInFamily) &&
    (sameSequence(given, words(name.given), cut) || cutInFamily)
  if (!cut && exact(record)) return 'exact'
  for (const name of [record, ...former]) {
    const recordFamily = words(name.family)
    const familyMatches =
      sameSequence(family, recordFamily, cutInFamily) ||
      (family.length === recordFamily.length && subset(family, recordFamily, false))
    if (!familyMatches) continue
    if (cutInFamily) return 'tolerant'
    const recordGiven = words(name.given)
    if (recordGiven.length === 0 && given.length === 0) return 'tolerant'
    if (subset(given, recordGiven, cut)) return 'tolerant'
    // The document may carry more given names than the register.
    if (recordGiven.length > 0 && recordGiven.every((word) => given.some((inDocument) => sameWord(inDocument, word))))
      return 'tolerant'
  }
  return null
}

/** Initials as a check-in screen may show them: `A. K.` */
export function initials(name: PersonName): string {
  const first = (text: string) => [...text.trim()][0]?.toUpperCase()
  return [first(name.given), first(name.family)]
    .filter((letter) => letter !== undefined)
    .map((letter) => `${letter}.`)
    .join(' ')
}
