/**
 * Each desk's feed: a gap-free sequence of its own, taken in the writing transaction
 * (docs/architecture.md#ledger-and-sync, point 3).
 */
import { sql } from 'kysely'
import type { KioskKind } from '../../src-shared/domain/index.ts'
import type { FeedChange } from '../../src-shared/hub-api/index.ts'
import { asciiJson } from '../../src-shared/protocol/ascii-json.ts'
import { bulkOf, type Db, type Tx } from '../database/index.ts'

type WithoutSeq<T> = T extends unknown ? Omit<T, 'seq'> : never
export type NewChange = WithoutSeq<FeedChange>

/**
 * Appends changes to a desk's feed. The row lock of `desk` orders writers, so that no reader ever sees a number whose
 * predecessor is not committed. The whole JSON text is stored; reading is joining texts.
 */
export async function appendToFeed(tx: Tx, desk: string, changes: readonly NewChange[]): Promise<void> {
  if (changes.length === 0) return
  const row = await tx
    .updateTable('desk')
    .set({ head: sql`head + ${changes.length}` })
    .where('id', '=', desk)
    .returning('head')
    .executeTakeFirstOrThrow()
  const first = Number(row.head) - changes.length + 1
  for (let at = 0; at < changes.length; at += 1000) {
    const bodies = changes.slice(at, at + 1000).map((change, i) => asciiJson({ seq: first + at + i, ...change }))
    await bulkOf(tx).insertFeed(tx, desk, first + at, bodies)
  }
  await bulkOf(tx).notify(tx, desk)
}

/**
 * Appends one change to each of many desks' feeds, with the same few statements for any number (PostgreSQL alone).
 * Desks are locked in the order of their ids, so that two such changes never wait for each other in a ring.
 */
export async function appendToEach(
  tx: Tx,
  changes: readonly { readonly desk: string; readonly change: NewChange }[],
): Promise<void> {
  if (changes.length === 0) return
  const among = bulkOf(tx).among(
    'id',
    changes.map(({ desk }) => desk),
  )
  await tx.selectFrom('desk').select('id').where(among).orderBy('id').forUpdate().execute()
  const moved = await tx
    .updateTable('desk')
    .set({ head: sql`head + 1` })
    .where(among)
    .returning(['id', 'head'])
    .execute()
  const heads = new Map(moved.map(({ id, head }) => [id, Number(head)]))
  for (let at = 0; at < changes.length; at += 200) {
    const rows = changes.slice(at, at + 200).map(({ desk, change }) => {
      const seq = heads.get(desk)
      if (seq === undefined) throw new Error('a desk that is none')
      return { desk, seq, body: asciiJson({ seq, ...change }) }
    })
    await sql`INSERT INTO feed (desk, seq, body) SELECT * FROM unnest(${rows.map(({ desk }) => desk)}::text[], ${rows.map(({ seq }) => seq)}::bigint[],
      ${rows.map(({ body }) => body)}::text[])`.execute(tx)
  }
  await sql`SELECT pg_notify('lodge_hint', id) FROM unnest(${changes.map(({ desk }) => desk)}::text[]) AS t(id)`.execute(
    tx,
  )
}

/** What a check-in screen is told: where it stands and where else to go. The rest keeps its number and says nothing. */
const toldToScreens: ReadonlySet<string> = new Set([
  'desk-changed',
  'policy-changed',
  'directory-changed',
] satisfies FeedChange['kind'][])

function forScreen(seq: number, body: string): string {
  const { kind } = JSON.parse(body) as { kind: string }
  return toldToScreens.has(kind) ? body : JSON.stringify({ seq, kind: 'of-the-desk' })
}

/**
 * One page, each change as JSON text, not parsed again but for a check-in screen. `known`: the head as just read. null:
 * the cursor is beyond the head or pruned.
 */
export async function readFeed(
  db: Db,
  desk: string,
  cursor: number,
  limit: number,
  known: number | null = null,
  kind: KioskKind = 'desk',
): Promise<{ next: number; more: boolean; head: number; changes: string[] } | null> {
  const head =
    known ?? Number((await db.selectFrom('desk').select('head').where('id', '=', desk).executeTakeFirstOrThrow()).head)
  if (cursor > head) return null
  // Most polls: nothing new, and nothing to look for.
  if (cursor === head) return { next: cursor, more: false, head, changes: [] }
  const rows = await db
    .selectFrom('feed')
    .select(['seq', 'body'])
    .where('desk', '=', desk)
    .where('seq', '>', cursor)
    .orderBy('seq')
    .limit(limit)
    .execute()
  const first = rows[0]
  if (first === undefined ? cursor < head : Number(first.seq) !== cursor + 1) return null
  const next = rows.length === 0 ? cursor : Number(rows.at(-1)?.seq)
  return {
    next,
    more: next < head,
    head,
    changes: rows.map((row) => (kind === 'desk' ? row.body : forScreen(Number(row.seq), row.body))),
  }
}
