/** Names in the letters of a machine-readable zone: ICAO 9303 part 3 section 6, and that no letter ever vanishes. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fullName, initials, listedName } from '../../src-shared/domain/person-name.ts'
import { mrzLetters } from '../../src-shared/protocol/mrz-letters.ts'
import { asDocumentNames, matchName, mayBeShortened, needsEye } from '../../src-shared/protocol/names.ts'

type Name = readonly [family: string, given: string]
const name = ([family, given]: Name) => ({ family, given })

it.each<readonly [record: Name, document: Name, 'exact' | 'tolerant' | null]>([
  [['Məmmədov', 'Əli'], ['MAMMADOV', 'ALI'], 'exact'],
  [['Məmmədov', 'Əli'], ['MEMMEDOV', 'ELI'], 'exact'],
  [['Məmmədov', 'Əli'], ['MMMDOV', 'LI'], null],
  [['GROẞ', 'Uwe'], ['GROSS', 'UWE'], 'exact'],
  [['Groß', 'Uwe'], ['GROSS', 'UWE'], 'exact'],
  [['Ǥuttorm', 'Áilu'], ['GUTTORM', 'AILU'], 'exact'],
  [['Meier‐Lund', 'Anna'], ['MEIER LUND', 'ANNA'], 'exact'],
  [['Meier‑Lund', 'Anna'], ['MEIERLUND', 'ANNA'], 'tolerant'],
  [['Meier-Lund', 'Anna'], ['MEIERLUND', 'ANNA'], 'tolerant'],
  [['Meierlund', 'Anna'], ['MEIER LUND', 'ANNA'], 'tolerant'],
  [['Đorđević', 'Živko'], ['DJORDJEVIC', 'ZIVKO'], 'exact'],
  [['Đorđević', 'Živko'], ['DORDEVIC', 'ZIVKO'], 'exact'],
  [["O'Brien", 'Siobhán'], ['O BRIEN', 'SIOBHAN'], 'tolerant'],
  [["O'Brien", 'Siobhán'], ['OBRIEN', 'SIOBHAN'], 'exact'],
  [['Oʼbrien', 'Sean'], ['OBRIEN', 'SEAN'], 'exact'],
  [['D’Angelo', 'Nicolò'], ['DANGELO', 'NICOLO'], 'exact'],
  [['Nguyễn', 'Thị Ánh'], ['NGUYEN', 'THI ANH'], 'exact'],
  [['Þórðardóttir', 'Ásdís'], ['THORDARDOTTIR', 'ASDIS'], 'exact'],
  [['Ǯiŋgá', 'Ánte'], ['ZINGA', 'ANTE'], 'exact'],
  [['Ñáñez', 'Íñigo'], ['NXXANXXEZ', 'INXXIGO'], 'exact'],
  [['Müller', 'Jürgen'], ['MUXXLLER', 'JUXXRGEN'], 'exact'],
  [['Țepeș', 'Ștefan'], ['TEPES', 'STEFAN'], 'exact'],
  [['Ĳzerman', 'Jan'], ['IJZERMAN', 'JAN'], 'exact'],
  [['Sørensen', 'Åse'], ['SOERENSEN', 'AASE'], 'exact'],
  [['Puig i Gal·la', 'Núria'], ['PUIG I GALLA', 'NURIA'], 'exact'],
  [['Anna', 'Anna‑Liisa Maria'], ['ANNA', 'ANNALIISA'], 'tolerant'],
  // Table B.
  [['Щербаков', 'Юрий'], ['SHCHERBAKOV', 'IURII'], 'exact'],
  [['Королёва', 'Наталья'], ['KOROLEVA', 'NATALIA'], 'exact'],
  [['Їжак', 'Юлія'], ['YIZHAK', 'YULIIA'], 'exact'],
  [['Ђорђевић', 'Живко'], ['DJORDJEVIC', 'ZIVKO'], 'exact'],
  // Table C, and the standard's own example of it.
  [['الرازي', 'ابو بكر محمد بن زكريا'], ['ALRAZY', 'ABW BKR MXHMD BN ZKRYA'], 'exact'],
  [['فاطمة', 'ليلى'], ['FATXTTMXAH', 'LYLXAY'], null],
  [['فاطمة', 'ليلى'], ['FAXTTMXAH', 'LYLXAY'], 'exact'],
  [['مُحَمَّد', 'علي'], ['MXHMD', 'ELY'], 'exact'],
  [['محمّد', 'علي'], ['MXHMMD', 'ELY'], 'exact'],
  // One name, in either field of either side.
  [['Suwarno', ''], ['SUWARNO', ''], 'exact'],
  [['', 'Suwarno'], ['SUWARNO', ''], 'exact'],
  [['Suwarno', ''], ['', 'SUWARNO'], 'exact'],
  [['Kumari', 'Anjali'], ['', 'ANJALI KUMARI'], 'tolerant'],
  [['', 'Anjali Kumari'], ['KUMARI', 'ANJALI'], 'tolerant'],
  [['Suwarno', ''], ['SUWARNO', 'BUDI'], null],
  [['Suwarno', 'Budi'], ['SUWARNO', ''], null],
  [['Suwarno', ''], ['', ''], null],
  [['', ''], ['SUWARNO', ''], null],
  [['Li', ''], ['LIN', ''], null],
  // One name, and a word that fills the gap of the other.
  [['Suwarno', ''], ['SUWARNO', 'FNU'], 'tolerant'],
  [['Suwarno', ''], ['SUWARNO', 'XXX'], 'tolerant'],
  [['Suwarno', ''], ['SUWARNO', 'SUWARNO'], 'tolerant'],
  [['', 'Suwarno'], ['FNU', 'SUWARNO'], 'tolerant'],
  [['', 'Suwarno'], ['SUWARNO', 'LNU'], 'tolerant'],
  [['Suwarno', 'Suwarno'], ['SUWARNO', ''], 'tolerant'],
  [['Suwarno', 'Suwarno'], ['SUWARNO', 'SUWARNO'], 'exact'],
  [['Suwarno', 'Fnu'], ['SUWARNO', ''], 'tolerant'],
  [['Suwarno', 'Budi'], ['SUWARNO', 'FNU'], null],
  [['Suwarno', 'Budi'], ['SUWARNO', 'SUWARNO'], null],
  [['Suwarno', ''], ['SUWARTO', 'FNU'], null],
  [['Suwarno', ''], ['SUWARNO', 'X'], null],
])('%j on record, %j in the document: %s', (record, document, expected) => {
  expect(matchName(name(document), name(record), [])).toBe(expected)
})

it.each<readonly [Name, boolean]>([
  [['Virtanen', 'Aino'], false],
  [['Məmmədov', 'Əli'], false],
  [["O'Brien", 'Siobhán'], false],
  [['李', '明'], true],
  [['Παπαδόπουλος', 'Νίκος'], true],
  [['Щербаков', 'Юрий'], true],
  [['ǃXóõ', 'Kxao'], true],
  [['Ƅa', 'A'], true],
  [['Virtanen', 'Aino 2'], true],
  [['כהן', 'דוד'], true],
  [['Bennelong Wooloomooloo Warrandyte Warnambool', 'Dingo Potoroo'], true],
  [['Bennelong Wooloomooloo', 'Dingo Potoroo W'], false],
])('%j can be compared by eye alone: %s', (record, expected) => {
  expect(needsEye(name(record))).toBe(expected)
})

describe('a name that fills its field', () => {
  const long: Name = ['Bennelong Wooloomooloo Warrandyte Warnambool', 'Dingo Potoroo']
  const thai: Name = ['Nilavadhanananda', 'Arnpol Petch Charonguang']
  /** The name field of a first line: after the document code and the issuing State. */
  const fieldOf = (line: string) => {
    const [family = '', given = ''] = line.slice(5).split('<<')
    return { family: family.replaceAll('<', ' '), given: given.replaceAll('<', ' '), truncated: !line.endsWith('<') }
  }
  it.each<readonly [string, Name, 'tolerant' | null]>([
    ['PPAUSBENNELONG<WOOLOOMOOLOO<WARRANDYTE<W<<DI', long, 'tolerant'],
    ['PPAUSBENNELONG<WOOLOOM<WARRAND<WARNAM<<DINGO', long, 'tolerant'],
    ['PPAUSBENNEL<WOOLOO<WARRAN<WARNAM<<DINGO<POTO', long, 'tolerant'],
    ['PPAUSBENNELONG<WOOLOOMOOLOO<WARRANDYTE<WARNA', long, 'tolerant'],
    ['P<THANILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU', thai, 'tolerant'],
    ['P<THANILAVADHANANANDA<<ARNPOL<PETC<CHARONGUA', thai, 'tolerant'],
    ['P<THANILAVADHANANANDA<<ARNPOL<P<C<<<<<<<<<<<', thai, 'tolerant'],
    // Another given name, another family name, the words in another order, a word too few before the given names.
    ['PPAUSBENNELONG<WOOLOOM<WARRAND<WARNAM<<DANGO', long, null],
    ['PPAUSBENNELONG<WOOLOOM<WARRAND<WERNAM<<DINGO', long, null],
    ['PPAUSWOOLOO<BENNEL<WARRAN<WARNAM<<DINGO<POTO', long, null],
    ['PPAUSBENNELONG<WOOLOOMOOLOO<WARRAND<<DINGO<P', long, null],
    // It does not fill its field: nothing of it was cut.
    ['P<THANILAVADHANANANDA<<ARN<PETCH<<<<<<<<<<<<', thai, null],
    ['P<FINVIRTANEN<<A<M<<<<<<<<<<<<<<<<<<<<<<<<<<', ['Virtanen', 'Aino Maria'], null],
    // Letters alone, of which two people's names may be made.
    ['P<FINV<A<B<C<D<E<F<G<H<<I<J<K<L<M<N<O<P<Q<R<', ['V A B C D E F G Ha', 'I J K L M N O P Q Ra'], null],
  ])('%s', (line, record, expected) => {
    expect(line.length).toBe(44)
    expect(matchName(fieldOf(line), name(record), [])).toBe(expected)
  })
})

