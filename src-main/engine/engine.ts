/**
 * The engine: composition root. It knows no shell: frames go in and out by a port, and
 * every device, clock and random source is passed in (docs/architecture.md#rules-of-the-house, rules 1 and 5).
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { HandlersOf } from '../../src-shared/kiosk-api/contract.ts'
import type { KioskApi, KioskState } from '../../src-shared/kiosk-api/index.ts'
import type { Readiness } from '../../src-shared/domain/readiness.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { createPrinterMemory, type KnownInside } from '../printers/index.ts'
import { openStore, storageFailure, type Store } from '../storage/index.ts'
import { createKioskRecords, enrol, type Invitation, type KioskRecords } from '../sync/index.ts'
import { createDiskGuard, type DiskGuard, type Timers } from '../desk/index.ts'
import { createAutoEnrol, type AutoEnrol } from './auto-enrol.ts'
import { createCounter, type Counter } from '../counter/index.ts'
import { composeDesk } from './compose-desk.ts'
import type { EnginePorts } from './ports.ts'
import { createHandlers, type DeskParts } from './handlers.ts'
import { composeState } from './state.ts'

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
  reasons: [{ code: failures.notEnrolled, severity: 'red', stopsOffline: true }],
}

/** A disk that fails again and again is spoken of so often, ms. */
const diskNoticeMs = 60_000
/** How often it is asked whether a slip is still on its way, ms. */
const busyMs = 200

/** The engine as it runs: what it has opened, and what it last told. */
interface Running {
  readonly ports: EnginePorts
  readonly disk: DiskGuard
  readonly timers: Timers
  readonly counter: Counter
  /** Least core-years of a full PIN search. */
  readonly floorYears: number
  readonly unsubscribe: (() => void)[]
  /** Pushes the state; many changes in one turn are one push. */
  readonly changed: () => void
  /** What hung on the step or the pickups as they were is looked at once everything of this turn is done. */
  readonly settle: () => void
  store: Store | null
  records: KioskRecords | null
  desk: DeskParts | null
  revision: number
  stopped: boolean
  autoEnrol: AutoEnrol | null
  /** As last pushed. */
  readiness: Readiness
  /** Since when it is known that the database is damaged. */
  damaged: Failure | null
  /** When a failing disk was last spoken of, monotonic. */
  toldAt: number
}

export function createEngine(ports: EnginePorts): Engine {
  const { config, readers, printer } = ports
  const disk = createDiskGuard((failure) => onDiskFailure(engine, failure))
  const timers = disk.timers(ports.timers)
  const counter = createCounter(timers, (news) => {
    switch (news) {
      case 'flush-readers':
        readers.flush()
        break
      case 'stepped':
        engine.settle()
        break
      case 'show':
        engine.changed()
        break
    }
  })
  const engine: Running = {
    ports,
    disk,
    timers,
    counter,
    floorYears: config.demo || config.diskEncrypted || ports.hardwareBacked === true ? 0 : config.searchFloorCoreYears,
    unsubscribe: [],
    changed: onceATurn(
      () => engine,
      () => {
        engine.revision += 1
        ports.emit('state', state(engine))
        engine.desk?.reporter.look()
      },
    ),
    settle: onceATurn(
      () => engine,
      () => engine.desk?.walkIn.sweep(),
    ),
    store: null,
    records: null,
    desk: null,
    revision: 0,
    stopped: false,
    autoEnrol: null,
    readiness: notYet,
    damaged: null,
    toldAt: -Infinity,
  }
  return {
    handlers: createHandlers({
      config,
      readers,
      printer,
      store: () => engine.store,
      desk: () => engine.desk,
      state: () => state(engine),
      enrol: (invitation) => enrolNow(engine, invitation),
      changed: engine.changed,
      endUnwatchedLearning: () => endUnwatchedLearning(engine),
    }),
    state: () => state(engine),
    takeDiskFailure: (error) => disk.take(error),
    start: () => start(engine),
    stop: () => stop(engine),
  }
}

/**
 * A database that is damaged ends the engine, once no slip is on its way; any other trouble is said, and tried again
 * at the next occasion.
 */
function onDiskFailure(engine: Running, failure: Failure): void {
  if (engine.stopped) return
  if (failure.code !== failures.databaseDamaged) {
    if (engine.ports.system.monotonic() - engine.toldAt < diskNoticeMs) return
    engine.toldAt = engine.ports.system.monotonic()
    engine.ports.emit('scanNotice', { failure })
    return
  }
  if (engine.damaged !== null) return
  engine.damaged = failure
  const end = () => {
    if (engine.desk?.services.release.busy() === true) engine.ports.timers.set(end, busyMs)
    else engine.ports.onDamaged?.(failure)
  }
  end()
}
/** Runs `act` once at the end of a turn, however often it was wanted in it, while the engine is open. */
function onceATurn(running: () => Running, act: () => void): () => void {
  let due = false
  return () => {
    const engine = running()
    if (due || engine.stopped || engine.store === null) return
    due = true
    queueMicrotask(
      engine.disk.wrap(() => {
        due = false
        if (!engine.stopped) act()
      }),
    )
  }
}

