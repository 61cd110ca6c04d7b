/**
 * Walk-ins at this kiosk: someone without a pickup is verified first, in the ledger and on the disk; what the hub then
 * issues is bound to that verification as it arrives, and the usual release spends it (promise P1). The database
 * refuses any other binding.
 */
import {
  PickupId,
  RecipientId,
  VerificationId,
  WalkInId,
  type Epoch,
  type ProofExpiry,
  type StaffId,
} from '../../src-shared/domain/index.ts'
import { ledgerFactsNow, type LedgerFacts } from '../../src-shared/hub-api/ledger-entry.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import type { Ledger } from '../ledger/index.ts'
import type { Pickup, PickupCache } from '../pickups/index.ts'
import { type Sqlite, stored } from '../storage/index.ts'
import { apartFacts, expiryFacts, type Proof } from './verification.ts'

export interface WalkIn {
  readonly id: WalkInId
  readonly recipient: RecipientId
  /** `verified`: nothing has been issued yet. `issued`: a pickup is bound to it. Both are open. */
  readonly state: 'verified' | 'issued' | 'done' | 'abandoned'
  readonly pickup: PickupId | null
  readonly expiresAt: number
}

interface Row {
  id: string
  recipient: string
  staff: string
  session: string
  proof: string
  method: string
  issuer_country: string
  expiry: ProofExpiry | null
  created_at: number
  expires_at: number
  four_eyes: number
  state: WalkIn['state']
  pickup: string | null
}

export type WalkIns = ReturnType<typeof createWalkIns>

/** Who the proof was of, as the hub described them then. */
export interface Proved extends Pick<Pickup['person'], 'recipient' | 'name' | 'formerNames'> {
  readonly birthTag: Buffer | null
}

const likenessOf = ({ name, formerNames, birthTag }: Proved): string =>
  JSON.stringify([
    [name, ...formerNames].map(({ family, given }) => [family, given]),
    birthTag?.toString('base64url') ?? null,
  ])

const fromRow = (row: Row): WalkIn => ({
  id: stored(WalkInId, row.id),
  recipient: stored(RecipientId, row.recipient),
  state: row.state,
  pickup: row.pickup === null ? null : stored(PickupId, row.pickup),
  expiresAt: row.expires_at,
})

