/**
 * Cards of a file: one that two people are given is refused on both rows, and one that may have lost its zeros is
 * marked.
 */
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { describe, expect, it } from 'vitest'
import { readHeader, readRow, type ReadRow } from '../../src-hub/imports/columns.ts'
import { createSurvey } from '../../src-hub/imports/survey.ts'
import type { Tables } from '../../src-hub/database/schema.ts'

/** A hub that knows nobody: every account of the file is a new person's. */
const db = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (of) => new PostgresIntrospector(of),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

const header = readHeader(['account', 'class', 'family', 'cards'])
function row(account: string, cards: string): ReadRow {
  if (!header.ok) throw new Error('header')
  const read = readRow(header.value, [account, 'student', 'Aho', cards])
  if (!read.ok) throw new Error(read.failure.code)
  return read.value
}

async function surveyed(cards: readonly string[]) {
  const rows = cards.map((each, i) => row(`account-${i}`, each))
  const survey = createSurvey()
  rows.forEach((each, i) => survey.take(i + 2, each))
  const done = await survey.done(db)
  return { others: rows.map((each) => done.otherHolder(each)), zeros: rows.map((each) => done.lostZeros(each)) }
}

describe('one card for two people', () => {
  it.each<[string, readonly string[], readonly (number | null)[]]>([
    ['nobody shares', ['11111111', '22222222'], [null, null]],
    ['two rows', ['11111111', '11111111'], [3, 2]],
    ['with one between them', ['11111111', '22222222', '11111111'], [4, null, 2]],
    ['three', ['11111111', '11111111', '11111111'], [3, 2, 2]],
    ['one of several', ['11111111|33333333', '22222222|33333333'], [3, 2]],
    ['in small letters', ['AABBCCDD', 'aabbccdd'], [3, 2]],
    ['with separators', ['AA:BB:CC:DD', 'AA-BB-CC-DD'], [3, 2]],
    ['with spaces', ['AA BB CC DD', 'AABBCCDD'], [3, 2]],
    ['two pairs', ['11111111', '22222222', '11111111', '22222222'], [4, 5, 2, 3]],
    ['twice in one row is one', ['11111111|11111111', '22222222'], [null, null]],
    ['no cards', ['', ''], [null, null]],
    ['a zero more is another card', ['011111111', '11111111'], [null, null]],
  ])('%s', async (_what, cards, others) => {
    expect((await surveyed(cards)).others).toEqual(others)
  })
})

describe('zeros that a spreadsheet may have taken', () => {
  it.each<[string, readonly string[], readonly boolean[]]>([
    ['others have them', ['0012345678', '12345678'], [false, true]],
    ['nobody has them', ['12345678', '87654321'], [false, false]],
    ['as long as those that have them', ['0012345678', '1112345678'], [false, false]],
    ['longer', ['0012345678', '123456789012'], [false, false]],
    ['letters: a spreadsheet leaves them', ['0012345678', 'AB345678'], [false, false]],
    ['the one with zeros comes later', ['12345678', '0012345678'], [true, false]],
    ['one of several', ['0012345678|AABBCCDD', 'AABBCC11|12345678'], [false, true]],
    ['a zero at the end says nothing', ['1234567890', '12345678'], [false, false]],
    ['every row', ['0012345678', '12345678', '23456789'], [false, true, true]],
    ['one digit short', ['0012345678', '123456789'], [false, true]],
    ['no cards', ['0012345678', ''], [false, false]],
  ])('%s', async (_what, cards, zeros) => {
    expect((await surveyed(cards)).zeros).toEqual(zeros)
  })
})

describe('more than twenty', () => {
  const many = (count: number) => Array.from({ length: count }, (_, n) => String(10_000_000 + n))
  it.each<[string, readonly string[], string]>([
    ['twenty', many(20), 'ok'],
    ['twenty-one', many(21), 'L-247'],
    ['a hundred', many(100), 'L-247'],
    ['twenty, each twice', [...many(20), ...many(20)], 'ok'],
    ['twenty and one of them in other clothes', [...many(20), '10:00:00:00'], 'ok'],
    ['none', [], 'ok'],
  ])('%s', (_what, cards, expected) => {
    if (!header.ok) throw new Error('header')
    const read = readRow(header.value, ['a', 'student', 'Aho', cards.join('|')])
    expect(read.ok ? 'ok' : read.failure.code).toBe(expected)
  })
})
