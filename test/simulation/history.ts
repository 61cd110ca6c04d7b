/** One history: a fleet at work, everything that can go wrong, then peace, in which all must come to rest. */
import type { Kiosk } from './kiosk.ts'
import { Kiosk as KioskNode } from './kiosk.ts'
import { Hub } from './hub.ts'
import { accountName } from './institution.ts'
import { attack, lateClaim, steal } from './attacks.ts'
import { poison } from './poison.ts'
import { checkRest } from './rest.ts'
import { fair, Network } from './network.ts'
import { Promises } from './promises.ts'
import { Violation, World } from './world.ts'

export interface HistoryOptions {
  readonly seed: number
  readonly desks: number
}
export interface Outcome {
  readonly seed: number
  /** What was broken; null when every promise held. */
  readonly violation: string | null
  readonly story: readonly string[]
  /** Papers in hands, and grants made: that something happened. */
  readonly handed: number
}

const minute = 60_000
const troubleMs = 8 * minute

export class Fleet {
  readonly world: World
  readonly hub: Hub
  readonly network: Network
  readonly promises: Promises
  /** By desk: the kiosk that stands there. */
  readonly places = new Map<string, Kiosk>()
  readonly desks: string[] = []
  accounts = 0
  peace = false
  #named = 0

  constructor(seed: number) {
    this.world = new World(seed)
    this.hub = new Hub(this.world)
    this.network = new Network(this.world, this.hub)
    this.promises = new Promises(this.world, this.hub)
  }

  async enrolAt(desk: string): Promise<void> {
    const name = `kiosk ${'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[this.#named % 26] ?? ''}${this.#named < 26 ? '' : Math.floor(this.#named / 26)}`
    const kiosk = await this.world.hold(KioskNode.enrol(this.world, this.hub, this.network, this.promises, desk, name))
    if (kiosk === null) return
    this.#named += 1
    this.promises.kiosks.push(kiosk)
    this.places.set(desk, kiosk)
    this.world.tell(`${name} is enrolled at ${desk.slice(0, 4)}`)
    kiosk.boot()
  }

  /** People give a kiosk up: it is written off at the hub, and another stands in its place. */
  async replace(kiosk: Kiosk, why: string): Promise<void> {
    const written = await this.hub.ask('writeOff', { kiosk: kiosk.id as never })
    if (written === null || 'code' in written) return
    kiosk.excused ??= why
    this.world.tell(`${kiosk.name} is written off (${why}): ${written.burned} burned, ${written.reissued} issued anew`)
    await this.enrolAt(kiosk.desk)
  }
}

/**
 * Somebody copies a kiosk's disk into another computer and uses it: two that are one to the hub, and both hand over.
 */
function copyDisk(fleet: Fleet, kiosk: Kiosk): void {
  const { world, promises } = fleet
  if (kiosk.running === null || promises.kiosks.some((other) => other.name === `${kiosk.name}′`)) return
  const copy = kiosk.copied(`${kiosk.name}′`)
  kiosk.excused ??= 'copied'
  copy.excused = 'a copy'
  promises.kiosks.push(copy)
  world.tell(`${kiosk.name}'s disk is copied into another computer`)
  copy.boot()
}

/**
 * What a backup has forgotten is at two desks: a pickup moved on after it, so that the hub put back from it knows the
 * first desk alone, and both kiosks are given up one after the other.
 */
function moveAndForget(fleet: Fleet, kiosk: Kiosk, putBack: (image: Buffer) => Promise<void>): void {
  const { world, hub } = fleet
  const held = hub.memory
    .prepare(`SELECT pickup FROM "grant" WHERE kiosk = ? AND state = 'granted' ORDER BY pickup`)
    .statement.all(kiosk.id)
  const others = fleet.desks.filter((desk) => desk !== kiosk.desk)
  if (held.length === 0 || others.length === 0 || hub.memory.raw.inTransaction) return
  const pickup = String(world.random.pick(held).pickup)
  const to = world.random.pick(others)
  const image = hub.memory.image()
  world.tell(`the hub is backed up; then ${pickup.slice(0, 4)} is re-routed to ${to.slice(0, 4)}`)
  const later = (ms: number, run: () => Promise<unknown>) => {
    world.in(ms, () => {
      if (!fleet.peace)
        run().catch((error: unknown) => {
          world.broke(error)
        })
    })
  }
  later(0, () => hub.ask('revoke', { pickup: pickup as never, reason: 're-routed', to: to as never }))
  const restoredAt = 45_000 + world.random.int(30_000)
  later(restoredAt, () => putBack(image))
  later(restoredAt + 25_000 + world.random.int(30_000), () => fleet.replace(kiosk, 'lost'))
  later(restoredAt + 60_000 + world.random.int(60_000), async () => {
    const other = fleet.places.get(to)
    if (other !== undefined) await fleet.replace(other, 'stolen')
  })
}

