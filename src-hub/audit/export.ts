/**
 * Exports of a period, by when the hub received an entry. JSON lines for proof: a head, each kiosk with its public key,
 * its entries in the order of its chain with the hash before the first, what is kept beside its chain, and an end that
 * signs all of it. CSV for people.
 */
import { createHash } from 'node:crypto'
import { stringify } from 'csv-stringify/sync'
import { shownText } from '../../src-shared/domain/human-text.ts'
import { spreadsheetCell } from '../../src-shared/domain/spreadsheet-cell.ts'
import { storedInstant } from '../../src-shared/domain/bounds.ts'
import { genesisHash } from '../../src-shared/hub-api/ledger-entry.ts'
import type { Localized } from '../../src-shared/domain/index.ts'
import { tellStored } from '../../src-shared/protocol/stored-entry.ts'
import type { Db } from '../database/index.ts'
import { deskNames } from '../queries/index.ts'
import type { ExportKey } from './export-key.ts'

const page = 2000
/** Named in the signed bytes, so that a signature of anything else of this hub's is not one of an export. */
export const exportFormat = 'lodge/export/2'

export interface Period {
  readonly from: number
  readonly to: number
}

interface Range {
  readonly kiosk: string
  readonly first: number
  readonly last: number
}

/** A kiosk's entries are received in their order, so a period is one unbroken stretch of each chain. */
async function ranges(db: Db, { from, to }: Period): Promise<Range[]> {
  const rows = await db
    .selectFrom('ledger_entry')
    .select(['kiosk', (e) => e.fn.min<number>('seq').as('first'), (e) => e.fn.max<number>('seq').as('last')])
    .where('received_at', '>=', from)
    .where('received_at', '<', to)
    .groupBy('kiosk')
    .orderBy('kiosk')
    .execute()
  return rows.map((row) => ({ kiosk: row.kiosk, first: Number(row.first), last: Number(row.last) }))
}

async function* entriesOf(db: Db, { kiosk, first, last }: Range) {
  for (let seq = first - 1; ;) {
    const rows = await db
      .selectFrom('ledger_entry')
      .select(['seq', 'kind', 'pickup', 'time', 'bytes', 'hash', 'signature', 'received_at', 'poison'])
      .where('kiosk', '=', kiosk)
      .where('seq', '>', seq)
      .where('seq', '<=', last)
      .orderBy('seq')
      .limit(page)
      .execute()
    yield rows
    seq = Number(rows.at(-1)?.seq ?? last)
    if (rows.length < page) return
  }
}

/**
 * Kiosks of which something was kept beside the ledger in the period, and how many entries that is by its end: what
 * vouches for one may be older.
 */
async function kiosksBeside(db: Db, { from, to }: Period): Promise<{ kiosk: string; entries: number }[]> {
  const rows = await db
    .selectFrom('quarantine')
    .select((e) => ['kiosk', e.fn.countAll<number>().as('entries'), e.fn.max<number>('received_at').as('newest')])
    .where('received_at', '<', to)
    .groupBy('kiosk')
    .orderBy('kiosk')
    .execute()
  return rows
    .filter((row) => Number(row.newest) >= from)
    .map(({ kiosk, entries }) => ({ kiosk, entries: Number(entries) }))
}

async function* besideOf(db: Db, kiosk: string, to: number) {
  for (let after = 0; ;) {
    const rows = await db
      .selectFrom('quarantine')
      .select(['id', 'seq', 'prev', 'bytes', 'hash', 'signature', 'reason', 'received_at'])
      .where('kiosk', '=', kiosk)
      .where('received_at', '<', to)
      .where('id', '>', after)
      .orderBy('id')
      .limit(page)
      .execute()
    yield rows
    if (rows.length < page) return
    after = Number(rows.at(-1)?.id)
  }
}

