/** Everything that exists once the kiosk is enrolled: composed here, started and stopped by the engine. */
import type { PickupId } from '../../src-shared/domain/index.ts'
import { storedInstant } from '../../src-shared/domain/bounds.ts'
import { serveInZone } from '../../src-shared/domain/zone.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import type { openEnvelope } from '../../src-shared/protocol/envelope.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { createVerifications, createWalkIns } from '../identity/index.ts'
import { createLedger } from '../ledger/index.ts'
import { createDeliveryRequests, createPickupCache } from '../pickups/index.ts'
import type { Printer } from '../printers/index.ts'
import {
  accountForIntents,
  createApprovals,
  createInstructions,
  createLetters,
  createRelease,
  createSlips,
  type LayoutSlip,
} from '../release/index.ts'
import { createOpeningKeys, createRoster, createShift, createSignIn, createTrusting } from '../staff/index.ts'
import type { Store } from '../storage/index.ts'
import {
  createApplier,
  createHubClient,
  createPageReader,
  createPageThread,
  createSync,
  type KioskRecord,
  type KioskRecords,
  type Transport,
} from '../sync/index.ts'
import { unwrapUnattendedKeys, type PinCost } from '../vault/index.ts'
import { calledAtScreenMs, createCalling, type Call } from './calling.ts'
import { createDayRecord } from './day-record.ts'
import { createDeskClock, type SystemClock, type Timers } from './clock.ts'
import { screenKeepsMs, sendRequests } from './send-requests.ts'
import { createOpeningDoor } from './opening.ts'
import { createBirthDates } from './birth-dates.ts'
import { createOtherDesks } from './other-desks.ts'
import { createPausing } from './pausing.ts'
import { instructionsForDesk, layoutForDesk } from './slip-layout.ts'
import type { Place, ViewParts } from './views.ts'

export type Services = ReturnType<typeof compose>

interface Parts {
  readonly store: Store
  readonly records: KioskRecords
  readonly record: KioskRecord
  readonly keyEncryptionKey: Uint8Array
  readonly printer: Printer
  readonly paper: 58 | 80
  readonly system: SystemClock
  readonly timers: Timers
  readonly random: () => number
  readonly pollMs: number
  readonly pinCost: PinCost | undefined
  /** Least core-years of a full PIN search; 0 where hardware or an encrypted disk protects the keystore. */
  readonly floorYears: number
  readonly version: string
  readonly proxy: string | undefined
  readonly updateNews: 'installed' | 'rolled-back' | undefined
  readonly onChange: () => void
  /** The hub has corrected something about these pickups' people, and it is on the disk. */
  readonly onCorrected?: (pickups: readonly PickupId[]) => void
  readonly onDiskFailure?: (error: unknown) => void
  /** Someone called for staff. */
  readonly ring?: (call: Call) => void
  readonly checkpoint: ((name: string) => void) | undefined
  /** Ports that a simulation fills with its own; the desk's defaults otherwise. */
  readonly simulated?: {
    readonly transport: Transport
    readonly layout: LayoutSlip
    readonly open: typeof openEnvelope
    readonly batches: { readonly push: number; readonly pull: number }
  }
}

/** How much of the ledger is checked before serving: the newest entries, where an unacknowledged tail would be. */
const tailChecked = 200

/** Fails with L-806 (keystore), L-805 (ledger not intact), L-803 (disk). */
export function composeServices(parts: Parts): Result<Services> {
  const keys = unwrapUnattendedKeys(parts.keyEncryptionKey, parts.record.keys)
  if (keys === null) return fail(failures.keysSealed)
  const services = compose(parts, keys)
  // A key put there by hand would have the hub seal to somebody else: the desk does not start with one.
  if (!services.openingKeyIsOurs()) return fail(failures.ledgerNotIntact)
  const head = services.ledger.head().seq
  if (services.ledger.verifyFrom(Math.max(0, head - tailChecked), 'head').bad !== null)
    return fail(failures.ledgerNotIntact)
  services.recover()
  return ok(services)
}

type Keys = NonNullable<ReturnType<typeof unwrapUnattendedKeys>>