describe('a name cut so short that it may be more than one person’s', () => {
  it.each<readonly [what: string, record: Name, document: Name, truncated: boolean, boolean]>([
    ['initials alone', ['Virtanen', 'Aino Maria'], ['VIRTANEN', 'A M'], false, true],
    ['one initial of two names', ['Virtanen', 'Aino Maria'], ['VIRTANEN', 'A'], false, true],
    ['another initial', ['Virtanen', 'Aino Maria'], ['VIRTANEN', 'B M'], false, false],
    ['initials in another order', ['Virtanen', 'Aino Maria'], ['VIRTANEN', 'M A'], false, false],
    ['another family name', ['Virtanen', 'Aino Maria'], ['KORHONEN', 'A M'], false, false],
    [
      'an identity card of thirty characters, full',
      ['Li', 'A Bo Ce De Ef Fa Gi Ha Ik'],
      ['LI', 'A B C D E F G H I'],
      true,
      true,
    ],
    [
      'many names to a letter each',
      ['Abd', 'Al Bo Ce De Ef Fa Gi Ha Ik Jo Ka'],
      ['ABD', 'A B C D E F G H I J K'],
      true,
      true,
    ],
    ['cut in the second name', ['Ng', 'Siu Wai Kam'], ['NG', 'SIU W'], true, true],
    ['family names to letters', ['Rao Das Sen', 'Om'], ['R D S', 'O'], true, true],
    ['only the family name fits', ['Rao Das Sen Roy', 'Om'], ['RAO D S R', ''], true, true],
    ['a former name cut short', ['Neumann', 'Eva Maria'], ['ALTMANN', 'E M'], false, true],
    ['one name, cut', ['', 'Suwarnoputra'], ['S', ''], true, true],
    ['whole words that are others', ['Virtanen', 'Aino Maria'], ['VIRTANEN', 'ANNA M'], false, false],
    ['not cut at all', ['Virtanen', 'Aino'], ['VIRTANEN', 'AINO LIISA'], false, false],
    ['a word more than on record', ['Virtanen', 'Aino'], ['VIRTANEN', 'A B'], false, false],
    ['the beginning of a word, with room left', ['Virtanen', 'Aino Maria'], ['VIRTANEN', 'AI MAR'], false, false],
    ['nothing', ['Virtanen', 'Aino'], ['', ''], true, false],
  ])('%s', (_what, record, document, truncated, expected) => {
    const former = [{ family: 'Altmann', given: 'Eva Maria' }]
    expect(mayBeShortened({ ...name(document), truncated }, name(record), former)).toBe(expected)
  })
  it('never where a name is longer than the document’s letters could begin, and always where it was cut by the rule', () => {
    const word = fc.string({ unit: fc.constantFrom(...'ABCDEFGHIJ'), minLength: 2, maxLength: 9 })
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 4 }),
        fc.array(word, { minLength: 1, maxLength: 4 }),
        fc.nat(),
        (family, given, seed) => {
          const cut = (words: readonly string[]) =>
            words.map((each, i) => each.slice(0, 1 + ((seed >> i) % each.length)))
          const document = { family: cut(family).join(' '), given: cut(given).join(' '), truncated: true }
          const record = { family: family.join(' '), given: given.join(' ') }
          expect(mayBeShortened(document, record, [])).toBe(true)
          expect(mayBeShortened({ ...document, family: `Z${document.family}` }, record, [])).toBe(false)
          expect(mayBeShortened({ ...document, given: `${document.given} Z` }, record, [])).toBe(false)
        },
      ),
    )
  })
})

