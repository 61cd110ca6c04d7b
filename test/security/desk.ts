/** A whole engine in this process, on a real database, with devices and a clock of the test's own and the hub away. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine, parseEngineConfig, type Engine } from '../../src-main/engine/index.ts'
import type { PrintJob, PrintOutcome, Printer } from '../../src-main/printers/index.ts'
import type { ReaderSupervisor, Scan } from '../../src-main/readers/index.ts'
import { createGate, type EngineSupervisor } from '../../src-main/shell/index.ts'
import { answer, type Frame, type ReplyFrame } from '../../src-shared/kiosk-api/contract.ts'
import { Desk, RecipientId, type DeskKind, type StaffRole } from '../../src-shared/domain/index.ts'
import { Policy } from '../../src-shared/policy/index.ts'
import type { GrantedPickup } from '../../src-shared/hub-api/index.ts'
import type { OpeningHours } from '../../src-shared/domain/opening-hours.ts'
import { kioskApi, type KioskState } from '../../src-shared/kiosk-api/index.ts'
import { ledgerFactsNow } from '../../src-shared/hub-api/ledger-entry.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { birthTag } from '../../src-shared/protocol/tags.ts'
import type { Result } from '../../src-shared/failures/result.ts'
import { cheapPin, enrolledFolder, openRooms, person, type EnrolledFolder, type Person } from '../staff/rooms.ts'

const words = { fi: 'Piste', sv: 'Disken', en: 'Desk' }
export const pin = '739164'
export const secretOf = (i: number) => `Canary-Secret-${i}-qX7`

export interface TestDesk {
  readonly at: EnrolledFolder
  readonly staff: Readonly<Record<StaffRole, Person>>
  readonly pickups: readonly GrantedPickup[]
  readonly started: Result<null>
  /** Whatever went to the window, as JSON. */
  readonly sent: string[]
  /** What reached the printer, in order: headers and bodies, as copies. */
  readonly printed: Buffer[]
  /** Methods that threw: there must be none. */
  readonly bugs: string[]
  /** With which codes the engine has said that its database is damaged. */
  readonly damaged: string[]
  /** Through the gate, as a window's frame goes; null when the gate drops it without a word. */
  raw(frame: unknown): Promise<ReplyFrame['result'] | null>
  call(method: string, input: unknown): Promise<ReplyFrame['result']>
  /** As a reader of documents sends it, unless `symbol`: a bar code or a 2D symbol. */
  scan(text: string, symbol?: string): void
  signIn(who: Person): Promise<void>
  state(): KioskState
  /** The engine as a shell sees it, for a window before it. */
  readonly supervisor: EngineSupervisor
  /** The reader that is being learned. */
  learning(): string | null
  /** Lets time pass, with the timers that fall due. */
  advance(ms: number): void
  stop(): Promise<void>
}

function fakeTime() {
  let at = 0
  const due = new Map<number, { at: number; run: () => void }>()
  let next = 1
  return {
    system: { wall: () => Date.UTC(2026, 2, 2, 8) + at, monotonic: () => at },
    timers: {
      set(run: () => void, ms: number) {
        const id = next++
        due.set(id, { at: at + ms, run })
        return () => void due.delete(id)
      },
    },
    advance(ms: number) {
      const until = at + ms
      for (;;) {
        const [first] = [...due].filter(([, timer]) => timer.at <= until).sort(([, a], [, b]) => a.at - b.at)
        if (first === undefined) break
        due.delete(first[0])
        at = first[1].at
        first[1].run()
      }
      at = until
    },
  }
}

export type Furnished = Awaited<ReturnType<typeof furnish>>

/** The same desk on a disk of its own. */
function copyOf({ at, staff, pickups }: Furnished): Furnished {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-rooms-'))
  cpSync(at.folder, folder, { recursive: true })
  const remove = () => rmSync(folder, { recursive: true, force: true })
  return { at: { ...at, folder, file: join(folder, 'kiosk.db'), remove }, staff, pickups }
}

/**
 * An enrolled desk of this kind with one member of staff of every role, all with the same PIN, and three pickups of one
 * person. `each` changes them one by one.
 */
