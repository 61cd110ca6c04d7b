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
import { createDiskGuard } from '../desk/index.ts'
import { createAutoEnrol, type AutoEnrol } from './auto-enrol.ts'
import { createCounter } from '../counter/index.ts'
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

export function createEngine(ports: EnginePorts): Engine {
  const { config, readers, printer, system, emit } = ports
  let store: Store | null = null
  let records: KioskRecords | null = null
  let desk: DeskParts | null = null
  let revision = 0
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
    if (failure.code !== failures.databaseDamaged) {
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
  const changed = onceATurn(() => {
    if (store === null) return
    revision += 1
    emit('state', state())
    desk?.reporter.look()
  })
  /** What hung on the step or the pickups as they were is looked at once everything of this turn is done. */
  const settle = onceATurn(() => desk?.walkIn.sweep())
  function onceATurn(act: () => void): () => void {
    let due = false
    return () => {
      if (due || stopped || store === null) return
      due = true
      queueMicrotask(
        disk.wrap(() => {
          due = false
          if (!stopped) act()
        }),
      )
    }
  }

  const counter = createCounter(timers, (news) => {
    switch (news) {
      case 'flush-readers':
        readers.flush()
        break
      case 'stepped':
        settle()
        break
      case 'show':
        changed()
        break
    }
  })

  /** A reader is learned under a supervisor's eyes only: without them it serves again, or nobody could sign in. */
  function endUnwatchedLearning(): void {
    if (readers.learning() !== null && desk?.services.signIn.session()?.role !== 'supervisor') void readers.learn(null)
  }

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
    const composed = composeDesk({
      ports,
      ...{ store: opened, records: known, record, counter, timers, disk, floorYears, changed, settle },
      readiness: () => readiness,
      onSession: endUnwatchedLearning,
    })
    if (!composed.ok) return composed
    desk = composed.value.desk
    unsubscribe.push(...composed.value.open())
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
    if (store === null || records === null) return fail(failures.engineRestarting)
    if (records.read() !== null) return fail(failures.alreadyEnrolled)
    const joined = await enrol(store.db, ports.keyEncryptionKey, { proxy: config.proxy, ...invitation }, () =>
      system.wall(),
    )
    if (store === null) return fail(failures.engineRestarting)
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
    endUnwatchedLearning,
  })

  return {
    handlers,
    state,
    takeDiskFailure: (error) => disk.take(error),
    async start() {
      try {
        mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
      } catch {
        return fail(failures.diskNotWritable)
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
      await desk?.stop()
      store?.close()
      store = null
    },
  }
}
