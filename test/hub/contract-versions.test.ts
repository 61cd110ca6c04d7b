/**
 * Upgrades that lose no kiosk: what kiosks of earlier versions said and were answered is recorded in
 * `test/contract-versions/`, one file for each version, never changed afterwards. The hub of today must take every
 * request of theirs and answer with all they read; and a kiosk of today must bear the answers of a hub to come.
 * `LODGE_RECORD_CONTRACT=FILE` records a new one.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KioskId } from '../../src-shared/domain/index.ts'
import { FeedPage, hubApi, type HubRoute } from '../../src-shared/hub-api/index.ts'
import { ledgerFacts, type LedgerKind } from '../../src-shared/hub-api/ledger-entry.ts'
import { parseEnrolmentCode } from '../../src-shared/protocol/enrolment-code.ts'
import { openingFingerprint } from '../../src-shared/protocol/opening-link.ts'
import { enrolOldKiosk, type Exchange } from '../contract-versions/old-kiosk.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

const folder = new URL('../contract-versions/', import.meta.url)
interface Version {
  readonly version: string
  readonly exchanges: readonly Exchange[]
  /** Facts of each kind of entry, as signed. */
  readonly facts: Readonly<Record<string, readonly unknown[]>>
}
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
const versions = files.map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Version)

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet()
})
afterAll(() => fleet.stop())

/**
 * Plays what a kiosk says on a first day: it comes, is granted two pickups, hands one over, and starts anew from a
 * snapshot.
 */
async function firstDay(
  desk: string,
  asked: readonly Pick<Exchange, 'route' | 'method' | 'path' | 'body'>[],
  accounts: readonly string[],
): Promise<Exchange[]> {
  const { code } = value(await fleet.agent().call('enrolmentCode', { body: { desk: desk as never } }))
  const exchanges: Exchange[] = []
  const kiosk = await enrolOldKiosk(fleet.hub(), parseEnrolmentCode(code)?.token ?? '', (exchange) =>
    exchanges.push(exchange),
  )
  let granted: { id: string; epoch: unknown } | null = null
  for (const one of asked) {
    let { body } = one
    if (one.route === 'ledger') {
      const entries = [
        kiosk.entry('kiosk-enrolled', null, null, { kiosk: kiosk.id, desk }),
        kiosk.entry('engine-started', null, null, { version: '0.1.0', generation: 1 }),
      ]
      if (granted !== null)
        entries.push(kiosk.entry('handed-over', granted.id, granted.epoch, { slip: 'S'.repeat(22) }))
      body = JSON.stringify({
        entries: entries.map(({ bytes, signature }, i) =>
          i === entries.length - 1 ? { bytes, signature } : { bytes },
        ),
      })
    }
    const reply = await kiosk.send({ ...one, body })
    expect(reply.status, `${one.route}: ${JSON.stringify(reply.json)}`).toBe(200)
    exchanges.push({ ...one, reply: reply.json })
    if (one.route === 'openingKey') {
      // It says only that it was told; a supervisor confirms it, as of any kiosk.
      const { openingKey } = kiosk
      const fingerprint = openingFingerprint(kiosk.id, openingKey)
      value(await fleet.agent().call('confirmOpeningKey', { body: { kiosk: KioskId.parse(kiosk.id), fingerprint } }))
      for (const account of accounts) await fleet.issue(account, desk)
    }
    if (one.route === 'feed')
      granted =
        (reply.json as { changes: { kind: string; pickup: { id: string; epoch: unknown } }[] }).changes.find(
          (change) => change.kind === 'pickup-granted',
        )?.pickup ?? null
  }
  if (granted === null) throw new Error('nothing was granted')
  const { state } = await fleet
    .hub()
    .db.selectFrom('pickup')
    .select('state')
    .where('id', '=', granted.id)
    .executeTakeFirstOrThrow()
  expect(state).toBe('handed-over')
  return exchanges
}

