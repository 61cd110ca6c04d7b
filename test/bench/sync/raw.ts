/** The floors: the same rows written by nothing but the database drivers. */
import { join } from 'node:path'
import pg from 'pg'
import type { GrantedPickup } from '../../../src-shared/hub-api/index.ts'
import { LedgerEntry, type SignedEntry } from '../../../src-shared/hub-api/ledger-entry.ts'
import { chainHash } from '../../../src-shared/protocol/ledger-chain.ts'
import { openStore } from '../../../src-main/storage/index.ts'

const transactions = 20

/**
 * better-sqlite3: parse each page's JSON and upsert it into the kiosk's own tables, in `pages` transactions.
 * Milliseconds.
 */
export function rawUpsert(folder: string, pickups: readonly GrantedPickup[], pages = transactions): number {
  const opened = openStore(join(folder, 'kiosk.db'))
  if (!opened.ok) throw new Error(opened.failure.code)
  const { db } = opened.value
  const size = Math.ceil(pickups.length / pages)
  const texts = Array.from({ length: pages }, (_, i) => JSON.stringify(pickups.slice(i * size, (i + 1) * size)))
  const insert = db.prepare(
    `INSERT INTO pickup (id, epoch_incarnation, epoch_n, state, recipient_class, channel, secret_kind, person, envelope, birth_tag, code_tag, issued_at, expires_at)
     VALUES (?, ?, ?, 'waiting', ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET epoch_n = excluded.epoch_n, person = excluded.person, envelope = excluded.envelope`,
  )
  const tag = db.prepare('INSERT OR IGNORE INTO card_tag (tag, pickup) VALUES (?, ?)')
  const before = performance.now()
  for (const text of texts) {
    db.transaction(() => {
      for (const p of JSON.parse(text) as GrantedPickup[]) {
        insert.run(
          p.id,
          p.epoch.incarnation,
          p.epoch.n,
          p.recipientClass,
          p.channel,
          p.secretKind,
          Buffer.from(
            JSON.stringify({
              name: p.name,
              account: p.account,
              language: p.language,
              requestReference: p.requestReference,
            }),
          ),
          Buffer.from(p.envelope, 'base64url'),
          p.birthTag === null ? null : Buffer.from(p.birthTag, 'base64url'),
          Buffer.from(p.pickupCodeTag, 'base64url'),
          p.issuedAt,
          p.expiresAt,
        )
        for (const card of p.cardTags) tag.run(Buffer.from(card, 'base64url'), p.id)
      }
    }).immediate()
  }
  const took = performance.now() - before
  opened.value.close()
  return took
}

/** PostgreSQL: the rows of `ledger_entry` into a table like it, in batches by arrays. Milliseconds. */
export async function rawInsert(databaseUrl: string, entries: readonly SignedEntry[]): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query('DROP TABLE IF EXISTS bench_ledger')
  await client.query('CREATE TABLE bench_ledger (LIKE ledger_entry INCLUDING ALL)')
  let prev = '0'.repeat(64)
  const rows = entries.map(({ bytes, signature }) => {
    const entry = LedgerEntry.parse(JSON.parse(bytes))
    prev = chainHash(prev, bytes).toString('hex')
    return { ...entry, bytes, signature, hash: prev }
  })
  const size = Math.ceil(rows.length / transactions)
  const before = performance.now()
  for (let from = 0; from < rows.length; from += size) {
    const page = rows.slice(from, from + size)
    await client.query(
      `INSERT INTO bench_ledger (kiosk, seq, kind, pickup, time, bytes, hash, signature, received_at, poison)
       SELECT 'bench', seq, kind, pickup, time, bytes, hash, signature, 0, false
       FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[]) AS t(seq, kind, pickup, time, bytes, hash, signature)`,
      [
        page.map((row) => row.seq),
        page.map((row) => row.kind),
        page.map((row) => row.pickup),
        page.map((row) => row.time),
        page.map((row) => row.bytes),
        page.map((row) => row.hash),
        page.map((row) => row.signature),
      ],
    )
  }
  const took = performance.now() - before
  await client.query('DROP TABLE bench_ledger')
  await client.end()
  return took
}