export async function furnish(
  kind: DeskKind,
  entries = 0,
  fourEyes = false,
  hours: OpeningHours | null = null,
  letter: Partial<GrantedPickup> = {},
  everyone: Partial<GrantedPickup> = {},
  born?: string,
  hubFacts: number = ledgerFactsNow,
  each: readonly ((lookup: Buffer) => Partial<GrantedPickup>)[] = [],
) {
  const at = enrolledFolder()
  const one = { recipient: RecipientId.parse(newId()), ...everyone }
  const every: Partial<GrantedPickup> =
    born === undefined ? one : { ...one, birthTag: birthTag(at.lookup, born).toString('base64url') }
  const own = (i: number) => each[i]?.(at.lookup) ?? {}
  const staff: Record<StaffRole, Person> = {
    porter: person('Paula Portti', 'porter', 'E001000001'),
    counter: person('Timo Tiski', 'counter', 'E001000002'),
    hr: person('Helmi Hallinto', 'hr', 'E001000003'),
    'post-room': person('Pentti Posti', 'post-room', 'E001000004'),
    supervisor: person('Erja Esimies', 'supervisor', 'E001000005'),
  }
  const rooms = openRooms(at, { now: () => Date.UTC(2026, 2, 2, 7) })
  rooms.know(...Object.values(staff))
  const place = {
    kind,
    name: words,
    unit: words,
    organisation: words,
    changeAddress: 'https://a.example',
    selfServiceAddress: 'https://a.example',
  }
  rooms.records.setDesk(Desk.parse({ ...place, hours, id: at.desk, address: '', slipPrefix: 'TES' }))
  const rules: object[] = (['porter', 'helpdesk', 'student-affairs', 'hr', 'post-room'] as const).map((deskKind) => ({
    recipientClass: 'student',
    channel: 'porter',
    deskKind,
    proofs: ['passport'],
    needsRequestReference: true,
    showSponsor: false,
    fourEyes,
  }))
  rules.push({
    recipientClass: 'student',
    channel: 'registered-letter',
    deskKind: 'post-room',
    proofs: [],
    needsRequestReference: true,
    showSponsor: false,
  })
  rooms.records.setPolicy(Policy.parse({ version: 1, rules, verificationSeconds: 300, accountOnSlip: 'full' }))
  const record = rooms.records.read()
  if (record === null) throw new Error('not enrolled')
  rooms.records.setCursor(record.incarnation, 1, true)
  rooms.records.setHubFacts(hubFacts)
  const supervisor = rooms.badge(staff.supervisor)
  await rooms.signIn.enrolFirst(supervisor, pin)
  await rooms.signIn.enter(supervisor, pin)
  for (const who of Object.values(staff)) if (who !== staff.supervisor) await rooms.signIn.enrol(rooms.badge(who), pin)
  rooms.signIn.end('asked')
  const pickups = [
    await rooms.grant(secretOf(1), 1, undefined, { ...every, ...letter, ...own(0) }),
    await rooms.grant(secretOf(2), 2, undefined, { ...every, ...letter, ...own(1) }),
    await rooms.grant(secretOf(3), 3, undefined, { ...every, ...own(2) }),
  ]
  for (let i = 0; i < entries; i++)
    rooms.store.transact(() =>
      rooms.ledger.append({ kind: 'sign-in-refused', facts: { staff: staff.hr.id, attemptsLeft: 4 } }),
    )
  rooms.close()
  return { at, staff, pickups }
}