/** What is in `old` and not in `now`, or is of another kind there. */
function lost(old: unknown, now: unknown, at: string): string[] {
  if (old === null) return []
  if (Array.isArray(old)) {
    if (!Array.isArray(now)) return [at]
    // Of things with a kind, its like; else whatever comes first.
    const kindOf = (item: unknown) => (typeof item === 'object' && item !== null && 'kind' in item ? item.kind : null)
    const like = (item: unknown) => (now as unknown[]).find((other) => kindOf(other) === kindOf(item))
    return old.flatMap((item) => (like(item) === undefined ? [] : lost(item, like(item), `${at}[]`)))
  }
  if (typeof old === 'object') {
    if (typeof now !== 'object' || now === null) return [at]
    return Object.entries(old).flatMap(([key, value]) => {
      // Left out before, it may be left out now: only what was there is looked for.
      const found = (now as Record<string, unknown>)[key]
      return found === undefined ? [`${at}.${key}`] : lost(value, found, `${at}.${key}`)
    })
  }
  return now === null || typeof now === typeof old ? [] : [at]
}

/**
 * Keyed by words of the institution's (classes, proofs): a new word is no more detail, it waits until every kiosk knows
 * it.
 */
const byWords = new Set(['classes', 'proofRules'])

/** The same answer of a hub that says more. */
function saysMore(json: unknown): unknown {
  if (Array.isArray(json)) return json.map((item) => saysMore(item))
  if (typeof json !== 'object' || json === null) return json
  const more = Object.entries(json).map(([key, value]) => {
    if (!byWords.has(key)) return [key, saysMore(value)]
    return [key, Object.fromEntries(Object.entries(value as object).map(([word, rule]) => [word, saysMore(rule)]))]
  })
  return { ...Object.fromEntries(more), ofALaterVersion: { say: ['more', 1, null] } } as unknown
}

const recordTo = process.env.LODGE_RECORD_CONTRACT
async function record(to: string): Promise<void> {
  const none = { body: null, method: 'GET' as const }
  const report = { generation: 1, seq: 0, acked: 0, ackedHash: '0'.repeat(64), grants: null }
  const status = { light: 'green', serves: true, servesOffline: true, reasons: [], paused: null, staff: 1 }
  const asked = [
    { route: 'report', method: 'POST' as const, path: '/v1/report', body: report },
    {
      route: 'openingKey',
      method: 'POST' as const,
      path: '/v1/opening-key',
      body: { nonce: '{nonce}', openingKey: '{openingKey}' },
    },
    { route: 'feed', path: '/v1/feed?incarnation={incarnation}&cursor=0&limit=1000', ...none },
    { route: 'ledger', method: 'POST' as const, path: '/v1/ledger', body: 'entries' },
    { route: 'snapshot', path: '/v1/snapshot?limit=1000', ...none },
    { route: 'status', method: 'POST' as const, path: '/v1/status', body: status },
  ]
  // Kinds that are new need their samples written by hand.
  const facts = versions.at(-1)?.facts ?? {}
  const exchanges = await firstDay(fleet.desks[0] ?? '', asked, fleet.accounts.slice(0, 2))
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  writeFileSync(to, `${JSON.stringify({ version, exchanges, facts } satisfies Version, null, 1)}\n`)
}
if (recordTo !== undefined) test('records today’s contract', () => record(recordTo))

test('there is something to compare with', () => expect(versions.length).toBeGreaterThan(0))

describe.each(versions)('a kiosk of version $version', ({ exchanges, facts }) => {
  test('is served by the hub of today, and finds in every answer what it reads', async () => {
    const desk = fleet.desks[1] ?? ''
    const asked = exchanges.filter(({ route }) => route !== 'enrol')
    const today = await firstDay(desk, asked, fleet.accounts.slice(2, 4))
    for (const [i, { route, reply }] of exchanges.entries()) {
      expect(today[i]?.route).toBe(route)
      expect(lost(reply, today[i]?.reply, route), route).toEqual([])
    }
  })

  test('writes entries that are none of them poison today', () => {
    for (const [kind, samples] of Object.entries(facts)) {
      expect(Object.hasOwn(ledgerFacts, kind), kind).toBe(true)
      for (const sample of samples)
        expect(ledgerFacts[kind as LedgerKind].safeParse(sample).error, kind).toBeUndefined()
    }
  })

  test('was answered what a kiosk of today understands; what a later hub adds does not disturb it', () => {
    for (const { route, reply } of exchanges) {
      const { reply: schema } = hubApi[route as HubRoute]
      expect(schema.safeParse(reply).error, route).toBeUndefined()
      expect(schema.safeParse(saysMore(reply)).error, route).toBeUndefined()
    }
  })
})

