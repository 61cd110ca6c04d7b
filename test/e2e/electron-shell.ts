/**
 * The built Electron shell started for a test: on the stand-in, or in the real runtime; its window driven by Playwright
 * over the DevTools protocol.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { createElectronHost, findElectron, type ElectronHost } from '../../src-main/demo/electron-host.ts'
import type { Order, Report } from '../electron-standin/control.ts'
import { freePort } from '../free-port.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const bundle = join(root, 'out/main/electron.js')

export interface ElectronShell {
  readonly host: (config: Record<string, unknown> | null, dataDir: string) => ElectronHost
  /** The kiosk's window, once it is there. Playwright holds a page that has crashed for dead: `afresh` looks anew. */
  page(options?: { afresh?: boolean }): Promise<Page>
  /** What the stand-in said, so far. Nothing in real Electron. */
  readonly reports: Report[]
  order(order: Order): void
  /** The next report of a kind from now on, or one that was there since `from`. */
  reported<K extends Report['standin']>(kind: K, from?: number): Promise<Extract<Report, { standin: K }>>
  child(): ElectronHost
  disconnect(): Promise<void>
}

export const realElectron = () => process.env['LODGE_SHELL'] === 'electron'

/** `env` reaches the stand-in: STANDIN_BACKEND, STANDIN_PACKAGED. */
export function startInElectron(folder: string, env: Record<string, string> = {}): ElectronShell {
  mkdirSync(folder, { recursive: true })
  const reports: Report[] = []
  const waiting: ((report: Report) => void)[] = []
  let host: ElectronHost | null = null
  let browser: Browser | null = null
  const port = freePort()

  function take(message: unknown): void {
    if (typeof message !== 'object' || message === null || !('standin' in message)) return
    reports.push(message as Report)
    for (const tell of [...waiting]) tell(message as Report)
  }

  const shell: ElectronShell = {
    host(config, dataDir) {
      const electron = realElectron() ? findElectron() : null
      const start =
        electron === null
          ? {
              command: process.execPath,
              args: ['--no-warnings', '--import', join(root, 'test/electron-standin/register.ts'), bundle],
            }
          : { command: electron, args: [bundle, '--no-sandbox'] }
      const made = createElectronHost(
        { ...start, env: { STANDIN_DIR: folder, ...env } },
        config,
        join(dataDir, 'shell'),
      )
      host = {
        ...made,
        async start() {
          if (electron !== null) start.args.push(`--remote-debugging-port=${await port}`)
          await made.start()
          made.child()?.on('message', take)
        },
      }
      return host
    },
    async page({ afresh = false } = {}) {
      if (afresh) await shell.disconnect()
      // A page that is there already is found at once; one that comes while a client connects may be missed.
      if (!realElectron() && !afresh) await shell.reported('loaded', 0)
      const endpoint = realElectron()
        ? `http://127.0.0.1:${await port}`
        : (await shell.reported('chromium', 0)).endpoint
      browser ??= await chromium.connectOverCDP(endpoint)
      const [context] = browser.contexts()
      if (context === undefined) throw new Error('no window')
      const shown = async (page: Page) => {
        await page.waitForURL(/kiosk/, { timeout: 60_000 })
        return page
      }
      const coming = context.waitForEvent('page', {
        predicate: async (page) => (await shown(page)) === page,
        timeout: 60_000,
      })
      return Promise.any([...context.pages().map(shown), coming])
    },
    reports,
    order(order) {
      host?.child()?.send(order)
    },
    reported(kind, from = reports.length) {
      const is = (report: Report) => report.standin === kind
      const there = reports.slice(from).find(is)
      if (there !== undefined) return Promise.resolve(there as never)
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`the stand-in did not report ${kind}`)), 20_000)
        const tell = (report: Report) => {
          if (!is(report)) return
          clearTimeout(timer)
          waiting.splice(waiting.indexOf(tell), 1)
          resolve(report as never)
        }
        waiting.push(tell)
      })
    },
    child() {
      if (host === null) throw new Error('not started')
      return host
    },
    async disconnect() {
      await browser?.close()
      browser = null
    },
  }
  return shell
}
