/** Files that the console makes in the browser: every cell is text, whatever was written into it. */
import { parse } from 'csv-parse/sync'
import { expect, it } from 'vitest'
import { csvText } from '../../src-hub/console/wording/files.ts'

it.each([
  '=1+1',
  "=cmd|' /C calc'!A0",
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  ' =1',
  '\u00a0=1',
  '\n+1',
  '＝1',
  '＋1',
  '－1',
  '＠A',
])('%j is no formula in a spreadsheet', (text) => {
  const rows: unknown = parse(csvText([['line', text]]))
  expect(rows).toEqual([['line', `'${text}`]])
})

it('quotation marks, commas and line breaks stay in their cell', () => {
  const rows = [
    ['a "b", c', 'd\r\ne'],
    ['', "O'Hara"],
  ]
  expect(parse(csvText(rows))).toEqual(rows)
})
