/**
 * A real desk with its real shell: 100,000 pickups cached, staff with a PIN, the engine in its own process, scans as
 * HID reports over loopback.
 */
import type { KioskClient } from '../../../src-shared/kiosk-api/index.ts'
import { createBrowserShell } from '../../../src-main/browser/index.ts'
import { systemClock, systemTimers } from '../../../src-main/engine/index.ts'
import { simulatedScanner, startReaderBench, type ReaderBench } from '../../../src-main/readers/index.ts'
import { createEngineSupervisor, createEngineClient, forkEngine } from '../../../src-main/shell/index.ts'
import { builtEngine } from '../built-engine.ts'
import { buildCachedDesk, keyEncryptionKey } from '../cached-desk.ts'
import { addSupervisor, badge, startBenchDesk } from '../release/desk.ts'
import { startPromptPrinter } from '../release/printer.ts'

const pin = '482915'

export interface UiDesk {
  readonly reader: ReaderBench
  readonly api: KioskClient
  /**
   * Milliseconds of `performance.timeOrigin + performance.now()` at which the shell was last told a state with this
   * step.
   */
  toldAt(step: string): number
  launchUrl(): string
  signIn(): Promise<void>
  stop(): Promise<void>
}

/** Resolves once `reached` holds; looked at every few milliseconds, outside what is measured. */
export async function eventually(what: string, reached: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000
  while (!(await reached())) {
    if (performance.now() > end) throw new Error(`waited too long for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** `rendererDir`: the built window. */
export async function startUiDesk(folder: string, rendererDir: string, cached: number): Promise<UiDesk> {
  const built = builtEngine()
  const printer = await startPromptPrinter()
  buildCachedDesk(folder, cached)
  addSupervisor(folder)
  const first = await startBenchDesk(folder, printer.port)
  await first.signIn()
  await first.stop()

  const reader = await startReaderBench()
  reader.plug(simulatedScanner)
  const supervisor = createEngineSupervisor({
    spawn: () => forkEngine(built),
    keystore: {
      name: 'bench',
      hardwareBacked: false,
      loadKey: () => Promise.resolve({ ok: true, value: Buffer.from(keyEncryptionKey) }),
    },
    config: {
      dataDir: folder,
      demo: true,
      pinCost: { memoryKib: 8192, passes: 1 },
      pollSeconds: 3600,
      readers: { debounceMs: 0, pairMs: 0 },
      simulatedReaders: { host: '127.0.0.1', port: reader.port },
      printer: { kind: 'tcp', host: '127.0.0.1', port: printer.port, dedicatedLink: true, processId: 'trusted' },
      screen: { arrivalSeconds: 120 },
    },
    timers: systemTimers,
    monotonic: systemClock.monotonic,
    log: (line) => void process.stderr.write(`${line}\n`),
  })
  const told = new Map<string, number>()
  supervisor.onFrame((frame) => {
    if (frame.t !== 'event' || frame.name !== 'state') return
    const { counter } = frame.payload as { counter: { step: string } }
    told.set(counter.step, performance.timeOrigin + performance.now())
  })
  const { client: api } = createEngineClient(supervisor)
  const shell = createBrowserShell({ supervisor, rendererDir, port: 0, monotonic: systemClock.monotonic })
  await supervisor.start()
  await shell.start()
  await eventually('the engine', async () => {
    const state = await api.state({})
    return state.ok && state.value.reader.state === 'ready' && state.value.printer.canPrint
  })
  return {
    reader,
    api,
    toldAt: (step) => told.get(step) ?? 0,
    launchUrl: () => shell.launchUrl(),
    async signIn() {
      reader.tap(badge)
      await eventually('the PIN', async () => {
        const state = await api.state({})
        return state.ok && state.value.counter.step === 'pin'
      })
      const entered = await api.enterPin({ pin })
      if (!entered.ok) throw new Error(entered.failure.code)
    },
    async stop() {
      await shell.stop()
      await supervisor.stop()
      await reader.stop()
      await printer.stop()
    },
  }
}
