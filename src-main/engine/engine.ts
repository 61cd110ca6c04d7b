/**
 * The engine: composition root. It knows no shell: frames go in and out by a port, and
 * every device, clock and random source is passed in (docs/architecture.md#rules-of-the-house, rules 1 and 5).
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { EventName, HandlersOf, PayloadOf } from '../../src-shared/kiosk-api/contract.ts'
import type { KioskApi, KioskState } from '../../src-shared/kiosk-api/index.ts'
import type { Readiness } from '../../src-shared/domain/readiness.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import { createPrinterMemory, type KnownInside, type Printer } from '../printers/index.ts'
import type { ReaderSupervisor } from '../readers/index.ts'
import { openStore, storageFailure, type Store } from '../storage/index.ts'
import {
  createKioskRecords,
  createStatusReporter,
  enrol,
  type Invitation,
  type KioskRecords,
  linuxSticks,
  type Sticks,
} from '../sync/index.ts'
import {
  checkWholeLedger,
  composeServices,
  createCarryingHandlers,
  createDiskGuard,
  createReadiness,
  createRoundHandlers,
  diskFree,
  foldNamesInBackground,
  kioskStatus,
  type EngineConfig,
  type SystemClock,
  type Timers,
} from '../desk/index.ts'
import { createAutoEnrol, type AutoEnrol } from './auto-enrol.ts'
import {
  createCheckInScreen,
  createCounter,
  createDayHandlers,
  createEIdDesk,
  createElsewhere,
  createPostRoom,
  createRequesting,
  createScanning,
  createServing,
  createSigningIn,
  createWalkInDesk,
  withLetters,
  type Serving,
  type SigningIn,
} from '../counter/index.ts'
import { createHandlers, type DeskParts } from './handlers.ts'
import { composeState } from './state.ts'

export interface EnginePorts {
  readonly config: EngineConfig
  /** 32 bytes from the operating system's keystore, by the shell. */
  readonly keyEncryptionKey: Uint8Array
  /** The keystore sits in hardware: a stolen disk cannot be searched for a PIN at all. */
  readonly hardwareBacked?: boolean
  readonly readers: ReaderSupervisor
  readonly printer: Printer
  readonly system: SystemClock
  readonly timers: Timers
  readonly random: () => number
  /** Memory sticks that are plugged in: those of this Linux unless given. */
  readonly sticks?: Sticks
  readonly version: string
  /** Free bytes where the database is; asked of the disk unless a test has its own. */
  readonly freeBytes?: () => number | null
  readonly emit: <E extends EventName<KioskApi>>(event: E, payload: PayloadOf<KioskApi, E>) => void
  /** The database is damaged under the running desk: it serves no more, and the shell's own screen says so. */
  readonly onDamaged?: (failure: Failure) => void
  readonly checkpoint?: (name: string) => void
}

export interface Engine {
  /** Opens the store and starts the desk. Fails with a code when it cannot serve at all (L-80x). */
  start(): Promise<Result<null>>
  stop(): Promise<void>
  readonly handlers: HandlersOf<KioskApi>
  state(): KioskState
  /**
   * For what was thrown past everything: true where it was a failure of the disk, which is told as one; false for a
   * bug.
   */
  takeDiskFailure(error: unknown): boolean
}

/** Before the kiosk is enrolled there is nothing to serve with. */
const notYet: Readiness = {
  light: 'red',
  serves: false,
  servesOffline: false,
  reasons: [{ code: 'L-107', severity: 'red', stopsOffline: true }],
}

/** A disk that fails again and again is spoken of so often, ms. */
const diskNoticeMs = 60_000
/** How often it is asked whether a slip is still on its way, ms. */
const busyMs = 200

const paperOf = (config: EngineConfig): 58 | 80 => (config.printer.kind === 'none' ? 80 : config.printer.paper)