/** `tamper` runs on the closed database, between the making of the desk and its engine's start. */
export async function startTestDesk(
  kind: DeskKind,
  {
    tamper,
    entries = 0,
    demo = true,
    fourEyes = false,
    hours = null,
    letter = {},
    every = {},
    born,
    hubFacts = ledgerFactsNow,
    each = [],
    like,
  }: {
    /** Furnished before: this one is a copy of it. */
    like?: Furnished
    tamper?: (file: string) => void
    entries?: number
    demo?: boolean
    fourEyes?: boolean
    hours?: OpeningHours | null
    letter?: Partial<GrantedPickup>
    every?: Partial<GrantedPickup>
    /** Birth date on record of everybody here, as far as it is known. */
    born?: string
    /** What the hub takes in its ledger. */
    hubFacts?: number
    /** What is particular to each of the three pickups, made with the desk's lookup key. */
    each?: readonly ((lookup: Buffer) => Partial<GrantedPickup>)[]
  } = {},
): Promise<TestDesk> {
  const { at, staff, pickups } =
    like === undefined
      ? await furnish(kind, entries, fourEyes, hours, letter, every, born, hubFacts, each)
      : copyOf(like)
  tamper?.(at.file)
  const time = fakeTime()
  const sent: string[] = []
  const printed: Buffer[] = []
  const bugs: string[] = []
  const damaged: string[] = []
  let onScan: (scan: Scan) => void = () => undefined
  let learning: string | null = null
  const off = () => undefined
  const nothing = () => Promise.resolve()
  const readers: ReaderSupervisor = {
    start: nothing,
    stop: nothing,
    status: () => ({ state: 'ready', names: ['test'], failure: null }),
    onStatus: () => off,
    onTorn: () => off,
    onScan(listener) {
      onScan = listener
      return off
    },
    flush: off,
    devices: () => [],
    counts: () => [
      {
        reader: 'test',
        counts: {
          reports: 9,
          scans: 4,
          parts: 2,
          idle: 1,
          foreign: 1,
          dropped: 0,
          passedOver: 0,
          refused: { 'L-704': 1 },
        },
      },
    ],
    learn(path) {
      learning = path
      return Promise.resolve({ ok: true, value: null })
    },
    learning: () =>
      learning === null
        ? null
        : { path: learning, product: '', reads: [], suggestion: null, alsoFits: [], failure: null },
  }
  const ready = { state: 'ready', canPrint: true, failure: null } as const
  const printer: Printer = {
    start: nothing,
    stop: nothing,
    status: () => ready,
    onStatus: () => off,
    onLeftInside: () => off,
    check: () => Promise.resolve(ready),
    print({ header, body }: PrintJob): Promise<PrintOutcome> {
      printed.push(Buffer.from(header), Buffer.from(body))
      return Promise.resolve({ kind: 'printed' })
    },
  }
  const windows = new Set<(frame: Frame) => void>()
  const config = parseEngineConfig({
    dataDir: at.folder,
    readers: {},
    printer: { kind: 'none' },
    pinCost: cheapPin,
    demo,
  })
  if (!config.ok) throw new Error(JSON.stringify(config.failure))
  const engine: Engine = createEngine({
    config: config.value,
    keyEncryptionKey: at.keyEncryptionKey,
    readers,
    printer,
    system: time.system,
    timers: time.timers,
    random: () => 0.5,
    version: 'test',
    onDamaged: (failure) => void damaged.push(failure.code),
    emit(name, payload) {
      sent.push(JSON.stringify({ name, payload }))
      for (const listener of windows) listener({ t: 'event', name, payload })
    },
  })
  const started = await engine.start()

  /** A second for each call, so that the gate's limit by the second is not what these tests meet. */
  let second = 0
  let forwarded = 0
  const gate = createGate(
    (frame, reply) => {
      forwarded += 1
      void answer(kioskApi, engine.handlers, frame, (method, error) => bugs.push(`${method}: ${String(error)}`)).then(
        reply,
      )
    },
    () => ++second * 1000,
  )
  const raw: TestDesk['raw'] = (frame) =>
    new Promise((resolve) => {
      const before = forwarded
      let answered = false
      gate.receive(frame, (reply) => {
        answered = true
        sent.push(JSON.stringify(reply))
        resolve(reply.result)
      })
      // Refused at once, or handed on: what is neither was dropped.
      if (!answered && forwarded === before) resolve(null)
    })
  const supervisor: EngineSupervisor = {
    start: nothing,
    stop: nothing,
    notice: () => ({ t: 'shell', engine: 'up', failure: null }),
    onFrame(listener) {
      windows.add(listener)
      return () => windows.delete(listener)
    },
    call(frame, reply) {
      void answer(kioskApi, engine.handlers, frame, (method, error) => bugs.push(`${method}: ${String(error)}`)).then(
        reply,
      )
    },
    retry: off,
    pid: () => undefined,
  }
  let id = 0
  const call: TestDesk['call'] = async (method, input) => {
    const result = await raw({ t: 'call', id: ++id, method, input })
    if (result === null) throw new Error(`the gate dropped ${method}`)
    return result
  }
  const scan = (text: string, symbol?: string) =>
    onScan({
      reader: 'test',
      kind: 'hid-pos',
      text,
      symbology: symbol ?? null,
      at: 0,
      ...(symbol === undefined ? { offDocument: true } : {}),
    })
  return {
    at,
    staff,
    pickups,
    started,
    sent,
    printed,
    bugs,
    damaged,
    raw,
    call,
    scan,
    signIn: async (who) => {
      scan(who.card)
      const entered = await call('enterPin', { pin })
      if (!entered.ok) throw new Error(entered.failure.code)
    },
    state: () => engine.state(),
    supervisor,
    learning: () => learning,
    advance: (ms) => time.advance(ms),
    stop: async () => {
      await engine.stop()
      at.remove()
    },
  }
}
