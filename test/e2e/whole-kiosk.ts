/**
 * Whole desks for end-to-end tests: hub on PostgreSQL, engine processes, devices, the built window, a real browser. By
 * `LODGE_SHELL` the same tests run in the browser shell, in the Electron shell on a stand-in for the electron module,
 * or in real Electron.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { createBrowserShell } from '../../src-main/browser/index.ts'
import { porterDesks, type DemoDeskKey, type World, type WorldDesk } from '../../src-main/demo/world.ts'
import { startTestWorld } from '../support/world.ts'
import { systemClock } from '../../src-main/engine/index.ts'
import { builtWindow } from '../support/pages.ts'
import { openBrowser } from '../support/chromium.ts'
import { startInElectron, type ElectronShell } from './electron-shell.ts'

/** A desk and its window. */
export interface WholeDesk {
  readonly desk: WorldDesk
  readonly page: Page
  /** The Electron shell that it runs in, if it does. */
  readonly electron: ElectronShell | null
  /** What the browser complained of: there must be nothing. */
  readonly complaints: string[]
}

export interface WholeKiosk extends WholeDesk {
  readonly world: World
  stop(): Promise<void>
}

/** Several desks of one hub, each with a window. */
export interface WholeSite {
  readonly world: World
  at(key: DemoDeskKey): WholeDesk
  stop(): Promise<void>
}

interface SiteOptions {
  /** Desks without a window. */
  readonly beside?: readonly DemoDeskKey[]
  readonly withEId?: boolean
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

type Site = Omit<WholeSite, 'at'> & { readonly windows: ReadonlyMap<DemoDeskKey, WholeDesk> }

async function inBrowserShell(
  base: string,
  keys: readonly DemoDeskKey[],
  { beside = [], withEId = false }: SiteOptions,
): Promise<Site> {
  const rendererDir = await builtWindow(join(base, 'window'))
  const world = await startTestWorld({ keys: [...keys, ...beside], withEId })
  const browser = await openBrowser()
  const windows = new Map<DemoDeskKey, WholeDesk>()
  const shells: { stop(): Promise<void> }[] = []
  for (const key of keys) {
    const desk = deskOf(world, key)
    const shell = createBrowserShell({
      supervisor: desk.supervisor,
      rendererDir,
      port: 0,
      monotonic: systemClock.monotonic,
    })
    await shell.start()
    shells.push(shell)
    windows.set(key, await openWindow(browser, desk, shell.launchUrl()))
  }
  return {
    world,
    windows,
    async stop() {
      await browser.close()
      for (const shell of shells) await shell.stop()
      await world.stop()
    },
  }
}

async function openWindow(browser: Browser, desk: WorldDesk, address: string): Promise<WholeDesk> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' })
  const complaints = listen(page)
  await page.goto(address)
  return { desk, page, electron: null, complaints }
}

async function inElectronShell(
  base: string,
  keys: readonly DemoDeskKey[],
  { beside = [], withEId = false }: SiteOptions,
): Promise<Site> {
  const shells = new Map(keys.map((key) => [key, startInElectron(join(base, 'electron', key))]))
  const hosts = Object.fromEntries([...shells].map(([key, shell]) => [key, shell.host]))
  const world = await startTestWorld({ hosts, keys: [...keys, ...beside], withEId })
  const windows = new Map<DemoDeskKey, WholeDesk>()
  for (const [key, shell] of shells) {
    const page = await shell.page()
    windows.set(key, { desk: deskOf(world, key), page, electron: shell, complaints: listen(page) })
  }
  return {
    world,
    windows,
    async stop() {
      for (const shell of shells.values()) await shell.disconnect()
      await world.stop()
    },
  }
}

export async function startWholeSite(keys: readonly DemoDeskKey[], options: SiteOptions = {}): Promise<WholeSite> {
  const base = mkdtempSync(join(tmpdir(), 'lodge-e2e-'))
  chmodSync(base, 0o711)
  const site = await ((process.env['LODGE_SHELL'] ?? 'browser') === 'browser'
    ? inBrowserShell(base, keys, options)
    : inElectronShell(base, keys, options))
  return {
    world: site.world,
    at(key) {
      const found = site.windows.get(key)
      if (found === undefined) throw new Error('no window')
      return found
    },
    async stop() {
      await site.stop()
      rmSync(base, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** A porter's lodge has its neighbour beside it; other desks stand alone. The helpdesk offers strong e-ID. */
export async function startWholeKiosk(key: DemoDeskKey = 'porter-lakeside'): Promise<WholeKiosk> {
  const beside = key === 'porter-lakeside' ? porterDesks.filter((other) => other !== key) : []
  const site = await startWholeSite([key], { beside, withEId: key === 'helpdesk-lakeside' })
  return { ...site.at(key), world: site.world, stop: () => site.stop() }
}