/** What this desk keeps on its disk, and the clock it keeps it by. */
function composeStores(parts: Parts, keys: Keys) {
  const { store, records, record, system } = parts
  const newest = store.db.prepare<[], { time: number }>('SELECT time FROM ledger ORDER BY seq DESC LIMIT 1').get()
  // What is stored may be absurd: then it says nothing, and stops no start.
  const [newestAt, contactAt] = [storedInstant(newest?.time ?? null), storedInstant(record.lastContact)]
  const clock = createDeskClock(system, Math.max(newestAt ?? 0, contactAt ?? 0), contactAt !== null)
  const now = clock.now
  const ledger = createLedger(store.db, keys, now)
  const pickups = createPickupCache(store.db, keys.cacheKey)
  const roster = createRoster(store.db, keys.cacheKey, parts.keyEncryptionKey)
  const openingKeys = createOpeningKeys({
    store,
    keyEncryptionKey: parts.keyEncryptionKey,
    kiosk: record.kiosk,
    hubCountersign: () => records.read()?.hubCountersign ?? null,
    setVouch: roster.setVouch,
    announce: records.setOpening,
    now,
  })
  const shift = createShift(store.db)
  const slips = createSlips(store.db)
  const verifications = createVerifications(store.db, pickups, ledger, records.hubFacts)
  const approvals = createApprovals(store.db, pickups, ledger)
  const letters = createLetters(store.db)
  const requests = createDeliveryRequests(store.db, keys.cacheKey)
  const walkIns = createWalkIns(store.db, pickups, ledger, now, records.hubFacts)
  return {
    clock,
    now,
    ledger,
    pickups,
    roster,
    openingKeys,
    shift,
    slips,
    verifications,
    approvals,
    letters,
    requests,
    walkIns,
  }
}
type Stores = ReturnType<typeof composeStores>

/** Who serves at this desk. */
function composeSignIn(
  { store, records, record, keyEncryptionKey, pinCost, floorYears }: Parts,
  { ledger, pickups, roster, openingKeys, now }: Stores,
  place: ReturnType<typeof createPlaceOf>,
) {
  return createSignIn({
    store,
    ledger,
    pickups,
    roster,
    openingKeys,
    trusting: createTrusting({ store, roster, kiosk: record.kiosk }),
    inForce: () => records.read()?.openingRegistered === true,
    resumeMs: () => (place.current()?.policy.badgeResumeMinutes ?? 0) * 60_000,
    hubFacts: records.hubFacts,
    keyEncryptionKey,
    now,
    pinCost,
    floorYears,
  })
}

/** What puts slips on paper. */
function composePrinting(parts: Parts, { ledger, pickups, verifications, approvals, slips, now }: Stores) {
  const { store, printer, record } = parts
  const release = createRelease({
    store,
    ledger,
    pickups,
    verifications,
    approvals,
    slips,
    printer,
    layout: parts.simulated?.layout ?? layoutForDesk(parts.paper),
    open: parts.simulated?.open,
    kiosk: record.kiosk,
    now,
    ...(parts.checkpoint === undefined ? {} : { checkpoint: parts.checkpoint }),
  })
  const instructions = createInstructions({ slips, pickups, printer, layout: instructionsForDesk(parts.paper) })
  return { release, instructions }
}

/** The hub, and everything that goes to it and comes from it. */
function composeSync(parts: Parts, keys: Keys, stores: Stores, calling: ReturnType<typeof createCalling>) {
  const { store, records, record, system, timers, random, onChange } = parts
  const { clock, now, ledger, pickups, slips, roster, requests, walkIns } = stores
  /** The computer's clock against the hub's at its last answer. */
  let clockOff: number | null = null
  const hub = createHubClient({
    target: { address: record.hubAddress, authority: records.hubAuthority, proxy: parts.proxy },
    signer: { kiosk: record.kiosk, key: keys.signKey },
    now,
    onHubTime(hubTime) {
      clock.setHubTime(hubTime)
      if (clock.inDoubt() === null) clockOff = system.wall() - hubTime
    },
    transport: parts.simulated?.transport,
  })
  const applier = createApplier({
    store,
    ledger,
    pickups,
    slips,
    roster,
    records,
    walkIns,
    requestDecided: (decision) => requests.decided(decision, now()),
    staffCalled: (call, at) => calling.fromScreen(call, at),
    corrected: (ids) => parts.onCorrected?.(ids),
  })
  // A simulation plays its histories on one thread.
  const pages = createPageReader(keys.cacheKey, parts.simulated === undefined ? createPageThread() : null)
  const outbox = sendRequests({ requests, hub, now, forgetMs: record.kind === 'check-in' ? screenKeepsMs : undefined })
  const sync = createSync({
    hub,
    ledger,
    records,
    applier,
    pages,
    now,
    timers,
    random,
    pollMs: parts.pollMs,
    batches: parts.simulated?.batches,
    outbox,
    onChange,
    ...(parts.onDiskFailure === undefined ? {} : { onDiskFailure: parts.onDiskFailure }),
  })

  return { hub, sync, outbox, clockOff: () => clockOff }
}