async function kioskOf(db: Db, id: string) {
  const names = await deskNames(db)
  const row = await db
    .selectFrom('kiosk')
    .select(['desk', 'sign_key', 'state'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return { key: row.sign_key.toString('base64url'), state: row.state, desk: names.get(row.desk) ?? null }
}

/** The entry that signs a stretch may come later than its end; it is added, marked as being after the period. */
async function signedEnd(db: Db, { kiosk, last }: Range): Promise<number> {
  const row = await db
    .selectFrom('ledger_entry')
    .select('seq')
    .where('kiosk', '=', kiosk)
    .where('seq', '>=', last)
    .where('signature', 'is not', null)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? last : Number(row.seq)
}

export async function* exportLines(
  db: Db,
  key: ExportKey,
  about: { hub: string; madeAt: number; by: string },
  period: Period,
): AsyncGenerator<string> {
  const hash = createHash('sha256')
  const line = (value: object) => {
    const text = `${JSON.stringify(value)}\n`
    hash.update(text)
    return text
  }
  let entries = 0
  const all = await ranges(db, period)
  const beside = await kiosksBeside(db, period)
  yield line({
    t: 'head',
    format: exportFormat,
    hub: about.hub,
    madeAt: about.madeAt,
    by: about.by,
    ...period,
    key: key.publicKey,
    kiosks: all.length,
    apart: beside.length,
  })
  for (const range of all) {
    const { key: kioskKey, state, desk } = await kioskOf(db, range.kiosk)
    const before =
      range.first === 1
        ? genesisHash
        : (
            await db
              .selectFrom('ledger_entry')
              .select('hash')
              .where('kiosk', '=', range.kiosk)
              .where('seq', '=', range.first - 1)
              .executeTakeFirstOrThrow()
          ).hash
    const last = await signedEnd(db, range)
    yield line({
      t: 'kiosk',
      kiosk: range.kiosk,
      key: kioskKey,
      state,
      desk: desk?.id ?? null,
      name: desk === null ? null : { desk: desk.name, unit: desk.unit },
      first: range.first,
      /** Of the period; entries after it are here for the signature that covers it. */
      last: range.last,
      signedTo: last,
      before,
    })
    for await (const rows of entriesOf(db, { ...range, last })) {
      entries += rows.length
      yield rows
        .map((row) =>
          line({
            t: 'entry',
            kiosk: range.kiosk,
            seq: Number(row.seq),
            bytes: row.bytes,
            hash: row.hash,
            signature: row.signature,
            receivedAt: Number(row.received_at),
          }),
        )
        .join('')
    }
  }
  for (const { kiosk, entries: count } of beside) {
    const { key: kioskKey, state, desk } = await kioskOf(db, kiosk)
    yield line({ t: 'apart', kiosk, key: kioskKey, state, desk: desk?.id ?? null, entries: count })
    for await (const rows of besideOf(db, kiosk, period.to))
      yield rows
        .map((row) =>
          line({
            t: 'kept',
            kiosk,
            id: Number(row.id),
            seq: Number(row.seq),
            prev: row.prev,
            bytes: row.bytes.toString(),
            hash: row.hash,
            signature: row.signature,
            reason: row.reason,
            receivedAt: Number(row.received_at),
          }),
        )
        .join('')
  }
  const digest = hash.digest('hex')
  const signed = `${exportFormat}\n${digest}\n`
  yield `${JSON.stringify({ t: 'end', entries, sha256: digest, signature: key.sign(Buffer.from(signed)) })}\n`
}

/** A cell that a spreadsheet would take for a formula is made text, whatever wrote it; a BOM so that å is å in one. */
export async function* exportCsv(db: Db, period: Period): AsyncGenerator<string> {
  const staff = new Map(
    (await db.selectFrom('staff').select(['id', 'name']).execute()).map((row) => [row.id, row.name]),
  )
  const columns = [
    'received',
    'time',
    'unit',
    'desk',
    'kiosk',
    'seq',
    'kind',
    'pickup',
    'staff',
    'facts',
    'hash',
    'poison',
  ]
  const csv = (rows: readonly (readonly string[])[]) =>
    stringify(
      rows.map((row) => row.map((cell) => spreadsheetCell(shownText(cell)))),
      { record_delimiter: 'windows' },
    )
  yield `\ufeff${csv([columns])}`
  const when = (at: number) => {
    const known = storedInstant(at)
    return known === null ? '' : new Date(known).toISOString()
  }
  for (const range of await ranges(db, period)) {
    const { desk } = await kioskOf(db, range.kiosk)
    const name = (text: Localized | undefined) => text?.en ?? ''
    for await (const rows of entriesOf(db, range)) {
      yield csv(
        rows.map((row) => {
          const { actor, facts } = tellStored(row.bytes)
          return [
            when(Number(row.received_at)),
            when(Number(row.time)),
            name(desk?.unit),
            name(desk?.name),
            range.kiosk,
            String(row.seq),
            row.kind,
            row.pickup ?? '',
            actor === null ? '' : (staff.get(actor) ?? actor),
            JSON.stringify(facts),
            row.hash,
            row.poison ? 'yes' : '',
          ]
        }),
      )
    }
  }
}
