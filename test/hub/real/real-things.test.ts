/**
 * The promises of the simulation against the real things: two hub processes on a real PostgreSQL, kiosk processes on
 * real SQLite files, a cable of the test's own between them. Processes die by SIGKILL in the middle of a message, the
 * cable breaks after any byte, what a dying disk left behind the last commit is rubbish. fast-check chooses what
 * happens.
 *
 * LODGE_REAL_RUNS plays more histories than the usual two; a failure prints the seed for LODGE_REAL_SEED.
 */
import { appendFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PickupId } from '../../../src-shared/domain/index.ts'
import { startFleet, type Fleet } from '../fleet.ts'
import type { Answer } from './kiosk-process.ts'
import { HubChild, KioskChild } from './processes.ts'
import { startProxy, type Proxy } from './proxy.ts'

const runs = Number(process.env['LODGE_REAL_RUNS'] ?? 2)
const seed = Number(process.env['LODGE_REAL_SEED'] ?? 20_260_901)

interface Place {
  readonly id: string
  readonly desk: string
  readonly kiosk: KioskChild
  readonly proxy: Proxy
  /** What a screen has confirmed: entries of the ledger by number. */
  readonly confirmed: Map<number, string>
  live: readonly string[]
}
let fleet: Fleet
const hubs: HubChild[] = []
const places: Place[] = []
const issued: PickupId[] = []

beforeAll(async () => {
  fleet = await startFleet()
  for (let i = 0; i < 2; i++) {
    const hub = new HubChild(fleet.folder('hub'), fleet.databaseUrl)
    await hub.start()
    hubs.push(hub)
  }
  for (const desk of fleet.desks.slice(0, 3)) {
    const name = `real-${places.length}`
    const first = await fleet.kiosk(desk, name)
    const id = first.records.read()?.kiosk ?? ''
    await first.close()
    const proxy = await startProxy()
    proxy.pointAt(hubs[places.length % 2]?.port ?? 0)
    const kiosk = new KioskChild(fleet.folder(name), proxy.url)
    await kiosk.start()
    places.push({ id, desk, kiosk, proxy, confirmed: new Map(), live: [] })
  }
})
afterAll(async () => {
  for (const { kiosk, proxy } of places) {
    await kiosk.killed()
    await proxy.stop()
  }
  for (const hub of hubs) await hub.killed()
  await fleet.stop()
})

/** Everything that a screen ever confirmed is in the ledger, whatever happened to the process. */
async function lookAtLedger(place: Place): Promise<Answer> {
  const answer = await place.kiosk.ask({ act: 'ledger' })
  if (answer === null) throw new Error('a kiosk does not run')
  for (const [seq, hash] of place.confirmed) expect(answer.ledger[seq - 1]?.hash, `entry ${seq} (P4)`).toBe(hash)
  place.live = answer.live
  return answer
}

async function restart(place: Place): Promise<void> {
  await place.kiosk.killed()
  await place.kiosk.start()
  await lookAtLedger(place)
}

async function ask(place: Place, order: Parameters<KioskChild['ask']>[0]): Promise<string | null> {
  const answer = await place.kiosk.ask(order)
  if (answer === null) return 'died'
  if (answer.seq > 0) place.confirmed.set(answer.seq, answer.hash)
  place.live = answer.live
  // A cable or a hub that is away is all that may be said: no kiosk is frozen, refused or told off for what others did.
  expect([null, 'L-601', 'L-611']).toContain(answer.code)
  return answer.code
}

/** P2 at any time: one kiosk at most could hand a pickup over, and none is handed over twice. */
async function lookAround(): Promise<void> {
  const live = places.flatMap((place) => place.live)
  expect(new Set(live).size, 'a pickup is live at two kiosks (P2)').toBe(live.length)
  const { disputes, alarms } = await fleet.alarms()
  expect(disputes).toEqual([])
  expect(alarms).toEqual([])
}

