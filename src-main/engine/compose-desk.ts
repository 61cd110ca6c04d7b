/**
 * What an enrolled desk is made of: its services, and the counter's rooms on them. The order below is the order in
 * which they need each other.
 */
import type { PickupId } from '../../src-shared/domain/index.ts'
import type { Readiness } from '../../src-shared/domain/readiness.ts'
import { ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import {
  createActing,
  createCheckInScreen,
  createDayHandlers,
  createEIdDesk,
  createElsewhere,
  createIdleLock,
  createPostRoom,
  createRequesting,
  createScanning,
  createServing,
  createSigningIn,
  createWalkInDesk,
  createWhereabouts,
  createWitnessing,
  type Counter,
} from '../counter/index.ts'
import {
  checkWholeLedger,
  composeServices,
  createCarryingHandlers,
  createReadiness,
  createRoundHandlers,
  diskFree,
  foldNamesInBackground,
  kioskStatus,
  type createDiskGuard,
  type EngineConfig,
  type Services,
  type Timers,
} from '../desk/index.ts'
import type { Store } from '../storage/index.ts'
import { createStatusReporter, linuxSticks, type KioskRecord, type KioskRecords } from '../sync/index.ts'
import type { DeskParts } from './handlers.ts'
import type { EnginePorts } from './ports.ts'

interface Parts {
  readonly ports: EnginePorts
  readonly store: Store
  readonly records: KioskRecords
  readonly record: KioskRecord
  readonly counter: Counter
  readonly timers: Timers
  readonly disk: ReturnType<typeof createDiskGuard>
  readonly floorYears: number
  /** As last pushed. */
  readonly readiness: () => Readiness
  readonly changed: () => void
  /** The pickups may have changed: what hung on them is looked at once everything of this turn is done. */
  readonly settle: () => void
  readonly onSession: () => void
}

export interface ComposedDesk {
  readonly desk: DeskParts
  /** Lets scans and the hub in. Returns what undoes it. */
  open(): (() => void)[]
}

const paperOf = (config: EngineConfig): 58 | 80 => (config.printer.kind === 'none' ? 80 : config.printer.paper)

/** Fails as `composeServices` does. */
export function composeDesk(parts: Parts): Result<ComposedDesk> {
  let desk: DeskParts | null = null
  const composed = servicesOf(parts, {
    onChange() {
      if (desk !== null) afterNews(parts, desk)
    },
    onCorrected: (ids) => desk?.serving.corrected(ids),
  })
  if (!composed.ok) return composed
  const made = roomsOf(parts, composed.value)
  desk = made.desk
  return ok(made)
}

/** The hub was heard, a timer of the desk ran out, or the desk's hours changed. */
function afterNews({ changed, settle }: Parts, desk: DeskParts): void {
  const { services, signingIn, serving, post, walkIn, requesting } = desk
  services.refreshPlace()
  signingIn.afterContact()
  for (const room of [serving, post, walkIn, requesting]) room.redecide()
  settle()
  changed()
}

/** What the desk's services tell of: see `composeServices`. */
interface News {
  readonly onChange: () => void
  readonly onCorrected: (pickups: readonly PickupId[]) => void
}

function servicesOf({ ports, ...parts }: Parts, news: News): Result<Services> {
  const { config, emit } = ports
  return composeServices({
    store: parts.store,
    records: parts.records,
    record: parts.record,
    keyEncryptionKey: ports.keyEncryptionKey,
    printer: ports.printer,
    paper: paperOf(config),
    system: ports.system,
    timers: parts.timers,
    random: ports.random,
    pollMs: config.pollSeconds * 1000,
    proxy: config.proxy,
    updateNews: config.updateNews,
    pinCost: config.pinCost,
    floorYears: parts.floorYears,
    version: ports.version,
    ...news,
    onDiskFailure: (error) => parts.disk.take(error),
    ring: (call) => emit('staffCall', { ...call }),
    checkpoint: ports.checkpoint,
  })
}

/** Where people are served: the rooms that put steps on the counter. */
function counterRooms(parts: Parts, services: Services) {
  const { counter, timers, floorYears, onSession } = parts
  const { screen, staffOfflineDays: offlineDays } = parts.ports.config
  const lock = createIdleLock({ services, counter, timers, onSession, idleLockMs: screen.idleLockMinutes * 60_000 })
  const { activity } = lock
  const acting = createActing(services.signIn, activity)
  const notify = (failure: Failure) => parts.ports.emit('scanNotice', { failure })
  const base = { services, counter, timers, activity, acting, floorYears, doneMs: screen.doneSeconds * 1000 }
  const post = createPostRoom({ ...base, notify })
  const serving = createServing({ ...base, showLetter: post.show })
  const witnessing = createWitnessing({
    ...base,
    show: (pickup, notice) => serving.show(pickup, null, notice),
    redecide() {
      serving.redecide()
      post.redecide()
    },
  })
  const signingIn = createSigningIn({
    ...{ ...base, offlineDays, onSession },
    showUnsettled: serving.showUnsettled,
    confirm: witnessing.confirm,
  })
  const walkIn = createWalkInDesk({ ...base, serving, refusedMs: screen.refusedSeconds * 1000 })
  const eId = createEIdDesk({ ...base, serving })
  const requesting = createRequesting(base)
  return { lock, activity, notify, post, serving, witnessing, signingIn, walkIn, eId, requesting }
}

type Rooms = ReturnType<typeof counterRooms>

/** What a scan means here, and what ends with it. */
function scanningOf({ ports, counter, timers }: Parts, services: Services, rooms: Rooms) {
  const { screen } = ports.config
  const times = { arrivalMs: screen.arrivalSeconds * 1000, refusedMs: screen.refusedSeconds * 1000 }
  const base = { services, counter, timers, ...times, offerRequest: rooms.requesting.offer, notify: rooms.notify }
  if (services.kind === 'check-in') return createCheckInScreen(base)
  const { serving, walkIn, signingIn, witnessing, activity, post } = rooms
  const pinMs = screen.pinSeconds * 1000
  const whereabouts = createWhereabouts({ services, counter, timers })
  const onScan = createScanning({
    ...base,
    whereabouts: (queries, say) => whereabouts.find(queries, say),
    ...{ serving, walkIn, signingIn, witnessing, activity, pinMs, onTracking: post.onScan },
  })
  return { onScan, stop: () => whereabouts.stop() }
}

function roomsOf(parts: Parts, services: Services): ComposedDesk {
  const { ports, counter, timers, records, floorYears, disk, changed } = parts
  const { config, printer, readers } = ports
  const rooms = counterRooms(parts, services)
  const { activity, signingIn, walkIn, eId, lock } = rooms
  const scanning = scanningOf(parts, services, rooms)
  const freeBytes = ports.freeBytes ?? (() => diskFree(config.dataDir))
  const readiness = createReadiness({ services, config, printer, readers, floorYears, freeBytes })
  const round = createRoundHandlers({
    services,
    printer,
    paper: paperOf(config),
    readiness: () => readiness(records.read()),
    signOut: signingIn.handlers.signOut,
    activity,
  })
  const reporter = createStatusReporter({
    hub: services.hub,
    status: () => kioskStatus(services, parts.readiness()),
    online: () => services.sync.status().state === 'online',
    now: services.now,
    timers,
  })
  const desk: DeskParts = {
    ...rooms,
    services,
    day: createDayHandlers({ services, counter, timers, activity }),
    carrying: createCarryingHandlers({ services, sticks: ports.sticks ?? linuxSticks, activity }),
    elsewhere: createElsewhere({ services, counter, activity }),
    ...{ round, readiness, reporter },
    async stop() {
      scanning.stop()
      lock.stop()
      signingIn.stop()
      walkIn.stop()
      eId.stop()
      services.opening.stop()
      services.pausing.stop()
      reporter.stop()
      await services.sync.stop()
    },
  }
  return {
    desk,
    open() {
      const off = readers.onScan(disk.wrap(scanning.onScan))
      services.sync.start()
      return [off, checkWholeLedger(services, timers, changed), foldNamesInBackground(services.pickups, timers)]
    },
  }
}
