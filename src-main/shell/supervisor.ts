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

/** The engine's process, who waits for it, and how it has fared. */
interface Kept {
  readonly parts: SupervisorParts
  readonly listeners: Set<(frame: Frame | ShellNotice) => void>
  /** Calls that wait for an answer. */
  readonly open: Map<number, { id: number; answer: (reply: ReplyFrame) => void }>
  nextId: number
  child: EngineChild | null
  current: ShellNotice
  /** When the engine died, monotonic: those within the window. */
  deaths: number[]
  stopping: boolean
  onStopped: (() => void) | null
  cancelBeat: (() => void) | null
  cancelRestart: (() => void) | null
}

export function createEngineSupervisor(parts: SupervisorParts): EngineSupervisor {
  const kept: Kept = {
    parts,
    listeners: new Set(),
    open: new Map(),
    nextId: 1,
    child: null,
    current: { t: 'shell', engine: 'starting', failure: null },
    deaths: [],
    stopping: false,
    onStopped: null,
    cancelBeat: null,
    cancelRestart: null,
  }

  return {
    async start() {
      kept.stopping = false
      await launch(kept)
    },
    stop() {
      kept.stopping = true
      stopBeat(kept)
      kept.cancelRestart?.()
      dropOpenCalls(kept)
      const last = kept.child
      kept.child = null
      if (last === null) return Promise.resolve()
      return new Promise((resolve) => {
        const cancelKill = kept.parts.timers.set(() => last.kill('SIGKILL'), stopMs)
        kept.onStopped = () => {
          cancelKill()
          resolve()
        }
        last.send({ t: 'stop' })
      })
    },
    notice: () => kept.current,
    onFrame(listener) {
      kept.listeners.add(listener)
      return () => kept.listeners.delete(listener)
    },
    call(frame, answer) {
      if (kept.child === null || kept.current.engine !== 'up') {
        answer({ t: 'reply', id: frame.id, result: fail(failures.engineRestarting) })
        return
      }
      const id = kept.nextId++
      kept.open.set(id, { id: frame.id, answer })
      kept.child.send({ ...frame, id })
    },
    retry() {
      if (kept.current.engine !== 'given-up' || kept.stopping) return
      kept.deaths = []
      tell(kept, 'starting', null)
      void launch(kept)
    },
    pid: () => kept.child?.pid,
  }
}

function tell(kept: Kept, engine: ShellNotice['engine'], failure: Failure | null): void {
  kept.current = { t: 'shell', engine, failure }
  for (const listener of kept.listeners) listener(kept.current)
}

function watch(kept: Kept, of: EngineChild): void {
  kept.cancelBeat?.()
  kept.cancelBeat = kept.parts.timers.set(() => {
    kept.parts.log('lodge: the engine hangs; it is killed and restarted')
    of.kill('SIGKILL')
  }, missedBeats * beatMs)
}

function dropOpenCalls(kept: Kept): void {
  for (const { id, answer } of kept.open.values()) answer({ t: 'reply', id, result: fail(failures.engineRestarting) })
  kept.open.clear()
}

function onMessage(kept: Kept, of: EngineChild, raw: unknown): void {
  if (of !== kept.child) return
  const message = FromEngine.safeParse(raw)
  if (!message.success) return
  switch (message.data.t) {
    case 'ready':
      watch(kept, of)
      tell(kept, 'up', null)
      return
    case 'heartbeat':
      watch(kept, of)
      return
    case 'fatal':
      // An expected failure that a restart would only repeat.
      stopBeat(kept)
      kept.child = null
      // It ends by itself; one that does not would keep the database's lock.
      of.onExit(kept.parts.timers.set(() => of.kill('SIGKILL'), stopMs))
      dropOpenCalls(kept)
      tell(kept, 'given-up', message.data.failure as Failure)
      return
    case 'reply': {
      const waiting = kept.open.get(message.data.id)
      if (waiting === undefined) return
      kept.open.delete(message.data.id)
      waiting.answer({ ...message.data, id: waiting.id })
      return
    }
    case 'event':
      for (const listener of kept.listeners) listener(message.data)
      return
  }
}

function stopBeat(kept: Kept): void {
  kept.cancelBeat?.()
  kept.cancelBeat = null
}

function onExit(kept: Kept, of: EngineChild): void {
  if (kept.stopping) {
    kept.onStopped?.()
    return
  }
  if (of !== kept.child) return
  kept.child = null
  stopBeat(kept)
  dropOpenCalls(kept)
  const now = kept.parts.monotonic()
  kept.deaths = [...kept.deaths.filter((at) => now - at < deathWindowMs), now]
  if (kept.deaths.length > waits.length) {
    kept.parts.log('lodge: the engine keeps dying; given up')
    tell(kept, 'given-up', { code: failures.engineDoesNotStart })
    return
  }
  tell(kept, 'down', { code: failures.engineRestarting })
  kept.parts.log('lodge: the engine died; it is restarted')
  kept.cancelRestart = kept.parts.timers.set(() => void launch(kept), waits[kept.deaths.length - 1] ?? 0)
}

async function launch(kept: Kept): Promise<void> {
  const key = await kept.parts.keystore.loadKey()
  if (kept.stopping) {
    if (key.ok) key.value.fill(0)
    return
  }
  if (!key.ok) {
    tell(kept, 'given-up', key.failure)
    return
  }
  const started = kept.parts.spawn()
  kept.child = started
  started.onMessage((message) => onMessage(kept, started, message))
  started.onExit(() => onExit(kept, started))
  started.send({
    t: 'init',
    config: kept.parts.config,
    keyEncryptionKey: key.value,
    keystore: { name: kept.parts.keystore.name, hardwareBacked: kept.parts.keystore.hardwareBacked },
  })
  key.value.fill(0)
  watch(kept, started)
}
