/**
 * A kiosk's whole chain checked from what the database holds: every hash, every signature there is, and where it ends.
 */
import type { z } from 'zod'
import type { ChainProgress } from '../../src-shared/hub-api/agent/audit.ts'
import { genesisHash, LedgerHead } from '../../src-shared/hub-api/ledger-entry.ts'
import { chainHash, verifyHash } from '../../src-shared/protocol/ledger-chain.ts'
import { publicKeyFromRaw } from '../../src-shared/protocol/request-signature.ts'
import type { Db } from '../database/index.ts'

export type Progress = z.infer<typeof ChainProgress>
type Why = Extract<Progress, { t: 'broken' }>['why']

const page = 5000

/** null: no such kiosk. Ends with `intact` or with the first place where it breaks. */
export async function* verifyChain(db: Db, id: string): AsyncGenerator<Progress> {
  const kiosk = await db
    .selectFrom('kiosk')
    .select(['sign_key', 'acked', 'head_hash'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (kiosk === undefined) return
  const key = publicKeyFromRaw(kiosk.sign_key)
  const of = Number(kiosk.acked)
  let seq = 0
  let prev = genesisHash
  let signatures = 0
  let lastSigned = 0
  const broken = (at: number, why: Why, receivedAt: number | null): Progress => ({
    t: 'broken',
    seq: at,
    why,
    receivedAt,
  })
  yield { t: 'progress', checked: 0, of }
  for (;;) {
    const rows = await db
      .selectFrom('ledger_entry')
      .select(['seq', 'bytes', 'hash', 'signature', 'received_at'])
      .where('kiosk', '=', id)
      .where('seq', '>', seq)
      .where('seq', '<=', of)
      .orderBy('seq')
      .limit(page)
      .execute()
    for (const row of rows) {
      const received = Number(row.received_at)
      if (Number(row.seq) !== seq + 1) return void (yield broken(seq + 1, 'missing', null))
      const head = LedgerHead.safeParse(parsed(row.bytes))
      if (!head.success || head.data.seq !== seq + 1 || head.data.prev !== prev)
        return void (yield broken(seq + 1, 'prev', received))
      const hash = chainHash(prev, row.bytes)
      if (hash.toString('hex') !== row.hash) return void (yield broken(seq + 1, 'hash', received))
      if (row.signature !== null) {
        if (!verifyHash(key, hash, row.signature)) return void (yield broken(seq + 1, 'signature', received))
        signatures += 1
        lastSigned = seq + 1
      }
      seq += 1
      prev = row.hash
    }
    if (rows.length < page) break
    yield { t: 'progress', checked: seq, of }
  }
  if (seq < of) return void (yield broken(seq + 1, 'missing', null))
  if (prev !== kiosk.head_hash) return void (yield broken(seq, 'head', null))
  // What no signature covers could have been written by whoever owns the database.
  if (lastSigned < seq) return void (yield broken(lastSigned + 1, 'unsigned-end', null))
  yield { t: 'intact', checked: seq, signatures, head: prev, lastSignedSeq: lastSigned }
}

function parsed(bytes: string): unknown {
  try {
    return JSON.parse(bytes)
  } catch {
    return null
  }
}
