/**
 * How long a pickup waits before it goes back, and how long its secret is good: the policy says both
 * (docs/architecture.md#one-handover-end-to-end).
 */
import type { Db, Tx } from '../database/index.ts'
import { policyRecord } from '../desks/index.ts'

const day = 86_400_000

export interface PickupLife {
  /** ms. */
  readonly waits: number
  /** Days for which the secret is good beyond the pickup's own end. */
  readonly secretDays: number
}

/** Pickups that are out already keep what they were issued with. */
export async function pickupLife(db: Db | Tx): Promise<PickupLife> {
  const { pickupDays, secretDays } = await policyRecord(db)
  return { waits: pickupDays * day, secretDays }
}