test('a kiosk of 0.1 is asked to give a grant back whose person was corrected, and gets another with what is right', async () => {
  const [desk = '', account = ''] = [fleet.desks[2], fleet.accounts[4]]
  const { code } = value(await fleet.agent().call('enrolmentCode', { body: { desk: desk as never } }))
  const kiosk = await enrolOldKiosk(fleet.hub(), parseEnrolmentCode(code)?.token ?? '', () => undefined)
  const say = async (method: 'GET' | 'POST', path: string, body: unknown) => {
    const { status, json } = await kiosk.send({ method, path, body })
    expect(status, `${path}: ${JSON.stringify(json)}`).toBe(200)
    return json as {
      readonly changes: readonly { readonly kind: string; readonly pickup: unknown; readonly epoch: unknown }[]
    }
  }
  const feed = async () => (await say('GET', '/v1/feed?incarnation={incarnation}&cursor=0&limit=1000', null)).changes
  const grants = async () =>
    (await feed()).flatMap(({ kind, pickup }) =>
      kind === 'pickup-granted' ? [pickup as { id: string; epoch: { n: number }; name: { family: string } }] : [],
    )
  await say('POST', '/v1/report', { generation: 1, seq: 0, acked: 0, ackedHash: '0'.repeat(64), grants: null })
  await say('POST', '/v1/opening-key', { nonce: '{nonce}', openingKey: '{openingKey}' })
  const fingerprint = openingFingerprint(kiosk.id, kiosk.openingKey)
  value(await fleet.agent().call('confirmOpeningKey', { body: { kiosk: KioskId.parse(kiosk.id), fingerprint } }))
  await fleet.issue(account, desk)
  const [first] = await grants()
  await fleet
    .hub()
    .db.updateTable('recipient')
    .set({ family: 'Saarela' })
    .where('id', 'in', (e) => e.selectFrom('account').select('recipient').where('account', '=', account))
    .execute()
  await fleet.hub().runJobs()
  // Of the same grant again it would take a new end alone, and go on with the old name.
  expect((await grants()).map(({ epoch }) => epoch.n)).toEqual([1])
  const asked = (await feed()).find(({ kind, pickup }) => kind === 'pickup-revoke' && pickup === first?.id)
  expect(asked?.epoch).toEqual(first?.epoch)
  const entries = [
    kiosk.entry('kiosk-enrolled', null, null, { kiosk: kiosk.id, desk }),
    kiosk.entry('revoke-acknowledged', first?.id ?? null, first?.epoch, {}),
  ]
  await say('POST', '/v1/ledger', JSON.stringify({ entries }))
  expect((await grants()).map(({ epoch, name }) => [epoch.n, name.family]).at(-1)).toEqual([2, 'Saarela'])
})

test('a change of a kind that a kiosk does not know yet counts and says nothing; a known kind that is malformed is still refused', () => {
  const page = {
    incarnation: 'I'.repeat(22),
    next: 2,
    more: false,
    hubTime: 1_772_438_400_000,
    changes: [{ seq: 1, kind: 'of-a-later-version', more: [1] }],
  }
  expect(FeedPage.parse(page).changes).toEqual([{ seq: 1, kind: 'later' }])
  expect(FeedPage.safeParse({ ...page, changes: [{ seq: 1, kind: 'pickup-closed' }] }).success).toBe(false)
  expect(FeedPage.safeParse({ ...page, changes: [{ kind: 'of-a-later-version' }] }).success).toBe(false)
})
