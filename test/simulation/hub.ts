/**
 * Several hub processes on one database, running the production rules; they crash, disagree about the time, and are put
 * back from a backup.
 */
import { createAnswers, statusOf } from '../../src-hub/http/index.ts'
import { pruneFeeds } from '../../src-hub/desks/index.ts'
import { beginIncarnation, enrolKiosk, inLineage, newEnrolmentCode } from '../../src-hub/kiosks/index.ts'
import { createMarks, type Marks } from '../../src-hub/marks/index.ts'
import type { HubKeys } from '../../src-hub/keys/index.ts'
import { oneTurn } from '../../src-hub/desk-work/index.ts'
import { returnUnclaimed, WentBack, type GrantParts } from '../../src-hub/pickups/index.ts'
import {
  hubApi,
  hubTimeHeader,
  nextPageHeader,
  type HubBody,
  type HubReply,
  type HubRoute,
} from '../../src-shared/hub-api/index.ts'
import { parseEnrolmentCode } from '../../src-shared/protocol/enrolment-code.ts'
import { newSealKeyPair } from '../../src-shared/protocol/envelope.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { newSignKeyPair } from '../../src-shared/protocol/request-signature.ts'
import type { TransportReply } from '../../src-main/sync/index.ts'
import type { Mark } from '../../src-hub/marks/judge.ts'
import { sealing } from './envelopes.ts'
import { Evidence } from './evidence.ts'
import { MemoryDatabase, openMemory } from './memory-database.ts'
import { hubKeys, plantInstitution } from './institution.ts'
import { Violation, type World } from './world.ts'

interface Process {
  readonly name: string
  readonly alive: () => boolean
  readonly stop: () => void
  /** null, once it is dead. */
  readonly died: Promise<null>
  readonly parts: GrantParts
  readonly db: ReturnType<typeof openMemory>
  readonly answer: ReturnType<typeof createAnswers>
  readonly marks: Marks
  /** The computer that it runs on: what it keeps outside of the database stays there. */
  readonly machine: number
  /** Resolves once it has looked where its database is; before that it serves nobody. */
  readonly ready: Promise<void>
}

const token = 'agent-token-of-the-simulation'
const routes = new Map(
  Object.entries(hubApi).map(([name, route]) => [`${route.method} ${route.path}`, name as HubRoute]),
)

export class Hub {
  memory = new MemoryDatabase()
  readonly keys: HubKeys = hubKeys
  /** What kiosks have signed and a process has answered. */
  readonly evidence = new Evidence()
  /** What each computer keeps outside of the database. */
  readonly #outside = new Map<number, Mark>()
  /** The incarnation that a standby came up with: until a hub has looked, nobody knows that anything is lost. */
  unnoticed = ''
  /** How often it has been put back, from a backup or by a failover. */
  restores = 0
  /** Called before a database is left behind, and after another took its place. */
  readonly #world: World
  #processes: Process[] = []
  #next = 1
  #ids = 0

  constructor(world: World) {
    this.#world = world
  }

  /** Past every process and its turns: for setting up, and for what people do while no hub runs. */
  #direct(): { db: ReturnType<typeof openMemory>; parts: GrantParts } {
    return { db: openMemory(this.memory), parts: this.#parts(0) }
  }
  #parts(skew: number): GrantParts {
    return {
      keys: this.keys,
      now: () => this.#world.time + skew,
      seal: sealing.seal,
      // Few at a time, so that a process dies between two batches, and others come in between.
      pace: { clock: () => this.#world.time, rows: 2, batchMs: 0, rests: false, patienceMs: 60 },
      isCountersigned: sealing.isCountersigned,
      newId: () => `P${String((this.#ids += 1)).padStart(3, '0')}${'p'.repeat(18)}`,
    }
  }

