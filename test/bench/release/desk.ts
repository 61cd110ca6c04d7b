/**
 * A desk with 100,000 pickups cached and a supervisor signed in: the real engine in this process, HID reports in, TCP
 * out.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { serialize } from 'node:v8'
import { Incarnation, PickupId, RecipientId, StaffId, type KioskId } from '../../../src-shared/domain/index.ts'
import type { KioskState } from '../../../src-shared/kiosk-api/index.ts'
import { sealEnvelope } from '../../../src-shared/protocol/envelope.ts'
import { newId } from '../../../src-shared/protocol/ids.ts'
import { birthTag, cardTag, pickupCodeTag } from '../../../src-shared/protocol/tags.ts'
import { createEngine, EngineConfig, systemClock, systemTimers, type Engine } from '../../../src-main/engine/index.ts'
import { buildTd3 } from '../../../src-main/identity/documents/index.ts'
import { createPickupCache } from '../../../src-main/pickups/index.ts'
import { createPrinter } from '../../../src-main/printers/index.ts'
import { createReaderSupervisor, encodeHidPos, simulatedScanner, type HidBus } from '../../../src-main/readers/index.ts'
import { createOpeningKeys, createRoster } from '../../../src-main/staff/index.ts'
import { openStore } from '../../../src-main/storage/index.ts'
import { createKioskRecords } from '../../../src-main/sync/index.ts'
import { unwrapUnattendedKeys } from '../../../src-main/vault/index.ts'
import { keyEncryptionKey } from '../cached-desk.ts'
import { within } from '../../support/within.ts'

export const badge = 'E0990000A1'
const pin = '482915'
/** Longest wait for a state, ms: a bench that gets none says which. */
const stateMs = 30_000

export interface Customer {
  readonly pickup: PickupId
  readonly passport: readonly string[]
}

/** One scanner on a bus without wires: a scan is its true reports, one after the other. */
function wiredBus(): { bus: HidBus; scan: (text: string, aim?: string) => void } {
  let report: (bytes: Buffer) => void = () => undefined
  return {
    scan: (text, aim) => {
      for (const bytes of encodeHidPos(text, aim)) report(bytes)
    },
    bus: {
      devices: () =>
        Promise.resolve({
          ok: true,
          value: [{ ...simulatedScanner, manufacturer: '', serialNumber: '', interface: 0 }],
        }),
      open: () =>
        Promise.resolve({
          ok: true,
          value: {
            onReport: (listener) => void (report = listener),
            onError: () => undefined,
            getFeatureReport: () => Promise.resolve(Buffer.alloc(0)),
            sendFeatureReport: () => Promise.resolve(),
            close: () => Promise.resolve(),
          },
        }),
      stop: () => Promise.resolve(),
    },
  }
}

function opened(folder: string) {
  const store = openStore(join(folder, 'kiosk.db'))
  if (!store.ok) throw new Error(store.failure.code)
  const record = createKioskRecords(store.value.db).read()
  const keys = record === null ? null : unwrapUnattendedKeys(keyEncryptionKey, record.keys)
  if (record === null || keys === null) throw new Error('the desk does not open')
  return { store: store.value, record, keys }
}

/** Someone who may choose the first PIN. */
export function addSupervisor(folder: string): void {
  const { store, keys } = opened(folder)
  createRoster(store.db, keys.cacheKey, keyEncryptionKey).change({
    id: StaffId.parse(newId()),
    name: 'Bench',
    role: 'supervisor',
    badgeTags: [cardTag(keys.lookupKey, badge).toString('base64url')],
  })
  store.close()
}

const letters = (i: number) =>
  [...i.toString(26)].map((digit) => String.fromCharCode(65 + parseInt(digit, 26))).join('')

/**
 * Pickups with true envelopes, sealed to the key that the desk has made; a dozen share each birth date, as among 20,000
 * students.
 */