/** Runs again and again, at times of its own, while `on` holds. */
function every(fleet: Fleet, least: number, spread: number, run: () => Promise<void> | void): void {
  const { world } = fleet
  const turn = () => {
    world.in(least + world.random.int(spread), () => {
      turn()
      // Not awaited: what it asks for takes its time.
      Promise.resolve()
        .then(run)
        .catch((error: unknown) => {
          world.broke(error)
        })
    })
  }
  turn()
}

function staffAtWork(fleet: Fleet): void {
  for (const desk of fleet.desks) {
    every(fleet, 5_000, 20_000, () => fleet.places.get(desk)?.sync())
    every(fleet, 5_000, 15_000, () => (fleet.peace ? undefined : fleet.places.get(desk)?.serve()))
  }
  // Kiosks that were given up may lie in a cupboard, switched on.
  every(fleet, 20_000, 60_000, async () => {
    const given = fleet.promises.kiosks.filter((kiosk) => fleet.places.get(kiosk.desk) !== kiosk)
    if (given.length === 0 || fleet.peace) return
    const kiosk = fleet.world.random.pick(given)
    const does = fleet.world.random.weighted({ serve: 5, sync: 5, claim: 1 })
    if (does === 'serve') await kiosk.serve()
    else if (does === 'sync') await kiosk.sync()
    else await lateClaim(fleet, kiosk)
  })
}

/** An agent asks for another in place of one that came to nothing, and presses the button twice. */
async function reissueTwice({ world, hub, desks }: Fleet): Promise<void> {
  const ended = hub.memory
    .prepare("SELECT id FROM pickup WHERE state IN ('burned','returned','revoked') ORDER BY id")
    .statement.all()
  if (ended.length === 0) return
  const pickup = String(world.random.pick(ended).id)
  const desk = world.random.pick(desks)
  const asked = { pickup: pickup as never, desk: desk as never }
  const answers = await Promise.all([hub.ask('reissue', asked), hub.ask('reissue', asked)])
  const made = answers.filter((answer) => answer !== null && !('code' in answer))
  world.tell(`an agent issues another for ${pickup.slice(0, 4)}, pressing twice: ${made.length} made`)
}

/** A person has looked. */
async function closeAnAlarm({ world, hub }: Fleet): Promise<void> {
  const open = hub.memory
    .prepare('SELECT id, kind, pickup FROM alarm WHERE closed_at IS NULL AND pickup IS NOT NULL ORDER BY id')
    .statement.all()
  if (open.length === 0) return
  const { id, kind, pickup } = world.random.pick(open)
  await hub.ask('closeAlarm', { what: 'alarm', id: Number(id) })
  world.tell(`an alarm is closed: ${String(kind)} of ${String(pickup).slice(0, 4)}`)
}

