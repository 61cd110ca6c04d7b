/**
 * Figures of the console's lists: the hub over HTTPS beside the same questions as bare SQL on a connection of our own,
 * in turns, over a million pickups and five million ledger entries; and of importing into that.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src-hub/database/index.ts'
import { fillHub } from './console/fill.ts'
import { importFigures } from './console/import.ts'
import { figure, median, type Figure } from './figure.ts'
import { startBenchHub, type BenchHub } from './sync/children.ts'
import { sized } from './size.ts'

const sizes = sized(
  { pickups: 1_000_000, people: 400_000, entries: 5_000_000 },
  { pickups: 10_000, people: 20_000, entries: 20_000 },
)
const rounds = sized(40, 1)
const importedRows = sized(5000, 200)
const page = 50

interface Question {
  readonly name: string
  readonly kind: 'list' | 'search'
  /** The route's query. */
  readonly ask: Readonly<Record<string, string | number>>
  readonly route: 'pickups' | 'ledgerEntries'
  /** What answers it, written by hand. */
  readonly sql: string
  readonly values: readonly unknown[]
}

const columns =
  'p.id, p.account, p.recipient, p.desk, p.channel, p.request_reference, p.state, p.issued_at, p.expires_at, r.class, r.family, r.given'
const join_ = 'JOIN recipient r ON r.id = p.recipient'
const entries = 'SELECT kiosk, seq, kind, pickup, time, bytes, hash, received_at, poison FROM ledger_entry'
const byWords = (words: string) =>
  words
    .split(' ')
    .map((word) => `'${word}':*`)
    .join(' & ')

/** The questions that a helpdesk and an auditor ask, with other values each round. */
function questions(round: number, desks: readonly string[], kiosks: readonly string[]): Question[] {
  const pick = <T>(values: readonly T[], salt: number): T => values[(round * 31 + salt * 17) % values.length] as T
  const desk = pick(desks, 1)
  const kiosk = pick(kiosks, 2)
  const at = 1_700_000_000_000 + ((round * 7919) % 900_000) * 60_000
  const names = [
    'virtanen',
    'korhonen maria',
    'ohman',
    'akesson soren',
    'bjorklund zoe',
    'makinen juhani',
    'nystrom goran',
    'harvinainen',
    'laine anna',
    'sjob asa',
  ]
  const name = pick(names, 3)
  const n = 3 * (1 + ((round * 104_729) % 333_000))
  const newest = 'ORDER BY p.issued_at DESC, p.id DESC LIMIT 51'
  const searched = (where: string) =>
    `SELECT ${columns} FROM pickup_search s JOIN pickup p ON p.id = s.pickup ${join_} WHERE ${where} ORDER BY s.issued_at DESC, s.pickup DESC LIMIT 51`
  const list = (name_: string, ask: Question['ask'], sql: string, values: readonly unknown[]): Question => ({
    name: name_,
    kind: 'list',
    ask,
    route: 'pickups',
    sql,
    values,
  })
  const search = (name_: string, ask: Question['ask'], sql: string, values: readonly unknown[]): Question => ({
    ...list(name_, ask, sql, values),
    kind: 'search',
  })
  const ledger = (name_: string, ask: Question['ask'], sql: string, values: readonly unknown[]): Question => ({
    ...list(name_, ask, sql, values),
    route: 'ledgerEntries',
  })
  const received = 'ORDER BY received_at DESC, kiosk DESC, seq DESC LIMIT 51'
  return [
    list('newest', {}, `SELECT ${columns} FROM pickup p ${join_} ${newest}`, []),
    list(
      'deep',
      { after: `${at}.${'P'.repeat(22)}` },
      `SELECT ${columns} FROM pickup p ${join_} WHERE (p.issued_at, p.id) < ($1, $2) ${newest}`,
      [at, 'P'.repeat(22)],
    ),
    list('desk', { desk }, `SELECT ${columns} FROM pickup p ${join_} WHERE p.desk = $1 ${newest}`, [desk]),
    list(
      'waiting',
      { state: 'unassigned' },
      `SELECT ${columns} FROM pickup p ${join_} WHERE p.state = 'unassigned' ${newest}`,
      [],
    ),
    list(
      'burned',
      { state: 'burned' },
      `SELECT ${columns} FROM pickup p ${join_} WHERE p.state = 'burned' ${newest}`,
      [],
    ),
    list(
      'desk and state',
      { desk, state: 'returned' },
      `SELECT ${columns} FROM pickup p ${join_} WHERE p.desk = $1 AND p.state = 'returned' ${newest}`,
      [desk],
    ),
    list('channel', { channel: 'hr' }, searched('s.channel = $1'), ['hr']),
    list('class', { recipientClass: 'partner' }, searched('s.class = $1'), ['partner']),
    list(
      'a day',
      { issuedFrom: at, issuedTo: at + 86_400_000 },
      `SELECT ${columns} FROM pickup p ${join_} WHERE p.issued_at >= $1 AND p.issued_at < $2 ${newest}`,
      [at, at + 86_400_000],
    ),
    ledger('ledger', {}, `${entries} ${received}`, []),
    ledger(
      'ledger deep',
      { after: `t.${at}.${kiosk}.5` },
      `${entries} WHERE (received_at, kiosk, seq) < ($1, $2, 5) ${received}`,
      [at, kiosk],
    ),
    ledger('kiosk', { kiosk }, `${entries} WHERE kiosk = $1 ORDER BY seq DESC LIMIT 51`, [kiosk]),
    ledger('missing slips', { kind: 'slip-missing' }, `${entries} WHERE kind = 'slip-missing' ${received}`, []),
    search('name', { text: name }, searched(`s.search @@ $1::tsquery`), [byWords(name)]),
    search('name at a desk', { text: name, desk }, searched(`s.search @@ $1::tsquery AND p.desk = $2`), [
      byWords(name),
      desk,
    ]),
    search('reference', { text: `INC-${n}` }, searched(`s.search @@ $1::tsquery`), [byWords(`inc ${n}`)]),
    search('account', { text: `mu${1 + (n % 400_000)}` }, searched(`s.search @@ $1::tsquery`), [
      byWords(`mu${1 + (n % 400_000)}`),
    ]),
    search('nobody', { text: 'olematon henkilo' }, searched(`s.search @@ $1::tsquery`), [byWords('olematon henkilo')]),
  ]
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now()
  await work()
  return performance.now() - before
}

