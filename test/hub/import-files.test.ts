/**
 * Files as spreadsheets and registers write them: what passes, and on which line an error is, however the bytes were
 * cut.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readHeader, readRow } from '../../src-hub/imports/columns.ts'
import { refusable } from '../../src-hub/imports/refused.ts'
import { rowsOf } from '../../src-hub/imports/rows-of.ts'

const header = 'account;desk;request_reference'

/** Lines and cells of a file that comes in pieces of this many bytes; or its refusal. */
async function read(file: string | Buffer, piece = 7) {
  const bytes = Buffer.from(file)
  async function* chunks(): AsyncIterable<Buffer> {
    for (let at = 0; at < bytes.length; at += piece) yield await Promise.resolve(bytes.subarray(at, at + piece))
  }
  const rows: string[] = []
  const done = await refusable(async () => {
    for await (const { line, cells } of rowsOf(chunks)) rows.push(`${line}: ${cells.join('|')}`)
  })
  return done.ok ? rows : [done.failure.code, done.failure.params?.row]
}

const wide = (text: string, encoding: 'le' | 'be', mark = true) => {
  const bytes = Buffer.from(mark ? `\ufeff${text}` : text, 'utf16le')
  return encoding === 'le' ? bytes : bytes.swap16()
}
const finnish = ['1: account|desk', '2: mäkelä|Yliopistonkatu 4', '3: åström|Ö']
const text = 'account;desk\r\nmäkelä;Yliopistonkatu 4\r\nåström;Ö\r\n'

it.each([
  [
    'empty lines, which count',
    `${header}\n\na;b;c\n\n\nd;e;f\n`,
    ['1: account|desk|request_reference', '3: a|b|c', '6: d|e|f'],
  ],
  ['sep=;', `sep=;\r\n${header}\r\na;b;c`, ['2: account|desk|request_reference', '3: a|b|c']],
  ['sep=, in quotation marks, with separators', '"sep=,",,\naccount,desk\na;x,b', ['2: account|desk', '3: a;x|b']],
  ['sep= and a tab', 'sep=\t\naccount\tdesk\na;x\tb,y', ['2: account|desk', '3: a;x|b,y']],
  [
    'trailing empty cells in header and rows',
    `${header};;\na;b;c;;\nd;e;f;\n`,
    ['1: account|desk|request_reference', '2: a|b|c', '3: d|e|f'],
  ],
  [
    'rows of separators alone',
    `${header}\n;;\na;b;c\n;;;;;\n ; ; \n`,
    ['1: account|desk|request_reference', '3: a|b|c'],
  ],
  ['empty lines before the header', `\n\n${header}\na;b;c`, ['3: account|desk|request_reference', '4: a|b|c']],
  ['a mark of UTF-8', `\ufeff${header}\na;b;c`, ['1: account|desk|request_reference', '2: a|b|c']],
  ['a mark and sep=', `\ufeffsep=;\n${header}\na;b;c`, ['2: account|desk|request_reference', '3: a|b|c']],
  [
    'lines that end with CR alone',
    `${header}\ra;b;c\rd;e;f`,
    ['1: account|desk|request_reference', '2: a|b|c', '3: d|e|f'],
  ],
  [
    'a line break in a cell',
    `${header}\n"a\nx";b;c\nd;e;f`,
    ['1: account|desk|request_reference', '2: a\nx|b|c', '4: d|e|f'],
  ],
  ['commas', 'account,desk\na,b\n', ['1: account|desk', '2: a|b']],
  ['tabs', 'account\tdesk\na\tb\n', ['1: account|desk', '2: a|b']],
  ['UTF-8', text, finnish],
  ['windows-1252, as Excel saves CSV in Finland', Buffer.from(text, 'latin1'), finnish],
  ['UTF-16 little-endian, as Excel saves Unicode text', wide(text, 'le'), finnish],
  ['UTF-16 big-endian', wide(text, 'be'), finnish],
  ['UTF-16 without its mark', wide(text, 'le', false), finnish],
  [
    'the euro sign and typographic apostrophe of windows-1252',
    Buffer.from('account;desk\nd\x92Angelo;\x80\n', 'latin1'),
    ['1: account|desk', '2: d’Angelo|€'],
  ],
  ['nothing but separators', ';;\n;;\n', []],
  [
    'LibreOffice, every text cell in quotation marks, with a mark',
    '\ufeff"account";"desk"\n"mäkelä";"Yliopistonkatu 4"\n"åström";"Ö"\n',
    finnish,
  ],
  [
    'Google Sheets: commas, and a cell with one',
    'account,desk\r\nmäkelä,"a, b"\r\n',
    ['1: account|desk', '2: mäkelä|a, b'],
  ],
  ['Numbers: semicolons, CR and LF, no mark', text.replaceAll('\r\n', '\n'), finnish],
  ['quotation marks doubled in a cell', 'account;desk\na;"x ""y"" z"\n', ['1: account|desk', '2: a|x "y" z']],
  ['a letter for each script, UTF-8', 'account;desk\n王;Ж\nع;अ\n', ['1: account|desk', '2: 王|Ж', '3: ع|अ']],
  ['the same in UTF-16', wide('account;desk\n王;Ж\nع;अ\n', 'le'), ['1: account|desk', '2: 王|Ж', '3: ع|अ']],
  ['sep= in UTF-16', wide('sep=\t\r\naccount\tdesk\r\nä\tb\r\n', 'le'), ['2: account|desk', '3: ä|b']],
  ['a smiling face, which is two units of UTF-16', wide('account;desk\n😀;b\n', 'be'), ['1: account|desk', '2: 😀|b']],
  [
    'quotation marks and a cross of windows-1252 beside letters',
    Buffer.from('account;desk\nx;Talo \x94Pirtti\x94 \x86 \x8aimko M\x8aK\n', 'latin1'),
    ['1: account|desk', '2: x|Talo ”Pirtti” † Šimko MŠK'],
  ],
  ['an empty file', '', []],
  ['a mark alone', '\ufeff', []],
] as const)('%s: passes', async (_what, file, expected) => {
  for (const piece of [1, 7, 64, 100_000]) expect(await read(file, piece), `pieces of ${piece}`).toEqual(expected)
})

