/**
 * A whole desk for end-to-end tests: hub on PostgreSQL, engine process, devices, the built window, a real browser. By
 * `LODGE_SHELL` the same tests run in the browser shell, in the Electron shell on a stand-in for the electron module, or
 * in real Electron.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { createBrowserShell } from '../../src-main/browser/index.ts'
import { porterDesks, startWorld, type DemoDeskKey, type World, type WorldDesk } from '../../src-main/demo/world.ts'
import { systemClock } from '../../src-main/engine/index.ts'
import { buildWindow } from '../renderer/build-window.ts'
import { openBrowser } from './browser.ts'
import { startInElectron, type ElectronShell } from './electron-shell.ts'

export interface WholeKiosk {
  readonly world: World
  readonly desk: WorldDesk
  readonly page: Page
  /** The Electron shell that it runs in, if it does. */
  readonly electron: ElectronShell | null
  /** What the browser complained of: there must be nothing. */
  readonly complaints: string[]
  stop(): Promise<void>
}

function listen(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // A WebSocket that breaks when the shell stops is said on the console by the browser itself.
    if (message.type() === 'error' && !message.text().includes('WebSocket')) complaints.push(message.text())
  })
  return complaints
}

function deskOf(world: World, key: DemoDeskKey): WorldDesk {
  const desk = world.desks.get(key)
  if (desk === undefined) throw new Error('no desk')
  return desk
}

async function inBrowserShell(base: string, key: DemoDeskKey): Promise<WholeKiosk> {
  const rendererDir = join(base, 'window')
  await buildWindow(rendererDir)
  const world = await startWorld(join(base, 'world'), () => undefined, {}, ...desksFor(key))
  const desk = deskOf(world, key)
  const shell = createBrowserShell({ supervisor: desk.supervisor, rendererDir, port: 0, monotonic: systemClock.monotonic })
  await shell.start()
  const browser = await openBrowser()
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' })
  const complaints = listen(page)
  await page.goto(shell.launchUrl())
  return {
    world,
    desk,
    page,
    electron: null,
    complaints,
    async stop() {
      await browser.close()
      await shell.stop()
      await world.stop()
    },
  }
}

async function inElectronShell(base: string, key: DemoDeskKey): Promise<WholeKiosk> {
  const shell = startInElectron(join(base, 'electron'))
  const world = await startWorld(join(base, 'world'), () => undefined, { [key]: shell.host }, ...desksFor(key))
  const page = await shell.page()
  return {
    world,
    desk: deskOf(world, key),
    page,
    electron: shell,
    complaints: listen(page),
    async stop() {
      await shell.disconnect()
      await world.stop()
    },
  }
}

/** A porter's lodge has its neighbour beside it; other desks stand alone. The helpdesk offers strong e-ID. */
const desksFor = (key: DemoDeskKey): [readonly DemoDeskKey[], boolean] => [key === 'porter-lakeside' ? porterDesks : [key], key === 'helpdesk-lakeside']

export async function startWholeKiosk(key: DemoDeskKey = 'porter-lakeside'): Promise<WholeKiosk> {
  const base = mkdtempSync(join(tmpdir(), 'lodge-e2e-'))
  chmodSync(base, 0o711)
  const kiosk = await ((process.env['LODGE_SHELL'] ?? 'browser') === 'browser' ? inBrowserShell(base, key) : inElectronShell(base, key))
  return {
    ...kiosk,
    async stop() {
      await kiosk.stop()
      rmSync(base, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