/** Peace: everything drains, and what the desks did is what the hub knows, once. */
async function comeToRest(): Promise<void> {
  for (const place of places) place.proxy.mend()
  // A re-route takes two rounds of its old desk and one of its new.
  for (let round = 0; round < 3; round++)
    for (const place of places) expect(await ask(place, { act: 'sync' })).toBeNull()
  await lookAround()
  const { db } = fleet.hub()
  const known = new Set((await db.selectFrom('handover').select('pickup').execute()).map((row) => row.pickup))
  const done: string[] = []
  for (const place of places) {
    const { acked, seq, handedOver, ledger } = await lookAtLedger(place)
    done.push(...handedOver)
    expect(acked).toBe(seq)
    const theirs = await db
      .selectFrom('ledger_entry')
      .select('bytes')
      .where('kiosk', '=', place.id)
      .orderBy('seq')
      .execute()
    expect(
      theirs.map((row) => row.bytes),
      'the hub holds the same ledger (P8)',
    ).toEqual(ledger.map(({ bytes }) => bytes))
  }
  expect([...known].sort(), 'every handover took effect once (P4)').toEqual(done.sort())
  expect(await db.selectFrom('pickup').select('id').where('state', '=', 'revoking').execute()).toEqual([])
}

interface Model {
  acts: number
}
type Real = Record<string, never>
abstract class Act implements fc.AsyncCommand<Model, Real> {
  check(): boolean {
    return true
  }
  async run(model: Model): Promise<void> {
    model.acts += 1
    await this.act()
    await lookAround()
  }
  abstract act(): Promise<void>
  abstract toString(): string
}
const place = (n: number): Place => {
  const found = places[n % places.length]
  if (found === undefined) throw new Error('no desk')
  return found
}

