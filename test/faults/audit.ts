/**
 * Paper against ledger: after a run, every slip that was physically printed is accounted for, and nothing that was said
 * is lost.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerEntry } from '../../src-shared/hub-api/ledger-entry.ts'
import { createLedger } from '../../src-main/ledger/index.ts'
import type { TraySlip } from '../../src-main/printers/simulated/index.ts'
import { createFileKeystore } from '../../src-main/shell/index.ts'
import { openStore } from '../../src-main/storage/index.ts'
import { createKioskRecords } from '../../src-main/sync/index.ts'
import { unwrapUnattendedKeys } from '../../src-main/vault/index.ts'
import { readSecret } from '../slip/on-paper.ts'
import { unconfirmed, type Seen } from './screen.ts'
import type { Template } from './template.ts'

interface SlipRow {
  readonly id: string
  readonly number: string
  readonly pickup: string
  readonly state: string
  readonly staff: string
  readonly settled_by: string | null
}

/** A slip as it lies there: `secret` is what a person would type from it. */
export interface Found {
  readonly secret: string
  readonly cut: boolean
  readonly text: string
}

export const look = (slip: TraySlip): Found => ({ secret: readSecret(slip.strip), cut: slip.cut, text: slip.text })

const onPaper: ReadonlySet<string> = new Set(['printed', 'uncertain', 'handed-over', 'spoiled', 'missing'])

/**
 * Which paper with a secret on it is which slip's. The number stands below the secret: a slip that ended before it is
 * known by whose secret it bears, as people know it by whose print it was.
 */
export function paperOf(
  slips: readonly { number: string; pickup: string; state: string }[],
  paper: readonly TraySlip[],
  template: Template,
): Map<string, Found[]> {
  const byNumber = new Map<string, Found[]>(slips.map(({ number }) => [number, []]))
  for (const found of paper.map(look)) {
    if (found.secret === '') continue
    const numbered = slips.find(({ number }) => found.text.includes(number))
    const owner = template.customers.find(({ secret }) => secret.startsWith(found.secret))
    const nameless = slips.find(
      ({ number, pickup, state }) =>
        pickup === owner?.pickup &&
        onPaper.has(state) &&
        !paper.some((slip) => slip.text.includes(number)) &&
        byNumber.get(number)?.length === 0,
    )
    byNumber.get((numbered ?? nameless)?.number ?? '')?.push(found)
  }
  return byNumber
}

const settling: ReadonlySet<string> = new Set(['handed-over', 'slip-spoiled', 'slip-missing', 'slip-nothing-came-out'])

function filesOf(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
}

/** What is wrong, in words; empty when all is well. The engine must have stopped. */
export async function audit(
  dataDir: string,
  template: Template,
  paper: readonly TraySlip[],
  seen: readonly Seen[],
  exhausted: readonly string[],
): Promise<string[]> {
  const wrong: string[] = []
  const opened = openStore(join(dataDir, 'kiosk.db'))
  if (!opened.ok) return [`the database does not open: ${opened.failure.code}`]
  const { db } = opened.value
  try {
    const record = createKioskRecords(db).read()
    const kek = await createFileKeystore(dataDir, {}).loadKey()
    const keys = record === null || !kek.ok ? null : unwrapUnattendedKeys(kek.value, record.keys)
    if (keys === null) return ['the keys do not open']
    const { bad } = createLedger(db, keys, Date.now).verifyFrom(0, 'all')
    if (bad !== null) wrong.push(`ledger entry ${bad} does not verify`)
    if (db.pragma('integrity_check', { simple: true }) !== 'ok') wrong.push('the database is damaged')
    if ((db.pragma('foreign_key_check') as unknown[]).length > 0) wrong.push('rows without what they refer to')
    const rows = db
      .prepare<[], SlipRow>('SELECT id, number, pickup, state, staff, settled_by FROM slip ORDER BY intended_at')
      .all()
    const bytes = db.prepare<[], string>('SELECT bytes FROM ledger ORDER BY seq').pluck().all()
    const entries = bytes.map((text) => LedgerEntry.parse(JSON.parse(text)))
    wrong.push(...slipsAgainstPaper(rows, paper, template), ...slipsAgainstLedger(rows, entries))
    for (const { pickup } of template.customers) {
      const wasted = rows.filter(
        (row) => row.pickup === pickup && (row.state === 'spoiled' || row.state === 'nothing-came-out'),
      ).length
      if (wasted > 2 || (wasted === 2) !== exhausted.includes(pickup))
        wrong.push(
          `${wasted} slips came to nothing, and a further one was ${exhausted.includes(pickup) ? 'refused' : 'offered'}`,
        )
    }
    for (const [i, one] of seen.entries())
      for (const what of unconfirmed(one, entries))
        wrong.push(`engine ${i + 1} had confirmed "${what}" and the ledger lost it`)
    for (const file of filesOf(dataDir)) {
      const content = readFileSync(file)
      if (template.customers.some(({ secret }) => content.includes(secret))) wrong.push(`the secret is in ${file}`)
    }
  } finally {
    opened.value.close()
  }
  return wrong
}