async function agentActs(fleet: Fleet): Promise<void> {
  const { world, hub, desks } = fleet
  const { random } = world
  const act = random.weighted({ issue: 5, reroute: 5, revoke: 2, block: 1, returns: 1, prune: 1, reissue: 2, close: 2 })
  if (act === 'reissue') return reissueTwice(fleet)
  if (act === 'close') return closeAnAlarm(fleet)
  if (act === 'returns') return hub.returnUnclaimed()
  if (act === 'prune') {
    world.tell('the hub prunes its feeds')
    return hub.prune()
  }
  if (act === 'issue') {
    const account = accountName(1 + random.int(fleet.accounts))
    const desk = random.pick(desks)
    world.tell(`an agent issues for ${account} at ${desk.slice(0, 4)}`)
    await hub.ask('issue', {
      account,
      desk: desk as never,
      channel: 'helpdesk',
      requestReference: null,
      secretKind: 'password',
    })
    return
  }
  const live = hub.memory
    .prepare("SELECT id FROM pickup WHERE state IN ('granted','unassigned','revoking') ORDER BY id")
    .statement.all()
  if (live.length === 0) return
  const pickup = String((random.pick(live) as { id: string }).id)
  const to = act === 'reroute' ? random.pick(desks) : null
  world.tell(
    `an agent ${act === 'reroute' ? `re-routes ${pickup.slice(0, 4)} to ${to?.slice(0, 4) ?? ''}` : `${act}s ${pickup.slice(0, 4)}`}`,
  )
  await hub.ask('revoke', {
    pickup: pickup as never,
    reason: act === 'reroute' ? 're-routed' : act === 'block' ? 'blocked' : 'revoked',
    to: to as never,
  })
}

/** Someone looks after the desks: a frozen or refused kiosk is given up, after a while. */
async function supervise(fleet: Fleet): Promise<void> {
  for (const kiosk of [...fleet.places.values()]) {
    const record = kiosk.running?.services.records.read()
    const known = fleet.hub.memory.prepare('SELECT state, frozen FROM kiosk WHERE id = ?').statement.get(kiosk.id)
    if (known === undefined) {
      // Enrolled after the backup: the hub has forgotten it, and may know the one before as this desk's.
      const before = fleet.hub.memory
        .prepare("SELECT id FROM kiosk WHERE desk = ? AND state = 'active'")
        .statement.get(kiosk.desk)
      const old = before === undefined ? undefined : fleet.promises.kiosks.find((one) => one.id === before.id)
      kiosk.excused ??= 'unknown to the restored hub'
      if (old !== undefined) await fleet.replace(old, 'lost')
      else await fleet.enrolAt(kiosk.desk)
    } else if (known.state === 'written-off') {
      kiosk.excused ??= 'written off'
      await fleet.enrolAt(kiosk.desk)
    } else if (known.frozen === 1 && kiosk.excused !== null && !fleet.peace && fleet.world.random.chance(0.3)) {
      // They looked, and saw nothing: its ledger goes on, if it is the hub's.
      await fleet.hub.ask('unfreeze', { kiosk: kiosk.id as never })
      fleet.world.tell(`${kiosk.name} is unfrozen`)
    } else if (record?.frozen === true || known.frozen === 1) await fleet.replace(kiosk, 'frozen')
    else if (kiosk.running === null && kiosk.excused !== null) await fleet.replace(kiosk, kiosk.excused)
  }
  // A write-off that the restored hub has forgotten is made again.
  for (const kiosk of fleet.promises.kiosks) {
    // A copy is the same kiosk to the hub: people know of one.
    if (kiosk.excused === null || fleet.places.get(kiosk.desk)?.id === kiosk.id) continue
    const known = fleet.hub.memory
      .prepare("SELECT 1 FROM kiosk WHERE id = ? AND state = 'active'")
      .statement.get(kiosk.id)
    if (known !== undefined) await fleet.hub.ask('writeOff', { kiosk: kiosk.id as never })
  }
}

/**
 * A supervisor at the console sees that an opening key waits. They type the letters that somebody reads to them from
 * the kiosk's screen, or, with an old note, those that stood there once; where it shows none, they refuse.
 */
async function settleOpeningKeys(fleet: Fleet): Promise<void> {
  const { world, hub } = fleet
  const waiting = hub.memory
    .prepare("SELECT id FROM kiosk WHERE pending_key IS NOT NULL AND state = 'active' ORDER BY id")
    .statement.all()
    .map(({ id }) => String(id))
  for (const kiosk of fleet.promises.kiosks) {
    if (!waiting.includes(kiosk.id)) continue
    const shown = kiosk.openingAnswer === 'waits'
    const types = shown || world.random.chance(0.5)
    const body = { kiosk: kiosk.id as never }
    const done = types
      ? await hub.ask('confirmOpeningKey', { ...body, fingerprint: kiosk.letters })
      : await hub.ask('refuseOpeningKey', body)
    if (done !== null)
      world.tell(
        `a supervisor ${types ? 'types the letters of' : 'refuses the opening key for'} ${kiosk.name}: ${'code' in done ? done.code : 'done'}`,
      )
  }
  // A kiosk that has heard that its key was refused makes another when somebody signs in there.
  for (const kiosk of fleet.places.values())
    if (kiosk.openingAnswer === 'refused') await kiosk.rotate(world.random.chance(0.5))
}

