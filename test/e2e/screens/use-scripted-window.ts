/** A scripted window for a test file: opened afresh by each test, closed after it. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { SceneName } from '../../renderer/scenes.ts'
import type { ScriptedKiosk } from '../../renderer/scripted-kiosk.ts'
import { builtWindow } from '../../support/pages.ts'
import { openBrowser } from '../../support/chromium.ts'
import { openScriptedWindow, type Look, type ScriptedWindow } from './scripted-window.ts'

export interface WindowOfTests extends Omit<ScriptedWindow, 'close'> {
  readonly page: Page
  readonly kiosk: ScriptedKiosk
  /** Opens the window afresh on a scene. */
  open(this: void, scene: SceneName, look?: Look): Promise<void>
  /** Waits until the engine has been asked so many times, reading aside, then says what for. */
  asked(this: void, count: number): Promise<readonly { method: string; input: unknown }[]>
  /** The window that is open. */
  now(this: void): ScriptedWindow
}

/** Called once at the top of a test file. `other`: a window other than the one that ships. */
export function useScriptedWindow(other?: () => string): WindowOfTests {
  let browser: Browser
  let open: ScriptedWindow | null = null
  const now = () => {
    if (open === null) throw new Error('no window is open')
    return open
  }

  let folder = ''
  beforeAll(async () => {
    folder = other?.() ?? (await builtWindow(mkdtempSync(join(tmpdir(), 'lodge-window-'))))
    browser = await openBrowser()
  })
  afterEach(async () => {
    await open?.close()
    open = null
  })
  afterAll(async () => {
    await browser.close()
  })

  return {
    get page() {
      return now().page
    },
    get kiosk() {
      return now().kiosk
    },
    get complaints() {
      return now().complaints
    },
    now,
    async open(scene, look = {}) {
      open = await openScriptedWindow(browser, folder, scene, look)
    },
    show: (scene) => now().show(scene),
    tap: (name) => now().tap(name),
    touch: (name) => now().touch(name),
    async asked(count) {
      const acts = () => now().kiosk.calls.filter(({ method }) => method !== 'queue' && method !== 'journal')
      await expect.poll(() => acts().length).toBe(count)
      return acts()
    },
  }
}
