/**
 * Figures of sync: a real kiosk store against a real hub process over HTTPS, beside PouchDB and beside the bare
 * drivers, all in one run on one machine. Signatures are checked and both ends are durable in every figure of ours.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectDatabase, startEmbeddedPostgres } from '../../src-hub/database/index.ts'
import { loadHubKeys } from '../../src-hub/keys/index.ts'
import type { SignedEntry } from '../../src-shared/hub-api/ledger-entry.ts'
import { startBenchHub } from './sync/children.ts'
import { startCountingProxy } from './sync/counting-proxy.ts'
import { enrolKiosk, freshCopy, reopen, type DeskKiosk } from './sync/desk-kiosk.ts'
import { handOver } from './sync/handovers.ts'
import { fillDesk, inventPickups } from './sync/hub-fill.ts'
import { pouchTimes } from './sync/pouch.ts'
import { rawInsert, rawUpsert } from './sync/raw.ts'
import { figure, median, type Figure } from './figure.ts'
import { sized } from './size.ts'

/** After one that warms both ends. */
const runs = sized(9, 1)
const few = sized(10_000, 500)
const many = sized(100_000, 2000)
/** Rounds that find nothing. */
const idleRounds = sized(200, 10)
const handovers = few / 5

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now()
  await work()
  return performance.now() - before
}

/** One round; a failure of sync ends the bench. */
async function round(kiosk: DeskKiosk): Promise<void> {
  const done = await kiosk.sync.now()
  if (!done.ok) throw new Error(done.failure.code)
}

/** Longest time the kiosk's thread was not there for its screen, ms. */
function watchPauses(): { longest: () => number; stop: () => void } {
  let longest = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }, 1)
  return { longest: () => longest, stop: () => clearInterval(timer) }
}

