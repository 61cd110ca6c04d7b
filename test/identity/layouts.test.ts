/**
 * Layouts of real documents, as ICAO 9303 and issuers describe them, with invented people and numbers (layouts.json):
 * each must be read as what it is. The digits in the table were computed apart from the sources.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { expiryOn, readMrz } from '../../src-main/identity/documents/index.ts'
import { classifyScan } from '../../src-main/identity/scans/index.ts'
import {
  createDocumentDecoder,
  createHidPosDecoder,
  encodeDocument,
  encodeHidPos,
} from '../../src-main/readers/index.ts'

const Layout = z.strictObject({
  name: z.string(),
  source: z.string(),
  today: z.iso.date(),
  lines: z.array(z.string()),
  expected: z.union([
    z.string().regex(/^L-\d{3}$/),
    z.strictObject({
      kind: z.string(),
      issuerCountry: z.string(),
      family: z.string(),
      given: z.string(),
      birthDate: z.string().nullable(),
      orBorn: z.string().nullable().default(null),
      expiry: z.enum(['valid', 'expired', 'none', 'permanent']),
      truncated: z.boolean().optional(),
      format: z.string().optional(),
    }),
  ]),
})
const table = z.array(Layout).parse(JSON.parse(readFileSync(new URL('layouts.json', import.meta.url), 'utf8')))

it('has layouts enough, each under its own name', () => {
  expect(table.length).toBeGreaterThan(60)
  expect(new Set(table.map(({ name }) => name)).size).toBe(table.length)
})

describe.each(table)('$name', ({ lines, today, expected }) => {
  it('is read as what it is', () => {
    const read = readMrz(lines, today)
    if (typeof expected === 'string') {
      expect(read).toEqual({ ok: false, failure: { code: expected } })
      return
    }
    if (!read.ok) throw new Error(read.failure.code)
    expect({ ...read.value, expiry: expiryOn(read.value, today) }).toMatchObject(expected)
  })
  it('is the same document however its lines come: by OCR in bar code reports, or from a document reader', () => {
    const read = readMrz(lines, today)
    const wanted = read.ok
      ? { kind: 'document', document: read.value }
      : { kind: 'unreadable', failure: { code: read.failure.code } }
    const line = createHidPosDecoder()
    const [whole] = encodeHidPos(lines.join('\r'), ']o1').flatMap((report) => line.push(report))
    const reader = createDocumentDecoder()
    // Line by line, each with its own end, as hand-held imagers send them.
    const oneByOne = lines.flatMap((each) => encodeDocument([each])).flatMap((report) => reader.push(report))
    expect(oneByOne.map(({ text }) => text)).toEqual([lines.join('\n')])
    for (const text of [whole?.text ?? '', oneByOne[0]?.text ?? '', lines.join('')])
      expect(classifyScan({ text, offDocument: true }, today)).toEqual(wanted)
  })
  it('is nobody’s document when a symbol carries it, and no card either', () => {
    for (const text of [lines.join('\n'), lines.join(''), ...lines.slice(0, 1)])
      expect(classifyScan({ text }, today)).toEqual({ kind: 'unreadable', failure: { code: 'L-326' } })
  })
})