/** A reader is learned under a supervisor's eyes only: without them it serves again, or nobody could sign in. */
function endUnwatchedLearning(engine: Running): void {
  if (engine.ports.readers.learning() !== null && engine.desk?.services.signIn.session()?.role !== 'supervisor')
    void engine.ports.readers.learn(null)
}

function state(engine: Running): KioskState {
  const record = engine.records?.read() ?? null
  engine.readiness = engine.desk?.readiness(record) ?? notYet
  return composeState({
    revision: engine.revision,
    demo: engine.ports.config.demo,
    wall: engine.ports.system.wall,
    readers: engine.ports.readers,
    printer: engine.ports.printer,
    counter: engine.counter,
    enrolment: engine.autoEnrol?.status() ?? null,
    record,
    services: engine.desk?.services ?? null,
    readiness: engine.readiness,
  })
}

function openDesk(engine: Running, opened: Store, known: KioskRecords): Result<null> {
  const record = known.read()
  if (record === null) return ok(null)
  const composed = composeDesk({
    ports: engine.ports,
    ...{
      store: opened,
      records: known,
      record,
      counter: engine.counter,
      timers: engine.timers,
      disk: engine.disk,
      floorYears: engine.floorYears,
      changed: engine.changed,
      settle: engine.settle,
    },
    readiness: () => engine.readiness,
    onSession: () => endUnwatchedLearning(engine),
  })
  if (!composed.ok) return composed
  engine.desk = composed.value.desk
  engine.unsubscribe.push(...composed.value.open())
  return ok(null)
}

/** A disk that fails while the desk opens is an expected failure, with its code. */
function openOrRefuse(engine: Running, opened: Store, known: KioskRecords): Result<null> {
  try {
    return openDesk(engine, opened, known)
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
function leftInPrinter(engine: Running, opened: Store): KnownInside {
  const memory = createPrinterMemory(opened.db)
  const remember = (left: KnownInside) => {
    try {
      memory.write(left)
    } catch (error) {
      // On a disk that keeps nothing the engine that runs still knows it, and prints no slip.
      if (!engine.disk.take(error)) throw error
    }
  }
  engine.unsubscribe.push(engine.ports.printer.onLeftInside(remember))
  const known = memory.read()
  if (known !== 'nothing' || engine.desk?.services.diedPrinting() !== true) return known
  remember('job')
  return 'job'
}

async function enrolNow(engine: Running, invitation: Invitation): Promise<Result<null>> {
  if (engine.store === null || engine.records === null) return fail(failures.engineRestarting)
  if (engine.records.read() !== null) return fail(failures.alreadyEnrolled)
  const joined = await enrol(
    engine.store.db,
    engine.ports.keyEncryptionKey,
    { proxy: engine.ports.config.proxy, ...invitation },
    () => engine.ports.system.wall(),
  )
  if (engine.store === null) return fail(failures.engineRestarting)
  if (!joined.ok) return joined
  const opened = openDesk(engine, engine.store, engine.records)
  engine.changed()
  return opened
}

async function start(engine: Running): Promise<Result<null>> {
  const { config, readers, printer, emit } = engine.ports
  try {
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  } catch {
    return fail(failures.diskNotWritable)
  }
  const opened = openStore(join(config.dataDir, 'kiosk.db'))
  if (!opened.ok) return opened
  engine.store = opened.value
  engine.records = createKioskRecords(opened.value.db)
  const refused = openOrRefuse(engine, opened.value, engine.records)
  if (!refused.ok) {
    opened.value.close()
    engine.store = null
    return refused
  }
  engine.unsubscribe.push(
    readers.onStatus(engine.disk.wrap(engine.changed)),
    printer.onStatus(engine.disk.wrap(engine.changed)),
  )
  engine.unsubscribe.push(readers.onTorn((failure) => emit('scanNotice', { failure })))
  await Promise.all([readers.start(), printer.start(leftInPrinter(engine, opened.value))])
  enrolByItself(engine, engine.records)
  engine.changed()
  return ok(null)
}

/** A kiosk that was given a code enrols without anybody at it. Not awaited: the desk's screen says how it goes. */
function enrolByItself(engine: Running, records: KioskRecords): void {
  const { enrolment } = engine.ports.config
  if (records.read() !== null || enrolment === undefined) return
  const { hub, ...invited } = enrolment
  engine.autoEnrol = createAutoEnrol({
    hub,
    enrol: () => enrolNow(engine, { address: hub, ...invited }),
    timers: engine.timers,
    random: engine.ports.random,
    onChange: engine.changed,
  })
  void engine.autoEnrol.start()
}

async function stop(engine: Running): Promise<void> {
  engine.stopped = true
  engine.autoEnrol?.stop()
  for (const off of engine.unsubscribe) off()
  await engine.ports.readers.stop()
  await engine.ports.printer.stop()
  await engine.desk?.stop()
  engine.store?.close()
  engine.store = null
}