/** `rows` good rows, line 2 on; then this one. */
const after = (rows: number, bad: string, more = 40) =>
  `${header}\n${'anna;MYL;R-1\n'.repeat(rows)}${bad}\n${'anna;MYL;R-1\n'.repeat(more)}`
const mixed = Buffer.concat([Buffer.from(after(20, 'äiti;M;R', 0)), Buffer.from('m\xe4tti;M;R\n', 'latin1')])

it.each([
  ['line 60 is one cell short', after(58, 'a;b'), 'L-642', 60],
  ['line 60 has a cell too many', after(58, 'a;b;c;d'), 'L-642', 60],
  ['line 2 is short', after(0, 'a'), 'L-642', 2],
  ['the last line is short, without an end', `${header}\na;b;c\n\n\na;b`, 'L-642', 5],
  ['a short line after empty lines', `${header}\n\n\na;b;c\n\na;b\n`, 'L-642', 6],
  ['a short line after sep=', `sep=;\n${header}\na;b;c\na;b\n`, 'L-642', 4],
  ['a quotation mark is left open', after(10, '"a;b;c', 3), 'L-642', 12],
  ['a quotation mark is left open after empty lines', `${header}\n\n\n"a;b;c\nd;e;f\n`, 'L-642', 4],
  ['a quotation mark stands within a cell', after(30, 'a"x;b;c'), 'L-642', 32],
  ['something follows a closing quotation mark', after(7, '"a"x;b;c'), 'L-642', 9],
  ['a short line after a line break in a cell', `${header}\n"a\nx";b;c\na;b\n`, 'L-642', 4],
  ['a line is longer than any row', after(12, 'x'.repeat(20_000)), 'L-642', 14],
  ['a line of windows-1252 among lines of UTF-8', mixed, 'L-633', 23],
  ['a NUL in a line', after(4, 'an\0na;b;c'), 'L-633', 6],
  ['NULs alone', Buffer.alloc(50), 'L-633', 1],
  ['a NUL in UTF-16', wide(after(4, 'an\0na;b;c'), 'be'), 'L-633', 6],
  ['UTF-32', Buffer.from(`\ufeff${header}\na;b;c\n`.replaceAll(/./gsu, '$&\0'), 'utf16le'), 'L-633', 1],
  ['UTF-16 that is cut within a letter', wide('account;desk\nä;😀', 'le').subarray(0, -2), 'L-633', 2],
  ['the Macintosh’s letters, with CR', Buffer.from('account;desk\rmaija;M\x8akel\x8a\r', 'latin1'), 'L-633', 1],
  ['the Macintosh’s letters', Buffer.from('account;desk\na;b\nmaija;M\x8akel\x8a\n', 'latin1'), 'L-633', 3],
  ['a Macintosh’s Swedish o', Buffer.from('account;desk\na;B\x8cge\n', 'latin1'), 'L-633', 2],
  ['MS-DOS letters', Buffer.from('account;desk\r\nmaija;M\x84kel\x84\r\n', 'latin1'), 'L-633', 2],
  ['MS-DOS ö', Buffer.from('account;desk\r\na;b\r\nmaija;R\x94nty\r\n', 'latin1'), 'L-633', 3],
  ['MS-DOS å', Buffer.from('account;desk\r\nmaija;H\x86kan\r\n', 'latin1'), 'L-633', 2],
  ['a workbook', Buffer.from('PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0[Content_Types].xml', 'latin1'), 'L-337', undefined],
  ['an older workbook', Buffer.from('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'latin1'), 'L-337', undefined],
  ['a PDF', Buffer.from('%PDF-1.4\n%\xe2\xe3\n', 'latin1'), 'L-337', undefined],
  ['a page', '\n <table><tr><td>account</td></tr></table>', 'L-337', undefined],
  ['a page from its beginning', '<!DOCTYPE html><html></html>', 'L-337', undefined],
  ['a workbook in XML', '\ufeff<?xml version="1.0"?><Workbook/>', 'L-337', undefined],
  ['rich text', '{\\rtf1\\ansi account;desk}', 'L-337', undefined],
  ['a compressed file', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), 'L-337', undefined],
  ['a formula for a text, in quotation marks', after(2, '="0012";b;c'), 'L-642', 4],
  ['an end of file as MS-DOS writes it', `${header}\na;b;c\n\x1a`, 'L-642', 3],
  ['a byte that no encoding here knows', Buffer.from(`${header}\na;b;c\n\na;\x81\xe4;c\n`, 'latin1'), 'L-633', 4],
] as const)('%s: refused, with that line', async (_what, file, code, line) => {
  for (const piece of [1, 7, 64, 100_000]) expect(await read(file, piece), `pieces of ${piece}`).toEqual([code, line])
})

it('any file of good rows, empty lines and one bad row says the line, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a;b;c', '', 'å;ä;ö', '"a;x";b;c', ';;', 'a;b;c;;')),
      fc.array(fc.constantFrom('a;b;c', '')),
      fc.integer({ min: 1, max: 50 }),
      fc.constantFrom('\n', '\r\n'),
      async (before, rest, piece, end) => {
        const lines = [header, ...before, 'a;b', ...rest]
        expect(await read(lines.join(end), piece)).toEqual(['L-642', before.length + 2])
      },
    ),
    { numRuns: 150 },
  )
})