describe('whole blocks', () => {
  /**
   * Letters of these blocks that have neither a spelling by ICAO nor a base letter: clicks, tones of old Zhuang,
   * glottal stops.
   */
  const unknown = new Set('ƄƅƍƛƧƨƪƻƼƽƾǀǁǂǃɁɂ')
  const block = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)).filter((letter) =>
      /\p{L}/u.test(letter),
    )

  it.each([
    ['Latin-1 Supplement', 0xc0, 0xff],
    ['Latin Extended-A', 0x100, 0x17f],
    ['Latin Extended-B', 0x180, 0x24f],
    ['Latin Extended Additional', 0x1e00, 0x1eff],
  ])('every letter of %s is spelled in A to Z, and never by nothing', (_name, first, last) => {
    for (const letter of block(first, last)) {
      const letters = mrzLetters(letter)
      expect(letters.length, letter).toBeGreaterThan(0)
      if (unknown.has(letter)) expect(letters, letter).toContain(null)
      else
        for (const last of [false, true])
          expect(letters.map((forms) => forms?.at(last ? -1 : 0) ?? '?').join(''), letter).toMatch(/^[A-Z]+$/)
    }
  })

  it.each([
    ['Cyrillic of the table', [...'АБВГҐҒЃДЂЕЁЄЖЗЅИІЇЙЈКЌЛЉМНЊОПРСТЋУЎФХЦЧЏШЩЫЭЮЯ']],
    ['Arabic', block(0x621, 0x64a).filter((letter) => !'ؠػؼؽؾؿـ'.includes(letter))],
  ])('%s is spelled', (_name, letters) => {
    for (const letter of letters) for (const forms of mrzLetters(letter)) expect(forms?.[0], letter).toMatch(/^[A-Z]+$/)
  })

  const letter = fc.constantFrom(...block(0xc0, 0x6ff), ...block(0x1e00, 0x1eff), ...block(0x4e00, 0x4e20), ...'abc')
  const word = fc.string({ unit: letter, minLength: 1, maxLength: 12 })

  it('a name is found by what the tables make of it, or it needs the eye; and what is left of it when a letter vanishes is another name', () => {
    fc.assert(
      fc.property(word, word, fc.nat(11), (family, given, at) => {
        const record = { family, given }
        for (const document of asDocumentNames(record)) expect(matchName(document, record, [])).not.toBeNull()
        if (asDocumentNames(record).length === 0) expect(needsEye(record)).toBe(true)
        const [document] = asDocumentNames(record)
        const letters = mrzLetters(family)
        if (document === undefined || letters.length < 2) return
        const without = letters
          .filter((_, i) => i !== at % letters.length)
          .map((forms) => forms?.[0] ?? '')
          .join('')
        const shortened = { ...document, family: without }
        const longest = letters[at % letters.length]?.some((form) => form === '') === true
        // Where another spelling of the whole is the same text, it is the same name.
        if (!longest && without.length < Math.min(...spellingLengths(letters)))
          expect(matchName(shortened, record, [])).toBeNull()
      }),
      { numRuns: 500 },
    )
  })
})