/** How often each kind of trouble comes. */
const usualTrouble = {
  weather: 4,
  part: 4,
  join: 5,
  kill: 4,
  cut: 5,
  skew: 2,
  hubCrash: 4,
  hubStart: 5,
  image: 3,
  oldDisk: 1,
  lost: 1,
  backup: 2,
  hubRestore: 1,
  lag: 4,
  failover: 1,
  attack: 1.5,
  theft: 1.5,
  poison: 1.5,
  copy: 1,
  moveAndForget: 0.4,
  rotate: 2,
  days: 0.3,
}

function trouble(fleet: Fleet): void {
  const { world, hub, network, promises } = fleet
  const { random } = world
  // Each history has troubles of its own: some hardly ever, some again and again (swarm testing, Groce et al., ISSTA
  // 2012).
  const often = { ...usualTrouble }
  for (const kind of Object.keys(often) as (keyof typeof often)[]) often[kind] *= random.pick([0.2, 1, 1, 1, 6])
  let backup: Buffer | null = null
  let standby: Buffer | null = null
  const images = new Map<Kiosk, { disk: Buffer; seq: number }>()
  async function putBack(image: Buffer): Promise<void> {
    await hub.restore(image)
    if (random.chance(0.5)) network.replayReports()
    world.in(random.int(20_000), () => {
      hub.startProcess(0)
    })
  }
  every(fleet, 4_000, 25_000, async () => {
    if (fleet.peace) return
    const kiosk = random.pick([...fleet.places.values()])
    const fault = random.weighted(often)
    switch (fault) {
      case 'weather':
        network.weather = random.chance(0.3)
          ? fair
          : {
              drop: random.next() * 0.3,
              duplicate: random.next() * 0.4,
              holes: random.next() * 0.2,
              slow: random.next() * 0.4,
              slowMs: random.pick([500, 8_000, 40_000]),
            }
        world.tell(
          `weather: ${Math.round(network.weather.drop * 100)} % lost, ${Math.round(network.weather.duplicate * 100)} % twice`,
        )
        return
      case 'part':
        network.parted.add(kiosk.id)
        world.tell(`${kiosk.name} has no network`)
        return
      case 'join':
        network.parted.clear()
        world.tell('every kiosk has network')
        return
      case 'kill':
        kiosk.kill()
        world.in(random.int(30_000), () => {
          kiosk.boot()
        })
        return
      case 'cut':
        kiosk.cutIn = random.int(6)
        world.in(random.int(60_000), () => {
          kiosk.boot()
        })
        return
      case 'skew':
        kiosk.skew = random.pick([-40, -1, 0, 1, 40]) * random.int(86_400_000)
        world.tell(`${kiosk.name}: its wall clock is ${Math.round(kiosk.skew / minute)} minutes off`)
        return
      case 'hubCrash':
        hub.crashOne()
        return
      case 'hubStart':
        if (hub.processes.length < 3) hub.startProcess(random.pick([0, 0, -2_000, 1_500, 60_000, -90_000]))
        return
      case 'image':
        images.set(kiosk, {
          disk: kiosk.image(),
          seq: kiosk.look(
            (db) => db.prepare<[], { seq: number | null }>('SELECT max(seq) AS seq FROM ledger').get()?.seq ?? 0,
          ),
        })
        world.tell(`an image of ${kiosk.name}'s disk is kept`)
        return
      case 'oldDisk': {
        const image = images.get(kiosk)
        if (image === undefined) return
        kiosk.putDisk(image.disk)
        kiosk.excused ??= 'old disk'
        promises.forget(kiosk)
        promises.watchOldDisk(kiosk, image.seq)
        world.tell(`${kiosk.name} is put back from an old image, at entry ${image.seq}`)
        kiosk.boot()
        return
      }
      case 'lost':
        await fleet.replace(kiosk, 'lost')
        return
      case 'backup':
        if (hub.memory.raw.inTransaction) return
        backup = hub.memory.image()
        world.tell('the hub is backed up')
        return
      case 'lag':
        // From here on the standby hears nothing.
        if (!hub.memory.raw.inTransaction) standby = hub.memory.image()
        return
      case 'failover':
        if (standby === null) return
        hub.failOver(standby)
        standby = null
        return
      case 'hubRestore':
        if (backup === null) return
        await putBack(backup)
        // It went wrong, and people do it again with the same backup.
        if (random.chance(0.3)) {
          const same = backup
          world.in(20_000 + random.int(120_000), () => {
            if (!fleet.peace)
              putBack(same).catch((error: unknown) => {
                world.broke(error)
              })
          })
        }
        return
      case 'attack':
        await attack(fleet, kiosk)
        return
      case 'theft':
        await steal(fleet, kiosk)
        return
      case 'poison':
        await poison(fleet, kiosk)
        return
      case 'copy':
        copyDisk(fleet, kiosk)
        return
      case 'moveAndForget':
        moveAndForget(fleet, kiosk, putBack)
        return
      case 'rotate':
        await kiosk.rotate(random.chance(0.8))
        return
      case 'days': {
        // Time alone never grants anew (promise P5).
        const days = 1 + random.int(50)
        world.tell(`${days} days go by`)
        world.leap += days * 86_400_000
        return
      }
    }
  })
}

