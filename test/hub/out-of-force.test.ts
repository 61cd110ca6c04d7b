/**
 * Secrets that must not bind any more stay out of force at the source, in whatever order words of them arrive. Real
 * PostgreSQL.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { transact } from '../../src-hub/database/index.ts'
import { takeLedger } from '../../src-hub/ledger/index.ts'
import { revokePickup, type GrantParts } from '../../src-hub/pickups/index.ts'
import { createSecretWorker } from '../../src-hub/secret-jobs/index.ts'
import { generateSecret, type SecretSource, type SourceOutcome } from '../../src-hub/secret-source/index.ts'
import { handOver } from '../bench/sync/handovers.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet('supervisor', { work: false })
})
afterAll(() => fleet.stop())

/** As a hub with a directory whose secrets are locked until they are handed over. */
const withDirectory = (): GrantParts => ({
  ...fleet.hub().parts,
  secrets: {
    generate: (kind) => generateSecret(kind),
    directory: true,
    atHandover: true,
    settle: async () => undefined,
  },
})
/** Issued and granted, its secret in force at the source. */
async function inForce(n: number, desk: string): Promise<string> {
  const account = fleet.accounts[n] ?? ''
  const pickup = await fleet.issue(account, desk)
  await fleet
    .hub()
    .db.insertInto('secret_job')
    .values({ account, pickup, kind: 'set', state: 'done', asked: true, not_before: 0, created_at: 0 })
    .execute()
  return pickup
}
const owed = async (pickup: string) =>
  (
    await fleet
      .hub()
      .db.selectFrom('secret_job')
      .select(['kind', 'forced', 'state'])
      .where('pickup', '=', pickup)
      .where('state', '=', 'pending')
      .execute()
  ).map(({ kind, forced }) => `${kind}${forced ? ' forced' : ''}`)
const revoke = (pickup: string, reason: 're-routed' | 'revoked' | 'superseded' | 'blocked', to: string | null) =>
  transact(fleet.hub().db, (tx) => revokePickup(tx, withDirectory(), pickup, reason, to))

test('one that is blocked or superseded while it is on the move is put out of force at once, not when its kiosk comes back', async () => {
  const [desk = '', other = ''] = fleet.desks
  await fleet.kiosk(desk, 'away')
  const blocked = await inForce(0, desk)
  expect(await revoke(blocked, 're-routed', other)).toBe('revoking')
  expect(await owed(blocked)).toEqual([])
  expect(await revoke(blocked, 'blocked', null)).toBe('revoking')
  expect(await owed(blocked)).toEqual(['disable forced'])
  const superseded = await inForce(1, desk)
  await revoke(superseded, 're-routed', other)
  await revoke(superseded, 'superseded', null)
  expect(await owed(superseded)).toEqual(['disable'])
  // On its way out already, and then blocked.
  const revoked = await inForce(2, desk)
  await revoke(revoked, 'revoked', null)
  expect(await owed(revoked)).toEqual([])
  await revoke(revoked, 'blocked', null)
  expect(await owed(revoked)).toEqual(['disable forced'])
})

test('a written-off kiosk that tells of a handover later is a dispute: its burned secret is not put into force again', async () => {
  const desk = fleet.desks[2] ?? ''
  const kiosk = await fleet.kiosk(desk, 'lost')
  const pickup = await inForce(3, desk)
  value(await kiosk.sync.now())
  handOver(kiosk, 1)
  const id = kiosk.records.read()?.kiosk
  if (id === undefined) throw new Error('enrolled')
  value(await fleet.agent().call('writeOff', { body: { kiosk: id } }))
  const { db } = fleet.hub()
  value(await takeLedger(db, withDirectory(), id, kiosk.ledger.after(kiosk.records.read()?.acked ?? 0, 100)))
  expect((await fleet.alarms()).disputes.map((dispute) => dispute.pickup)).toEqual([pickup])
  expect(await owed(pickup)).not.toContain('enable')
})

test.each<[string, SourceOutcome, string[]]>([
  ['and written', { kind: 'refused', why: 'must-change is not in force', written: true }, ['forced']],
  ['and not written', { kind: 'refused', why: 'no such account, or more than one' }, []],
])(
  'a secret that the source refused, %s: what may bind is put out of force, whatever the person did since',
  async (_what, refused, expected) => {
    const { db } = fleet.hub()
    const account = fleet.accounts[refused.kind === 'refused' && refused.written === true ? 4 : 5] ?? ''
    const pickup = await fleet.issue(account, fleet.desks[0] ?? '')
    await db.updateTable('pickup').set({ state: 'unassigned' }).where('id', '=', pickup).execute()
    await db.insertInto('secret_job').values({ account, pickup, kind: 'set', not_before: 0, created_at: 0 }).execute()
    const disabled: string[] = []
    const source: SecretSource = {
      set: async ({ account: whose }) => (whose === account ? refused : { kind: 'done' }),
      disable: async (whose, forced) => {
        if (whose === account) disabled.push(forced ? 'forced' : 'unless changed')
        return { kind: 'done' }
      },
      enable: async () => ({ kind: 'done' }),
      unused: async () => ({ kind: 'done' }),
      expire: async () => ({ kind: 'done' }),
      prolong: async () => ({ kind: 'done' }),
    }
    const bugs: unknown[] = []
    await createSecretWorker(db, withDirectory(), source, (_job, error) => bugs.push(error)).settle(pickup, null)
    expect(disabled).toEqual(expected)
    const rows = await db.selectFrom('pickup').select('held').where('id', '=', pickup).execute()
    expect(rows).toEqual([{ held: true }])
    expect((await fleet.alarms()).alarms.filter((one) => one.pickup === pickup).map(({ kind }) => kind)).toEqual([
      'secret-refused',
    ])
    expect(bugs).toEqual([])
  },
)
