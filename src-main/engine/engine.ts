/**
 * The engine: composition root and the kiosk API's handlers. It knows no shell: frames go in and out by a port, and
 * every device, clock and random source is passed in (DESIGN section 4, rules 1 and 5).
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { HandlersOf } from '../../src-shared/contract.ts'
import type { MethodName } from '../../src-shared/contract.ts'
import type { KioskApi, KioskState } from '../../src-shared/kiosk-api.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/result.ts'
import { createPrinterMemory, type KnownInside, type Printer } from '../printers/index.ts'
import type { ReaderSupervisor } from '../readers/index.ts'
import { authorities, permit } from '../staff/index.ts'
import { initials } from '../pickups/index.ts'
import { openStore, storageFailure, type Store } from '../storage/index.ts'
import { createKioskRecords, enrol, mayServe, type Invitation, type KioskRecords } from '../sync/index.ts'
import type { SystemClock, Timers } from './clock.ts'
import type { EngineConfig } from './config.ts'
import { writeSupportBundle } from './support-bundle.ts'
import { createAutoEnrol, type AutoEnrol } from './auto-enrol.ts'
import { createCounter } from './counter.ts'
import { createScanning } from './scanning.ts'
import { composeServices, type Services } from './services.ts'
import { createServing, type Serving } from './serving.ts'
import { createSigningIn, type SigningIn } from './signing-in.ts'
import { readersView } from './readers-view.ts'
import { pickupView, slipView } from './views.ts'

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
  readonly version: string
  readonly emit: <E extends keyof KioskApi['events']>(event: E, payload: E extends 'state' ? KioskState : { failure: Failure }) => void
  readonly checkpoint?: (name: string) => void
}

export interface Engine {
  /** Opens the store and starts the desk. Fails with a code when it cannot serve at all (L-80x). */
  start(): Promise<Result<null>>
  stop(): Promise<void>
  readonly handlers: HandlersOf<KioskApi>
  state(): KioskState
}

/** What an enrolled desk adds. */
interface DeskParts {
  readonly services: Services
  readonly serving: Serving
  readonly signingIn: SigningIn
}

/** What a kiosk whose ledger does not match may not do any more. */
const proving: ReadonlySet<MethodName<KioskApi>> = new Set(['verifyDocument', 'verifyByEye', 'release'])
/** Entries of the ledger checked at a time while the desk serves, and the pause between. */
const checkedAtOnce = 500
const checkPauseMs = 50

const paperOf = (config: EngineConfig): 58 | 80 => (config.printer.kind === 'none' ? 80 : config.printer.paper)

