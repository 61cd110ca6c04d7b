/**
 * How a letter of a name may be written in a machine-readable zone: ICAO Doc 9303 part 3 (eighth edition) section 6,
 * tables A (Latin), B (Cyrillic) and C (Arabic). The recommended spelling comes first, then those that the standard or
 * issuing States allow beside it.
 */
import { latinBase } from './latin-letters.ts'

/** Table A where it is not the bare letter, and spellings that passports are known to bear beside it. */
const latin: Readonly<Record<string, readonly string[]>> = {
  Å: ['AA', 'A'],
  Ä: ['AE', 'A'],
  Æ: ['AE'],
  Ö: ['OE', 'O'],
  Ø: ['OE', 'O'],
  Ő: ['O', 'OE'],
  Ü: ['UE', 'UXX', 'U'],
  Ű: ['U', 'UE'],
  Ñ: ['N', 'NXX'],
  Þ: ['TH'],
  Ð: ['D', 'DH'],
  Đ: ['D', 'DJ'],
  Ə: ['E', 'A'],
  Ŋ: ['N', 'NG'],
  Ĳ: ['IJ', 'Y'],
  ĸ: ['K', 'Q'],
  Ʒ: ['Z', 'DZ'],
}

/**
 * Table B. What stands there for one language alone (Belarusian, Bulgarian, Macedonian, Serbian, Ukrainian) follows.
 */
const cyrillic: Readonly<Record<string, readonly string[]>> = {
  А: ['A'],
  Б: ['B'],
  В: ['V'],
  Г: ['G', 'H'],
  Ґ: ['G'],
  Ғ: ['G', 'GJ'],
  Ѓ: ['G', 'GJ'],
  Д: ['D'],
  Ђ: ['D', 'DJ'],
  Е: ['E', 'IE', 'YE'],
  Ё: ['E', 'IO', 'YO'],
  Є: ['IE', 'YE'],
  Ж: ['ZH', 'Z'],
  З: ['Z'],
  Ѕ: ['DZ'],
  И: ['I', 'Y'],
  І: ['I'],
  Ї: ['I', 'YI'],
  Й: ['I', 'Y'],
  Ј: ['J'],
  К: ['K'],
  Ќ: ['K', 'KJ'],
  Л: ['L'],
  Љ: ['LJ'],
  М: ['M'],
  Н: ['N'],
  Њ: ['NJ'],
  О: ['O'],
  П: ['P'],
  Р: ['R'],
  С: ['S'],
  Т: ['T'],
  // D in the table, C in Serbian, which alone has it.
  Ћ: ['C', 'D'],
  У: ['U'],
  Ў: ['U'],
  Ф: ['F'],
  Х: ['KH', 'H'],
  Ц: ['TS', 'C'],
  Ч: ['CH', 'C'],
  Џ: ['DZ', 'DJ'],
  Ш: ['SH', 'S'],
  Щ: ['SHCH', 'SHT'],
  Ъ: ['IE', 'A', ''],
  Ы: ['Y'],
  Ь: ['', 'I'],
  Э: ['E'],
  Ю: ['IU', 'YU'],
  Я: ['IA', 'YA'],
  Ѫ: ['U'],
  Ѵ: ['Y'],
}

