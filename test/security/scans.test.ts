/**
 * Whatever is scanned at a desk: no card number, line of a document, identity code or birth date goes to the window or
 * to the disk.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildTd1, buildTd2, buildTd3 } from '../../src-main/identity/documents/index.ts'
import { createSearch, formsOf } from '../canary/needles.ts'
import { startTestDesk, type TestDesk } from './desk.ts'

const someone = {
  issuer: 'FIN',
  number: 'XQ7654321',
  family: 'Kanarialintu',
  given: 'Aino',
  nationality: 'FIN',
  birthDate: '1987-06-05',
  expiryDate: '2041-01-01',
}
const documents = [buildTd1(someone), buildTd2(someone), buildTd3(someone)]
const cards = ['04C4A7D1E2F380', '6430098765432', 'LODGE:7K2M9QXA']
const codes = ['131052-308T', '010594Y9032']
const forged = documents.map(([first = '', second = '', ...rest]) => [
  first,
  second.replace(/\d(?=.$)|\d$/, 'Z'),
  ...rest,
])

let desk: TestDesk
beforeAll(async () => {
  desk = await startTestDesk('porter')
})
afterAll(() => desk.stop())

it('signed in or not, matching or not, well-formed or forged', async () => {
  const scans = [
    ...cards,
    ...codes,
    ...documents.flatMap((lines) => [
      lines.join('\n'),
      lines.join(''),
      lines.join('\r\n').toLowerCase(),
      lines[0] ?? '',
    ]),
    ...forged.map((lines) => lines.join('\n')),
  ]
  for (const text of scans) desk.scan(text)
  await desk.signIn(desk.staff.porter)
  for (const text of scans) {
    desk.scan(text)
    await desk.call('state', {})
  }
  await desk.call('journal', { limit: 200 })
  const needles = [
    ...[desk.staff.porter.card, '04C4A7D1E2F380', '6430098765432', '7K2M9QXA'].flatMap((text) => formsOf('card', text)),
    ...codes.flatMap((text) => formsOf('identity-code', text)),
    ...[...documents, ...forged].flat().flatMap((line) => formsOf('mrz', line)),
    ...['XQ7654321', 'KANARIALINTU', '870605', '1987-06-05'].flatMap((text) => formsOf('document', text)),
  ]
  const search = createSearch(needles)
  expect(search(Buffer.from(desk.sent.join('\n')))).toEqual([])
  expect(desk.sent.length).toBeGreaterThan(20)
  const files = readdirSync(desk.at.folder).map((name) => readFileSync(join(desk.at.folder, name)))
  expect(Buffer.concat(files).length).toBeGreaterThan(4096)
  for (const bytes of files) expect(search(bytes)).toEqual([])
  expect(desk.bugs).toEqual([])
  // The search finds what is there.
  expect(search(Buffer.from(`x${cards[0] ?? ''}x`)).length).toBeGreaterThan(0)
})
