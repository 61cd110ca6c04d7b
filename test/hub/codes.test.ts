/** Forty codes in a morning: the CSV, and the files that kiosks take. */
import fc from 'fast-check'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { fileName, provisioningFile, type DeskLine } from '../../src-hub/kiosks/provisioning.ts'
import { codesCsv, type Invited } from '../../src-hub/kiosks/index.ts'
import { ProvisioningFile } from '../../src-main/shell/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { shownText } from '../../src-shared/domain/human-text.ts'

const desk = (name: string): DeskLine =>
  ({
    id: newId(),
    kind: 'porter',
    name: { fi: name, sv: name, en: name },
    unit: { fi: 'Y', sv: 'Y', en: 'Lakeside' },
  }) as unknown as DeskLine
const common = {
  hub: 'https://hub.example:8443',
  authority: '-----BEGIN CERTIFICATE-----',
  mode: 'kiosk' as const,
  support: 'Helpdesk 09 0000',
}

test('forty desks are forty lines with codes of their own and files of their own name', () => {
  const invited: Invited[] = Array.from({ length: 40 }, (_, i) => ({ desk: desk(`Lodge ${i % 3}`), code: `CODE-${i}` }))
  const rows = parse(codesCsv(invited), { columns: true }) as unknown as Record<string, string>[]
  expect(rows.map((row) => row['code'])).toEqual(invited.map(({ code }) => code))
  expect(new Set(rows.map((row) => row['file'])).size).toBe(40)
})

test('a file is one that a kiosk takes', () => {
  const file: unknown = JSON.parse(provisioningFile({ desk: desk('Lodge'), code: 'ABCD.EFGH' }, common))
  expect(ProvisioningFile.parse(file)).toMatchObject({
    hub: common.hub,
    code: 'ABCD.EFGH',
    mode: 'kiosk',
    printer: { kind: 'none' },
  })
})

test('a desk’s name is no formula in a spreadsheet, breaks no line, and makes a safe file name', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('=1+1', '+cmd', '-x', '@SUM(A1)', "'", '../../etc', 'a"b,c\r\nd'),
      ),
      (name) => {
        const invited = { desk: desk(name), code: 'X' }
        const [row] = parse(codesCsv([invited]), { columns: true, relax_quotes: false }) as unknown as Record<
          string,
          string
        >[]
        // What cannot be seen has gone.
        const shown = shownText(name)
        expect([shown, `'${shown}`]).toContain(row?.['desk'])
        expect(row?.['desk'] ?? '').not.toMatch(/^[=+\-@\t\r]/)
        expect(fileName(invited)).toMatch(/^[a-z0-9][A-Za-z0-9_-]*\.json$/)
      },
    ),
  )
})