/** The desk, its policy and the directory as last told; read once, until `refresh`. */
function createPlaceOf(records: KioskRecords) {
  let place: Place | null = null
  function current(): Place | null {
    if (place === null) {
      const { deskRecord: desk, policy } = records.read() ?? {}
      place =
        desk !== null && desk !== undefined && policy !== null && policy !== undefined
          ? { desk, policy, directory: records.directory() }
          : null
      if (place !== null) serveInZone(place.desk.timeZone)
    }
    return place
  }
  function require(): Place {
    const known = current()
    if (known === null) throw new Error('asked for the desk before the first sync')
    return known
  }
  return {
    current,
    require,
    refresh: (): void => {
      place = null
    },
  }
}

/** The key that the hub is told of is the newest that this kiosk made. */
function openingKeyIsOurs({ records }: Parts, { openingKeys, roster }: Stores): boolean {
  const told = records.read()?.openingPublic ?? null
  try {
    const newest = openingKeys.newest()
    roster.holders()
    return told === null || newest === null || newest.equals(told)
  } catch {
    return false
  }
}

/**
 * After any start: verifications of the last run die, and its intents without an outcome are uncertain. True when the
 * last engine began a slip and never wrote how it ended.
 */
function recover(parts: Parts, { ledger, pickups, slips, walkIns }: Stores): boolean {
  const { store, records, record } = parts
  store.transact(() => {
    const generation = records.nextGeneration()
    if (ledger.head().seq === 0)
      ledger.append({ kind: 'kiosk-enrolled', facts: { kiosk: record.kiosk, desk: record.desk } })
    pickups.voidVerifications()
    ledger.append({
      kind: 'engine-started',
      facts: {
        version: parts.version,
        generation,
        ...(parts.updateNews === undefined ? {} : { update: parts.updateNews }),
      },
    })
  })
  const diedPrinting = accountForIntents({ store, ledger, pickups, slips }, failures.restartedWhilePrinting).length > 0
  // Nobody is being served any more; paper that is not accounted for is a person's to settle first.
  store.transact(() => {
    for (const walkIn of walkIns.open()) {
      const pickup = walkIn.pickup === null ? null : pickups.get(walkIn.pickup)
      if (pickup !== null && slips.unsettledOf(pickup.id) !== null) continue
      if (pickup !== null && !pickupCan.beServed(pickup.state)) walkIns.done(walkIn.id)
      else walkIns.abandon(walkIn, failures.engineRestarting)
    }
  })
  return diedPrinting
}

function compose(parts: Parts, keys: Keys) {
  const { store, records, record, printer, timers, onChange } = parts
  const stores = composeStores(parts, keys)
  const { now, ledger, pickups, roster, slips } = stores
  const place = createPlaceOf(records)
  const signIn = composeSignIn(parts, stores, place)
  const { release, instructions } = composePrinting(parts, stores)
  const calling = createCalling({
    store,
    ledger,
    now,
    ring: parts.ring ?? (() => undefined),
    ...(record.kind === 'check-in' ? { lastsMs: calledAtScreenMs } : {}),
  })
  const { hub, sync, outbox, clockOff } = composeSync(parts, keys, stores, calling)
  let diedPrinting = false
  const pausing = createPausing({ store, ledger, now, timers, onChange })
  const opening = createOpeningDoor({
    paused: () => pausing.closed(),
    desk: () => place.current()?.desk ?? null,
    now,
    store,
    ledger,
    timers,
    onChange,
  })
  const views: ViewParts = { pickups, slips, roster, now, place: place.require, closed: () => opening.closed() }

  return {
    store,
    keys,
    ...stores,
    /** What was asked for here goes to the hub now, beside any round of the sync. */
    sendRequests: outbox,
    signIn,
    release,
    instructions,
    printer,
    kiosk: record.kiosk,
    kind: record.kind,
    sync,
    records,
    views,
    opening,
    pausing,
    birthDates: createBirthDates(keys.lookupKey, now),
    dayRecord: createDayRecord(store.db),
    clockOff,
    hub,
    calling,
    otherDesks: createOtherDesks(place.current, now),
    place: place.current,
    requirePlace: place.require,
    /** Desk or policy may have changed: read it again. */
    refreshPlace: place.refresh,
    openingKeyIsOurs: () => openingKeyIsOurs(parts, stores),
    /** After any start: verifications of the last run die, and its intents without an outcome are uncertain. */
    recover() {
      diedPrinting = recover(parts, stores)
    },
    /** The last engine began a slip and never wrote how it ended. */
    diedPrinting: () => diedPrinting,
  }
}