export function createEngine(ports: EnginePorts): Engine {
  const { config, readers, printer, system, emit } = ports
  let store: Store | null = null
  let records: KioskRecords | null = null
  let desk: DeskParts | null = null
  let revision = 0
  let pushing = false
  let stopped = false
  let autoEnrol: AutoEnrol | null = null
  /** As last pushed. */
  let readiness = notYet
  const unsubscribe: (() => void)[] = []
  const floorYears =
    config.demo || config.diskEncrypted || ports.hardwareBacked === true ? 0 : config.searchFloorCoreYears

  /** Since when it is known that the database is damaged. */
  let damaged: Failure | null = null
  let toldAt = -Infinity

  /**
   * A database that is damaged ends the engine, once no slip is on its way; any other trouble is said, and tried again
   * at the next occasion.
   */
  function onDiskFailure(failure: Failure): void {
    if (stopped) return
    if (failure.code !== 'L-804') {
      if (system.monotonic() - toldAt < diskNoticeMs) return
      toldAt = system.monotonic()
      emit('scanNotice', { failure })
      return
    }
    if (damaged !== null) return
    damaged = failure
    const end = () => {
      if (desk?.services.release.busy() === true) ports.timers.set(end, busyMs)
      else ports.onDamaged?.(failure)
    }
    end()
  }
  const disk = createDiskGuard(onDiskFailure)
  const timers = disk.timers(ports.timers)

  /** Many changes in one turn are one push. */
  function changed(): void {
    if (pushing || stopped || store === null) return
    // A reader is learned under a supervisor's eyes only: without them it serves again, or nobody could sign in.
    if (readers.learning() !== null && desk?.services.signIn.session()?.role !== 'supervisor') void readers.learn(null)
    pushing = true
    queueMicrotask(
      disk.wrap(() => {
        pushing = false
        if (stopped) return
        desk?.walkIn.sweep()
        revision += 1
        emit('state', state())
        desk?.reporter.look()
      }),
    )
  }

  const counter = createCounter(timers, changed)
  counter.onLeave(() => {
    readers.flush()
  })

  function state(): KioskState {
    const record = records?.read() ?? null
    readiness = desk?.readiness(record) ?? notYet
    return composeState({
      revision,
      demo: config.demo,
      wall: system.wall,
      readers,
      printer,
      counter,
      enrolment: autoEnrol?.status() ?? null,
      record,
      services: desk?.services ?? null,
      readiness,
    })
  }

  function openDesk(opened: Store, known: KioskRecords): Result<null> {
    const record = known.read()
    if (record === null) return ok(null)
    const composed = composeServices({
      store: opened,
      records: known,
      record,
      keyEncryptionKey: ports.keyEncryptionKey,
      printer,
      paper: paperOf(config),
      system,
      timers,
      random: ports.random,
      pollMs: config.pollSeconds * 1000,
      proxy: config.proxy,
      updateNews: config.updateNews,
      pinCost: config.pinCost,
      floorYears,
      version: ports.version,
      onChange: () => {
        if (composed.ok) composed.value.refreshPlace()
        desk?.signingIn.afterContact()
        changed()
      },
      onCorrected: (ids) => desk?.serving.corrected(ids),
      onDiskFailure: (error) => disk.take(error),
      ring: (call) => emit('staffCall', { ...call }),
      checkpoint: ports.checkpoint,
    })
    if (!composed.ok) return composed
    const services = composed.value
    const { screen } = config
    const signingIn: SigningIn = createSigningIn(
      {
        services,
        counter,
        timers,
        idleLockMs: screen.idleLockMinutes * 60_000,
        offlineDays: config.staffOfflineDays,
        onChange: changed,
      },
      () => serving,
    )
    const doneMs = screen.doneSeconds * 1000
    const activity = () => signingIn.activity()
    const post = createPostRoom({
      services,
      counter,
      floorYears,
      doneMs,
      activity,
      notify: (failure) => emit('scanNotice', { failure }),
    })
    const requesting = createRequesting({ services, counter, activity })
    const serving: Serving = withLetters(
      createServing({ services, counter, floorYears, doneMs, activity, showLetter: post.show }),
      post,
    )
    const walkIn = createWalkInDesk({
      services,
      counter,
      serving,
      timers,
      refusedMs: screen.refusedSeconds * 1000,
      doneMs,
      activity,
    })
    const notify = (failure: Failure) => emit('scanNotice', { failure })
    const times = { arrivalMs: screen.arrivalSeconds * 1000, refusedMs: screen.refusedSeconds * 1000 }
    const atScreen = () => {
      const checkIn = createCheckInScreen({
        services,
        counter,
        timers,
        ...times,
        offerRequest: requesting.offer,
        notify,
      })
      unsubscribe.push(() => checkIn.stop())
      return checkIn.onScan
    }
    const atDesk = () =>
      createScanning({
        services,
        counter,
        serving,
        walkIn,
        onTracking: post.onScan,
        offerRequest: requesting.offer,
        ...times,
        pinMs: screen.pinSeconds * 1000,
        activity: () => signingIn.activity(),
        adding: () => signingIn.adding(),
        changing: () => signingIn.changing(),
        maySignIn: () => signingIn.maySignIn(),
        onBadge: (badge) => signingIn.onBadge(badge),
        onResume: (badge) => signingIn.resume(badge),
        notify,
      })
    unsubscribe.push(readers.onScan(disk.wrap(services.kind === 'check-in' ? atScreen() : atDesk())))
    const readinessNow = createReadiness({
      services,
      config,
      printer,
      readers,
      floorYears,
      freeBytes: ports.freeBytes ?? (() => diskFree(config.dataDir)),
    })
    const day = createDayHandlers({ services, counter, timers, activity })
    const round = createRoundHandlers({
      services,
      printer,
      paper: paperOf(config),
      readiness: () => readinessNow(known.read()),
      signOut: signingIn.handlers.signOut,
      activity,
    })
    const reporter = createStatusReporter({
      hub: services.hub,
      status: () => kioskStatus(services, readiness),
      online: () => services.sync.status().state === 'online',
      now: services.now,
      timers,
    })
    const carrying = createCarryingHandlers({ services, sticks: ports.sticks ?? linuxSticks, activity })
    const eId = createEIdDesk({ services, counter, serving, timers, activity })
    const elsewhere = createElsewhere({ services, counter, activity })
    desk = {
      services,
      serving,
      signingIn,
      day,
      post,
      requesting,
      walkIn,
      eId,
      carrying,
      round,
      elsewhere,
      readiness: readinessNow,
      reporter,
    }
    services.sync.start()
    unsubscribe.push(checkWholeLedger(services, timers, changed))
    unsubscribe.push(foldNamesInBackground(services.pickups, timers))
    return ok(null)
  }

  /** A disk that fails while the desk opens is an expected failure, with its code. */
  function openOrRefuse(opened: Store, known: KioskRecords): Result<null> {
    try {
      return openDesk(opened, known)
    } catch (error) {
      const failure = storageFailure(error)
      if (failure === null) throw error
      return { ok: false, failure }
    }
  }

  /**
   * What the last engine knew of the printer's inside; one that died in the middle of a slip may have left the rest in
   * there.
   */
  function leftInPrinter(opened: Store): KnownInside {
    const memory = createPrinterMemory(opened.db)
    const remember = (left: KnownInside) => {
      try {
        memory.write(left)
      } catch (error) {
        // On a disk that keeps nothing the engine that runs still knows it, and prints no slip.
        if (!disk.take(error)) throw error
      }
    }
    unsubscribe.push(printer.onLeftInside(remember))
    const known = memory.read()
    if (known !== 'nothing' || desk?.services.diedPrinting() !== true) return known
    remember('job')
    return 'job'
  }

  async function enrolNow(invitation: Invitation): Promise<Result<null>> {
    if (store === null || records === null) return fail('L-904')
    if (records.read() !== null) return fail('L-106')
    const joined = await enrol(store.db, ports.keyEncryptionKey, { proxy: config.proxy, ...invitation }, () =>
      system.wall(),
    )
    if (store === null) return fail('L-904')
    if (!joined.ok) return joined
    const opened = openDesk(store, records)
    changed()
    return opened
  }

  const handlers = createHandlers({
    config,
    readers,
    printer,
    store: () => store,
    desk: () => desk,
    state,
    enrol: enrolNow,
    changed,
  })

  return {
    handlers,
    state,
    takeDiskFailure: (error) => disk.take(error),
    async start() {
      try {
        mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
      } catch {
        return fail('L-803')
      }
      const opened = openStore(join(config.dataDir, 'kiosk.db'))
      if (!opened.ok) return opened
      store = opened.value
      records = createKioskRecords(opened.value.db)
      const refused = openOrRefuse(opened.value, records)
      if (!refused.ok) {
        opened.value.close()
        store = null
        return refused
      }
      unsubscribe.push(readers.onStatus(disk.wrap(changed)), printer.onStatus(disk.wrap(changed)))
      unsubscribe.push(readers.onTorn((failure) => emit('scanNotice', { failure })))
      await Promise.all([readers.start(), printer.start(leftInPrinter(opened.value))])
      if (records.read() === null && config.enrolment !== undefined) {
        const { hub, ...invited } = config.enrolment
        autoEnrol = createAutoEnrol({
          hub,
          enrol: () => enrolNow({ address: hub, ...invited }),
          timers,
          random: ports.random,
          onChange: changed,
        })
        // Not awaited: the desk's screen says how it goes.
        void autoEnrol.start()
      }
      changed()
      return ok(null)
    },
    async stop() {
      stopped = true
      autoEnrol?.stop()
      for (const off of unsubscribe) off()
      await readers.stop()
      await printer.stop()
      desk?.signingIn.stop()
      desk?.walkIn.stop()
      desk?.eId.stop()
      desk?.services.opening.stop()
      desk?.services.pausing.stop()
      desk?.reporter.stop()
      await desk?.services.sync.stop()
      store?.close()
      store = null
    },
  }
}
