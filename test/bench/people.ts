/**
 * Twenty thousand people with cards from a real OpenLDAP: everybody, then fifty changes, while a desk's screen polls,
 * issues are made and lists are read; beside PostgreSQL's own COPY of the same rows.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Attribute, Change } from 'ldapts'
import { sql } from 'kysely'
import { connectDatabase, startEmbeddedPostgres, type Db } from '../../src-hub/database/index.ts'
import { loadHubKeys } from '../../src-hub/keys/index.ts'
import { createHubClient, type HubClient } from '../../src-main/sync/index.ts'
import { dnOf, peopleAttributes, withPeople, type Listed } from '../directory/people.ts'
import { adminDn, adminPassword, baseDn, slapdMissing, startSlapd } from '../directory/slapd.ts'
import { addBigDesk } from './big-desk/desk.ts'
import { meanwhile } from './big-desk/meanwhile.ts'
import { figure, type Figure } from './figure.ts'
import { quick, sized } from './size.ts'
import { startBenchHub } from './sync/children.ts'

const count = sized(20_000, 300)
const changes = sized(50, 5)
const fullS = 120
const deltaMs = 2000
const token = 'token-of-the-people-bench-1'
/** Longest that a run may take, ms. */
const limitMs = 10 * 60_000

const invent = (n: number): Listed => ({
  uid: `many${n}`,
  sn: `Family${n}`,
  givenName: `Given${n}`,
  exampleBirthDate: `19${String(50 + (n % 50))}0${1 + (n % 9)}1${n % 9}`,
  exampleClass: n % 10 === 0 ? 'employee' : 'student',
  exampleCard: [`0A${String(n).padStart(8, '0')}`],
  preferredLanguage: n % 5 === 0 ? 'sv' : 'fi',
})

