/**
 * Taking in a kiosk's ledger (DESIGN section 8, point 5): lock the kiosk's row, check chain and signatures over the
 * exact bytes, insert, apply what each entry means, all in one transaction. Overlap is compared by hash, never skipped.
 */
import { LedgerEntry, LedgerHead, type SignedEntry } from '../../src-shared/ledger-entry.ts'
import { chainHash, isCanonical, verifyHash } from '../../src-shared/protocol/ledger-chain.ts'
import { publicKeyFromRaw } from '../../src-shared/protocol/request-signature.ts'
import { fail, ok, type Result } from '../../src-shared/result.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import { appendToFeed } from '../desks/index.ts'
import { grantPickup, type GrantParts } from '../pickups/index.ts'

interface Checked {
  readonly seq: number
  readonly kind: string
  readonly pickup: string | null
  readonly time: number
  readonly bytes: string
  readonly hash: string
  readonly signature: string
  /** null: validly signed bytes that do not parse, a poison entry. */
  readonly entry: LedgerEntry | null
}

export interface Intake {
  readonly acked: number
  readonly head: string
}

/** Fails with L-604 when chain, order or signature do not hold: the kiosk is then frozen and an alarm raised. */
export async function takeLedger(db: Db, parts: GrantParts, kioskId: string, entries: readonly SignedEntry[]): Promise<Result<Intake>> {
  return transact(db, async (tx) => {
    const kiosk = await tx.selectFrom('kiosk').selectAll().where('id', '=', kioskId).forUpdate().executeTakeFirstOrThrow()
    if (kiosk.frozen) return fail('L-604')
    const checked = await check(tx, kiosk, entries)
    if (typeof checked === 'string') {
      await tx.updateTable('kiosk').set({ frozen: true }).where('id', '=', kioskId).execute()
      await alarm(tx, parts, 'ledger-mismatch', kioskId, null, checked)
      return fail('L-604')
    }
    if (checked.length > 0) {
      await tx
        .insertInto('ledger_entry')
        .values(
          checked.map(({ seq, kind, pickup, time, bytes, hash, signature, entry }) => ({
            kiosk: kioskId,
            seq,
            kind,
            pickup,
            time,
            bytes,
            hash,
            signature,
            received_at: parts.now(),
            poison: entry === null,
          })),
        )
        .execute()
    }
    for (const item of checked) await apply(tx, parts, kiosk.id, kiosk.desk, item)
    const last = checked.at(-1)
    const acked = last?.seq ?? Number(kiosk.acked)
    const head = last?.hash ?? kiosk.head_hash
    await tx.updateTable('kiosk').set({ acked, head_hash: head, last_contact: parts.now() }).where('id', '=', kioskId).execute()
    return ok({ acked, head })
  })
}

/** The new entries, or what is wrong with them. */
async function check(
  tx: Tx,
  kiosk: { id: string; sign_key: Buffer; acked: number; head_hash: string },
  entries: readonly SignedEntry[],
): Promise<Checked[] | string> {
  const key = publicKeyFromRaw(kiosk.sign_key)
  const acked = Number(kiosk.acked)
  let seq = acked
  let prev = kiosk.head_hash
  const fresh: Checked[] = []
  for (const { bytes, signature } of entries) {
    let json: unknown
    try {
      json = JSON.parse(bytes)
    } catch {
      return 'an entry is not JSON'
    }
    const head = LedgerHead.safeParse(json)
    if (!head.success) return 'an entry has no head'
    if (head.data.seq <= acked) {
      const known = await tx
        .selectFrom('ledger_entry')
        .select(['hash', 'bytes'])
        .where('kiosk', '=', kiosk.id)
        .where('seq', '=', head.data.seq)
        .executeTakeFirst()
      if (known === undefined || known.bytes !== bytes || chainHash(head.data.prev, bytes).toString('hex') !== known.hash)
        return `entry ${head.data.seq} was acknowledged with other bytes`
      continue
    }
    if (head.data.seq !== seq + 1) return `entry ${head.data.seq} follows ${seq}`
    if (head.data.prev !== prev) return `entry ${head.data.seq} breaks the chain`
    const hash = chainHash(prev, bytes)
    if (!verifyHash(key, hash, signature)) return `entry ${head.data.seq} has a wrong signature`
    const entry = isCanonical(bytes) ? LedgerEntry.safeParse(json) : null
    fresh.push({
      seq: head.data.seq,
      // PostgreSQL's text holds no NUL: a poison kind must not stop what comes after it.
      kind: head.data.kind.replaceAll('\0', '\ufffd'),
      pickup: head.data.pickup,
      time: head.data.time,
      bytes,
      hash: hash.toString('hex'),
      signature,
      entry: entry?.success === true ? entry.data : null,
    })
    seq = head.data.seq
    prev = hash.toString('hex')
  }
  return fresh
}

