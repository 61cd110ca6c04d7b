/**
 * One kiosk: the production services over a disk in memory, with a printer, staff, a clock of its own, and power that
 * fails.
 */
import Database from 'better-sqlite3'
import { randomBytes } from 'node:crypto'
import { StaffId, type PickupId } from '../../src-shared/domain/index.ts'
import type { Result } from '../../src-shared/failures/result.ts'
import { composeServices, type Services } from '../../src-main/desk/services.ts'
import { decideHere } from '../../src-main/identity/index.ts'
import type { PrintOutcome, Printer } from '../../src-main/printers/index.ts'
import { settleSlip, type Slip } from '../../src-main/release/index.ts'
import type { Session } from '../../src-main/staff/index.ts'
import { openStore, type Store } from '../../src-main/storage/index.ts'
import { createKioskRecords, mayServe, type OpeningAnswer } from '../../src-main/sync/index.ts'
import { openingFingerprint } from '../../src-shared/protocol/opening-link.ts'
import { wrapUnattendedKeys } from '../../src-main/vault/index.ts'
import { sealing, vouch } from './envelopes.ts'
import type { Hub } from './hub.ts'
import type { Network } from './network.ts'
import { Violation, type World } from './world.ts'

/** A slip of paper that is in the world, whatever any database says. */
export interface Paper {
  readonly kiosk: Kiosk
  readonly pickup: string
  readonly epoch: string
  readonly number: string
  where: 'tray' | 'hand' | 'destroyed' | 'lost'
}
/** Thrown out of a commit: the power is gone. */
class PowerCut extends Error {}

interface Running {
  readonly services: Services
  readonly store: Store
  alive: boolean
}

const keyEncryptionKey = Buffer.alloc(32, 7)
const staff = StaffId.parse(`S001${'s'.repeat(18)}`)
export const epochKey = (epoch: { incarnation: string; n: number }): string => `${epoch.incarnation}/${epoch.n}`

let blank: Buffer | null = null
/** A migrated, empty disk, made once. */
function blankDisk(): Buffer {
  if (blank === null) {
    const opened = openStore(':memory:')
    if (!opened.ok) throw new Error(opened.failure.code)
    blank = opened.value.db.serialize()
    opened.value.close()
  }
  return blank
}

export interface Watching {
  printed(paper: Paper): void
  /** Paper passes from hand to hand, just before staff say so on the screen. */
  given(paper: Paper): void
  /** The screen has confirmed what the ledger holds up to here. */
  confirmed(kiosk: Kiosk, seq: number, hash: string): void
  papersOf(kiosk: Kiosk): readonly Paper[]
}

export class Kiosk {
  readonly name: string
  readonly id: string
  readonly desk: string
  running: Running | null = null
  /** Why the promises allow for it from now on: lost, or its disk is not the newest. */
  excused: string | null = null
  /** The hub has said that it does not accept this kiosk. */
  toldRefused = false
  printing: string | null = null
  /** Power fails at this many commits from now. */
  cutIn: number | null = null
  skew = 0
  #disk: Buffer
  #bootedAt = 0
  readonly #world: World
  readonly #network: Network
  readonly #watching: Watching

  static async enrol(
    world: World,
    hub: Hub,
    network: Network,
    watching: Watching,
    desk: string,
    name: string,
  ): Promise<Kiosk | null> {
    const joined = await hub.enrol(desk)
    if (joined === null) return null
    const keys = wrapUnattendedKeys(keyEncryptionKey, Buffer.from(joined.signKey), hub.keys.lookupKey(joined.kiosk))
    const db = new Database(blankDisk())
    db.prepare(
      'INSERT INTO kiosk (one, kiosk, desk, hub_address, hub_authority, incarnation, sign_key, lookup_key, cache_key) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)',
    ).run(joined.kiosk, desk, 'https://hub', '', joined.incarnation, keys.signKey, keys.lookupKey, keys.cacheKey)
    createKioskRecords(db).setOpening(randomBytes(32))
    const disk = db.serialize()
    db.close()
    return new Kiosk(world, network, watching, { id: joined.kiosk, desk, name, disk })
  }

