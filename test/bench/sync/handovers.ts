/** A desk's days of work in one go: each handover is five entries of the real ledger over real rows. */
import { Incarnation, PickupId, SlipId, StaffId, VerificationId } from '../../../src-shared/domain/index.ts'
import { newId } from '../../../src-shared/protocol/ids.ts'
import { createSlips } from '../../../src-main/release/index.ts'
import type { DeskKiosk } from './desk-kiosk.ts'

/** Hands over the first `count` waiting pickups, as an offline desk would have. Returns how many entries that made. */
export function handOver(kiosk: DeskKiosk, count: number): number {
  return work(kiosk, count, 'handed-over')
}

/** The same, but that the slips are gone: printed, and in nobody's hand. */
export function lose(kiosk: DeskKiosk, count: number): number {
  return work(kiosk, count, 'missing')
}

function work(kiosk: DeskKiosk, count: number, end: 'handed-over' | 'missing'): number {
  const { store, ledger, pickups } = kiosk
  const slips = createSlips(store.db)
  const staff = StaffId.parse(newId())
  const verify = store.db.prepare(
    `INSERT INTO verification (id, pickup, epoch_incarnation, epoch_n, staff, session, proof, method, issuer_country, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, 's', 'passport', 'machine-read', 'FIN', ?, ?)`,
  )
  const waiting = store.db
    .prepare<[number], { id: string; epoch_incarnation: string; epoch_n: number }>(
      "SELECT id, epoch_incarnation, epoch_n FROM pickup WHERE state = 'waiting' ORDER BY issued_at LIMIT ?",
    )
    .all(count)
  const from = ledger.head().seq
  for (let at = 0; at < waiting.length; at += 500) {
    store.transact(() => {
      for (const row of waiting.slice(at, at + 500)) {
        const pickup = PickupId.parse(row.id)
        const about = { pickup, epoch: { incarnation: Incarnation.parse(row.epoch_incarnation), n: row.epoch_n } }
        const verification = VerificationId.parse(newId())
        const slip = SlipId.parse(newId())
        const now = Date.now()
        const number = slips.nextNumber('BEN')
        pickups.arrive(pickup, now)
        ledger.append({ kind: 'arrival', ...about, facts: { by: 'card' } })
        verify.run(verification, row.id, row.epoch_incarnation, row.epoch_n, staff, now, now + 300_000)
        pickups.setState(pickup, 'verified')
        ledger.append({
          kind: 'verification',
          ...about,
          actor: staff,
          facts: {
            verification,
            proof: 'passport',
            method: 'machine-read',
            issuerCountry: 'FIN',
            expiryValid: true,
            expiresAt: now + 300_000,
          },
        })
        slips.intend({ id: slip, number, ...about, verification, staff, language: 'fi', at: now })
        ledger.append({
          kind: 'slip-intended',
          ...about,
          actor: staff,
          facts: { slip, number, verification, language: 'fi', further: false },
        })
        slips.outcome(slip, 'printed', null)
        ledger.append({ kind: 'slip-printed', ...about, facts: { slip } })
        slips.settle(slip, end, staff, now)
        ledger.append({
          kind: end === 'missing' ? 'slip-missing' : 'handed-over',
          ...about,
          actor: staff,
          facts: { slip },
        })
        pickups.end(pickup, end === 'missing' ? 'burned' : 'handed-over')
      }
    })
  }
  return ledger.head().seq - from
}
