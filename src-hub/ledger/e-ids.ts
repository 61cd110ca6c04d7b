/** A kiosk says that it verified somebody by e-ID: the hub saw that proof itself, or an alarm is raised. */
import type { Tx } from '../database/index.ts'
import type { Effects } from './rules.ts'

type Claim = Effects['eIds'][number]

/**
 * In the caller's transaction. false: nothing of the kind was proved for this pickup at this kiosk, or it has been used
 * before.
 */
export async function spendEId(tx: Tx, kiosk: string, { attempt, pickup }: Claim, now: number): Promise<boolean> {
  if (attempt === null) return false
  const spent = await tx
    .updateTable('e_id')
    .set({ state: 'spent', ended_at: now })
    .where('id', '=', attempt)
    .where('pickup', '=', pickup)
    .where('kiosk', '=', kiosk)
    .where('state', '=', 'proved')
    .executeTakeFirst()
  return Number(spent.numUpdatedRows) === 1
}

export function unproved({ pickup, seq }: Claim): Effects['alarms'][number] {
  return { kind: 'e-id-without-proof', pickup, detail: `entry ${seq} says e-ID, and the hub saw no proof of it` }
}
