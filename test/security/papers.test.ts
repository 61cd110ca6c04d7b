/** Documents at a whole desk: what proves, what does not and is said, and what the ledger keeps of the expiry. */
import { afterEach, describe, expect, it } from 'vitest'
import { RecipientId } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { buildTd1, buildTd2, buildTd3 } from '../../src-main/identity/documents/index.ts'
import { factsOf, onCopy } from '../support/desk-ledger.ts'
import { startTestDesk, type TestDesk } from './desk.ts'

const kaisa = {
  issuer: 'FIN',
  number: 'XQ7654321',
  family: 'Koe',
  given: 'Kaisa',
  nationality: 'FIN',
  birthDate: '2001-02-03',
  expiryDate: '2031-01-01',
}
let desk: TestDesk
afterEach(async () => {
  expect(desk.bugs).toEqual([])
  await desk.stop()
})
const begin = async (more: Parameters<typeof startTestDesk>[1] = {}) => {
  desk = await startTestDesk('porter', more)
  await desk.signIn(desk.staff.porter)
}
const first = () => desk.pickups[0]?.id ?? ''
const document = (more: Partial<typeof kaisa>, build = buildTd3) => build({ ...kaisa, ...more }).join('\n')

/** A pickup is open and a document is scanned: what is on the screen, and the code of the notice. */
async function shown(text: string, symbol?: string) {
  await desk.call('openPickup', { pickup: first() })
  desk.scan(text, symbol)
  const { counter } = desk.state()
  if (counter.step !== 'verify') throw new Error(counter.step)
  const noticed = desk.sent.findLast((line) => line.includes('"scanNotice"')) ?? ''
  return {
    document: counter.document,
    notice: counter.notice?.code ?? null,
    said: /L-\d{3}/.exec(noticed)?.[0] ?? null,
    mayByEye: counter.birthDateOnRecord && counter.proofs.length > 0 && counter.verification === null,
  }
}

/** Facts of the ledger's entries of this kind, and the kept rows, out of a copy of the database. */
function kept(kind: string) {
  const rows = onCopy(desk.at.file, (db) =>
    db.prepare<[], string | null>('SELECT expiry FROM verification ORDER BY rowid').pluck().all(),
  )
  return { facts: factsOf(desk.at.file, kind), rows }
}

describe('what was seen of the expiry', () => {
  it.each([
    ['a passport in force', document({}), 'valid'],
    ['a passport good through today', document({ expiryDate: '2026-03-02' }), 'valid'],
    ['no expiry, three lines', document({ expiryDate: '' }, buildTd1), 'none'],
    ['no expiry, two lines of 36', document({ expiryDate: '' }, buildTd2), 'none'],
    ['no expiry, a passport', document({ expiryDate: '' }), 'none'],
    ['this month, without a day', document({ expiryDate: '2026-03' }), 'none'],
    ['without limit', document({ expiryDate: '2099-12-31' }), 'permanent'],
    ['without limit, the other way', document({ expiryDate: '2099-01-01' }), 'permanent'],
  ])('%s', async (_, text, seen) => {
    await begin({ every: { recipientClass: 'student' } })
    const read = await shown(text)
    // The policy of this desk takes passports alone: what it refuses is the kind, never the expiry.
    if (read.document === null) {
      expect(read).toMatchObject({ notice: 'L-304', mayByEye: true })
      return
    }
    expect(read.document).toMatchObject({ expiry: seen })
    const proved = await desk.call('verifyDocument', { pickup: first(), statement: true })
    expect(proved.ok).toBe(true)
    const { facts, rows } = kept('verification')
    expect(facts).toMatchObject([{ method: 'machine-read', expiry: seen }])
    expect(facts[0]).not.toHaveProperty('expiryValid')
    expect(rows).toEqual([seen])
  })
  it('by eye, and by an expired document: not, and the check by eye remains', async () => {
    await begin()
    expect(await shown(document({ expiryDate: '2026-03-01' }))).toMatchObject({
      document: null,
      notice: 'L-301',
      mayByEye: true,
    })
    const byEye = { pickup: first(), kind: 'passport', issuerCountry: 'FIN', birthDate: '2001-02-03', statement: true }
    expect((await desk.call('verifyByEye', byEye)).ok).toBe(true)
    expect(kept('verification')).toMatchObject({ facts: [{ method: 'by-eye', expiry: 'by-eye' }], rows: ['by-eye'] })
  })
  it('is told to an older hub in the words that it knows, and kept here as it was', async () => {
    await begin({ hubFacts: 1 })
    await shown(document({ expiryDate: '2099-12-31' }))
    await desk.call('verifyDocument', { pickup: first(), statement: true })
    const { facts, rows } = kept('verification')
    expect(facts).toMatchObject([{ expiryValid: true }])
    expect(facts[0]).not.toHaveProperty('expiry')
    expect(rows).toEqual(['permanent'])
  })
})

