/**
 * Tries of e-ID at the hub, on real PostgreSQL, with a clock and a broker of the test's own: once, in time, by whom it
 * was meant for.
 */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createEIds, isRecipient, type Broker, type EIds } from '../../src-hub/e-id/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
let eIds: EIds
let kiosk = { id: '', desk: '' }
let staff = ''
let pickup = ''
let at = Date.now()
let answer: () => Result<{ claims: Record<string, unknown>; acr: string }>
let away = false
let asked = 0
const nelli = { family_name: 'Kivelä', given_name: 'Nelli', birthdate: '2003-09-18' }

beforeAll(async () => {
  fleet = await startFleet()
  const { db, keys } = fleet.hub()
  const desk = (await db.selectFrom('desk').select('id').where('kind', '=', 'helpdesk').executeTakeFirstOrThrow()).id
  const record = (await fleet.kiosk(desk, 'helpdesk')).records.read()
  kiosk = { id: record?.kiosk ?? '', desk }
  staff = (await db.selectFrom('staff').select('id').where('role', '=', 'counter').executeTakeFirstOrThrow()).id
  pickup = await fleet.issue('kivelane', desk)
  let n = 0
  const broker: Broker = {
    newBinding: () => ({ state: `state-${++n}`, nonce: 'n', verifier: 'v' }),
    address: ({ state }) => Promise.resolve(away ? fail('L-319') : ok(`https://broker.example/?state=${state}`)),
    finish: () => {
      asked += 1
      return Promise.resolve(answer())
    },
  }
  const settings = {
    issuer: 'https://broker.example',
    clientId: 'x',
    clientSecret: null,
    publicUrl: 'https://lodge.example',
    acr: ['loa3'],
    scope: 'openid',
    seconds: 300,
    maxAgeSeconds: 300,
  }
  eIds = createEIds({ db, keys, now: () => at, settings, broker })
}, 120_000)
afterAll(() => fleet.stop())
beforeEach(() => {
  at = Date.now()
  away = false
  asked = 0
  answer = () => ok({ claims: nelli, acr: 'loa3' })
})

const code = (result: Result<unknown>) => (result.ok ? 'ok' : result.failure.code)
async function begin() {
  const begun = value(await eIds.begin(kiosk, staff, pickup))
  return { ...begun, word: new URL(begun.address).pathname.split('/').at(-1) ?? '' }
}
async function opened() {
  const begun = await begin()
  const { address, keep } = value(await eIds.open(begun.word, 'fi'))
  return { ...begun, state: new URL(address).searchParams.get('state') ?? '', keep }
}
const stateOf = async (attempt: string) => value(await eIds.stateOf(kiosk.id, attempt))

it('runs out: before it is opened, with the broker, and on the way back', async () => {
  const unopened = await begin()
  at += 300_001
  expect(await eIds.waiting(unopened.word)).toBe(false)
  expect(code(await eIds.open(unopened.word, 'fi'))).toBe('L-318')
  expect(await stateOf(unopened.attempt)).toEqual({ state: 'failed', code: 'L-316' })
  const { attempt, state, keep } = await opened()
  at += 300_001
  expect(code(await eIds.finish(state, keep, ''))).toBe('L-316')
  expect(asked).toBe(0)
  expect(await stateOf(attempt)).toEqual({ state: 'failed', code: 'L-316' })
})

it('is opened by one browser and finished by that one, once, however many try at the same time', async () => {
  const { word } = await begin()
  const tries = await Promise.all([1, 2, 3].map(() => eIds.open(word, 'fi')))
  expect(tries.map(code).sort()).toEqual(['L-318', 'L-318', 'ok'])
  const { attempt, state, keep } = await opened()
  expect(code(await eIds.finish(state, 'another', ''))).toBe('L-318')
  const ends = await Promise.all([1, 2, 3].map(() => eIds.finish(state, keep, '')))
  expect(ends.map(code).sort()).toEqual(['L-318', 'L-318', 'ok'])
  expect(asked).toBe(1)
  expect(await stateOf(attempt)).toEqual({ state: 'proved', code: null })
})

