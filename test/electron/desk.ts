/** A desk without a hub in the built Electron shell: enough for what the shell itself must withstand. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { startReaderBench } from '../../src-main/readers/index.ts'
import { startInElectron, type ElectronShell } from '../e2e/electron-shell.ts'

export interface ShellDesk {
  readonly folder: string
  readonly shell: ElectronShell
  readonly config: Record<string, unknown>
  page(): Promise<Page>
  /** Resolves with the shell's exit code. */
  exited(): Promise<number | null>
  stop(): Promise<void>
}

export interface ShellDeskOptions {
  readonly env?: Record<string, string>
  readonly config?: Record<string, unknown>
  /** An earlier desk's folder: the same computer, started again. */
  readonly folder?: string
}

export async function startShellDesk({
  env = {},
  config = {},
  folder = mkdtempSync(join(tmpdir(), 'lodge-electron-')),
}: ShellDeskOptions = {}): Promise<ShellDesk> {
  const reader = await startReaderBench()
  const whole = {
    dataDir: join(folder, 'data'),
    mode: 'kiosk',
    support: 'IT helpdesk 09 0000',
    simulatedReaders: { host: '127.0.0.1', port: reader.port },
    readers: { allow: [], debounceMs: 300, pairMs: 0 },
    printer: {
      kind: 'tcp',
      host: '127.0.0.1',
      port: 9,
      dedicatedLink: true,
      paper: 80,
      processId: 'trusted',
      pollMs: 5000,
    },
    ...config,
  }
  const shell = startInElectron(join(folder, 'machine'), env)
  const host = shell.host(whole, join(folder, 'data'))
  await host.start()
  const child = host.child()
  const exit = new Promise<number | null>((resolve) => child?.once('exit', (code) => resolve(code)))
  return {
    folder,
    shell,
    config: whole,
    page: () => shell.page(),
    exited: () => exit,
    async stop() {
      await shell.disconnect()
      shell.order({ standin: 'quit' })
      await host.stop()
      await reader.stop()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