export function createEngine(ports: EnginePorts): Engine {
  const { config, readers, printer, timers, system, emit } = ports
  let store: Store | null = null
  let records: KioskRecords | null = null
  let desk: DeskParts | null = null
  let revision = 0
  let pushing = false
  let stopped = false
  let autoEnrol: AutoEnrol | null = null
  const unsubscribe: (() => void)[] = []
  const floorYears = config.demo || config.diskEncrypted || ports.hardwareBacked === true ? 0 : config.searchFloorCoreYears

  /** Many changes in one turn are one push. */
  function changed(): void {
    if (pushing || stopped || store === null) return
    // A reader is learned under a supervisor's eyes only: without them it serves again, or nobody could sign in.
    if (readers.learning() !== null && desk?.services.signIn.session()?.role !== 'supervisor') void readers.learn(null)
    pushing = true
    queueMicrotask(() => {
      pushing = false
      if (stopped) return
      revision += 1
      emit('state', state())
    })
  }

  const counter = createCounter(timers, changed)
  counter.onLeave(() => {
    readers.flush()
  })

  function setupStep(): KioskState['setup'] {
    const record = records?.read() ?? null
    if (record === null || desk === null) return 'enrol'
    if (desk.services.place() === null) return 'first-sync'
    return desk.services.roster.hasAnyPin() ? null : 'first-supervisor'
  }

  function state(): KioskState {
    const services = desk?.services
    const record = records?.read() ?? null
    const session = services?.signIn.session() ?? null
    const reader = readers.status()
    const paper = printer.status()
    const sync = services?.sync.status()
    const acked = record?.acked ?? 0
    const placed = services !== undefined && services.place() !== null
    return {
      revision,
      now: services?.now() ?? system.wall(),
      setup: setupStep(),
      enrolment: autoEnrol?.status() ?? null,
      demo: config.demo,
      desk: services?.place()?.desk ?? null,
      opening: services?.opening.status() ?? null,
      network: sync === undefined ? { state: 'never', lastContactAt: null, failure: null, syncing: null } : { ...sync },
      reader: { state: reader.state, names: [...reader.names], failure: reader.failure },
      printer: { ...paper },
      unsent: services === undefined ? { count: 0, oldestAt: null } : { count: services.ledger.head().seq - acked, oldestAt: services.ledger.timeAfter(acked) },
      staff: session === null ? null : { id: session.staff, name: session.name, role: session.role, signedInAt: session.signedInAt },
      locked: lockedView(services),
      counter: counter.step(),
      unsettled: services === undefined || session === null || !placed ? [] : services.slips.unsettled().map((slip) => slipView(services.views, slip)),
      counts: { ...(services?.pickups.counts() ?? { waiting: 0, arrived: 0 }), unsettled: placed ? services.slips.unsettled().length : 0 },
    }
  }

  /** Who may come back with the badge alone; anyone may read it, so initials. */
  function lockedView(services: Services | undefined): KioskState['locked'] {
    const locked = services?.signIn.locked() ?? null
    const member = locked === null ? null : (services?.roster.get(locked.staff) ?? null)
    if (locked === null || member === null) return null
    const [given = '', ...family] = member.name.split(' ')
    return { initials: initials({ given, family: family.join(' ') }), until: locked.until }
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
      checkpoint: ports.checkpoint,
    })
    if (!composed.ok) return composed
    const services = composed.value
    const { screen } = config
    const signingIn: SigningIn = createSigningIn(
      { services, counter, timers, idleLockMs: screen.idleLockMinutes * 60_000, offlineDays: config.staffOfflineDays, onChange: changed },
      () => serving,
    )
    const serving: Serving = createServing({ services, counter, floorYears, doneMs: screen.doneSeconds * 1000, activity: () => signingIn.activity() })
    const onScan = createScanning({
      services,
      counter,
      serving,
      arrivalMs: screen.arrivalSeconds * 1000,
      refusedMs: screen.refusedSeconds * 1000,
      pinMs: screen.pinSeconds * 1000,
      activity: () => signingIn.activity(),
      adding: () => signingIn.adding(),
      changing: () => signingIn.changing(),
      maySignIn: () => signingIn.maySignIn(),
      onBadge: (badge) => signingIn.onBadge(badge),
      onResume: (badge) => signingIn.resume(badge),
      notify: (failure) => emit('scanNotice', { failure }),
    })
    unsubscribe.push(readers.onScan(onScan))
    desk = { services, serving, signingIn }
    services.sync.start()
    checkWholeLedger(services)
    return ok(null)
  }

  /** The newest entries were checked before serving; all the others are while it serves, a piece at a time. */
  function checkWholeLedger(services: Services): void {
    let from = 0
    let cancel: () => void = () => undefined
    const step = () => {
      if (stopped) return
      const { bad, next } = services.ledger.verifyFrom(from, 'head', checkedAtOnce)
      if (bad !== null) {
        // Shown, never repaired: the hub holds what it has acknowledged, and a person decides.
        services.records.setFrozen('here')
        // The next round finds the kiosk frozen, talks to nobody and says so.
        void services.sync.now()
        changed()
        return
      }
      if (next === from) return
      from = next
      cancel = timers.set(step, checkPauseMs)
    }
    cancel = timers.set(step, checkPauseMs)
    unsubscribe.push(() => cancel())
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

  /** What the last engine knew of the printer's inside; one that died in the middle of a slip may have left the rest in there. */
  function leftInPrinter(opened: Store): KnownInside {
    const memory = createPrinterMemory(opened.db)
    const remember = (left: KnownInside) => {
      try {
        memory.write(left)
      } catch (error) {
        // On a disk that keeps nothing the engine that runs still knows it, and prints no slip.
        if (storageFailure(error) === null) throw error
      }
    }
    unsubscribe.push(printer.onLeftInside(remember))
    const known = memory.read()
    if (known !== 'nothing' || desk?.services.diedPrinting() !== true) return known
    remember('job')
    return 'job'
  }

  function required(): Result<DeskParts> {
    if (desk === null) return fail('L-107')
    if (desk.services.place() === null) return fail('L-107')
    return ok(desk)
  }

  async function enrolNow(invitation: Invitation): Promise<Result<null>> {
    if (store === null || records === null) return fail('L-904')
    if (records.read() !== null) return fail('L-106')
    const joined = await enrol(store.db, ports.keyEncryptionKey, { proxy: config.proxy, ...invitation }, () => system.wall())
    if (store === null) return fail('L-904')
    if (!joined.ok) return joined
    const opened = openDesk(store, records)
    changed()
    return opened
  }

  /** Hands a call to the enrolled desk if who is signed in may make it, and pushes the state it left behind. */
  function atDesk<I, O>(
    method: MethodName<KioskApi>,
    pick: (parts: DeskParts) => (input: I) => Result<O> | Promise<Result<O>>,
  ): (input: I) => Promise<Result<O>> {
    return async (input) => {
      const parts = required()
      if (!parts.ok) return parts
      const { services } = parts.value
      const allowed = permit(authorities[method], services.signIn.session()?.role ?? null, services.requirePlace().desk.kind)
      if (!allowed.ok) return allowed
      // A frozen kiosk accounts for its paper, and proves and prints nothing more.
      if (proving.has(method)) {
        const may = mayServe(services.records.read())
        if (!may.ok) return may
      }
      try {
        return await pick(parts.value)(input)
      } catch (error) {
        const failure = storageFailure(error)
        if (failure === null) throw error
        return { ok: false, failure }
      } finally {
        changed()
      }
    }
  }

  const handlers: HandlersOf<KioskApi> = {
    state: () => ok(state()),
    queue: atDesk('queue', ({ services, signingIn }) => (input) => {
      signingIn.activity()
      const { pickups, total } = services.pickups.queue(input)
      return ok({ pickups: pickups.map((pickup) => pickupView(services.views, pickup)), total })
    }),
    journal: atDesk('journal', ({ services }) => ({ limit }) => {
      const acked = services.records.read()?.acked ?? 0
      return ok({
        entries: services.ledger.recent(limit).map((row) => ({
          seq: row.seq,
          time: row.time,
          kind: row.kind,
          actor: row.actor === null ? null : (services.roster.get(row.actor as never)?.name ?? null),
          pickup: row.pickup as never,
          acknowledged: row.seq <= acked,
        })),
      })
    }),
    enrol: ({ hub, code }) => enrolNow({ address: hub, code }),
    enterPin: atDesk('enterPin', ({ signingIn }) => signingIn.handlers.enterPin),
    signOut: atDesk('signOut', ({ signingIn }) => signingIn.handlers.signOut),
    addStaff: atDesk('addStaff', ({ signingIn }) => signingIn.handlers.addStaff),
    changePin: atDesk('changePin', ({ signingIn }) => signingIn.handlers.changePin),
    staff: atDesk('staff', ({ signingIn }) => signingIn.handlers.staff),
    supportBundle: atDesk('supportBundle', ({ services }) => () => {
      if (store === null || records === null) return fail('L-904')
      return writeSupportBundle({ config, db: store.db, record: records.read(), state: state(), now: services.now() })
    }),
    serveOutsideHours: atDesk('serveOutsideHours', ({ services, signingIn }) => ({ reason }) => {
      signingIn.activity()
      const session = services.signIn.session()
      if (session === null) return fail('L-401')
      services.opening.override(reason, session.staff)
      services.sync.nudge()
      return ok(null)
    }),
    // Asked again and again while its screen is open: no act of a person that would keep the desk unlocked.
    readers: atDesk('readers', () => () => ok(readersView(readers))),
    learnReader: atDesk('learnReader', ({ signingIn }) => ({ path }) => {
      signingIn.activity()
      return readers.learn(path)
    }),
    removePin: atDesk('removePin', ({ signingIn }) => signingIn.handlers.removePin),
    shift: atDesk('shift', ({ signingIn }) => signingIn.handlers.shift),
    openPickup: atDesk('openPickup', ({ serving }) => serving.handlers.openPickup),
    verifyDocument: atDesk('verifyDocument', ({ serving }) => serving.handlers.verifyDocument),
    verifyByEye: atDesk('verifyByEye', ({ serving }) => serving.handlers.verifyByEye),
    release: atDesk('release', ({ serving }) => serving.handlers.release),
    instructions: atDesk('instructions', ({ serving }) => serving.handlers.instructions),
    settle: atDesk('settle', ({ serving }) => serving.handlers.settle),
    noSlip: atDesk('noSlip', ({ serving }) => serving.handlers.noSlip),
    dismiss: atDesk('dismiss', ({ serving }) => serving.handlers.dismiss),
    checkPrinter: async () => {
      const status = await printer.check()
      changed()
      return ok({ ...status })
    },
    syncNow: atDesk(
      'syncNow',
      ({ services }) =>
        async () =>
          services.sync.now(),
    ),
  }

  return {
    handlers,
    state,
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
      unsubscribe.push(readers.onStatus(changed), printer.onStatus(changed))
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
      desk?.services.opening.stop()
      await desk?.services.sync.stop()
      store?.close()
      store = null
    },
  }
}