/** In peace all must have come to rest after this many minutes. */
const restRounds = 12

async function makePeace(fleet: Fleet): Promise<void> {
  const { world, hub, network } = fleet
  fleet.peace = true
  network.weather = fair
  network.parted.clear()
  world.tell('peace')
  if (hub.processes.length === 0) hub.startProcess(0)
  for (const kiosk of fleet.promises.kiosks) {
    kiosk.cutIn = null
    kiosk.skew = 0
  }
  for (let round = 1; ; round++) {
    // Planned, not awaited: the hub's work needs time to go on.
    world.in(0, () => {
      for (const kiosk of fleet.places.values()) kiosk.boot()
      supervise(fleet).catch((error: unknown) => {
        world.broke(error)
      })
    })
    await world.play(20_000)
    for (const kiosk of fleet.places.values()) await kiosk.settleAll()
    await world.play(40_000)
    try {
      checkRest(fleet)
      return
    } catch (error) {
      if (round === restRounds) throw error
    }
  }
}

/** Plays the history of a seed. Bugs are told as violations too: nothing may fail unexpectedly. */
export async function playHistory({ seed, desks }: HistoryOptions): Promise<Outcome> {
  const fleet = new Fleet(seed)
  const { world, hub, promises } = fleet
  let violation: string | null = null
  try {
    fleet.accounts = desks * 2 + 2
    fleet.desks.push(...(await hub.start(desks, fleet.accounts)))
    hub.startProcess(0)
    hub.startProcess(world.random.pick([0, -2_000, 30_000]))
    for (const desk of fleet.desks) await fleet.enrolAt(desk)
    world.check = () => {
      promises.check()
    }
    staffAtWork(fleet)
    every(fleet, 3_000, 15_000, () => (fleet.peace ? undefined : agentActs(fleet)))
    every(fleet, 40_000, 60_000, () => (fleet.peace ? undefined : supervise(fleet)))
    every(fleet, 4_000, 8_000, () => settleOpeningKeys(fleet))
    trouble(fleet)
    await world.play(troubleMs)
    await makePeace(fleet)
  } catch (error) {
    violation =
      error instanceof Violation
        ? error.message
        : `bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
    world.tell(`VIOLATION ${violation}`)
  } finally {
    for (const kiosk of promises.kiosks) kiosk.kill()
    hub.memory.close()
  }
  return {
    seed,
    violation,
    story: world.story,
    handed: promises.papers.filter((paper) => paper.where === 'hand').length,
  }
}