class Issue extends Act {
  readonly #to: number
  readonly #who: number
  constructor(to: number, who: number) {
    super()
    this.#to = to
    this.#who = who
  }
  async act(): Promise<void> {
    issued.push(await fleet.issue(fleet.accounts[this.#who % fleet.accounts.length] ?? '', place(this.#to).desk))
  }
  toString = () => `issue for ${this.#who} at ${this.#to}`
}
class ReRoute extends Act {
  readonly #what: number
  readonly #to: number | null
  constructor(what: number, to: number | null) {
    super()
    this.#what = what
    this.#to = to
  }
  async act(): Promise<void> {
    const pickup = issued[this.#what % Math.max(1, issued.length)]
    if (pickup === undefined) return
    const to = this.#to === null ? null : place(this.#to).desk
    const asked = await fleet
      .agent()
      .call('revoke', { body: { pickup, reason: to === null ? 'revoked' : 're-routed', to: to as never } })
    // One that has ended cannot be asked back, and the agent is told so.
    if (!asked.ok) expect(asked.failure.code).toBe('L-609')
  }
  toString = () => `re-route ${this.#what} to ${this.#to}`
}
class Serve extends Act {
  readonly #at: number
  readonly #count: number
  constructor(at: number, count: number) {
    super()
    this.#at = at
    this.#count = count
  }
  async act(): Promise<void> {
    expect(await ask(place(this.#at), { act: 'serve', count: this.#count })).toBeNull()
  }
  toString = () => `${this.#at} hands over ${this.#count}`
}
class Sync extends Act {
  readonly #at: number
  readonly #hub: number
  constructor(at: number, hub: number) {
    super()
    this.#at = at
    this.#hub = hub
  }
  async act(): Promise<void> {
    const { proxy } = place(this.#at)
    proxy.pointAt(hubs[this.#hub % hubs.length]?.port ?? 0)
    await ask(place(this.#at), { act: 'sync' })
  }
  toString = () => `${this.#at} talks to hub ${this.#hub}`
}
class Broken extends Act {
  readonly #at: number
  readonly #bytes: number
  readonly #victim: 'cable' | 'kiosk' | 'hub'
  constructor(at: number, bytes: number, victim: 'cable' | 'kiosk' | 'hub') {
    super()
    this.#at = at
    this.#bytes = bytes
    this.#victim = victim
  }
  async act(): Promise<void> {
    const at = place(this.#at)
    const hub = hubs[this.#bytes % hubs.length]
    if (hub === undefined) throw new Error('no hub')
    at.proxy.pointAt(hub.port)
    at.proxy.breakAfter(this.#bytes, () => {
      if (this.#victim === 'kiosk') at.kiosk.kill()
      if (this.#victim === 'hub') hub.kill()
    })
    const ended = await ask(at, { act: 'sync' })
    at.proxy.mend()
    if (this.#victim === 'hub') {
      await hub.killed()
      await hub.start()
    }
    if (ended === 'died' || this.#victim === 'kiosk') await restart(at)
  }
  toString = () => `the ${this.#victim} of ${this.#at} dies after ${this.#bytes} bytes`
}
class TornWrite extends Act {
  readonly #at: number
  readonly #rubbish: Uint8Array
  constructor(at: number, rubbish: Uint8Array) {
    super()
    this.#at = at
    this.#rubbish = rubbish
  }
  async act(): Promise<void> {
    const at = place(this.#at)
    await at.kiosk.killed()
    const log = join(at.kiosk.folder, 'kiosk.db-wal')
    // Behind the last commit a disk may hold anything: a frame half written, or another file's old bytes.
    if (existsSync(log)) appendFileSync(log, this.#rubbish)
    await restart(at)
  }
  toString = () => `${this.#at} loses power, with ${this.#rubbish.length} bytes of rubbish behind its last commit`
}

const desk = fc.nat({ max: 2 })
/** Hand-shake, request and answer of a round are some kilobytes: most cuts fall into it. */
const bytes = fc.oneof(fc.integer({ min: 1, max: 6000 }), fc.integer({ min: 1, max: 30_000 }))
const acts: fc.Arbitrary<Act>[] = [
  fc.tuple(desk, fc.nat({ max: 30 })).map(([to, who]) => new Issue(to, who)),
  fc.tuple(desk, fc.nat({ max: 30 })).map(([to, who]) => new Issue(to, who)),
  fc.tuple(fc.nat({ max: 40 }), fc.option(desk, { freq: 4 })).map(([what, to]) => new ReRoute(what, to)),
  fc.tuple(desk, fc.integer({ min: 1, max: 3 })).map(([at, count]) => new Serve(at, count)),
  fc.tuple(desk, fc.nat({ max: 1 })).map(([at, hub]) => new Sync(at, hub)),
  fc.tuple(desk, fc.nat({ max: 1 })).map(([at, hub]) => new Sync(at, hub)),
  fc
    .tuple(desk, bytes, fc.constantFrom('cable' as const, 'kiosk' as const, 'hub' as const))
    .map(([at, n, victim]) => new Broken(at, n, victim)),
  fc.tuple(desk, fc.uint8Array({ minLength: 1, maxLength: 5000 })).map(([at, rubbish]) => new TornWrite(at, rubbish)),
]
const commands = fc.array(fc.oneof(...acts), { minLength: 25, maxLength: 40 })

test('whatever dies and breaks: nothing confirmed is lost, nothing takes effect twice, and all comes to rest', async () => {
  let acts = 0
  await fc.assert(
    fc.asyncProperty(commands, async (list) => {
      const model = { acts: 0 }
      await fc.asyncModelRun(() => ({ model, real: {} }), list)
      await comeToRest()
      acts += model.acts
    }),
    { numRuns: runs, seed, endOnFailure: true },
  )
  expect(acts).toBeGreaterThan(20)
  expect(
    Number(
      (
        await fleet
          .hub()
          .db.selectFrom('handover')
          .select((e) => e.fn.countAll<number>().as('n'))
          .executeTakeFirstOrThrow()
      ).n,
    ),
  ).toBeGreaterThan(0)
}, 180_000)
