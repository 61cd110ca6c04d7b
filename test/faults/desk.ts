/**
 * A desk on trial: the real engine process under its supervisor; reader, printer and paper live here and outlive it.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { startDesk, untilServing, type DemoDesk } from '../../src-main/demo/desk.ts'
import { systemTimers } from '../../src-main/engine/index.ts'
import {
  startSimulatedPrinter,
  type SimulatedPrinter,
  type SimulatedPrinterOptions,
  type TraySlip,
} from '../../src-main/printers/simulated/index.ts'
import {
  createEngineClient,
  createEngineSupervisor,
  createFileKeystore,
  forkEngine,
  type EngineChild,
  type EngineSupervisor,
} from '../../src-main/shell/index.ts'
import type { KioskClient, ShellNotice } from '../../src-shared/kiosk-api/index.ts'
import type { Engines } from './engines.ts'
import { deskKey, hurriedConfig } from './template.ts'
import type { Reply, Seen } from './screen.ts'

/** `mine` null: points are recorded in `trace`. `armed`: from the process's start. */
export interface Mining {
  readonly mine: string | null
  readonly trace: string
  readonly armed: boolean
}

export interface DeskOptions {
  readonly dataDir: string
  readonly engines: Engines
  /** Engines with mines, one after the other; then engines without. */
  readonly mining?: readonly Mining[]
  readonly printer?: SimulatedPrinterOptions
  readonly processId?: 'trusted' | 'untrusted'
  /** User that the engine runs as, where we may choose. */
  readonly user?: number
}

/** What one person at the desk has in hand: dead as soon as the engine that they talk to is. */
export interface Hands extends DemoDesk {
  readonly printer: SimulatedPrinter
}

export interface TrialDesk {
  readonly printer: SimulatedPrinter
  readonly supervisor: EngineSupervisor
  /** All paper that ever came out, in order. */
  readonly paper: TraySlip[]
  /** All that the screen was told, by engine process. */
  readonly seen: Seen[]
  /** `engine`: only while it is that one of the desk's engine processes, counted from 1. */
  hands(engine?: number): Hands
  arm(): void
  /** The scenario is over: what comes is no point of it. */
  disarm(): void
  /** Resolves when so many engine processes have ended. */
  ended(count: number): Promise<void>
  /** Resolves when the window is told so of its engine. */
  notice(engine: ShellNotice['engine']): Promise<ShellNotice>
  /** The engine is up and has its reader. */
  up(): Promise<void>
  /** The engine serves and the printer can print, after a person has put the printer right. `engine` as above. */
  ready(engine?: number): Promise<void>
  /** Takes out what the printer has put out, half-printed paper too. */
  takePaper(): TraySlip[]
  /** A slip was settled: the paper taken so far is no longer looked at when the next one is. */
  paperSettled(): void
  papersSettled(): number
  stop(): Promise<void>
}