describe('a birth date of which a part is known', () => {
  it.each([
    ['record and document know the month', '2001-02', '2001-02', true],
    ['record and document know the year', '2001', '2001', true],
    ['the document knows more than the record', '2001-02', '2001-02-03', true],
    ['the document knows much more than the record', '2001', '2001-02-03', true],
    ['the record knows more', '2001-02-03', '2001-02', 'L-324'],
    ['the record knows much more', '2001-02-03', '2001', 'L-324'],
    ['the record knows the month, the document the year', '2001-02', '2001', 'L-324'],
    ['the document gives none', '2001-02-03', '', 'L-324'],
    ['another month', '2001-02', '2001-03', 'L-302'],
    ['another month than the whole date', '2001-02-03', '2001-03', 'L-302'],
    ['another year', '2001', '2002-02-03', 'L-302'],
    ['a hundred years earlier', '1924-05-06', '1924-05-06', true],
  ])('%s', async (_, born, birthDate, expected) => {
    await begin({ born })
    const read = await shown(document({ birthDate }))
    if (expected === true) expect(read).toMatchObject({ document: { kind: 'passport' }, notice: null })
    else expect(read).toMatchObject({ document: null, notice: expected, mayByEye: true })
    expect(kept('verification-refused').facts).toEqual(expected === true ? [] : [{ code: expected }])
  })
  it('with nothing open, opens the one person whom it may be of, and says what would do', async () => {
    await begin({ every: { recipient: 'R'.repeat(22) as never } })
    desk.scan(document({ birthDate: '2001-02' }))
    expect(desk.state().counter).toMatchObject({ step: 'verify', document: null, notice: { code: 'L-324' } })
  })
  it('opens nobody where it may be of several people', async () => {
    await begin({ each: [0, 1, 2].map(() => () => ({ recipient: RecipientId.parse(newId()) })) })
    desk.scan(document({ birthDate: '2001-02' }))
    expect(desk.state().counter).toMatchObject({ step: 'refused', failure: { code: 'L-250' } })
    await desk.call('dismiss', {})
    desk.scan(document({ birthDate: '' }))
    expect(desk.state().counter).toMatchObject({ step: 'refused', failure: { code: 'L-324' } })
  })
  it('by eye: a part of it is no guess at the rest, and counts as one that was wrong', async () => {
    await begin({ born: '2001-02-03' })
    const key = async (birthDate: string) => {
      await desk.call('openPickup', { pickup: first() })
      const keyed = { pickup: first(), kind: 'passport', issuerCountry: 'FIN', birthDate, statement: true }
      const result = await desk.call('verifyByEye', keyed)
      return result.ok ? 'ok' : result.failure.code
    }
    expect(await key('2001-02')).toBe('L-324')
    expect(await key('2002')).toBe('L-324')
    expect(await key('2001-02-04')).toBe('L-305')
    expect(await key('2001')).toBe('L-324')
    expect(await key('2001-03')).toBe('L-324')
    expect(await key('2001-02-03')).toBe('L-323')
  })
  it('by eye: a record that knows a part is borne out by the part, and by the whole', async () => {
    await begin({ born: '2001-02' })
    await desk.call('openPickup', { pickup: first() })
    const keyed = { pickup: first(), kind: 'passport', issuerCountry: 'FIN', statement: true }
    expect(await desk.call('verifyByEye', { ...keyed, birthDate: '2001' })).toMatchObject({
      failure: { code: 'L-324' },
    })
    expect(await desk.call('verifyByEye', { ...keyed, birthDate: '2001-03-03' })).toMatchObject({
      failure: { code: 'L-305' },
    })
    expect((await desk.call('verifyByEye', { ...keyed, birthDate: '2001-02' })).ok).toBe(true)
    expect((await desk.call('verifyByEye', { ...keyed, birthDate: '2001-02-28' })).ok).toBe(true)
  })
})

it('lines out of a symbol prove nothing at a desk: said, and the check by eye remains', async () => {
  await begin()
  for (const symbol of [']Q1', ']d1', ']C0', ']L0', ']z0']) {
    const read = await shown(document({}), symbol)
    expect(read, symbol).toEqual({ document: null, notice: null, said: 'L-326', mayByEye: true })
    expect(await desk.call('verifyDocument', { pickup: first(), statement: true })).toMatchObject({
      failure: { code: 'L-303' },
    })
  }
  expect((await shown(document({}))).document).not.toBeNull()
})