/** Table C. Vowel signs and tatweel are not encoded; a shadda doubles what it stands on (section 6, appendix B). */
const arabic: Readonly<Record<string, readonly string[]>> = {
  ء: ['XE'],
  آ: ['XAA'],
  أ: ['XAE'],
  ؤ: ['U'],
  إ: ['I'],
  ئ: ['XI'],
  ا: ['A'],
  ب: ['B'],
  // XAH ends a part of a name, where it nearly always stands; XTA elsewhere.
  ة: ['XAH', 'XTA'],
  ت: ['T'],
  ث: ['XTH'],
  ج: ['J'],
  ح: ['XH'],
  خ: ['XKH'],
  د: ['D'],
  ذ: ['XDH'],
  ر: ['R'],
  ز: ['Z'],
  س: ['S'],
  ش: ['XSH'],
  ص: ['XSS'],
  ض: ['XDZ'],
  ط: ['XTT'],
  ظ: ['XZZ'],
  ع: ['E'],
  غ: ['G'],
  ف: ['F'],
  ق: ['Q'],
  ك: ['K'],
  ل: ['L'],
  م: ['M'],
  ن: ['N'],
  ه: ['H'],
  و: ['W'],
  ى: ['XAY'],
  ي: ['Y'],
  ٱ: ['XXA'],
  ٹ: ['XXT'],
  ټ: ['XRT'],
  پ: ['P'],
  ځ: ['XKE'],
  څ: ['XXH'],
  چ: ['XC'],
  ڈ: ['XXD'],
  ډ: ['XDR'],
  ڑ: ['XXR'],
  ړ: ['XRR'],
  ږ: ['XRX'],
  ژ: ['XJ'],
  ښ: ['XXS'],
  ڤ: ['XV'],
  ڥ: ['XF'],
  ک: ['XKK'],
  ګ: ['XXK'],
  ڭ: ['XNG'],
  گ: ['XGG'],
  ں: ['XNN'],
  ڼ: ['XXN'],
  ھ: ['XDO'],
  ۀ: ['XYH'],
  ہ: ['XXG'],
  ۂ: ['XGE'],
  ۃ: ['XTG'],
  ی: ['XYA', 'Y'],
  ۍ: ['XXY'],
  ې: ['Y'],
  ے: ['XYB'],
  ۓ: ['XBE'],
}

const tables: ReadonlyMap<string, readonly string[]> = new Map(
  [latin, cyrillic, arabic]
    .flatMap((table) => Object.entries(table))
    .map(([letter, forms]) => [letter.normalize('NFC'), forms]),
)

const shadda = '\u0651'
const bareLetter = /^[A-Z]$/
/** Invisible, an apostrophe, or a sign of its script that the tables do not encode: it writes nothing. */
const silent = /^[\p{Default_Ignorable_Code_Point}\u02b9-\u02bf\u02c8\u0640]+$/u

/** A letter with its marks in the tables: as it is, with any one of its marks, or bare. */
function listed(cluster: string): readonly string[] | null {
  const [base = '', ...marks] = cluster.normalize('NFD')
  for (const form of [cluster, ...marks.map((mark) => base + mark), base]) {
    const forms = tables.get(form.normalize('NFC'))
    if (forms !== undefined) return marks.includes(shadda) ? [...forms, ...forms.map((text) => text + text)] : forms
  }
  if (bareLetter.test(base)) return [base]
  const latinForm = latinBase.get(base)
  return latinForm === undefined ? null : [latinForm]
}

const cluster = /\P{M}\p{M}*/gu

/** One letter with its marks, capital, NFC. null: the standard has no spelling for it. */
function spellingsOf(letter: string): readonly string[] | null {
  if (silent.test(letter)) return ['']
  const found = listed(letter)
  if (found !== null) return found
  // Ligatures, full-width forms and the like are several letters or one in other clothes.
  const plain = letter.normalize('NFKD').toUpperCase()
  if (plain === letter.normalize('NFD')) return null
  const parts = (plain.match(cluster) ?? [])
    .filter((part) => /^[\p{Lu}\p{Ll}\p{Lt}\p{Lo}\p{N}]/u.test(part))
    .map((part) => listed(part.normalize('NFC')))
  if (parts.length === 0 || parts.some((part) => part === null)) return null
  return [parts.map((part) => part?.[0] ?? '').join('')]
}

const known = new Map<string, readonly string[] | null>()

/**
 * The letters of a word, each with the ways in which an MRZ may spell it (A to Z); null for a letter that it cannot
 * spell. A letter is never left out: one that writes nothing by the standard has the empty spelling.
 */
export function mrzLetters(word: string): readonly (readonly string[] | null)[] {
  return (word.normalize('NFC').toUpperCase().normalize('NFC').match(cluster) ?? []).map((letter) => {
    let forms = known.get(letter)
    if (forms === undefined) {
      forms = spellingsOf(letter)
      // A hostile text must not fill the memory.
      if (known.size < 5000) known.set(letter, forms)
    }
    return forms
  })
}

/**
 * Whether States write this text in an MRZ by table A alone: in other scripts they have ways of their own beside the
 * tables.
 */
export function latinAlone(text: string): boolean {
  return /^[\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]*$/u.test(text)
}
