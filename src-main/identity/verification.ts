/** A verification: the recorded proof of identity that a release spends (promise P1). */
import {
  StaffId,
  VerificationId,
  type EIdAttemptId,
  type IssuerCountry,
  type PickupId,
  type ProofExpiry,
  ProofKind,
  ProofMethod,
  type ToldApart,
} from '../../src-shared/domain/index.ts'
import { ledgerFactsNow } from '../../src-shared/hub-api/ledger-entry.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import type { z } from 'zod'
import type { Ledger } from '../ledger/index.ts'
import type { Pickup, PickupCache } from '../pickups/index.ts'
import { type Sqlite, stored } from '../storage/index.ts'

export interface Proof {
  readonly kind: z.infer<typeof ProofKind>
  readonly method: z.infer<typeof ProofMethod>
  readonly issuerCountry: z.infer<typeof IssuerCountry>
  /** What was seen of its expiry. */
  readonly expiry: ProofExpiry
  /** Of method `e-id`: what the hub saw proved. The database refuses one without the other. */
  readonly eId?: EIdAttemptId
  /** Somebody else has this name and birth date: what told the person from them. */
  readonly toldApart?: ToldApart
}

export interface Verifications {
  /**
   * Records a proof inside the caller's transaction: any earlier open verification of the pickup dies, the pickup is
   * `verified`, and the ledger says kind, country and who; never a number, a date of birth or an image.
   */
  record(
    pickup: Pickup,
    proof: Proof,
    by: { staff: StaffId; session: string },
    now: number,
    seconds: number,
    fourEyes: boolean,
  ): { id: VerificationId; expiresAt: number }
  /**
   * A second member of staff confirms an open verification, inside the caller's transaction. The database refuses the
   * first one's own name.
   */
  witness(id: VerificationId, pickup: Pickup, witness: StaffId): void
  /**
   * The verification if it is open (unspent, not void, unexpired, not from a time that a corrected clock has yet to
   * reach) and belongs to this pickup, staff and session.
   */
  open(
    id: VerificationId,
    pickup: PickupId,
    by: { staff: StaffId; session: string },
    now: number,
  ): { expiresAt: number; witness: StaffId | null; proof: Pick<Proof, 'kind' | 'issuerCountry' | 'method'> } | null
}

/**
 * What a ledger entry says of an expiry. To a hub that does not know the fact yet, what every earlier kiosk said: the
 * staff's own statement, "not expired". `hubFacts` is what the hub takes (`ledgerFactsNow`).
 */
export function expiryFacts(
  expiry: ProofExpiry,
  hubFacts: number,
): { readonly expiry: ProofExpiry } | { readonly expiryValid: true } {
  return hubFacts >= 2 ? { expiry } : { expiryValid: true }
}

/** What a ledger entry says of namesakes; nothing to a hub that would not take it. */
export function apartFacts(proof: Proof, hubFacts: number): { readonly toldApart?: ToldApart } {
  return proof.toldApart === undefined || hubFacts < 4 ? {} : { toldApart: proof.toldApart }
}

export function createVerifications(
  db: Sqlite,
  pickups: PickupCache,
  ledger: Ledger,
  hubFacts: () => number = () => ledgerFactsNow,
): Verifications {
  const insert = db.prepare(
    `INSERT INTO verification (id, pickup, epoch_incarnation, epoch_n, staff, session, proof, method, issuer_country, created_at, expires_at, four_eyes, e_id, expiry)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const find = db.prepare<
    [string, string, string, string, number, number],
    { expires_at: number; witness: string | null; proof: string; method: string; issuer_country: string }
  >(
    `SELECT expires_at, witness, proof, method, issuer_country FROM verification WHERE id = ? AND pickup = ? AND staff = ? AND session = ? AND spent = 0 AND void = 0
       AND created_at <= ? AND expires_at > ?`,
  )
  const insertEId = db.prepare('INSERT INTO e_id (attempt, pickup, staff, session, proved_at) VALUES (?, ?, ?, ?, ?)')
  const setWitness = db.prepare('UPDATE verification SET witness = ? WHERE id = ? AND pickup = ?')
  return {
    record(pickup, proof, by, now, seconds, fourEyes) {
      const id = VerificationId.parse(newId())
      const expiresAt = now + seconds * 1000
      pickups.voidVerifications(pickup.id)
      const { incarnation, n } = pickup.epoch
      if (proof.eId !== undefined) insertEId.run(proof.eId, pickup.id, by.staff, by.session, now)
      insert.run(
        id,
        pickup.id,
        incarnation,
        n,
        by.staff,
        by.session,
        proof.kind,
        proof.method,
        proof.issuerCountry,
        now,
        expiresAt,
        fourEyes ? 1 : 0,
        proof.eId ?? null,
        proof.expiry,
      )
      if (pickup.arrivedAt === null) pickups.arrive(pickup.id, now)
      pickups.setState(pickup.id, 'verified')
      ledger.append({
        kind: 'verification',
        pickup: pickup.id,
        epoch: pickup.epoch,
        actor: by.staff,
        facts: {
          verification: id,
          proof: proof.kind,
          method: proof.method,
          issuerCountry: proof.issuerCountry,
          ...expiryFacts(proof.expiry, hubFacts()),
          expiresAt,
          ...(proof.eId === undefined ? {} : { eId: proof.eId }),
          ...apartFacts(proof, hubFacts()),
        },
      })
      return { id, expiresAt }
    },
    witness(id, pickup, witness) {
      setWitness.run(witness, id, pickup.id)
      ledger.append({
        kind: 'verification-witnessed',
        pickup: pickup.id,
        epoch: pickup.epoch,
        actor: witness,
        facts: { verification: id },
      })
    },
    open(id, pickup, by, now) {
      const row = find.get(id, pickup, by.staff, by.session, now, now)
      return row === undefined
        ? null
        : {
            expiresAt: row.expires_at,
            witness: row.witness === null ? null : stored(StaffId, row.witness),
            proof: {
              kind: stored(ProofKind, row.proof),
              method: stored(ProofMethod, row.method),
              issuerCountry: row.issuer_country,
            },
          }
    },
  }
}
