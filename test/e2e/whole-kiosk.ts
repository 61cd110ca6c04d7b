/** A whole desk for end-to-end tests: hub on PostgreSQL, engine process, devices, the built window, a real browser. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { createBrowserShell, type BrowserShell } from '../../src-main/browser/index.ts'
import { startWorld, type World, type WorldDesk } from '../../src-main/demo/world.ts'
import { systemClock } from '../../src-main/engine/index.ts'
import { buildWindow } from '../renderer/build-window.ts'
import { openBrowser } from './browser.ts'

export interface WholeKiosk {
  readonly world: World
  readonly desk: WorldDesk
  readonly page: Page
  readonly shell: BrowserShell
  /** What the browser complained of: there must be nothing. */
  readonly complaints: string[]
  stop(): Promise<void>
}

export async function startWholeKiosk(): Promise<WholeKiosk> {
  const base = mkdtempSync(join(tmpdir(), 'lodge-e2e-'))
  chmodSync(base, 0o711)
  const rendererDir = join(base, 'window')
  await buildWindow(rendererDir)
  const world = await startWorld(join(base, 'world'), () => undefined)
  const desk = world.desks.get('porter-lakeside')
  if (desk === undefined) throw new Error('no desk')
  const shell = createBrowserShell({ supervisor: desk.supervisor, rendererDir, port: 0, monotonic: systemClock.monotonic })
  await shell.start()
  const browser: Browser = await openBrowser()
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' })
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // A WebSocket that breaks when the shell stops is said on the console by the browser itself.
    if (message.type() === 'error' && !message.text().includes('WebSocket')) complaints.push(message.text())
  })
  await page.goto(shell.launchUrl())
  return {
    world,
    desk,
    page,
    shell,
    complaints,
    async stop() {
      await browser.close()
      await shell.stop()
      await world.stop()
      rmSync(base, { recursive: true, force: true })
    },
  }
}
