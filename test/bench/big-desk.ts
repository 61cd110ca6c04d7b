/**
 * Figures of a desk where three thousand pickups wait while something is done to all of them: how long a transaction
 * takes at most, and how long others at that desk wait (a screen's poll, an issue, a list at the console), beside the
 * same requests on an idle hub and the same rows written by the driver alone.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { connectDatabase, startEmbeddedPostgres, type Db } from '../../src-hub/database/index.ts'
import { loadHubKeys } from '../../src-hub/keys/index.ts'
import { acts, type Stage } from './big-desk/acts.ts'
import { addBigDesk } from './big-desk/desk.ts'
import { meanwhile } from './big-desk/meanwhile.ts'
import { figure, type Figure } from './figure.ts'
import { sized } from './size.ts'
import { startBenchHub } from './sync/children.ts'

const count = sized(3000, 60)
const idleMs = sized(8000, 500)
/** How long each act’s own hub is asked before the act begins. */
const warmMs = sized(2000, 300)
/** Rows in one transaction of the floor. */
const floorRows = 100

const longestMs = 200
const othersMs = 100

const percentile = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0

/** The same rows by the driver: pickups changed, and a grant and a change of the feed for each, in batches. */
async function floor(db: Db, desk: string): Promise<{ readonly wholeMs: number; readonly longestMs: number }> {
  for (const table of ['pickup', 'grant', 'feed'])
    await sql`CREATE TABLE ${sql.table(`bench_${table}`)} (LIKE ${sql.table(table)} INCLUDING ALL)`.execute(db)
  await sql`INSERT INTO bench_pickup SELECT * FROM pickup WHERE desk = ${desk}`.execute(db)
  const { rows } = await sql<{ id: string; record: string }>`SELECT pickup AS id, record FROM "grant" g
    JOIN pickup p ON p.id = g.pickup WHERE p.desk = ${desk} ORDER BY 1`.execute(db)
  let longest = 0
  const before = performance.now()
  for (let from = 0; from < rows.length; from += floorRows) {
    const some = rows.slice(from, from + floorRows)
    const ids = some.map(({ id }) => id)
    const records = some.map(({ record }) => record)
    const began = performance.now()
    await db.transaction().execute(async (tx) => {
      await sql`UPDATE bench_pickup SET state = 'revoking' WHERE id = ANY(${ids}::text[])`.execute(tx)
      await sql`INSERT INTO bench_grant (pickup, incarnation, n, kiosk, state, at, record)
        SELECT id, 'bench', 2, 'bench', 'granted', 0, record FROM unnest(${ids}::text[], ${records}::text[]) AS t(id, record)`.execute(
        tx,
      )
      await sql`INSERT INTO bench_feed (desk, seq, body) SELECT ${desk}, ${from} + n, body
        FROM unnest(${records}::text[]) WITH ORDINALITY AS t(body, n)`.execute(tx)
    })
    longest = Math.max(longest, performance.now() - began)
  }
  const wholeMs = performance.now() - before
  for (const table of ['pickup', 'grant', 'feed']) await sql`DROP TABLE ${sql.table(`bench_${table}`)}`.execute(db)
  return { wholeMs, longestMs: longest }
}

function say(name: string, { times, longestMs: longest, wholeMs }: Awaited<ReturnType<typeof meanwhile>>): void {
  const at = (share: number) => percentile(times, share).toFixed(0)
  process.stderr.write(
    `${name}: ${(wholeMs / 1000).toFixed(1)} s, transactions up to ${longest.toFixed(0)} ms; ` +
      `${times.length} other requests, p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${Math.max(...times).toFixed(0)} ms\n`,
  )
}

const within = (most: number) => (value: number) => value <= most

export async function bigDeskFigures(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-bench-'))
  const dataDir = join(folder, 'hub')
  const postgres = await startEmbeddedPostgres(join(folder, 'database'))
  const start = () => startBenchHub(dataDir, { DATABASE_URL: postgres.url })
  let hub = await start()
  const { db } = connectDatabase(postgres.url)
  try {
    const restart = async (between: () => Promise<void>) => {
      await hub.stop()
      await between()
      hub = await start()
      return hub
    }
    const stage: Stage = { db, hub, keys: loadHubKeys(dataDir), dataDir, url: postgres.url, count, restart }
    const quiet = await addBigDesk(db, hub, stage.keys, count)
    const on = { hub, url: postgres.url, desk: quiet }
    const pause = (ms: number) => () => new Promise<void>((resolve) => setTimeout(resolve, ms))
    // The first warms the hub's code and counts for nothing.
    const { nth } = await meanwhile({ ...on, nth: 0 }, pause(idleMs))
    const idle = await meanwhile({ ...on, nth }, pause(idleMs))
    const bare = await floor(db, quiet.id)
    say('idle', idle)
    const p99 = { name: 'the same requests on an idle hub', value: percentile(idle.times, 0.99) }
    const figures: Figure[] = []
    for (const make of acts) {
      const { name, desk, hub: at, run } = await make(stage)
      const there = { hub: at, url: postgres.url, desk }
      // Its hub was started for it, and is as cold as that of the idle desk was.
      const warmed = await meanwhile({ ...there, nth: 0 }, pause(warmMs))
      const found = await meanwhile({ ...there, nth: warmed.nth }, run)
      figures.push(
        figure(
          `${name}_longest_ms`,
          found.longestMs,
          'ms',
          { name: `a transaction of ${floorRows} rows by the driver`, value: bare.longestMs },
          `<= ${longestMs} ms`,
          within(longestMs),
        ),
        figure(
          `${name}_others_p99_ms`,
          percentile(found.times, 0.99),
          'ms',
          p99,
          `<= ${othersMs} ms`,
          within(othersMs),
        ),
        figure(
          `${name}_whole_ms`,
          found.wholeMs,
          'ms',
          { name: 'the rows by the driver', value: bare.wholeMs },
          '<= 15 s',
          within(15_000),
        ),
      )
      say(name, found)
      for (const kiosk of [desk.kiosk, desk.screen]) await kiosk.hub.close()
    }
    for (const kiosk of [quiet.kiosk, quiet.screen]) await kiosk.hub.close()
    return figures
  } finally {
    await db.destroy()
    await hub.stop()
    await postgres.stop()
    if (postgres.movedTo !== null) rmSync(postgres.movedTo, { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true })
  }
}