/** The shortest that a word can be spelled. */
function spellingLengths(letters: ReturnType<typeof mrzLetters>): number[] {
  return [letters.reduce((sum, forms) => sum + Math.min(...(forms ?? ['']).map((form) => form.length)), 0)]
}

it.each<readonly [Name, string, string, string]>([
  [['Virtanen', 'Aino'], 'Aino Virtanen', 'Virtanen, Aino', 'A. V.'],
  [['Suwarno', ''], 'Suwarno', 'Suwarno', 'S.'],
  [['', 'Anjali'], 'Anjali', 'Anjali', 'A.'],
  [['O', 'U'], 'U O', 'O, U', 'U. O.'],
  [["'t Hooft", ' Gerard '], "Gerard 't Hooft", "'t Hooft, Gerard", 'G. T.'],
  [['ʻAlī', 'Nūr'], 'Nūr ʻAlī', 'ʻAlī, Nūr', 'N. A.'],
  [['A\u030angstrom', 'e\u0301va'], 'e\u0301va A\u030angstrom', 'A\u030angstrom, e\u0301va', 'É. Å.'],
  [['الرازي', 'محمد'], 'محمد الرازي', 'الرازي, محمد', 'م. ا.'],
  [['', ''], '', '', ''],
])('%j is shown, listed and shortened', (of, full, listed, short) => {
  expect([fullName(name(of)), listedName(name(of)), initials(name(of))]).toEqual([full, listed, short])
})

it('a hostile name costs no more than a moment', () => {
  const began = performance.now()
  const hostile = { family: "ä-'".repeat(40), given: "ö-'".repeat(40) }
  const document = { family: `${'AE'.repeat(20)}B`, given: `${'OE'.repeat(20)}B`, truncated: true }
  expect(matchName(document, hostile, [hostile])).toBeNull()
  expect(performance.now() - began).toBeLessThan(2000)
})
