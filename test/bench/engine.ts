/** Figures of the engine: start to ready-to-scan, and the lookup of a card, with 100,000 pickups cached. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cardTag } from '../../src-shared/protocol/tags.ts'
import { systemClock, systemTimers } from '../../src-main/engine/index.ts'
import { createPickupCache } from '../../src-main/pickups/index.ts'
import { createEngineSupervisor, forkEngine } from '../../src-main/shell/index.ts'
import { openStore } from '../../src-main/storage/index.ts'
import { createKioskRecords } from '../../src-main/sync/index.ts'
import { unwrapUnattendedKeys } from '../../src-main/vault/index.ts'
import { builtEngine } from './built-engine.ts'
import { within } from '../support/within.ts'
import { buildCachedDesk, cardOf, keyEncryptionKey } from './cached-desk.ts'
import { figure, median, type Figure } from './figure.ts'
import { sized } from './size.ts'

const cached = sized(100_000, 2000)
const runs = sized(7, 1)
const root = fileURLToPath(new URL('../../', import.meta.url))

/** A bare script that opens the same file as the engine does and reads one row. */
const bare = `
  const Database = require('better-sqlite3')
  const db = new Database(process.argv[1], { timeout: 300 })
  db.pragma('locking_mode = EXCLUSIVE'); db.pragma('journal_mode = WAL'); db.pragma('synchronous = FULL')
  db.exec('BEGIN IMMEDIATE; COMMIT')
  db.prepare('SELECT id FROM pickup LIMIT 1').get()
  db.close()
`

function bareOpen(file: string): number {
  const from = performance.now()
  const run = spawnSync(process.execPath, ['--no-warnings', '-e', bare, file], { cwd: root })
  if (run.status !== 0) throw new Error(String(run.stderr))
  return performance.now() - from
}

/** From fork to `ready`: keys unwrapped, ledger checked, database locked, readers and printer started. */
async function engineStart(folder: string, engine: string): Promise<number> {
  const supervisor = createEngineSupervisor({
    spawn: () => forkEngine(engine),
    keystore: {
      name: 'bench',
      hardwareBacked: false,
      loadKey: () => Promise.resolve({ ok: true, value: Buffer.from(keyEncryptionKey) }),
    },
    config: { dataDir: folder, readers: {}, simulatedReaders: { port: 9 }, printer: { kind: 'none' } },
    timers: systemTimers,
    monotonic: systemClock.monotonic,
    log: () => undefined,
  })
  const from = performance.now()
  const up = new Promise<void>((resolve, reject) => {
    supervisor.onFrame((frame) => {
      if (frame.t !== 'shell') return
      if (frame.engine === 'up') resolve()
      if (frame.engine === 'given-up') reject(new Error(frame.failure?.code))
    })
  })
  await supervisor.start()
  await within(60_000, 'the engine up', up)
  const took = performance.now() - from
  await supervisor.stop()
  return took
}

/** Microseconds per lookup: tag of the card under the kiosk's key, and the live pickups it opens. */
function cardLookups(folder: string): { lookup: number; bareSelect: number } {
  const opened = openStore(join(folder, 'kiosk.db'))
  if (!opened.ok) throw new Error(opened.failure.code)
  const { db } = opened.value
  const record = createKioskRecords(db).read()
  const keys = record === null ? null : unwrapUnattendedKeys(keyEncryptionKey, record.keys)
  if (keys === null) throw new Error('keys')
  const cache = createPickupCache(db, keys.cacheKey)
  const select = db.prepare('SELECT pickup FROM card_tag WHERE tag = ?')
  const times: number[] = []
  const bareTimes: number[] = []
  for (let i = 0; i < sized(20_000, 1000); i++) {
    const card = cardOf((i * 7919) % cached)
    const from = process.hrtime.bigint()
    const found = cache.idsByCardTag(cardTag(keys.lookupKey, card))
    times.push(Number(process.hrtime.bigint() - from) / 1000)
    if (found.length !== 1) throw new Error('a card was not found')
    const tag = cardTag(keys.lookupKey, card)
    const again = process.hrtime.bigint()
    select.all(tag)
    bareTimes.push(Number(process.hrtime.bigint() - again) / 1000)
  }
  opened.value.close()
  return { lookup: median(times), bareSelect: median(bareTimes) }
}

export async function engineFigures(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-bench-'))
  try {
    const engine = builtEngine()
    buildCachedDesk(folder, cached)
    const starts: number[] = []
    const opens: number[] = []
    for (let i = 0; i < runs + 1; i++) {
      const open = bareOpen(join(folder, 'kiosk.db'))
      const start = await engineStart(folder, engine)
      // The first of each warms the file cache.
      if (i === 0) continue
      opens.push(open)
      starts.push(start)
    }
    const { lookup, bareSelect } = cardLookups(folder)
    return [
      figure(
        'engine_start',
        median(starts),
        'ms',
        { name: 'better-sqlite3 opening the same file in a bare script', value: median(opens) },
        'ratio <= 3',
        (_, ratio) => ratio <= 3,
      ),
      figure(
        'card_lookup_p50',
        lookup,
        'us',
        { name: 'bare SELECT of the tag', value: bareSelect },
        '<= 10 us',
        (value) => value <= 10,
      ),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
