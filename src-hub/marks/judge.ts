/**
 * Whether a database went back in time: what this hub remembers outside of it, against what the database says. Pure.
 *
 * The counter `n` is what counts. It is a row of this hub's alone, and it is raised after everything that is to be
 * acknowledged has been committed: the write-ahead log is lost from its end, so a database that still has the counter
 * has all that was committed before it. It needs no rights and holds for every way back: a failover, a snapshot, a
 * dump. System identifier, timeline and position in the log (LSN) say the same of a PostgreSQL that tells them, and
 * why.
 */

/** Where a PostgreSQL stands; null where it does not tell. */
export interface Position {
  /** `pg_control_system().system_identifier`: one for each cluster that was ever initialised. */
  readonly system: string | null
  /** Goes up with every promotion of a standby and every recovery to a point in time. */
  readonly timeline: number | null
  /** Position in the write-ahead log, as PostgreSQL writes it (`16/B374D848`). */
  readonly lsn: string | null
}

/** What a hub remembers. */
export interface Mark extends Position {
  /** Whose: one for each data folder. */
  readonly hub: string
  readonly incarnation: string
  readonly n: number
}

export interface Found extends Position {
  readonly incarnation: string
  /** Every incarnation that the database knows of, this one included. */
  readonly lineage: ReadonlySet<string>
  /** The counter of this hub; null where the database has none. */
  readonly n: number | null
}

/** What went back. */
export type Why = 'incarnation' | 'counter' | 'timeline' | 'lsn'

export type Verdict =
  | { readonly kind: 'same' }
  /**
   * Another hub has begun an incarnation since: whatever was lost, it holds for that already. Or nothing is remembered.
   */
  | { readonly kind: 'follow' }
  | { readonly kind: 'back'; readonly why: Why; readonly detail: string }

/** An LSN as a number; null for what is none. */
export function lsnNumber(text: string | null): bigint | null {
  const [, high, low] = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text ?? '') ?? []
  return high === undefined || low === undefined ? null : (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`)
}

export function judge(mark: Mark | null, found: Found): Verdict {
  if (mark === null) return { kind: 'follow' }
  if (!found.lineage.has(mark.incarnation))
    return {
      kind: 'back',
      why: 'incarnation',
      detail: 'the database does not know the incarnation that this hub served',
    }
  if (mark.incarnation !== found.incarnation) return { kind: 'follow' }
  if ((found.n ?? 0) < mark.n)
    return { kind: 'back', why: 'counter', detail: `mark ${found.n ?? 0} in the database, ${mark.n} was seen` }
  const back = positionBack(mark, found)
  return back ?? { kind: 'same' }
}

/** Position alone: of one cluster only, since another counts anew. */
export function positionBack(mark: Position, found: Position): Verdict | null {
  if (mark.system === null || mark.system !== found.system) return null
  if (mark.timeline === null || found.timeline === null) return null
  if (found.timeline < mark.timeline)
    return { kind: 'back', why: 'timeline', detail: `timeline ${found.timeline}, ${mark.timeline} was seen` }
  const [before, now] = [lsnNumber(mark.lsn), lsnNumber(found.lsn)]
  if (found.timeline === mark.timeline && before !== null && now !== null && now < before)
    return { kind: 'back', why: 'lsn', detail: `position ${found.lsn ?? ''} of the log, ${mark.lsn ?? ''} was seen` }
  return null
}