async function alarm(tx: Tx, parts: GrantParts, kind: string, kiosk: string, pickup: string | null, detail: string): Promise<void> {
  await tx.insertInto('alarm').values({ kind, kiosk, pickup, detail, at: parts.now() }).execute()
}

/** Ends the open grant that this entry speaks of; null when the kiosk speaks of one that is not open (stale or foreign). */
async function endGrant(tx: Tx, kiosk: string, pickup: string, epoch: { incarnation: string; n: number }, state: 'acknowledged' | 'ended'): Promise<boolean> {
  const ended = await tx
    .updateTable('grant')
    .set({ state })
    .where('pickup', '=', pickup)
    .where('incarnation', '=', epoch.incarnation)
    .where('n', '=', epoch.n)
    .where('kiosk', '=', kiosk)
    .where('state', 'in', ['granted', 'revoking'])
    .executeTakeFirst()
  return Number(ended.numUpdatedRows) === 1
}

async function apply(tx: Tx, parts: GrantParts, kiosk: string, desk: string, item: Checked): Promise<void> {
  const { entry } = item
  if (entry === null) {
    if (item.pickup !== null) await tx.updateTable('pickup').set({ held: true }).where('id', '=', item.pickup).execute()
    await alarm(tx, parts, 'poison-entry', kiosk, item.pickup, `entry ${item.seq} of kind ${item.kind} does not parse`)
    return
  }
  const { pickup, epoch } = entry
  if (pickup === null || epoch === null) return
  switch (entry.kind) {
    case 'handed-over':
      await handOver(tx, parts, kiosk, desk, item, pickup, epoch, entry.facts.slip)
      return
    case 'revoke-acknowledged':
      await acknowledged(tx, parts, kiosk, pickup, epoch)
      return
    case 'slip-missing':
      if (await endGrant(tx, kiosk, pickup, epoch, 'ended')) {
        await tx.updateTable('pickup').set({ state: 'burned', moving_to: null }).where('id', '=', pickup).execute()
        await appendToFeed(tx, desk, [{ kind: 'pickup-closed', pickup, epoch }])
      }
      return
    default:
      return
  }
}

/** The first handover of a pickup is a row; any other is a dispute: kept, shown, never dropped (promise P2). */
async function handOver(
  tx: Tx,
  parts: GrantParts,
  kiosk: string,
  desk: string,
  item: Checked,
  pickup: NonNullable<LedgerEntry['pickup']>,
  epoch: NonNullable<LedgerEntry['epoch']>,
  slip: string,
): Promise<void> {
  const known = await tx.selectFrom('pickup').select('id').where('id', '=', pickup).forUpdate().executeTakeFirst()
  const inserted =
    known === undefined
      ? undefined
      : await tx
          .insertInto('handover')
          .values({ pickup, kiosk, seq: item.seq, slip, at: item.time })
          .onConflict((conflict) => conflict.column('pickup').doNothing())
          .returning('pickup')
          .executeTakeFirst()
  const held = await endGrant(tx, kiosk, pickup, epoch, 'ended')
  if (inserted === undefined || !held) {
    await tx.insertInto('dispute').values({ pickup, kiosk, seq: item.seq, at: parts.now() }).execute()
    await alarm(tx, parts, 'dispute', kiosk, pickup, inserted === undefined ? 'a second handover' : 'a handover without an open grant')
  }
  if (inserted === undefined) return
  await tx.updateTable('pickup').set({ state: 'handed-over', moving_to: null }).where('id', '=', pickup).execute()
  await appendToFeed(tx, desk, [{ kind: 'pickup-closed', pickup, epoch }])
}

/** Only a matching acknowledgement frees a pickup: it then moves on with a fresh secret, or ends. */
async function acknowledged(
  tx: Tx,
  parts: GrantParts,
  kiosk: string,
  pickup: NonNullable<LedgerEntry['pickup']>,
  epoch: NonNullable<LedgerEntry['epoch']>,
): Promise<void> {
  if (!(await endGrant(tx, kiosk, pickup, epoch, 'acknowledged'))) return
  const row = await tx.selectFrom('pickup').select('moving_to').where('id', '=', pickup).forUpdate().executeTakeFirstOrThrow()
  if (row.moving_to === null) {
    await tx.updateTable('pickup').set({ state: 'revoked' }).where('id', '=', pickup).execute()
    return
  }
  await tx.updateTable('pickup').set({ state: 'unassigned', desk: row.moving_to, moving_to: null }).where('id', '=', pickup).execute()
  await grantPickup(tx, parts, pickup, row.moving_to, null)
}
