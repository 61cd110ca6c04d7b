/**
 * A desk whose engine is a real process on a data folder of its own, with a simulated reader, printer and cable. It can
 * be killed at any instant, its disk copied, damaged and put back.
 */
import { chmodSync, cpSync, existsSync, mkdtempSync, openSync, closeSync, fstatSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { done, prepareStaff, signIn, untilGranted, untilStep, verifyDocument } from '../../src-main/demo/acts.ts'
import { startDesk, untilServing, untilUp, type DemoDesk } from '../../src-main/demo/desk.ts'
import { demoPins, passportOf, readInstitution, type DemoRecipient } from '../../src-main/demo/institution.ts'
import { until } from '../../src-main/demo/until.ts'
import { systemClock, systemTimers } from '../../src-main/engine/index.ts'
import { createEngineSupervisor, createFileKeystore, forkEngine, type EngineChild } from '../../src-main/shell/index.ts'
import type { PickupId, VerificationId } from '../../src-shared/domain/index.ts'
import type { KioskClient as KioskApiClient, KioskState, ShellNotice } from '../../src-shared/kiosk-api/index.ts'
import type { HubDoor, Institute } from './hub.ts'

/** The least Argon2id costs: signing in is not what is tried here. */
const pinCost = { memoryKib: 8192, passes: 1 }

export interface Member {
  readonly badge: string
  readonly pin: string
}

/** One start of the desk: until `stop`, `replaceDisk` or the next `start`. */
export interface EngineDesk {
  /** The desk's bench: reader, printer, cable, client. Another one after each start. */
  readonly desk: DemoDesk
  readonly api: KioskApiClient
  readonly dataDir: string
  readonly supervisor: Member
  readonly porter: Member
  /** SIGKILL; resolves when the process is gone. The shell starts another at once. */
  kill9(): Promise<void>
  /** Stops shell and engine; reader, printer and cable with them. */
  stop(): Promise<void>
  /** Starts on the same folder. Does not wait for the engine. */
  start(): Promise<void>
  /**
   * A power cut: SIGKILL, then the desk stays stopped, with the disk as it was at that instant; and a copy of that
   * disk.
   */
  image(): Promise<DiskImage>
  /** Puts an image in place of the disk. The desk must be stopped. */
  restore(image: DiskImage): void
  signIn(member?: Member): Promise<void>
  person(account: string): DemoRecipient
  /** Scans the person's passport and states what staff saw; the desk must show nothing else. */
  verify(account: string, pickup: PickupId): Promise<VerificationId>
  untilState(what: string, reached: (state: KioskState) => boolean, ms?: number): Promise<KioskState>
  /** Waits for the pickup to come to the desk; staff must be signed in. */
  untilGranted(account: string, pickup: PickupId): Promise<void>
  /** The engine is up and has its reader. */
  untilServing(): Promise<void>
  /** The shell says so of its engine. */
  untilNotice(engine: ShellNotice['engine'], ms?: number): Promise<ShellNotice>
  /** What the shell wrote. */
  readonly said: readonly string[]
  /** Ends the desk and removes its folder. */
  end(): Promise<void>
}

/** A copy of a kiosk's whole data folder. */
export interface DiskImage {
  readonly folder: string
}

export interface EngineOptions {
  /** One of the porters' desks. */
  readonly key?: 'porter-lakeside' | 'porter-millhill'
  /** Settings in place of the demo's. */
  readonly settings?: Readonly<Record<string, unknown>>
}

/**
 * Enrols an engine at the desk through `hub`, waits until it serves, and gives a supervisor and a porter their PINs;
 * nobody is signed in then.
 */
export async function startEngineDesk(
  institute: Institute,
  hub: HubDoor,
  { key = 'porter-lakeside', settings = {} }: EngineOptions = {},
): Promise<EngineDesk> {
  const institution = readInstitution()
  const base = mkdtempSync(join(tmpdir(), 'lodge-adversary-desk-'))
  chmodSync(base, 0o711)
  const dataDir = join(base, 'kiosk')
  const member = (role: string, pin: string): Member => {
    const found = institution.staff.find((staff) => staff.role === role && staff.desks.includes(key))
    if (found === undefined) throw new Error(`no ${role} at ${key}`)
    return { badge: found.badges[0] ?? '', pin }
  }
  const supervisor = member('supervisor', demoPins.supervisor)
  const porter = member('porter', demoPins.other)
  const said: string[] = []
  let engine: { readonly child: EngineChild; readonly gone: Promise<void> } | null = null
  let desk: DemoDesk | null = null
  let cablePort: number | undefined
  let images = 0

  /** Resolves when the shell may learn that its engine is gone: at once, unless the power is cut. */
  let power: Promise<void> = Promise.resolve()

  const spawn = (): EngineChild => {
    const child = forkEngine()
    engine = { child, gone: new Promise((resolve) => child.onExit(() => resolve())) }
    return { ...child, onExit: (listener) => child.onExit((code) => void power.then(() => listener(code))) }
  }
  const running = (): DemoDesk => {
    if (desk === null) throw new Error('the desk is stopped')
    return desk
  }
  async function start(code: string | null): Promise<void> {
    desk = await startDesk({
      key,
      dataDir,
      hub: { port: hub.port },
      code,
      ...(cablePort === undefined ? {} : { ports: { cable: cablePort } }),
      host: (config, folder) =>
        createEngineSupervisor({
          spawn,
          keystore: createFileKeystore(folder),
          // The same badge is tapped again at once here, as no hand does.
          config: { ...config, pinCost, readers: { ...(config.readers as object), debounceMs: 0 }, ...settings },
          timers: systemTimers,
          monotonic: systemClock.monotonic,
          log: (line) => said.push(line),
        }),
    })
    cablePort = desk.cable.port
  }
  async function kill9(): Promise<void> {
    const dying = engine
    dying?.child.kill('SIGKILL')
    await dying?.gone
  }
  async function stop(): Promise<void> {
    await desk?.stop()
    desk = null
  }
  const made: EngineDesk = {
    get desk() {
      return running()
    },
    get api() {
      return running().client
    },
    dataDir,
    supervisor,
    porter,
    said,
    kill9,
    stop,
    start: () => start(null),
    async image() {
      let on = (): void => undefined
      power = new Promise((resolve) => (on = resolve))
      await kill9()
      const folder = join(base, `image-${++images}`)
      cpSync(dataDir, folder, { recursive: true, filter: (from) => from !== join(dataDir, 'code') })
      on()
      await stop()
      // The shell started another engine before it was stopped: what that one wrote never was.
      made.restore({ folder })
      return { folder }
    },
    restore({ folder }) {
      if (desk !== null) throw new Error('the desk must be stopped')
      rmSync(dataDir, { recursive: true, force: true })
      cpSync(folder, dataDir, { recursive: true })
    },
    signIn: (who = porter) => signIn(running(), who.badge, who.pin),
    person(account) {
      const found = institution.recipients.find((person) => person.account === account)
      if (found === undefined) throw new Error(`no account ${account}`)
      return found
    },
    async verify(account, pickup) {
      running().reader.scanDocument(passportOf(made.person(account)))
      await until(
        running().client,
        'a matched document',
        ({ counter }) => counter.step === 'verify' && counter.document !== null,
      )
      return verifyDocument(running(), pickup)
    },
    untilState: (what, reached, ms) => until(running().client, what, reached, ms),
    untilGranted: async (account, pickup) => void (await untilGranted(running(), pickup, account)),
    untilServing: () => untilServing(running()),
    untilNotice: (wanted, ms = 60_000) =>
      new Promise((resolve, reject) => {
        const shell = running().supervisor
        const now = shell.notice()
        if (now.engine === wanted) return resolve(now)
        const late = setTimeout(() => {
          off()
          reject(new Error(`the engine is not ${wanted} after ${ms} ms but ${shell.notice().engine}`))
        }, ms)
        const off = shell.onFrame((frame) => {
          if (frame.t !== 'shell' || frame.engine !== wanted) return
          clearTimeout(late)
          off()
          resolve(frame)
        })
      }),
    async end() {
      await stop()
      rmSync(base, { recursive: true, force: true })
    },
  }
  const { id } = institute.desk(key)
  await start(await hub.as('administrator').enrolmentCode(id))
  await untilUp(running())
  await prepareStaff(running(), { agent: hub.as('supervisor'), desk: id }, supervisor, [porter])
  done(await running().client.signOut({}))
  await untilStep(running(), 'idle')
  return made
}

/** Overwrites `bytes.length` bytes of a file at `offset`: a damaged page, a torn write. */
export function damage(file: string, offset: number, bytes: Uint8Array): void {
  const handle = openSync(file, 'r+')
  try {
    if (offset + bytes.length > fstatSync(handle).size) throw new Error('past the end of the file')
    writeSync(handle, bytes, 0, bytes.length, offset)
  } finally {
    closeSync(handle)
  }
}

/** Files of a desk's database that are there now: the database, its write-ahead log and its shared index. */
export function databaseFiles(dataDir: string): string[] {
  return ['kiosk.db', 'kiosk.db-wal', 'kiosk.db-shm']
    .map((name) => join(dataDir, name))
    .filter((file) => existsSync(file))
}
