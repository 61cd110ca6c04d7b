/**
 * One desk of the demo: the real engine process behind its supervisor, with a reader bench, a printer and a cable of
 * its own.
 */
import { join } from 'node:path'
import type { KioskClient } from '../../src-shared/kiosk-api/index.ts'
import { startSimulatedPrinter, type SimulatedPrinter } from '../printers/simulated/index.ts'
import { simulatedScanner, startReaderBench, type ReaderBench } from '../readers/index.ts'
import { systemClock, systemTimers } from '../desk/index.ts'
import {
  createEngineClient,
  createEngineSupervisor,
  createFileKeystore,
  forkEngine,
  type EngineChild,
  type EngineSupervisor,
} from '../shell/index.ts'
import { startCable, type Cable } from './cable.ts'
import { until } from './until.ts'

export interface DemoDesk {
  readonly key: string
  readonly reader: ReaderBench
  readonly printer: SimulatedPrinter
  readonly cable: Cable
  readonly supervisor: EngineSupervisor
  readonly client: KioskClient
  readonly dataDir: string
  stop(): Promise<void>
}

export interface DemoDeskOptions {
  readonly key: string
  readonly dataDir: string
  readonly hub: { readonly port: number }
  /** A check-in screen has no printer. */
  readonly checkIn?: boolean
  /** null when the desk is enrolled already. */
  readonly code: string | null
  readonly paper?: 58 | 80
  /** A printer elsewhere, instead of the simulated one. */
  readonly printer?: { readonly host: string; readonly port: number }
  readonly ports?: { readonly cable?: number }
  /** Another home for the engine than a forked Node: an Electron shell. */
  readonly host?: (config: Record<string, unknown>, dataDir: string) => EngineSupervisor
  /** Test entries of the engine. */
  readonly spawn?: () => EngineChild
  readonly screen?: Record<string, number>
  /** Settings of the engine in place of the demo's; of readers, those that are named. */
  readonly settings?: Readonly<Record<string, unknown>>
  readonly log?: (line: string) => void
  /** The supervisor's clock. */
  readonly monotonic?: () => number
}

/** Settings of the demo's engine, as they would stand in a desk's file. */
export function deskConfig(
  options: DemoDeskOptions,
  at: { reader: number; cable: number; printer: { host: string; port: number } },
): Record<string, unknown> {
  const { readers: _readers, ...more } = options.settings ?? {}
  return {
    dataDir: options.dataDir,
    demo: true,
    mode: 'shared-counter',
    pollSeconds: 1,
    ...(options.code === null ? {} : { enrolment: { hub: `https://127.0.0.1:${at.cable}`, code: options.code } }),
    readers: {
      allow: [
        { name: 'HID POS', usagePage: 0x8c, decoder: 'hid-pos' },
        { name: 'Wedge', vendorId: 0x08ff, usagePage: 0x01, usage: 0x06, decoder: 'keyboard-wedge', layout: 'fi' },
      ],
      debounceMs: 300,
      // A tour taps one card right after another, as no hand does.
      pairMs: 0,
      ...(options.settings?.readers as object | undefined),
    },
    simulatedReaders: { host: '127.0.0.1', port: at.reader },
    printer:
      options.checkIn === true
        ? { kind: 'none' }
        : {
            kind: 'tcp',
            ...at.printer,
            dedicatedLink: true,
            paper: options.paper ?? 80,
            processId: 'trusted',
            pollMs: 500,
          },
    ...(options.screen === undefined ? {} : { screen: options.screen }),
    ...more,
  }
}

export async function startDesk(options: DemoDeskOptions): Promise<DemoDesk> {
  const reader = await startReaderBench()
  reader.plug(simulatedScanner)
  const printer = await startSimulatedPrinter({ paper: options.paper ?? 80, powerOnSet: 5 })
  const cable = await startCable({ host: '127.0.0.1', port: options.hub.port }, options.ports?.cable)
  const config = deskConfig(options, {
    reader: reader.port,
    cable: cable.port,
    printer: options.printer ?? { host: '127.0.0.1', port: printer.port },
  })
  const supervisor =
    options.host?.(config, options.dataDir) ??
    createEngineSupervisor({
      spawn: options.spawn ?? (() => forkEngine()),
      keystore: createFileKeystore(options.dataDir),
      config,
      timers: systemTimers,
      monotonic: options.monotonic ?? systemClock.monotonic,
      log: options.log ?? (() => undefined),
    })
  const { client, close } = createEngineClient(supervisor)
  await supervisor.start()
  return {
    key: options.key,
    reader,
    printer,
    cable,
    supervisor,
    client,
    dataDir: options.dataDir,
    async stop() {
      close()
      await supervisor.stop()
      await reader.stop()
      await printer.stop()
      await cable.stop()
    },
  }
}

export const dataFolder = (base: string, key: string) => join(base, 'kiosks', key)

/** The engine is up and has its reader. */
export async function untilServing(desk: DemoDesk): Promise<void> {
  await untilUp(desk)
  await until(desk.client, 'a reader', (state) => state.reader.state === 'ready')
}

/** Resolves when the supervisor says that the engine is up. */
export function untilUp(desk: Pick<DemoDesk, 'supervisor'>, ms = 60_000): Promise<void> {
  if (desk.supervisor.notice().engine === 'up') return Promise.resolve()
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      off()
      reject(new Error('the engine did not start'))
    }, ms)
    const off = desk.supervisor.onFrame((frame) => {
      if (frame.t !== 'shell' || frame.engine !== 'up') return
      clearTimeout(timer)
      off()
      resolve()
    })
  })
}