it('that the desk has left proves nothing, even while the broker was being asked', async () => {
  const { attempt, state, keep } = await opened()
  const finishing = eIds.finish(state, keep, '')
  await eIds.cancel(kiosk.id, attempt)
  const finished = await finishing
  expect(await stateOf(attempt)).toEqual({ state: 'failed', code: 'L-318' })
  expect(['ok', 'L-318']).toContain(code(finished))
  // And another kiosk neither sees nor ends it.
  const mine = await begin()
  await eIds.cancel(newId(), mine.attempt)
  expect(code(await eIds.stateOf(newId(), mine.attempt))).toBe('L-318')
  expect((await stateOf(mine.attempt)).state).toBe('waiting')
})

it('keeps neither token, nor claim, nor code of identity', async () => {
  answer = () => ok({ claims: { ...nelli, 'urn:oid:1.2.246.21': '180903A123X' }, acr: 'loa3' })
  const { attempt, state, keep } = await opened()
  value(await eIds.finish(state, keep, ''))
  const { db } = fleet.hub()
  const row = await db.selectFrom('e_id').selectAll().where('id', '=', attempt).executeTakeFirstOrThrow()
  expect(row).toMatchObject({ nonce: null, verifier: null, acr: 'loa3' })
  const audit = await db.selectFrom('audit').selectAll().where('pickup', '=', pickup).execute()
  expect(JSON.stringify([row, audit])).not.toMatch(/180903|2003-09-18|Nelli/)
})

it('a broker that is away uses nothing up', async () => {
  const { word } = await begin()
  away = true
  expect(code(await eIds.open(word, 'fi'))).toBe('L-319')
  away = false
  expect(code(await eIds.open(word, 'fi'))).toBe('ok')
})

it('is for a pickup that this kiosk holds', async () => {
  expect(code(await eIds.begin({ id: newId(), desk: kiosk.desk }, staff, pickup))).toBe('L-201')
  expect(code(await eIds.begin(kiosk, staff, newId()))).toBe('L-201')
})

it('the recipient is known by identity code where there is one on record, else by birth date and name together', () => {
  const { keys } = fleet.hub()
  const record = {
    name: { family: 'Åkerström-Bäck', given: 'Aino Maria' },
    formerNames: [{ family: 'Bäck', given: 'Aino Maria' }],
    birthDate: keys.seal('2003-03-14'),
    identityBlind: null,
  }
  const claims = { family_name: 'Åkerström-Bäck', given_name: 'Aino Maria', birthdate: '2003-03-14' }
  const same = (
    changed: Record<string, unknown>,
    on: Partial<typeof record> & { identityBlind?: Buffer | null } = {},
  ) => isRecipient(keys, { ...claims, ...changed }, { ...record, ...on })
  expect(same({})).toBe(true)
  expect(same({ family_name: 'Akerstrom Back' })).toBe(true)
  expect(same({ given_name: 'Aino' })).toBe(true)
  expect(same({ family_name: 'Bäck' })).toBe(true)
  expect(same({ birthdate: undefined, 'urn:oid:1.3.6.1.4.1.25178.1.2.3': '20030314' })).toBe(true)
  expect(same({ birthdate: '2003-03-15' })).toBe(false)
  expect(same({ family_name: 'Åkerlund' })).toBe(false)
  expect(same({ given_name: 'Aila' })).toBe(false)
  expect(same({ birthdate: undefined })).toBe(false)
  expect(same({ given_name: '' })).toBe(false)
  expect(same({}, { birthDate: null as never })).toBe(false)
  const coded = { identityBlind: keys.blind('identity-code', '140303A123X') as never }
  expect(same({ hetu: '140303a123x', family_name: 'Uusi' }, coded)).toBe(true)
  // Another person of the same name and birth date.
  expect(same({ nationalIdentityNumber: '140303A999X' }, coded)).toBe(false)
  // A broker that gives no code: as without one.
  expect(same({}, coded)).toBe(true)
})