const columnsOf = (cells: readonly string[]) => {
  const found = readHeader(cells)
  return found.ok ? found.value : found.failure.params?.column
}

it.each([
  [
    ['Tunnus', 'Sukunimi', 'Etunimet', 'Syntymäaika', 'Kieli'],
    ['account', 'family', 'given', 'birth_date', 'language'],
  ],
  [
    ['Käyttäjätunnus', 'Palvelupiste', 'Viite'],
    ['account', 'desk', 'request_reference'],
  ],
  [
    ['Användarnamn', 'Efternamn', 'Förnamn', 'Födelsedatum', 'Språk'],
    ['account', 'family', 'given', 'birth_date', 'language'],
  ],
  [
    ['Konto', 'Servicepunkt', 'Kort'],
    ['account', 'desk', 'cards'],
  ],
  [
    ['USERNAME', 'Last name', 'First-name', 'Date of birth'],
    ['account', 'family', 'given', 'birth_date'],
  ],
  [['account', 'tunnus'], 'account'],
  [[`${'x'.repeat(39)}😀`], `${'x'.repeat(39)}😀`],
  [['\0a\u202ec'], 'ac'],
  [
    ['account\u00a0', 'Desk'],
    ['account', 'desk'],
  ],
  [
    ['Ka\u0308ytta\u0308ja\u0308tunnus', 'Piste'],
    ['account', 'desk'],
  ],
  [['account', 'salasana'], 'salasana'],
  [['sukunimi', 'etunimi'], 'account'],
])('the header %j', (cells, expected) => {
  expect(columnsOf(cells)).toEqual(expected)
})

