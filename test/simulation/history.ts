/** One history: a fleet at work, everything that can go wrong, then peace, in which all must come to rest. */
import type { Kiosk } from './kiosk.ts'
import { Kiosk as KioskNode } from './kiosk.ts'
import { Hub } from './hub.ts'
import { accountName } from './institution.ts'
import { attack, steal } from './attacks.ts'
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
    if (fleet.world.random.chance(0.5)) await kiosk.serve()
    else await kiosk.sync()
  })
}

async function agentActs(fleet: Fleet): Promise<void> {
  const { world, hub, desks } = fleet
  const { random } = world
  const act = random.weighted({ issue: 5, reroute: 5, revoke: 2, block: 1, returns: 1, prune: 1 })
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
    } else if (record?.frozen === true || known.frozen === 1) await fleet.replace(kiosk, 'frozen')
    else if (kiosk.running === null && kiosk.excused !== null) await fleet.replace(kiosk, kiosk.excused)
  }
  // A write-off that the restored hub has forgotten is made again.
  for (const kiosk of fleet.promises.kiosks) {
    if (kiosk.excused === null || fleet.places.get(kiosk.desk) === kiosk) continue
    const known = fleet.hub.memory
      .prepare("SELECT 1 FROM kiosk WHERE id = ? AND state = 'active'")
      .statement.get(kiosk.id)
    if (known !== undefined) await fleet.hub.ask('writeOff', { kiosk: kiosk.id as never })
  }
}

/**
 * A supervisor at the console sees that an opening key waits. They type the letters that somebody reads to them from the kiosk's screen, or,
 * with an old note, those that stood there once; where it shows none, they refuse.
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
  rotate: 2,
  days: 0.3,
}

function trouble(fleet: Fleet): void {
  const { world, hub, network, promises } = fleet
  const { random } = world
  // Each history has troubles of its own: some hardly ever, some again and again (swarm testing, Groce et al., ISSTA 2012).
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