  private constructor(
    world: World,
    network: Network,
    watching: Watching,
    own: { id: string; desk: string; name: string; disk: Buffer },
  ) {
    this.#world = world
    this.#network = network
    this.#watching = watching
    this.id = own.id
    this.desk = own.desk
    this.name = own.name
    this.#disk = own.disk
  }

  /** Another computer with a copy of this one's disk: the same kiosk twice. */
  copied(name: string): Kiosk {
    return new Kiosk(this.#world, this.#network, this.#watching, {
      ...{ id: this.id, desk: this.desk, name, disk: Buffer.from(this.image()) },
    })
  }

  /** The disk as it is now. */
  image(): Buffer {
    return this.running === null ? this.#disk : this.running.store.db.serialize()
  }
  putDisk(image: Buffer): void {
    this.kill()
    this.lastRound = null
    // It does not know what it has been told.
    this.toldRefused = false
    this.#disk = image
  }
  /** What its screen says of its opening key; null while it stands in force, or the kiosk does not run. */
  get openingAnswer(): OpeningAnswer | null {
    return this.running?.services.records.read()?.openingAnswer ?? null
  }
  /** The letters of its opening key. */
  get letters(): string {
    const key = this.look((db) => createKioskRecords(db).read()?.openingPublic ?? Buffer.alloc(0))
    return openingFingerprint(this.id, key)
  }

  /**
   * Somebody is signed in, and the kiosk makes its next opening key, for which the one before vouches; or, where
   * everybody has lost their share, it makes one that nothing vouches for.
   */
  rotate(vouched: boolean): Promise<void> {
    return this.#act(({ records }) => {
      const { running } = this
      const from = records.read()?.openingPublic
      if (running === null || from === null || from === undefined) return
      const to = randomBytes(32)
      running.store.transact(() => {
        if (vouched)
          running.store.db
            .prepare('INSERT INTO opening_link (from_public, to_public, countersignature) VALUES (?, ?, ?)')
            .run(from, to, vouch({ kiosk: this.id, from, to }))
        records.setOpening(to)
      })
      this.#world.tell(
        `${this.name} makes a new opening key, ${vouched ? 'countersigned' : 'with nobody left to vouch for it'}`,
      )
    })
  }

  /** Reads the disk, whether the kiosk runs or not. */
  look<T>(read: (db: Database.Database) => T): T {
    if (this.running !== null) return read(this.running.store.db)
    const db = new Database(this.#disk)
    try {
      return read(db)
    } finally {
      db.close()
    }
  }

  #guard(store: Store, alive: () => boolean): Store {
    return {
      db: store.db,
      transact: (work) => {
        if (!alive()) throw new PowerCut()
        const cut = this.cutIn !== null && (this.cutIn -= 1) < 0
        const late = cut && this.#world.random.chance(0.5)
        if (cut && !late) this.#cut()
        const value = store.transact(work)
        if (late) this.#cut()
        return value
      },
      close: () => undefined,
    }
  }
  #cut(): never {
    this.cutIn = null
    this.kill()
    throw new PowerCut()
  }

  boot(): void {
    if (this.running !== null) return
    const world = this.#world
    const opened = openStore(this.#disk)
    if (!opened.ok) throw new Violation(`${this.name} does not open its disk: ${opened.failure.code}`)
    const inner = opened.value
    const started = world.time
    this.#bootedAt = started
    const alive = () =>
      this.running?.store.db === inner.db || (this.#bootedAt === started && this.running === null && inner.db.open)
    const store = this.#guard(inner, alive)
    const records = createKioskRecords(inner.db)
    const record = records.read()
    if (record === null) throw new Error('not enrolled')
    const drift = 1 + (world.random.next() - 0.5) / 500
    let services: ReturnType<typeof composeServices>
    try {
      services = composeServices({
        ...{
          store,
          records,
          record,
          keyEncryptionKey,
          paper: 80,
          pollMs: 15_000,
          pinCost: undefined,
          floorYears: 0,
          version: '0',
          proxy: undefined,
        },
        printer: this.#printer(),
        system: { wall: () => world.time + this.skew, monotonic: () => (world.time - started) * drift },
        timers: { set: () => () => undefined },
        random: () => world.random.next(),
        updateNews: undefined,
        onChange: () => undefined,
        checkpoint: undefined,
        simulated: {
          transport: this.#network.transport(this.id, () => this.running?.store.db === inner.db),
          layout: ({ pickup, number }, secret) => ({
            ok: true,
            value: {
              header: Buffer.from(number),
              body: Buffer.from(
                JSON.stringify({ pickup: pickup.id, epoch: epochKey(pickup.epoch), secret: secret.length }),
              ),
            },
          }),
          open: sealing.open,
          batches: { push: 4, pull: 3 },
        },
      })
    } catch (error) {
      if (error instanceof PowerCut) return
      throw error
    }
    if (!services.ok) {
      if (this.excused === null) throw new Violation(`${this.name} does not start: ${services.failure.code}`)
      world.tell(`${this.name} refuses to start: ${services.failure.code}`)
      inner.close()
      return
    }
    this.running = { services: services.value, store: inner, alive: true }
    world.tell(`${this.name} starts`)
  }

  /** Power is gone: what was committed is on the disk, all else never was. */
  kill(): void {
    const { running } = this
    this.printing = null
    if (running === null) return
    const { db } = running.store
    if (db.inTransaction) db.exec('ROLLBACK')
    this.#disk = db.serialize()
    running.alive = false
    this.running = null
    db.close()
    this.#world.tell(`${this.name} loses power`)
  }

  /** Runs what someone does at the desk; a power cut ends it, anything else unexpected is a bug. */
  async #act(work: (services: Services, alive: () => boolean) => Promise<void> | void): Promise<void> {
    const { running } = this
    if (running === null) return
    try {
      await work(running.services, () => running.alive)
    } catch (error) {
      if (running.alive || error instanceof Violation) this.#world.broke(error)
    }
  }

  sync(): Promise<void> {
    return this.#act(async ({ sync, records }, alive) => {
      const result = await sync.now()
      if (!alive()) return
      if (!result.ok && result.failure.code === 'L-603') this.toldRefused = true
      this.lastRound = result
      if (result.ok && records.read()?.refused !== true) this.toldRefused = false
      if (!result.ok && result.failure.code !== 'L-601')
        this.#world.tell(`${this.name}: sync ends with ${result.failure.code}`)
    })
  }
  lastRound: Result<null> | null = null

  #session(): Session {
    return {
      ...{ id: 'session', staff, name: 'Staff', role: 'counter', signedInAt: 0, searchYears: 1000 },
      openingKeys: [{ publicKey: Buffer.alloc(32), privateKey: Buffer.alloc(32) }],
    }
  }

  /** Staff at the desk: paper first, then the next recipient. */
  serve(): Promise<void> {
    return this.#act(async (services) => {
      if (services.release.busy()) return
      const slip = services.slips.unsettled()[0]
      const { random } = this.#world
      if (slip !== undefined) {
        if (random.chance(0.85)) this.settle(services, slip)
        return
      }
      const waiting = services.pickups.liveIds()
      if (waiting.length > 0) await this.#release(services, random.pick(waiting).id as PickupId)
    })
  }

  async #release(services: Services, id: PickupId): Promise<void> {
    const { store, pickups, verifications, release, ledger, now, records } = services
    const place = services.place()
    const session = this.#session()
    const pickup = pickups.get(id)
    if (place === null || pickup === null) return
    const may = mayServe(records.read())
    if (!may.ok) {
      this.#world.tell(`${this.name} may not serve: ${may.failure.code}`)
      return
    }
    const by = { staff, session: session.id }
    const proof = { kind: 'passport', method: 'machine-read', issuerCountry: 'FIN', expiry: 'valid' } as const
    if (!decideHere(place, pickup, { kind: 'verify', closed: null, proof }, now()).ok) return
    const verification = store.transact(() =>
      verifications.record(pickup, proof, by, now(), place.policy.verificationSeconds, false),
    )
    this.#confirm(ledger.head())
    this.#world.tell(`${this.name} verifies the recipient of ${id.slice(0, 4)} (epoch ${pickup.epoch.n})`)
    const result = await release.run(
      { pickup: id, verification: verification.id, language: 'fi' },
      session,
      place,
      () => undefined,
    )
    if (this.running?.services !== services) return
    this.#confirm(ledger.head())
    this.#world.tell(
      `${this.name}: slip of ${id.slice(0, 4)} ${result.ok ? result.value.state : `refused, ${result.failure.code}`}`,
    )
  }

  #confirm({ seq, hash }: { seq: number; hash: string }): void {
    this.#watching.confirmed(this, seq, hash)
  }

  /** Staff look for the paper and say what became of it. */
  settle(services: Services, slip: Slip): void {
    if (services.release.busy()) return
    const { random } = this.#world
    const paper = this.#watching.papersOf(this).find((one) => one.number === slip.number)
    const word =
      paper === undefined
        ? random.weighted({ 'nothing-came-out': 9, missing: 1 })
        : paper.where === 'hand'
          ? 'handed-over'
          : paper.where === 'destroyed'
            ? 'spoiled'
            : paper.where === 'lost'
              ? 'missing'
              : random.weighted({ 'handed-over': 16, spoiled: 3, missing: 1 })
    if (paper?.where === 'tray') {
      paper.where = word === 'handed-over' ? 'hand' : word === 'spoiled' ? 'destroyed' : 'lost'
      if (paper.where === 'hand') this.#watching.given(paper)
    }
    this.#world.tell(`${this.name}: the slip of ${slip.pickup.slice(0, 4)} is ${word}`)
    const settled = settleSlip(services, slip.id, word, staff)
    if (!settled.ok) throw new Violation(`P3: ${this.name} cannot settle a slip: ${settled.failure.code}`)
    this.#confirm(services.ledger.head())
  }
  settleAll(): Promise<void> {
    return this.#act((services) => {
      for (const slip of services.slips.unsettled()) this.settle(services, services.slips.get(slip.id) ?? slip)
    })
  }

  #printer(): Printer {
    const world = this.#world
    const status = { state: 'ready', canPrint: true, failure: null } as ReturnType<Printer['status']>
    const wait = (ms: number) =>
      new Promise<void>((resolve) => {
        const { running } = this
        world.in(ms, () => {
          // Of a kiosk without power nothing goes on.
          if (running?.alive === true) resolve()
        })
      })
    return {
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(),
      status: () => status,
      onStatus: () => () => undefined,
      onLeftInside: () => () => undefined,
      check: () => Promise.resolve(status),
      print: async (job, onPhase): Promise<PrintOutcome> => {
        const number = Buffer.from(job.header).toString()
        const { pickup, epoch } = JSON.parse(Buffer.from(job.body).toString()) as { pickup: string; epoch: string }
        this.printing = pickup
        onPhase('header')
        await wait(20 + world.random.int(2000))
        if (world.random.chance(0.05)) {
          this.printing = null
          return { kind: 'failed', code: 'L-503' }
        }
        onPhase('secret')
        const emerges = !world.random.chance(0.03)
        if (emerges) this.#watching.printed({ kiosk: this, pickup, epoch, number, where: 'tray' })
        await wait(20 + world.random.int(2000))
        this.printing = null
        return !emerges || world.random.chance(0.05) ? { kind: 'uncertain', code: 'L-506' } : { kind: 'printed' }
      },
    }
  }
}
