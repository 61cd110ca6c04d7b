/**
 * A kiosk with its real database, staff and release, over whichever printer: what the engine composes, without its
 * window.
 */
import { Desk, type Settlement } from '../../../src-shared/domain/index.ts'
import { Policy } from '../../../src-shared/policy/index.ts'
import { layoutForDesk } from '../../../src-main/desk/slip-layout.ts'
import { createVerifications } from '../../../src-main/identity/index.ts'
import type { Printer } from '../../../src-main/printers/index.ts'
import { createApprovals, createRelease, createSlips, settleSlip, type Slip } from '../../../src-main/release/index.ts'
import { LedgerEntry } from '../../../src-shared/hub-api/ledger-entry.ts'
import type { Result } from '../../../src-shared/failures/result.ts'
import { enrolledFolder, openRooms, person } from '../../staff/rooms.ts'

const words = { fi: 'Vahtimestari', sv: 'Vaktmästaren', en: 'Porter’s lodge' }
const policy = Policy.parse({
  version: 1,
  rules: [
    {
      recipientClass: 'student',
      channel: 'porter',
      deskKind: 'porter',
      proofs: ['passport'],
      needsRequestReference: true,
      showSponsor: false,
    },
  ],
  verificationSeconds: 300,
  accountOnSlip: 'full',
})
const pin = '408216'

export interface ReleaseDesk {
  /** Proves who the recipient is, once more, and releases. */
  release(): Promise<Result<Slip>>
  settle(slip: Slip, settlement: Settlement): Result<Slip>
  /** Kinds of the ledger's entries about this pickup, oldest first. */
  entries(): string[]
  /** Whether every entry of the ledger verifies. */
  sound(): boolean
}

/** One kiosk for all of them, as at a real desk: setting a PIN takes an emulated processor seconds. */
let kiosk: ReturnType<typeof setUp> | null = null
let granted = 0

async function setUp() {
  const at = enrolledFolder()
  const rooms = openRooms(at)
  const chief = person('Ritva Esimies', 'supervisor', 'E0010000A1')
  rooms.know(chief)
  const enrolled = await rooms.signIn.enrolFirst(rooms.badge(chief), pin)
  if (!enrolled.ok) throw new Error(enrolled.failure.code)
  const entered = await rooms.signIn.enter(rooms.badge(chief), pin)
  if (!entered.ok) throw new Error(entered.failure.code)
  const desk = Desk.parse({
    id: at.desk,
    kind: 'porter',
    name: words,
    unit: words,
    address: '',
    slipPrefix: 'LOD',
    organisation: words,
    changeAddress: 'https://salasana.example',
    selfServiceAddress: 'https://salasana.example',
  })
  const slips = createSlips(rooms.store.db)
  const verifications = createVerifications(rooms.store.db, rooms.pickups, rooms.ledger)
  return { ...rooms, id: at.kiosk, session: entered.value, desk, slips, verifications }
}

/** Sets the kiosk up, the first time. */
export function openKiosk(): ReturnType<typeof setUp> {
  kiosk ??= setUp()
  return kiosk
}

/** `secret` waits here for its recipient. */
export async function releaseDesk(printer: Printer, secret: string): Promise<ReleaseDesk> {
  const { store, ledger, pickups, slips, verifications, session, desk, id, grant } = await openKiosk()
  granted += 1
  const { id: waiting } = await grant(secret, granted)
  const approvals = createApprovals(store.db, pickups, ledger)
  const release = createRelease({
    store,
    ledger,
    pickups,
    verifications,
    approvals,
    slips,
    printer,
    layout: layoutForDesk(80),
    kiosk: id,
    now: Date.now,
  })
  return {
    release() {
      const pickup = pickups.get(waiting)
      if (pickup === null) throw new Error('the pickup is not here')
      const by = { staff: session.staff, session: session.id }
      const proof = { kind: 'passport', method: 'by-eye', issuerCountry: 'FIN', expiry: 'by-eye' } as const
      const proved = store.transact(() =>
        verifications.record(pickup, proof, by, Date.now(), policy.verificationSeconds, false),
      )
      return release.run(
        { pickup: waiting, verification: proved.id, language: 'fi' },
        session,
        { desk, policy, directory: [] },
        () => undefined,
      )
    },
    settle: (slip, settlement) =>
      settleSlip({ store, ledger, pickups, slips, now: Date.now }, slip.id, settlement, session.staff),
    entries: () =>
      ledger.after(0, 10_000).flatMap(({ bytes }) => {
        const { kind, pickup } = LedgerEntry.parse(JSON.parse(bytes))
        return pickup === waiting ? [kind] : []
      }),
    sound: () => ledger.verifyFrom(0, 'all').bad === null,
  }
}