  async start(desks: number, accounts: number): Promise<string[]> {
    const { db } = this.#direct()
    const ids = await plantInstitution(db, this.keys, desks, accounts)
    const incarnation = newId()
    await db.insertInto('hub').values({ incarnation }).execute()
    await inLineage(db, incarnation, this.#world.time)
    return ids
  }

  startProcess(skew: number): void {
    const world = this.#world
    let alive = true
    let die = (): void => undefined
    const died = new Promise<null>((resolve) => {
      die = () => {
        alive = false
        resolve(null)
      }
    })
    const gate = (): Promise<void> =>
      new Promise((resolve) => {
        if (alive && !world.random.chance(0.3)) resolve()
        else
          world.in(world.random.int(40), () => {
            // One that died meanwhile never comes back to its work.
            if (alive) resolve()
          })
      })
    const db = openMemory(this.memory, gate)
    // Two computers at most have no process of theirs running: each keeps its own mark.
    const machine = [0, 1, 2].find((one) => !this.#processes.some((other) => other.machine === one)) ?? 0
    const marks = createMarks({
      db,
      now: () => world.time + skew,
      store: {
        read: () => this.#outside.get(machine) ?? null,
        write: (mark) => {
          if (alive) this.#outside.set(machine, mark)
          return Promise.resolve()
        },
      },
      onBack: (why) => {
        world.tell(`the hub notices by itself that its database went back: ${why}`)
      },
    })
    const parts = { ...this.#parts(skew), floor: () => marks.floor() }
    const answer = createAnswers({
      ...parts,
      db,
      authority: () => '',
      tokens: new Map([[token, { name: 'agent', role: 'supervisor' as const }]]),
      contacts: { heard: () => undefined },
      cover: () => marks.cover(),
    })
    const name = `hub ${this.#next++}`
    const ready = Promise.race([marks.beat(), died.then(() => undefined)])
    ready.catch((error: unknown) => {
      world.broke(error)
    })
    this.#processes.push({ name, alive: () => alive, stop: die, died, parts, db, answer, marks, machine, ready })
    world.tell(`${name} starts, its clock ${skew} ms off`)
    const turn = () => {
      world.in(500 + world.random.int(2_000), () => {
        if (!alive) return
        oneTurn(db, parts)
          .catch((error: unknown) => {
            if (alive) world.broke(error)
          })
          .finally(turn)
      })
    }
    turn()
  }
  get processes(): readonly Process[] {
    return this.#processes
  }
  crashOne(): void {
    if (this.#processes.length === 0) return
    const one = this.#world.random.pick(this.#processes)
    one.stop()
    this.#processes = this.#processes.filter((other) => other !== one)
    this.#world.tell(`${one.name} crashes`)
  }

  /** null: nobody answers, or the one that did died over it. */
  async answer(
    method: string,
    path: string,
    headers: Record<string, string>,
    raw: string,
  ): Promise<TransportReply | null> {
    if (this.#processes.length === 0) return null
    const process = this.#world.random.pick(this.#processes)
    const url = new URL(path, 'https://hub')
    const name = routes.get(`${method} ${url.pathname}`)
    if (name === undefined) throw new Error(`no route ${method} ${url.pathname}`)
    let status = 200
    let text: string | Buffer
    let next: string | null = null
    try {
      const request = { method, url: path, headers, query: Object.fromEntries(url.searchParams), raw }
      const result = await Promise.race([process.ready.then(() => process.answer(name, request)), process.died])
      if (result === null) return null
      if (!result.ok) status = statusOf(result.failure)
      text = result.ok ? result.value.body : JSON.stringify(result.failure)
      if (result.ok) next = result.value.next
    } catch (error) {
      if (!process.alive()) return null
      // 503: asked again.
      if (error instanceof WentBack) return null
      throw new Violation(`the hub fails over ${name}: ${String(error)}`, { cause: error })
    }
    if (!process.alive()) return null
    if (name === 'ledger') this.evidence.reached(this.memory, headers, raw, text.toString())
    // Of all times to prune, between two pages of one pull is the worst.
    if (name === 'feed' && this.#world.random.chance(0.04)) {
      this.#world.in(this.#world.random.int(60), () => {
        this.prune().catch((error: unknown) => {
          this.#world.broke(error)
        })
      })
    }
    const headersBack = {
      [hubTimeHeader]: String(process.parts.now()),
      ...(next === null ? {} : { [nextPageHeader]: next }),
    }
    return { status, headers: headersBack, bytes: typeof text === 'string' ? Buffer.from(text) : text }
  }

  /** What an agent asks for at a console. null when no process lives through it. */
  async ask<R extends HubRoute>(name: R, body: HubBody<R>): Promise<HubReply<R> | { code: string } | null> {
    const { method, path } = hubApi[name]
    const reply = await this.answer(
      method,
      path,
      { authorization: `Bearer ${token}` },
      body === undefined ? '' : JSON.stringify(body),
    )
    return reply === null ? null : (JSON.parse(Buffer.from(reply.bytes).toString()) as HubReply<R>)
  }
  async returnUnclaimed(): Promise<void> {
    const [process] = this.#processes
    if (process !== undefined) await returnUnclaimed(process.db, process.parts)
  }

  /** The hub forgets what most kiosks have read: one that is behind takes a snapshot. */
  async prune(): Promise<void> {
    const [process] = this.#processes
    if (process !== undefined) await pruneFeeds(process.db, this.#world.random.int(3))
  }

  /** Keys and identity for a fresh kiosk. null: the desk has an active one. */
  async enrol(desk: string) {
    const { db, parts } = this.#direct()
    const code = await newEnrolmentCode(db, desk, '0'.repeat(26), this.#world.time)
    const parsed = code.ok ? parseEnrolmentCode(code.value) : null
    const sign = newSignKeyPair()
    const box = await newSealKeyPair()
    if (parsed === null) throw new Error('no enrolment code')
    const enrolled = await enrolKiosk(db, parts, {
      token: parsed.token,
      nonce: newId(),
      signKey: sign.publicKey.toString('base64url'),
      sealTo: box.publicKey.toString('base64url'),
    })
    return enrolled.ok
      ? {
          kiosk: enrolled.value.kiosk,
          desk: enrolled.value.desk,
          signKey: sign.privateKeyDer,
          incarnation: this.incarnation,
        }
      : null
  }

  get incarnation(): string {
    return this.memory.raw.prepare<[], string>('SELECT incarnation FROM hub').pluck().get() ?? ''
  }

  /**
   * The primary is gone, and an asynchronous standby takes its place: what it had not heard of is lost, and nobody says
   * so.
   */
  failOver(standby: Buffer): void {
    const skews = this.#processes.length
    for (const process of this.#processes) process.stop()
    this.#processes = []
    this.memory = new MemoryDatabase(standby)
    this.restores += 1
    this.unnoticed = this.incarnation
    this.#world.tell('the database fails over to a standby that lacks the newest')
    for (let n = 0; n < Math.max(1, skews); n++) this.startProcess(0)
  }

  /** Every process stops, the database is what it was, and a new incarnation begins. */
  async restore(image: Buffer): Promise<void> {
    for (const process of this.#processes) process.stop()
    this.#processes = []
    this.memory = new MemoryDatabase(image)
    await beginIncarnation(openMemory(this.memory), this.#world.time)
    this.restores += 1
    this.#world.tell('the hub is put back from its backup: a new incarnation')
  }
}