/** What walk-ins ask of the kiosk's database. */
function walkInStatements(db: Sqlite) {
  return {
    insert: db.prepare(
      `INSERT INTO walk_in (id, recipient, staff, session, proof, method, issuer_country, created_at, expires_at, four_eyes, expiry, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'verified')`,
    ),
    byId: db.prepare<[string], Row>('SELECT * FROM walk_in WHERE id = ?'),
    open: db.prepare<[], Row>("SELECT * FROM walk_in WHERE state IN ('verified','issued')"),
    setIssued: db.prepare("UPDATE walk_in SET state = 'issued', pickup = ? WHERE id = ?"),
    setState: db.prepare('UPDATE walk_in SET state = ? WHERE id = ?'),
    bind: db.prepare(
      `INSERT INTO verification (id, pickup, epoch_incarnation, epoch_n, staff, session, proof, method, issuer_country, created_at, expires_at, four_eyes, walk_in, expiry)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    verificationOf: db.prepare<[string], string>('SELECT id FROM verification WHERE walk_in = ?').pluck(),
  }
}

/** What the functions of this file work on. */
interface Desk {
  readonly rows: ReturnType<typeof walkInStatements>
  readonly pickups: PickupCache
  readonly ledger: Ledger
  readonly now: () => number
  readonly hubFacts: () => number
  /** By walk-in. A restart ends every walk-in, so that nothing of it need be on a disk. */
  readonly likenesses: Map<string, string>
}

/** The grant ends here, inside the caller's transaction: nothing of it is on paper. */
function giveBack({ pickups, ledger }: Desk, id: PickupId, epoch: Epoch): void {
  pickups.end(id, 'revoked')
  ledger.append({ kind: 'revoke-acknowledged', pickup: id, epoch, facts: {} })
}

function record(
  { rows, ledger, now, hubFacts, likenesses }: Desk,
  proved: Proved,
  proof: Proof,
  by: { readonly staff: StaffId; readonly session: string },
  seconds: number,
  fourEyes: boolean,
): { id: WalkInId; expiresAt: number } {
  const id = WalkInId.parse(newId())
  const at = now()
  const expiresAt = at + seconds * 1000
  const { recipient } = proved
  likenesses.clear()
  likenesses.set(id, likenessOf(proved))
  rows.insert.run(
    id,
    recipient,
    by.staff,
    by.session,
    proof.kind,
    proof.method,
    proof.issuerCountry,
    at,
    expiresAt,
    fourEyes ? 1 : 0,
    proof.expiry,
  )
  ledger.append({
    kind: 'walk-in-verified',
    actor: by.staff,
    facts: {
      walkIn: id,
      recipient,
      proof: proof.kind,
      method: proof.method,
      issuerCountry: proof.issuerCountry,
      ...expiryFacts(proof.expiry, hubFacts()),
      expiresAt,
      ...apartFacts(proof, hubFacts()),
    },
  })
  return { id, expiresAt }
}

function bindGrant(desk: Desk, walkIn: WalkInId, granted: PickupId): void {
  const { rows, pickups, ledger, now, hubFacts, likenesses } = desk
  const row = rows.byId.get(walkIn)
  const pickup = pickups.get(granted)
  if (pickup === null || pickup.state !== 'waiting') return
  const { epoch } = pickup
  if (
    row === undefined ||
    row.state !== 'verified' ||
    row.recipient !== pickup.person.recipient ||
    row.expires_at <= now() ||
    likenesses.get(row.id) !== likenessOf({ ...pickup.person, birthTag: pickup.birthTag }) ||
    // Verified before the kiosk kept what was seen of the expiry: proved anew.
    row.expiry === null
  ) {
    giveBack(desk, granted, epoch)
    return
  }
  rows.setIssued.run(granted, row.id)
  const id = VerificationId.parse(newId())
  const { incarnation, n } = epoch
  const proof = { proof: row.proof, method: row.method, issuerCountry: row.issuer_country } as Pick<
    LedgerFacts<'verification'>,
    'proof' | 'method' | 'issuerCountry'
  >
  rows.bind.run(
    id,
    granted,
    incarnation,
    n,
    row.staff,
    row.session,
    row.proof,
    row.method,
    row.issuer_country,
    row.created_at,
    row.expires_at,
    row.four_eyes,
    row.id,
    row.expiry,
  )
  pickups.arrive(granted, now())
  pickups.setState(granted, 'verified')
  ledger.append({
    kind: 'verification',
    pickup: granted,
    epoch,
    actor: row.staff as StaffId,
    facts: {
      verification: id,
      ...proof,
      ...expiryFacts(row.expiry, hubFacts()),
      expiresAt: row.expires_at,
      walkIn: stored(WalkInId, row.id),
    },
  })
}

export function createWalkIns(
  db: Sqlite,
  pickups: PickupCache,
  ledger: Ledger,
  now: () => number,
  hubFacts: () => number = () => ledgerFactsNow,
) {
  const rows = walkInStatements(db)
  const desk: Desk = { rows, pickups, ledger, now, hubFacts, likenesses: new Map() }

  return {
    /** Records a proof of identity that has no pickup yet, inside the caller's transaction. */
    record: (
      proved: Proved,
      proof: Proof,
      by: { readonly staff: StaffId; readonly session: string },
      seconds: number,
      fourEyes: boolean,
    ): { id: WalkInId; expiresAt: number } => record(desk, proved, proof, by, seconds, fourEyes),

    /**
     * A grant has come, inside the caller's transaction: bound to its walk-in, which is then what its release spends;
     * or given back at once where the walk-in is over, has run out, or was never made here, and where the person has
     * been corrected since: what was proved was another name or birth date.
     */
    granted: (walkIn: WalkInId, granted: PickupId): void => bindGrant(desk, walkIn, granted),

    get(id: WalkInId): WalkIn | null {
      const row = rows.byId.get(id)
      return row === undefined ? null : fromRow(row)
    },
    /** Those that somebody is being served by, or that an engine left behind. */
    open: (): WalkIn[] => rows.open.all().map(fromRow),
    /** The verification that its pickup's release spends, once it is bound. */
    verificationOf(id: WalkInId): VerificationId | null {
      const found = rows.verificationOf.get(id)
      return found === undefined ? null : stored(VerificationId, found)
    },

    /** Its pickup has ended by itself: handed over, burned, or asked back. Inside the caller's transaction. */
    done(id: WalkInId): void {
      rows.setState.run('done', id)
    },
    /**
     * It came to nothing, inside the caller's transaction: what was issued is given back, and the hub is told to issue
     * nothing more. Only where no paper of its pickup is unaccounted for (promise P5): the caller has looked.
     */
    abandon(walkIn: WalkIn, code: LedgerFacts<'walk-in-abandoned'>['code']): void {
      const pickup = walkIn.pickup === null ? null : pickups.get(walkIn.pickup)
      rows.setState.run('abandoned', walkIn.id)
      ledger.append({
        kind: 'walk-in-abandoned',
        ...(pickup === null ? {} : { pickup: pickup.id, epoch: pickup.epoch }),
        facts: { walkIn: walkIn.id, code },
      })
      if (pickup !== null) giveBack(desk, pickup.id, pickup.epoch)
    },
  }
}
