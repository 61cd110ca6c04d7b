/**
 * What a kiosk was told is evidence of what this hub has said: one that was acknowledged further than the hub knows, or
 * has read more of its feed than there is, shows that the database went back in time. The hub then holds by itself, as
 * after a restore; the kiosk has done nothing wrong.
 */
import { transact, type Db } from '../database/index.ts'
import { beginIn } from './restore.ts'

/** How far a kiosk says that it has come with the hub of `incarnation`. */
export interface SaidStanding {
  readonly incarnation: string
  /** Newest ledger entry that was acknowledged to it. */
  readonly acked?: number | undefined
  /** Newest change of its feed that it has applied. */
  readonly cursor?: number | undefined
}

/** As the hub knows it. */
export interface KnownStanding {
  readonly incarnation: string
  readonly acked: number
  readonly head: number
}

/** What went back, in words; null while nothing did. Of another incarnation nothing follows. */
export function shownLost(said: SaidStanding, known: KnownStanding): string | null {
  if (said.incarnation !== known.incarnation) return null
  if ((said.acked ?? 0) > known.acked)
    return `entry ${said.acked ?? 0} was acknowledged to a kiosk, and the hub has ${known.acked}`
  if ((said.cursor ?? 0) > known.head)
    return `change ${said.cursor ?? 0} was told to a kiosk, and its desk has ${known.head}`
  return null
}

/**
 * Begins a new incarnation where the kiosk's word shows that the hub has forgotten something; whether it did. One
 * kiosk's word counts once until a person has closed its alarm: a kiosk in other hands cannot hold the institution for
 * ever. That of a check-in screen, or of a kiosk that was written off or replaced, never does.
 */
export async function heedStanding(
  db: Db,
  now: number,
  kiosk: { readonly id: string; readonly desk: string },
  said: SaidStanding,
  known: KnownStanding,
): Promise<boolean> {
  if (shownLost(said, known) === null) return false
  return transact(db, async (tx) => {
    // Looked at again under the lock: of several that say so at once, the first begins it.
    const hub = await tx.selectFrom('hub').select('incarnation').forUpdate().executeTakeFirstOrThrow()
    const row = await tx
      .selectFrom('kiosk')
      .innerJoin('desk', 'desk.id', 'kiosk.desk')
      .select(['kiosk.acked', 'kiosk.state', 'kiosk.kind', 'desk.head'])
      .where('kiosk.id', '=', kiosk.id)
      .executeTakeFirstOrThrow()
    const why = shownLost(said, {
      incarnation: hub.incarnation,
      acked: Number(row.acked),
      head: Number(row.head),
    })
    // A check-in screen holds nothing that could be lost; one that was given up may be in anybody's hands, and no word
    // of it holds others.
    if (why === null || row.state !== 'active' || row.kind !== 'desk') return false
    const before = await tx
      .selectFrom('alarm')
      .select('id')
      .where('kind', '=', 'database-went-back')
      .where('kiosk', '=', kiosk.id)
      .where('closed_at', 'is', null)
      .executeTakeFirst()
    if (before !== undefined) return false
    await beginIn(tx, now, { why, kiosk: kiosk.id })
    return true
  })
}