function slipsAgainstPaper(rows: readonly SlipRow[], paper: readonly TraySlip[], template: Template): string[] {
  const wrong: string[] = []
  const known = paperOf(rows, paper, template)
  const accounted = [...known.values()].flat().length
  const withSecret = paper.filter((slip) => look(slip).secret !== '').length
  if (accounted !== withSecret) wrong.push(`${withSecret} papers bear a secret, and the ledger knows of ${accounted}`)
  for (const row of rows) {
    const mine = known.get(row.number) ?? []
    const customer = template.customers.find(({ pickup }) => pickup === row.pickup)
    if (mine.length > 1) wrong.push(`slip ${row.number} came out ${mine.length} times`)
    if (mine.length === 1 && !onPaper.has(row.state))
      wrong.push(`slip ${row.number} is on paper and the ledger says ${row.state}`)
    if (mine.length === 0 && onPaper.has(row.state))
      wrong.push(`slip ${row.number} is ${row.state} and there is no paper`)
    for (const { secret, cut } of mine) {
      if (cut ? customer?.secret !== secret : customer?.secret.startsWith(secret) !== true)
        wrong.push(`slip ${row.number} does not carry its secret`)
      if (!cut && row.state === 'printed') wrong.push(`slip ${row.number} is called printed and was never cut`)
    }
    if (row.state === 'intended' || row.state === 'printed' || row.state === 'uncertain')
      wrong.push(`slip ${row.number} was left ${row.state}`)
    if (row.state !== 'failed' && row.settled_by === null) wrong.push(`slip ${row.number} was settled by nobody`)
  }
  return wrong
}

/**
 * Each slip: one intent, one outcome, then one settlement, in that order; the next intent of a pickup only after that.
 */
function slipsAgainstLedger(rows: readonly SlipRow[], entries: readonly LedgerEntry[]): string[] {
  const wrong: string[] = []
  for (const row of rows) {
    const kinds = entries.flatMap((entry) => ('slip' in entry.facts && entry.facts.slip === row.id ? [entry.kind] : []))
    const settlement = row.state === 'handed-over' ? 'handed-over' : `slip-${row.state}`
    const outcomes = kinds.filter(
      (kind) => kind === 'slip-printed' || kind === 'slip-failed' || kind === 'slip-uncertain',
    )
    const expected = ['slip-intended', ...outcomes.slice(0, 1), ...(row.state === 'failed' ? [] : [settlement])]
    if (outcomes.length !== 1 || kinds.join() !== expected.join())
      wrong.push(`slip ${row.number}: entries ${kinds.join(', ')}`)
    const settled = entries.find(
      (entry) => settling.has(entry.kind) && 'slip' in entry.facts && entry.facts.slip === row.id,
    )
    const intended = entries.find((entry) => entry.kind === 'slip-intended' && entry.facts.slip === row.id)
    if (intended?.actor !== row.staff || (settled !== undefined && settled.actor !== row.settled_by))
      wrong.push(`slip ${row.number}: the names are not both recorded`)
  }
  const open = new Map<string, string>()
  for (const entry of entries) {
    if (entry.pickup === null || !('slip' in entry.facts)) continue
    if (entry.kind === 'slip-intended') {
      if (open.has(entry.pickup)) wrong.push('a second slip without a settlement of the first')
      open.set(entry.pickup, entry.facts.slip)
    } else if (settling.has(entry.kind) || entry.kind === 'slip-failed') open.delete(entry.pickup)
    if (
      entry.kind === 'slip-intended' &&
      entries.some(
        (other) =>
          other.seq < entry.seq &&
          other.pickup === entry.pickup &&
          (other.kind === 'handed-over' || other.kind === 'slip-missing'),
      )
    )
      wrong.push('a slip after a handover or a missing one')
  }
  return wrong
}