function p95(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length * 0.95)] ?? 0
}

async function answer(hub: BenchHub, question: Question): Promise<number> {
  const given = await hub.agent.call(question.route, { query: { limit: page, ...question.ask } })
  if (!given.ok) throw new Error(`${question.name}: ${given.failure.code}`)
  return 'pickups' in given.value ? given.value.pickups.length : given.value.entries.length
}

export async function consoleFigures(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-bench-console-'))
  // PostgreSQL's own user reads a file in it.
  chmodSync(folder, 0o711)
  const postgres = await startEmbeddedPostgres(join(folder, 'database'))
  const hub = await startBenchHub(join(folder, 'hub'), { DATABASE_URL: postgres.url })
  const bare = new pg.Client({ connectionString: postgres.url })
  await bare.connect()
  const say = (text: string) => process.stderr.write(`${text}\n`)
  try {
    await fillHub(postgres.url, sizes, say)
    const ids = async (text: string) => (await bare.query<{ id: string }>(text)).rows.map((row) => row.id)
    const desks = await ids('SELECT id FROM desk ORDER BY id')
    const kiosks = await ids('SELECT id FROM kiosk ORDER BY id')
    const ours = new Map<string, number[]>()
    const theirs = new Map<string, number[]>()
    const kinds = new Map<string, 'list' | 'search'>()
    for (let round = -3; round < rounds; round += 1) {
      for (const question of questions(Math.abs(round), desks, kiosks)) {
        let rows = 0
        let got = 0
        const b = await timed(async () => (rows = (await bare.query(question.sql, [...question.values])).rows.length))
        const a = await timed(async () => (got = await answer(hub, question)))
        if (got !== Math.min(rows, page)) throw new Error(`${question.name}: ${got} rows, and ${rows} by SQL`)
        if (round < 0) continue
        kinds.set(question.name, question.kind)
        ours.set(question.name, [...(ours.get(question.name) ?? []), a])
        theirs.set(question.name, [...(theirs.get(question.name) ?? []), b])
      }
    }
    const both = (times: readonly number[]) => `${median(times).toFixed(1)} / ${p95(times).toFixed(1)}`
    for (const [name, times] of ours)
      say(`${name}: ${both(times)} ms, SQL ${both(theirs.get(name) ?? [])} ms (median / p95)`)
    const imported = await importFigures(hub, bare, folder, importedRows)
    const perSecond = (ms: number) => (imported.rows / ms) * 1000
    say(`import: ${imported.rows} rows in ${(imported.ms / 1000).toFixed(1)} s, COPY ${imported.copyMs.toFixed(0)} ms`)
    const of = (times: ReadonlyMap<string, readonly number[]>, kind: 'list' | 'search') =>
      p95([...times].flatMap(([name, each]) => (kinds.get(name) === kind ? each : [])))
    return [
      ...(['list', 'search'] as const).map((kind) =>
        figure(
          `${kind}_p95`,
          of(ours, kind),
          'ms',
          { name: 'the bare SQL', value: of(theirs, kind) },
          'ratio <= 2',
          (_, ratio) => ratio <= 2,
        ),
      ),
      figure(
        'import_rows',
        perSecond(imported.ms),
        'rows/s',
        { name: 'raw COPY', value: perSecond(imported.copyMs) },
        'none',
        () => true,
      ),
    ]
  } finally {
    await bare.end()
    await hub.stop()
    await postgres.stop()
    if (postgres.movedTo !== null) rmSync(postgres.movedTo, { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true })
  }
}