export async function syncFigures(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-bench-'))
  const at = (name: string) => join(folder, name)
  const made = (name: string) => {
    mkdirSync(at(name), { recursive: true })
    return at(name)
  }
  const postgres = await startEmbeddedPostgres(at('database'))
  const hub = await startBenchHub(at('hub'), { DATABASE_URL: postgres.url })
  const { db } = connectDatabase(postgres.url)
  const open: DeskKiosk[] = []
  try {
    const keys = loadHubKeys(at('hub'))
    const { incarnation } = await db.selectFrom('hub').select('incarnation').executeTakeFirstOrThrow()
    const [small, large, third] = await db.selectFrom('desk').select('id').orderBy('id').execute()
    if (small === undefined || large === undefined || third === undefined) throw new Error('desks')

    const enrolled = async (desk: string, name: string) => {
      const kiosk = await enrolKiosk(hub, desk, at(name))
      open.push(kiosk)
      return { kiosk, id: kiosk.records.read()?.kiosk ?? '' }
    }
    const first = await enrolled(small.id, 'first')
    // The institution's own few pickups go with the first round; the bench counts its own.
    await round(first.kiosk)
    const pickups = inventPickups(few, incarnation, keys.lookupKey(first.id))
    await fillDesk(db, small.id, first.id, pickups)

    const raw: number[] = []
    const pulls: number[] = []
    for (let i = 0; i <= runs; i++) {
      raw.push(rawUpsert(made(`raw${i}`), pickups))
      const fresh = freshCopy(first.kiosk, at(`pull${i}`))
      pulls.push(await timed(() => round(fresh)))
      if (fresh.pickups.counts().waiting < few) throw new Error('the cache is not whole')
      await fresh.close()
    }
    const proxy = await startCountingProxy(hub.port)
    const counted = freshCopy(first.kiosk, at('counted'), `https://127.0.0.1:${proxy.port}`)
    await round(counted)
    const pullBytes = proxy.bytes()
    const idle: number[] = []
    const ping: number[] = []
    for (let i = 0; i < idleRounds; i++) {
      idle.push(await timed(() => round(counted)))
      ping.push(await timed(() => hub.agent.call('authority', {})))
    }

    // Each push is of what was handed over offline since the last one. The first warms both ends; the last goes through
    // the proxy.
    await counted.close()
    const pushes: number[] = []
    const rawPushes: number[] = []
    let entries: SignedEntry[] = []
    let pushBytes = 0
    const joined = await enrolled(third.id, 'push')
    let { kiosk } = joined
    await round(kiosk)
    for (let i = 0; i <= runs + 1; i++) {
      const own = inventPickups(handovers, incarnation, keys.lookupKey(joined.id))
      await fillDesk(
        db,
        third.id,
        joined.id,
        own.map((pickup) => ({ ...pickup, account: `${pickup.account}-${i}` })),
      )
      await round(kiosk)
      const from = kiosk.ledger.head().seq
      handOver(kiosk, handovers)
      entries = kiosk.ledger.after(from, few)
      if (entries.length !== few) throw new Error('entries')
      if (i <= runs) {
        rawPushes.push(await rawInsert(postgres.url, entries))
        pushes.push((await kiosk.push()).ms)
      } else {
        await kiosk.close()
        open.pop()
        kiosk = reopen(at('push'), `https://127.0.0.1:${proxy.port}`)
        open.push(kiosk)
        pushBytes = (await kiosk.push(() => proxy.bytes())).bytes
      }
    }
    await proxy.stop()

    const second = await enrolled(large.id, 'second')
    await round(second.kiosk)
    const lots = inventPickups(many, incarnation, keys.lookupKey(second.id)).map((pickup) => ({
      ...pickup,
      account: `${pickup.account}-many`,
    }))
    await fillDesk(db, large.id, second.id, lots)
    const rawMany = rawUpsert(made('raw-many'), lots, 200)
    const whole = freshCopy(second.kiosk, at('whole'))
    const pauses = watchPauses()
    const firstSync = await timed(() => round(whole))
    pauses.stop()
    if (whole.pickups.counts().waiting < many) throw new Error('the cache is not whole')
    await whole.close()

    const pouch = await pouchTimes(at('pouch'), pickups, entries)
    const pull = median(pulls.slice(1))
    const push = median(pushes.slice(1))
    const better = { name: 'better-sqlite3 parse + upsert, 20 transactions', value: median(raw.slice(1)) }
    const insert = { name: 'PostgreSQL insert, 20 batches', value: median(rawPushes.slice(1)) }
    return [
      figure(
        'pull_10k',
        pull,
        'ms',
        { name: 'pouchdb', value: pouch.pullMs },
        'ratio <= 0.1',
        (_, ratio) => ratio <= 0.1,
      ),
      figure(
        'push_10k',
        push,
        'ms',
        { name: 'pouchdb', value: pouch.pushMs },
        'ratio <= 0.2',
        (_, ratio) => ratio <= 0.2,
      ),
      figure('pull_10k_vs_raw', pull, 'ms', better, 'ratio <= 2', (_, ratio) => ratio <= 2),
      figure('push_10k_vs_raw', push, 'ms', insert, 'ratio <= 2.5', (_, ratio) => ratio <= 2.5),
      figure(
        'pull_bytes',
        pullBytes,
        'B',
        { name: 'pouchdb', value: pouch.pullBytes },
        'ratio <= 0.25',
        (_, ratio) => ratio <= 0.25,
      ),
      figure(
        'push_bytes',
        pushBytes,
        'B',
        { name: 'pouchdb', value: pouch.pushBytes },
        'ratio <= 0.2',
        (_, ratio) => ratio <= 0.2,
      ),
      figure(
        'idle_poll_ms',
        median(idle),
        'ms',
        { name: 'the smallest request to the same hub', value: median(ping) },
        'ratio <= 5',
        (_, ratio) => ratio <= 5,
      ),
      figure(
        'first_sync_100k',
        firstSync,
        'ms',
        { name: 'better-sqlite3 parse + upsert, 200 transactions', value: rawMany },
        'ratio <= 2.5',
        (_, ratio) => ratio <= 2.5,
      ),
      figure(
        'first_sync_100k_longest_hold_ms',
        pauses.longest(),
        'ms',
        { name: 'ten frames at 60 Hz', value: 167 },
        'ratio <= 1',
        (_, ratio) => ratio <= 1,
      ),
    ]
  } finally {
    for (const kiosk of open) await kiosk.close()
    await db.destroy()
    await hub.stop()
    await postgres.stop()
    if (postgres.movedTo !== null) rmSync(postgres.movedTo, { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true })
  }
}
