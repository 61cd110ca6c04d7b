/**
 * Keeps the engine's process alive: restarts it at once when it dies, with back-off when it keeps dying, and gives up
 * with a code after too many deaths. The window stays and is told; calls that were open are answered L-904.
 */
import type { CallFrame, Frame, ReplyFrame } from '../../src-shared/kiosk-api/contract.ts'
import type { ShellNotice } from '../../src-shared/kiosk-api/index.ts'
import { fail, type Failure } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { FromEngine, type ToEngine } from '../../src-shared/kiosk-api/engine-protocol.ts'
import type { Keystore } from './keystore.ts'

/** One engine process, however it was made. */
export interface EngineChild {
  readonly pid: number | undefined
  send(message: ToEngine): void
  onMessage(listener: (message: unknown) => void): void
  onExit(listener: (code: number | null) => void): void
  kill(signal: 'SIGKILL' | 'SIGTERM'): void
}

export interface SupervisorParts {
  readonly spawn: () => EngineChild
  readonly keystore: Keystore
  /** The desk's settings as read from their file. */
  readonly config: unknown
  readonly timers: { set(run: () => void, ms: number): () => void }
  readonly monotonic: () => number
  readonly log: (line: string) => void
}

export interface EngineSupervisor {
  start(): Promise<void>
  stop(): Promise<void>
  notice(): ShellNotice
  /** Frames and notices for windows. */
  onFrame(listener: (frame: Frame | ShellNotice) => void): () => void
  /** Forwards a call that the gate has let through; the answer is for its sender alone. */
  call(frame: CallFrame, answer: (reply: ReplyFrame) => void): void
  /** Tries again after giving up. */
  retry(): void
  pid(): number | undefined
}

const missedBeats = 10
const beatMs = 1000
const stopMs = 8000
/** Deaths within the window before giving up, and the wait before each restart: the first at once. */
const deathWindowMs = 30_000
const waits = [0, 100, 500, 2000, 5000]

export function createEngineSupervisor({
  spawn,
  keystore,
  config,
  timers,
  monotonic,
  log,
}: SupervisorParts): EngineSupervisor {
  const listeners = new Set<(frame: Frame | ShellNotice) => void>()
  const open = new Map<number, { id: number; answer: (reply: ReplyFrame) => void }>()
  let nextId = 1
  let child: EngineChild | null = null
  let current: ShellNotice = { t: 'shell', engine: 'starting', failure: null }
  let deaths: number[] = []
  let stopping = false
  let onStopped: (() => void) | null = null
  let cancelBeat: (() => void) | null = null
  let cancelRestart: (() => void) | null = null

  function tell(engine: ShellNotice['engine'], failure: Failure | null): void {
    current = { t: 'shell', engine, failure }
    for (const listener of listeners) listener(current)
  }

  function watch(of: EngineChild): void {
    cancelBeat?.()
    cancelBeat = timers.set(() => {
      log('lodge: the engine hangs; it is killed and restarted')
      of.kill('SIGKILL')
    }, missedBeats * beatMs)
  }

  function dropOpenCalls(): void {
    for (const { id, answer } of open.values()) answer({ t: 'reply', id, result: fail(failures.engineRestarting) })
    open.clear()
  }

  function onMessage(of: EngineChild, raw: unknown): void {
    if (of !== child) return
    const message = FromEngine.safeParse(raw)
    if (!message.success) return
    switch (message.data.t) {
      case 'ready':
        watch(of)
        tell('up', null)
        return
      case 'heartbeat':
        watch(of)
        return
      case 'fatal':
        // An expected failure that a restart would only repeat.
        stopBeat()
        child = null
        // It ends by itself; one that does not would keep the database's lock.
        of.onExit(timers.set(() => of.kill('SIGKILL'), stopMs))
        dropOpenCalls()
        tell('given-up', message.data.failure as Failure)
        return
      case 'reply': {
        const waiting = open.get(message.data.id)
        if (waiting === undefined) return
        open.delete(message.data.id)
        waiting.answer({ ...message.data, id: waiting.id })
        return
      }
      case 'event':
        for (const listener of listeners) listener(message.data)
        return
    }
  }

  function stopBeat(): void {
    cancelBeat?.()
    cancelBeat = null
  }

  function onExit(of: EngineChild): void {
    if (stopping) {
      onStopped?.()
      return
    }
    if (of !== child) return
    child = null
    stopBeat()
    dropOpenCalls()
    const now = monotonic()
    deaths = [...deaths.filter((at) => now - at < deathWindowMs), now]
    if (deaths.length > waits.length) {
      log('lodge: the engine keeps dying; given up')
      tell('given-up', { code: failures.engineDoesNotStart })
      return
    }
    tell('down', { code: failures.engineRestarting })
    log('lodge: the engine died; it is restarted')
    cancelRestart = timers.set(() => void launch(), waits[deaths.length - 1] ?? 0)
  }

  async function launch(): Promise<void> {
    const key = await keystore.loadKey()
    if (stopping) {
      if (key.ok) key.value.fill(0)
      return
    }
    if (!key.ok) {
      tell('given-up', key.failure)
      return
    }
    const started = spawn()
    child = started
    started.onMessage((message) => onMessage(started, message))
    started.onExit(() => onExit(started))
    started.send({
      t: 'init',
      config,
      keyEncryptionKey: key.value,
      keystore: { name: keystore.name, hardwareBacked: keystore.hardwareBacked },
    })
    key.value.fill(0)
    watch(started)
  }

  return {
    async start() {
      stopping = false
      await launch()
    },
    stop() {
      stopping = true
      stopBeat()
      cancelRestart?.()
      dropOpenCalls()
      const last = child
      child = null
      if (last === null) return Promise.resolve()
      return new Promise((resolve) => {
        const cancelKill = timers.set(() => last.kill('SIGKILL'), stopMs)
        onStopped = () => {
          cancelKill()
          resolve()
        }
        last.send({ t: 'stop' })
      })
    },
    notice: () => current,
    onFrame(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    call(frame, answer) {
      if (child === null || current.engine !== 'up') {
        answer({ t: 'reply', id: frame.id, result: fail(failures.engineRestarting) })
        return
      }
      const id = nextId++
      open.set(id, { id: frame.id, answer })
      child.send({ ...frame, id })
    },
    retry() {
      if (current.engine !== 'given-up' || stopping) return
      deaths = []
      tell('starting', null)
      void launch()
    },
    pid: () => child?.pid,
  }
}
