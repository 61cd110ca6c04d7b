/** How long a pickup waits before it goes back: the policy says it (docs/architecture.md#one-handover-end-to-end). */
import type { Db, Tx } from '../database/index.ts'
import { policyRecord } from '../desks/index.ts'

/** In ms. Pickups that are out already keep the end that they were issued with. */
export async function pickupLifeMs(db: Db | Tx): Promise<number> {
  return (await policyRecord(db)).pickupDays * 86_400_000
}