export async function addCustomers(folder: string, count: number): Promise<{ customers: Customer[]; kiosk: KioskId }> {
  const { store, record, keys } = opened(folder)
  const opening = createOpeningKeys({
    store,
    keyEncryptionKey,
    kiosk: record.kiosk,
    hubCountersign: () => null,
    setVouch: () => undefined,
    announce: () => undefined,
    now: Date.now,
  }).newest()
  if (opening === null) throw new Error('the desk has no opening key')
  const pickups = createPickupCache(store.db, keys.cacheKey)
  const incarnation = Incarnation.parse(record.incarnation)
  const customers: Customer[] = []
  for (let i = 0; i < count; i++) {
    const [family, given] = [`Virtanen${letters(i)}`, 'Aino']
    const day = Math.floor(i / 12)
    const birthDate = `200${1 + Math.floor(day / 336)}-${String((Math.floor(day / 28) % 12) + 1).padStart(2, '0')}-${String((day % 28) + 1).padStart(2, '0')}`
    const id = PickupId.parse(newId())
    const epoch = { incarnation, n: 1 }
    const envelope = await sealEnvelope(opening, Buffer.from(`Kissa-${String(i).padStart(4, '0')}`), {
      pickup: id,
      kiosk: record.kiosk,
      epoch,
    })
    store.transact(() =>
      pickups.grant({
        id,
        epoch,
        envelope: envelope.toString('base64url'),
        sealedTo: opening.toString('base64url'),
        secretKind: 'password',
        channel: 'porter',
        requestReference: `PYY-${i}`,
        recipient: RecipientId.parse(newId()),
        recipientClass: 'student',
        name: { family, given },
        formerNames: [],
        language: 'fi',
        account: `virtanen${i}`,
        sponsor: null,
        accountValidUntil: null,
        birthTag: birthTag(keys.lookupKey, birthDate).toString('base64url'),
        cardTags: [],
        pickupCodeTag: pickupCodeTag(keys.lookupKey, randomBytes(5).toString('hex').toUpperCase()).toString(
          'base64url',
        ),
        issuedAt: 1_700_000_000_000 + i,
        expiresAt: 4_000_000_000_000,
      }),
    )
    const passport = buildTd3({
      issuer: 'FIN',
      number: 'X1234567',
      family,
      given,
      nationality: 'FIN',
      birthDate,
      expiryDate: '2040-01-01',
    })
    customers.push({ pickup: id, passport })
  }
  store.close()
  return { customers, kiosk: record.kiosk }
}

export interface BenchDesk {
  readonly engine: Engine
  scan(text: string): void
  /** The lines of a machine-readable zone, as OCR reads them off a document. */
  scanDocument(lines: readonly string[]): void
  /** Resolves with the first state pushed to the window that satisfies it. */
  until(what: string, reached: (state: KioskState) => boolean): Promise<KioskState>
  /** Badge and PIN. */
  signIn(): Promise<void>
  stop(): Promise<void>
}

export async function startBenchDesk(folder: string, printerPort: number): Promise<BenchDesk> {
  const { bus, scan } = wiredBus()
  const watching = new Set<(state: KioskState) => void>()
  const config = EngineConfig.parse({
    dataDir: folder,
    demo: true,
    pinCost: { memoryKib: 8192, passes: 1 },
    // The next card comes sooner than a hand brings it: neither the same read nor a second code of the card before.
    readers: { debounceMs: 0, pairMs: 0 },
    pollSeconds: 3600,
    printer: { kind: 'tcp', host: '127.0.0.1', port: printerPort, dedicatedLink: true, processId: 'trusted' },
  })
  const engine = createEngine({
    config,
    keyEncryptionKey: Buffer.from(keyEncryptionKey),
    readers: createReaderSupervisor(
      { bus, monotonic: systemClock.monotonic, timers: systemTimers, platform: 'linux' },
      config.readers,
    ),
    printer: createPrinter(config.printer, systemTimers),
    system: systemClock,
    timers: systemTimers,
    random: Math.random,
    version: 'bench',
    emit: (event, payload) => {
      // As it goes over the channel to the window.
      serialize({ t: 'event', name: event, payload })
      if (event === 'state') for (const watch of [...watching]) watch(payload as KioskState)
    },
  })
  const started = await engine.start()
  if (!started.ok) throw new Error(started.failure.code)
  const until = (what: string, reached: (state: KioskState) => boolean) => {
    const arrived = new Promise<KioskState>((resolve) => {
      const watch = (state: KioskState) => {
        if (!reached(state)) return
        watching.delete(watch)
        resolve(state)
      }
      watching.add(watch)
      watch(engine.state())
    })
    return within(stateMs, what, arrived)
  }
  await until('reader and printer ready', ({ reader, printer }) => reader.state === 'ready' && printer.canPrint)
  return {
    engine,
    scan,
    scanDocument: (lines) => scan(`${lines.join('\r')}\r`, ']o1'),
    until,
    async signIn() {
      scan(badge)
      await until('the question for a PIN', ({ counter }) => counter.step === 'pin')
      const entered = await engine.handlers.enterPin({ pin })
      if (!entered.ok) throw new Error(entered.failure.code)
      await until('somebody signed in', ({ staff }) => staff !== null)
    },
    stop: () => engine.stop(),
  }
}