async function read(agent: HubClient, id: string, full: boolean): Promise<void> {
  const asked = await agent.call('runPeopleSource', { body: { id, kind: 'run', full } })
  if (!asked.ok) throw new Error(`a run: ${asked.failure.code}`)
  for (const ends = Date.now() + limitMs; Date.now() < ends;) {
    const found = await agent.call('peopleRuns', { query: { source: id, limit: 1 } })
    const run = found.ok ? found.value.runs[0] : undefined
    if (run?.state === 'done' && run.refused === 0) return
    if (run !== undefined && ['failed', 'braked', 'cancelled'].includes(run.state))
      throw new Error(`the run: ${run.state} ${run.problem?.code ?? ''}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('the run did not end')
}

/** The same rows by the server's own COPY, from a file into tables of the same form without triggers, ms. */
async function copied(db: Db, folder: string): Promise<number> {
  const tables = ['recipient', 'account', 'card'] as const
  for (const table of tables) {
    await sql`CREATE TABLE ${sql.table(`copy_${table}`)} (LIKE ${sql.table(table)} INCLUDING ALL)`.execute(db)
    await sql`COPY (SELECT t.* FROM ${sql.table(table)} t) TO ${sql.lit(join(folder, table))}`.execute(db)
  }
  const before = performance.now()
  for (const table of tables)
    await sql`COPY ${sql.table(`copy_${table}`)} FROM ${sql.lit(join(folder, table))}`.execute(db)
  const took = performance.now() - before
  for (const table of tables) await sql`DROP TABLE ${sql.table(`copy_${table}`)}`.execute(db)
  return took
}

const percentile = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0

export async function peopleFigures(): Promise<Figure[]> {
  const missing = slapdMissing()
  if (missing !== null) throw new Error(missing)
  const folder = mkdtempSync(join(tmpdir(), 'lodge-bench-'))
  const dataDir = join(folder, 'hub')
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  const tokens = join(folder, 'agents')
  writeFileSync(tokens, `bench token-of-the-bench-0001 supervisor\npeople ${token} administrator\n`, { mode: 0o600 })
  // The server's own user writes and reads there.
  const exchange = mkdtempSync(join(tmpdir(), 'lodge-copy-'))
  chmodSync(exchange, 0o777)
  const everybody = Array.from({ length: count }, (_, n) => invent(n))
  const directory = await startSlapd([], withPeople(everybody, { maxsize: 1 << 30, database: 'sizelimit unlimited' }))
  const postgres = await startEmbeddedPostgres(join(folder, 'database'))
  const hub = await startBenchHub(dataDir, { DATABASE_URL: postgres.url, LODGE_HUB_AGENT_TOKENS_FILE: tokens })
  const { db } = connectDatabase(postgres.url)
  const target = { address: hub.url, authority: hub.authority }
  const agent = createHubClient({ target, signer: null, token, now: () => Date.now() })
  try {
    const desk = await addBigDesk(db, hub, loadHubKeys(dataDir), sized(500, 20))
    const on = { hub, url: postgres.url, desk }
    const pause = () => new Promise<void>((resolve) => setTimeout(resolve, sized(5000, 300)))
    const { nth } = await meanwhile({ ...on, nth: 0 }, pause)
    const idle = await meanwhile({ ...on, nth }, pause)
    const saved = await agent.call('savePeopleSource', {
      body: {
        name: 'Directory',
        enabled: true,
        everyMinutes: null,
        brakePercent: 10,
        secret: adminPassword,
        settings: {
          kind: 'ldap',
          url: directory.secureUrl,
          startTls: false,
          ca: directory.authority,
          bindDn: adminDn,
          baseDn: `ou=people,${baseDn}`,
          filter: '(objectClass=examplePerson)',
          flavour: 'standard',
          pageSize: 500,
          timeoutMs: 15_000,
          fullHours: 24,
          keyAttribute: 'entryUUID',
          accountAttribute: 'uid',
          attributes: peopleAttributes,
          classes: [
            { value: 'student', class: 'student' },
            { value: 'employee', class: 'staff' },
          ],
          otherClass: null,
          own: [],
        },
      },
    })
    if (!saved.ok) throw new Error(`a source: ${saved.failure.code}`)
    const { id } = saved.value
    const full = await meanwhile({ ...on, nth: idle.nth }, () => read(agent, id, true))
    // Its first reading of changes goes over the second in which the last entry was written.
    await new Promise((resolve) => setTimeout(resolve, 1100))
    for (let n = 0; n < changes; n++)
      await directory.asAdmin((client) =>
        client.modify(
          dnOf(`many${n}`),
          new Change({ operation: 'replace', modification: new Attribute({ type: 'sn', values: [`Other${n}`] }) }),
        ),
      )
    await read(agent, id, false)
    for (let n = 0; n < changes; n++)
      await directory.asAdmin((client) =>
        client.modify(
          dnOf(`many${n}`),
          new Change({ operation: 'replace', modification: new Attribute({ type: 'sn', values: [`Third${n}`] }) }),
        ),
      )
    const delta = await meanwhile({ ...on, nth: full.nth }, () => read(agent, id, false))
    const copy = await copied(db, exchange)
    const p99 = { name: 'the same requests on an idle hub', value: percentile(idle.times, 0.99) }
    const rows = { name: 'COPY of the same rows', value: copy / 1000 }
    process.stderr.write(
      `full: ${(full.wholeMs / 1000).toFixed(1)} s, transactions up to ${full.longestMs.toFixed(0)} ms; others p99 ` +
        `${percentile(full.times, 0.99).toFixed(0)} ms (idle ${p99.value.toFixed(0)} ms)\n`,
    )
    const within = (most: number) => (value: number) => quick || value <= most
    return [
      figure('people_full_20k_s', full.wholeMs / 1000, 's', rows, `<= ${fullS} s`, within(fullS)),
      figure(
        'people_delta_ms',
        delta.wholeMs,
        'ms',
        { name: 'COPY of all rows', value: copy },
        `<= ${deltaMs} ms`,
        within(deltaMs),
      ),
      figure('people_others_p99_ms', percentile(full.times, 0.99), 'ms', p99, '<= 100 ms', within(100)),
    ]
  } finally {
    await agent.close()
    await hub.stop()
    await db.destroy()
    await postgres.stop()
    await directory.stop()
    rmSync(folder, { recursive: true, force: true })
    rmSync(exchange, { recursive: true, force: true })
  }
}