const person = (cells: Readonly<Record<string, string>>) => {
  const head = readHeader(['account', ...Object.keys(cells)])
  if (!head.ok) throw new Error(head.failure.code)
  const row = readRow(head.value, ['a1', ...Object.values(cells)])
  return row.ok ? row.value.person : (row.failure.params?.column ?? row.failure.code)
}

it.each([
  [{ family: 'Suwarno' }, { family: 'Suwarno' }],
  [{ family: 'Null' }, { family: 'Null' }],
  [
    { family: 'NULL', given: 'True' },
    { family: 'NULL', given: 'True' },
  ],
  [{ family: '#1' }, { family: '#1' }],
  [{ given: 'Anjali', family: '' }, { given: 'Anjali' }],
  [{ former_names: 'Suwarno' }, { former_names: [{ family: 'Suwarno', given: '' }] }],
  [
    { former_names: ', Anjali | Kumari, Anjali' },
    {
      former_names: [
        { family: '', given: 'Anjali' },
        { family: 'Kumari', given: 'Anjali' },
      ],
    },
  ],
  [{ valid_until: '2.11.2027' }, { valid_until: '2027-11-02' }],
  [{ valid_until: '02.11.2027' }, { valid_until: '2027-11-02' }],
  [
    { language: 'ruotsi', class: 'opiskelija' },
    { language: 'sv', class: 'student' },
  ],
  [
    { class: 'personal', language: 'Svenska' },
    { class: 'staff', language: 'sv' },
  ],
  [{ cards: Array.from({ length: 20 }, (_, n) => `0000000${n}`.slice(-8)).join('|') }, {}],
])('a row with %j is read', (cells, expected) => {
  expect(person(cells)).toMatchObject(expected)
})

it.each([
  [{ valid_until: '2027-02-30' }, 'valid_until'],
  [{ valid_until: '30.2.2027' }, 'valid_until'],
  [{ valid_until: '31.4.2027' }, 'valid_until'],
  [{ valid_until: '29.2.2027' }, 'valid_until'],
  [{ valid_until: '2.13.2027' }, 'valid_until'],
  [{ valid_until: '2.11.27' }, 'valid_until'],
  [{ former_names: 'a, b, c' }, 'former_names'],
  [{ former_names: ',' }, 'former_names'],
  [{ cards: '1.2E+09' }, 'cards'],
  [{ cards: '4,00123E+12' }, 'cards'],
  [{ cards: '12345678,0' }, 'cards'],
  [{ birth_date: '11/2/1997' }, 'birth_date'],
  [{ birth_date: '35736' }, 'birth_date'],
  [{ birth_date: '2.11.1997 0.00' }, 'birth_date'],
  [{ family: '#REF!' }, 'family'],
  [{ family: '#PUUTTUU!' }, 'family'],
  [{ given: '#SAKNAS!', family: 'Ek' }, 'given'],
  [{ sponsor: '#N/A', family: 'Ek' }, 'sponsor'],
  [{ family: '#NAMN?' }, 'family'],
  [{ family: '#DIV/0!' }, 'family'],
  [{ family: 'Err:502' }, 'family'],
  [{ cards: Array.from({ length: 21 }, (_, n) => `000000${n}00`.slice(-8)).join('|') }, 'L-247'],
])('a row with %j is refused', (cells, expected) => {
  expect(person(cells)).toEqual(expected)
})