export async function startTrialDesk(options: DeskOptions): Promise<TrialDesk> {
  const { dataDir } = options
  const mining = [...(options.mining ?? [])]
  const printer = await startSimulatedPrinter({ powerOnSet: 5, ...options.printer })
  const paper: TraySlip[] = []
  const seen: Seen[] = []
  let tell: ((t: 'arm' | 'disarm') => void) | null = null
  let present: { gone: Promise<void>; dead: boolean } = { gone: Promise.resolve(), dead: true }
  let ended = 0
  let settled = 0
  const awaiting: { count: number; resolve: () => void }[] = []

  function spawn(): EngineChild {
    const next = mining.shift()
    let engine: EngineChild
    if (next === undefined) {
      engine =
        options.user === undefined ? forkEngine(options.engines.plain) : forkAs(options.engines.plain, options.user)
      tell = null
    } else {
      const settings = {
        ...next,
        database: join(dataDir, 'kiosk.db'),
        printerPort: printer.port,
        code: join(dataDir, 'code'),
      }
      const child = fork(options.engines.mined, [JSON.stringify(settings)], {
        serialization: 'advanced',
        execArgv: ['--no-warnings'],
      })
      tell = (t) => void (child.connected && child.send({ t }, () => undefined))
      engine = childOf(child)
    }
    const own = { dead: false, gone: Promise.resolve() }
    own.gone = new Promise((resolve) =>
      engine.onExit(() => {
        own.dead = true
        ended += 1
        for (const { count, resolve: reached } of awaiting) if (ended >= count) reached()
        resolve()
      }),
    )
    present = own
    seen.push({ states: [], replies: [] })
    return engine
  }

  // A supervisor whose clock runs so fast that a dozen deaths are no crash loop.
  let minutes = 0
  const host = (config: Record<string, unknown>) =>
    createEngineSupervisor({
      spawn,
      keystore: createFileKeystore(dataDir),
      config: hurriedConfig({
        ...config,
        printer: { ...(config.printer as object), processId: options.processId ?? 'trusted' },
      }),
      timers: systemTimers,
      monotonic: () => ++minutes * 60_000,
      log: () => undefined,
    })
  // Nobody listens at port 9: the hub is away.
  const desk = await startDesk({
    key: deskKey,
    dataDir,
    hub: { port: 9 },
    code: null,
    printer: { host: '127.0.0.1', port: printer.port },
    host,
  })
  desk.supervisor.onFrame((frame) => {
    if (frame.t === 'event' && frame.name === 'state') seen.at(-1)?.states.push(frame.payload as Seen['states'][number])
  })

  function only(engine: number | undefined): void {
    if (engine !== undefined && seen.length !== engine) throw new Error('another engine has taken over')
  }

  function hands(engine?: number): Hands {
    only(engine)
    const holder = present
    const { client, close } = createEngineClient(desk.supervisor)
    void holder.gone.then(close)
    const alive = <T>(act: () => T): T => {
      if (holder.dead) throw new Error('the engine died')
      return act()
    }
    const reader = {
      ...desk.reader,
      tap: (text: string) => alive(() => desk.reader.tap(text)),
      scanDocument: (lines: readonly string[]) => alive(() => desk.reader.scanDocument(lines)),
    }
    return { ...desk, reader, printer, client: noting(client, seen.at(-1)?.replies ?? [], alive) }
  }

  async function ready(engine?: number): Promise<void> {
    const { client } = desk
    await untilServing(desk)
    only(engine)
    printer.setPaper('ok')
    printer.setCover(false)
    printer.setMute(false)
    for (let tries = 0; tries < 5; tries++) {
      if (!printer.state().on) await printer.setPower(true)
      const status = await client.checkPrinter({})
      only(engine)
      if (status.ok && status.value.canPrint) return
      // Off and on, as the screen says.
      await printer.setPower(false)
      await client.checkPrinter({})
    }
    throw new Error('the printer does not come back')
  }

  return {
    printer,
    supervisor: desk.supervisor,
    paper,
    seen,
    hands,
    arm: () => tell?.('arm'),
    disarm: () => tell?.('disarm'),
    ended: (count) => new Promise((resolve) => (ended >= count ? resolve() : void awaiting.push({ count, resolve }))),
    notice: (engine) =>
      new Promise((resolve) => {
        const now = desk.supervisor.notice()
        if (now.engine === engine) {
          resolve(now)
          return
        }
        const off = desk.supervisor.onFrame((frame) => {
          if (frame.t !== 'shell' || frame.engine !== engine) return
          off()
          resolve(frame)
        })
      }),
    up: () => untilServing(desk),
    ready,
    paperSettled() {
      settled = paper.length
    },
    papersSettled: () => settled,
    takePaper() {
      const taken = printer.takeSlips()
      paper.push(...taken)
      return taken
    },
    async stop() {
      await desk.stop()
      await printer.stop()
    },
  }
}

function childOf(child: ChildProcess): EngineChild {
  child.on('error', () => undefined)
  return {
    pid: child.pid,
    send: (message) => void (child.connected && child.send(message, () => undefined)),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', (code) => listener(code)),
    kill: (signal) => void child.kill(signal),
  }
}

function forkAs(entry: string, user: number): EngineChild {
  return childOf(fork(entry, [], { serialization: 'advanced', execArgv: ['--no-warnings'], uid: user, gid: user }))
}

/** The same client, with every reply noted. */
function noting(client: KioskClient, replies: Reply[], alive: <T>(act: () => T) => T): KioskClient {
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (name === 'on' || typeof member !== 'function') return member
      return async (input: unknown) => {
        const result = (await alive(() =>
          (member as (input: unknown) => Promise<Reply['result']>)(input),
        )) satisfies Reply['result']
        replies.push({ method: String(name), input, result })
        return result
      }
    },
  })
}
