/**
 * A pickup is asked back in the middle of its print: the answer waits for the paper, and goes once the paper is
 * accounted for (promise P5).
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Desk } from '../../src-shared/domain/index.ts'
import { Policy } from '../../src-shared/policy/index.ts'
import type { GrantedPickup } from '../../src-shared/hub-api/index.ts'
import { createVerifications, createWalkIns } from '../../src-main/identity/index.ts'
import type { PrintOutcome, Printer } from '../../src-main/printers/index.ts'
import { createApprovals, createRelease, createSlips, settleSlip } from '../../src-main/release/index.ts'
import { createApplier } from '../../src-main/sync/index.ts'
import { enrolledFolder, openRooms, person, type EnrolledFolder, type Rooms } from '../staff/rooms.ts'

const now = () => Date.UTC(2026, 2, 2, 8)
const words = { fi: 'Piste', sv: 'Disken', en: 'Desk' }
let at: EnrolledFolder
let rooms: Rooms
let pickup: GrantedPickup

beforeEach(async () => {
  at = enrolledFolder()
  rooms = openRooms(at, { now })
  const supervisor = person('Erja Esimies', 'supervisor', 'E001000005')
  rooms.know(supervisor)
  const place = {
    kind: 'porter',
    name: words,
    unit: words,
    organisation: words,
    changeAddress: 'https://a.example',
    selfServiceAddress: 'https://a.example',
  }
  rooms.records.setDesk(Desk.parse({ ...place, id: at.desk, address: '', slipPrefix: 'TES' }))
  const rule = {
    ...{ recipientClass: 'student', channel: 'porter', deskKind: 'porter' },
    ...{ proofs: ['passport'], needsRequestReference: true, showSponsor: false },
  }
  rooms.records.setPolicy(Policy.parse({ version: 1, rules: [rule], verificationSeconds: 300, accountOnSlip: 'full' }))
  rooms.records.setCursor(rooms.records.read()?.incarnation as never, 1, true)
  await rooms.signIn.enrolFirst(rooms.badge(supervisor), '739164')
  await rooms.signIn.enter(rooms.badge(supervisor), '739164')
  pickup = await rooms.grant('Canary-Secret-1')
})
afterEach(() => {
  rooms.close()
  at.remove()
})

/** Prints the pickup; the hub asks for it back when the first bytes have gone, and the printer ends with `outcome`. */
async function printAskedBack(outcome: PrintOutcome) {
  const { store, ledger, pickups, records, roster, signIn } = rooms
  const slips = createSlips(store.db)
  const verifications = createVerifications(store.db, pickups, ledger)
  const applier = createApplier({
    store,
    ledger,
    pickups,
    slips,
    roster,
    records,
    walkIns: createWalkIns(store.db, pickups, ledger, now),
  })
  const session = signIn.session()
  const record = records.read()
  const cached = pickups.get(pickup.id)
  if (session === null || record === null || record.deskRecord === null || record.policy === null || cached === null)
    throw new Error('no desk')
  const printer = {
    check: () => Promise.resolve({ state: 'ready', canPrint: true, failure: null }),
    print: () => {
      const change = {
        seq: 2,
        kind: 'pickup-revoke',
        pickup: pickup.id,
        epoch: pickup.epoch,
        reason: 're-routed',
      } as const
      expect(
        applier.feed({ incarnation: record.incarnation, next: 2, more: false, hubTime: now(), changes: [change] }, []),
      ).toBe('applied')
      return Promise.resolve(outcome)
    },
  } as unknown as Printer
  const layout = () => ({ ok: true, value: { header: Buffer.from('h'), body: Buffer.from('b') } }) as const
  const release = createRelease({
    store,
    ledger,
    pickups,
    verifications,
    approvals: createApprovals(store.db, pickups, ledger),
    slips,
    printer,
    layout,
    kiosk: at.kiosk,
    now,
  })
  const by = { staff: session.staff, session: session.id }
  const proof = { kind: 'passport', method: 'machine-read', issuerCountry: 'FIN', expiry: 'valid' } as const
  const { id } = store.transact(() => verifications.record(cached, proof, by, now(), 300, false))
  const done = await release.run(
    { pickup: pickup.id, verification: id, language: 'fi' },
    session,
    { desk: record.deskRecord, policy: record.policy, directory: [] },
    () => undefined,
  )
  if (!done.ok) throw new Error(done.failure.code)
  return {
    slip: done.value,
    settle: (word: 'spoiled' | 'handed-over') =>
      settleSlip({ store, ledger, pickups, slips, now }, done.value.id, word, session.staff),
  }
}
/** What the ledger says of it, oldest first. */
const said = () => rooms.kinds().reverse().slice(-4)

test('no paper came: the acknowledgement follows in the same breath, and nothing prints any more', async () => {
  await printAskedBack({ kind: 'failed', code: 'L-503' })
  expect(said()).toEqual(['slip-intended', 'revoke-pending', 'slip-failed', 'revoke-acknowledged'])
  expect(rooms.pickups.get(pickup.id)?.state).toBe('revoked')
  expect(rooms.pickups.envelopeOf(pickup.id)).toHaveLength(0)
})

test('paper came: nothing is acknowledged before it is destroyed', async () => {
  const { settle } = await printAskedBack({ kind: 'printed' })
  expect(said()).toEqual(['verification', 'slip-intended', 'revoke-pending', 'slip-printed'])
  expect(settle('spoiled').ok).toBe(true)
  expect(said()).toEqual(['revoke-pending', 'slip-printed', 'slip-spoiled', 'revoke-acknowledged'])
})

test('paper came and is in the recipient’s hand: that is the answer, and no acknowledgement follows', async () => {
  const { settle } = await printAskedBack({ kind: 'printed' })
  expect(settle('handed-over').ok).toBe(true)
  expect(said()).toEqual(['slip-intended', 'revoke-pending', 'slip-printed', 'handed-over'])
})
