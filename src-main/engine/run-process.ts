/**
 * The engine's own process: a forked Node under the browser shell, a utilityProcess under Electron. It takes its key
 * and settings by message, answers frames, and says every second that it is alive.
 */
import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { CallFrame, answer } from '../../src-shared/kiosk-api/contract.ts'
import { kioskApi } from '../../src-shared/kiosk-api/index.ts'
import { createPrinter } from '../printers/index.ts'
import {
  createNodeHidBus,
  createReaderSupervisor,
  createSimulatedBus,
  type ReaderSupervisor,
} from '../readers/index.ts'
import { wipe } from '../vault/index.ts'
import { deskDate, parseEngineConfig, systemClock, systemTimers, type EngineConfig } from '../desk/index.ts'
import { createEngine, type Engine } from './engine.ts'
import { version } from './version.ts'
import { connectParent, type ParentChannel } from './parent-channel.ts'
import { fatalExit, heartbeatMs, ToEngine, type FromEngine } from '../../src-shared/kiosk-api/engine-protocol.ts'
import * as failures from '../../src-shared/failures/named.ts'

/**
 * Runs this process as the engine. `checkpoint` is reached between durable steps of a release: a test's own entry
 * passes one that kills the process there.
 */
export function runEngineProcess({
  checkpoint,
  parent = connectParent(),
}: { checkpoint?: (name: string) => void; parent?: ParentChannel } = {}): void {
  let engine: Engine | null = null

  /**
   * A disk that fails where nobody waits for an answer is a failure with its code; anything else is a bug, and this
   * process with it.
   */
  function failOrDie(error: unknown): void {
    if (engine?.takeDiskFailure(error) !== true) dieOf('the engine', error)
  }
  process.on('uncaughtException', failOrDie)
  process.on('unhandledRejection', failOrDie)

  async function start(message: Extract<ToEngine, { t: 'init' }>): Promise<void> {
    const config = parseEngineConfig(message.config)
    if (!config.ok) {
      fatal(config.failure)
      return
    }
    const readers = readersOf(config.value)
    const keyEncryptionKey = Buffer.from(message.keyEncryptionKey)
    wipe(message.keyEncryptionKey)
    engine = createEngine({
      config: config.value,
      keyEncryptionKey,
      hardwareBacked: message.keystore.hardwareBacked,
      readers,
      printer: createPrinter(config.value.printer, systemTimers),
      system: systemClock,
      timers: systemTimers,
      random: () => randomBytes(4).readUInt32BE() / 2 ** 32,
      version,
      emit: (name, payload) => parent.send({ t: 'event', name, payload }),
      onDamaged: fatal,
      ...(checkpoint === undefined ? {} : { checkpoint }),
    })
    const started = await engine.start()
    if (!started.ok) {
      fatal(started.failure)
      return
    }
    parent.send({ t: 'ready' })
    setInterval(() => parent.send({ t: 'heartbeat' }), heartbeatMs).unref()
  }

  function fatal(failure: Extract<FromEngine, { t: 'fatal' }>['failure']): void {
    parent.send({ t: 'fatal', failure })
    // The message must leave before the process does.
    setTimeout(() => process.exit(fatalExit), 50)
  }

  async function stop(): Promise<void> {
    try {
      await engine?.stop()
    } catch (error) {
      // What is left to write at the end cannot be: whoever starts it next is told.
      if (engine?.takeDiskFailure(error) !== true) throw error
    }
    process.exit(0)
  }

  parent.onMessage((raw) => {
    const message = ToEngine.safeParse(raw)
    if (!message.success) return
    switch (message.data.t) {
      case 'init':
        start(message.data).catch((error: unknown) => dieOf('start', error))
        return
      case 'stop':
        stop().catch((error: unknown) => dieOf('stop', error))
        return
      case 'call': {
        const frame = CallFrame.parse(message.data)
        if (engine === null) {
          parent.send({ t: 'reply', id: frame.id, result: { ok: false, failure: { code: failures.engineRestarting } } })
          return
        }
        answer(kioskApi, engine.handlers, frame, logBug)
          .then((reply) => parent.send(reply))
          .catch((error: unknown) => dieOf('answer', error))
        return
      }
    }
  })
  parent.onGone(() => {
    stop().catch((error: unknown) => dieOf('stop', error))
  })
}

/** Where it happened, never with what data: a message of a bug may carry a value. */
function logBug(where: string, error: unknown): void {
  const stack =
    error instanceof Error ? `${error.name}\n${(error.stack ?? '').split('\n').slice(1, 8).join('\n')}` : 'not an Error'
  writeSync(2, `lodge engine: bug in ${where}: ${stack}\n`)
}

function dieOf(where: string, error: unknown): void {
  logBug(where, error)
  process.exit(1)
}

/** The readers of this computer, or the simulated ones that the settings name. */
function readersOf(config: EngineConfig): ReaderSupervisor {
  const bus = config.simulatedReaders === undefined ? createNodeHidBus() : createSimulatedBus(config.simulatedReaders)
  return createReaderSupervisor(
    {
      bus,
      monotonic: systemClock.monotonic,
      timers: systemTimers,
      platform: process.platform,
      today: () => deskDate(systemClock.wall()),
    },
    config.readers,
  )
}
