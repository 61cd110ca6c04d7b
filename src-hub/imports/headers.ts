/**
 * The columns of an import and what they may be called: the names of docs/import.md, and what Finnish and Swedish
 * registers head them with.
 */

/** Required, or one that people fill a hub with, or one of the pickup's. */
export const columns = [
  'account',
  'desk',
  'channel',
  'request_reference',
  'secret_kind',
  'class',
  'family',
  'given',
  'former_names',
  'language',
  'birth_date',
  'sponsor',
  'valid_until',
  'cards',
] as const
export type Column = (typeof columns)[number]

const also: Readonly<Record<Column, readonly string[]>> = {
  account: ['username', 'tunnus', 'käyttäjätunnus', 'konto', 'användarnamn', 'användarkonto'],
  desk: ['piste', 'palvelupiste', 'noutopiste', 'disk', 'servicepunkt', 'hämtställe'],
  channel: ['kanava', 'luovutustapa', 'kanal', 'överlämningssätt'],
  request_reference: ['reference', 'viite', 'pyynnön_viite', 'referens', 'ärendenummer'],
  secret_kind: ['salaisuuden_laji', 'hemlighetens_slag'],
  class: ['ryhmä', 'henkilöryhmä', 'grupp', 'persongrupp'],
  family: ['family_name', 'surname', 'last_name', 'sukunimi', 'efternamn', 'släktnamn'],
  given: ['given_name', 'given_names', 'first_name', 'etunimi', 'etunimet', 'förnamn'],
  former_names: ['entiset_nimet', 'aiemmat_nimet', 'tidigare_namn'],
  language: ['kieli', 'asiointikieli', 'språk', 'kontaktspråk'],
  birth_date: ['date_of_birth', 'syntymäaika', 'syntymäpäivä', 'födelsedatum', 'födelsetid'],
  sponsor: ['yhteyshenkilö', 'kontaktperson'],
  valid_until: ['voimassa', 'voimassa_asti', 'päättyy', 'giltig_till', 'giltigt_till', 'gäller_till'],
  cards: ['card', 'kortti', 'kortit', 'kortin_numero', 'korttinumero', 'kort', 'kortnummer', 'kortets_nummer'],
}

const byName: ReadonlyMap<string, Column> = new Map(
  columns.flatMap((column) => [column, ...also[column]].map((name) => [name, column] as const)),
)

/** The column that a header's cell names, and the cell as it is shown where it names none. */
export function columnOf(cell: string): { readonly column: Column | null; readonly named: string } {
  const named = cell
    .normalize('NFC')
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_')
  return { column: byName.get(named) ?? null, named }
}

/** Words of a cell that Finnish and Swedish registers have for the values of docs/import.md. */
const values: Readonly<Partial<Record<Column, Readonly<Record<string, string>>>>> = {
  class: {
    ...{ opiskelija: 'student', studerande: 'student', student: 'student' },
    ...{ henkilökunta: 'staff', henkilöstö: 'staff', personal: 'staff', anställd: 'staff' },
    ...{ kumppani: 'partner', partneri: 'partner', ulkopuolinen: 'external', extern: 'external' },
  },
  language: { suomi: 'fi', finska: 'fi', ruotsi: 'sv', svenska: 'sv', englanti: 'en', engelska: 'en' },
}

/** `2.11.1997` and `02.11.1997` as `1997-11-02`; whether there is such a day is asked elsewhere. */
function isoDate(text: string): string {
  const [, day, month, year] = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text) ?? []
  return day === undefined || month === undefined || year === undefined
    ? text
    : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
}

/**
 * What a spreadsheet program writes for a formula that failed, in whatever language: `#N/A`, `#REF!`, `#PUUTTUU!`,
 * `#SAKNAS!`, `#NAMN?`, LibreOffice's `Err:502`.
 */
export function isCellError(text: string): boolean {
  return /^(?:#[\p{Lu}/0_]{2,20}[!?]|#N\/A|Err:\d{3})$/u.test(text)
}

/** A cell as the column's schema has it. */
export function valueOf(column: Column, text: string): string {
  if (column === 'birth_date' || column === 'valid_until') return isoDate(text)
  return values[column]?.[text.toLowerCase()] ?? text
}
