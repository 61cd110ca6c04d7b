/** The built window in a real Chromium against a scripted kiosk, for a test file: opened afresh by each test. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest'
import type { Language } from '../../../src-shared/domain.ts'
import { scenes, type SceneName } from '../../renderer/scenes.ts'
import { startScriptedKiosk, type ScriptedKiosk } from '../../renderer/scripted-kiosk.ts'
import { openBrowser } from '../browser.ts'

export interface Look {
  readonly language?: Language
  readonly theme?: 'light' | 'dark'
  readonly textSize?: '1' | '1.5' | '2'
  readonly viewport?: { width: number; height: number }
  /** A touch screen: `touch` taps with a finger, and there is no mouse. */
  readonly hasTouch?: boolean
}

export interface ScriptedWindow {
  readonly page: Page
  readonly kiosk: ScriptedKiosk
  /** Errors and warnings on the browser's console. */
  readonly complaints: string[]
  /** Opens the window afresh on a scene. */
  open(this: void, scene: SceneName, look?: Look): Promise<void>
  /** Another scene in the same window. */
  show(this: void, scene: SceneName): Promise<void>
  tap(this: void, name: string): Promise<void>
  /** The same with a finger; needs `hasTouch`. */
  touch(this: void, name: string): Promise<void>
  /** Waits until the engine has been asked so many times, reading aside, then says what for. */
  asked(this: void, count: number): Promise<readonly { method: string; input: unknown }[]>
}

/** The name in `screen-NAME` of what a scene shows. */
export function screenOf(scene: SceneName): string {
  const { counter, setup, staff } = scenes[scene]
  return counter.step !== 'idle' ? counter.step : (setup ?? (staff === null ? 'idle' : 'queue'))
}

/** Called once at the top of a test file. `folder`: a window other than the one that ships. */
export function useScriptedWindow(folder?: () => string): ScriptedWindow {
  let browser: Browser
  let kiosk: ScriptedKiosk
  let context: BrowserContext | null = null
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterEach(async () => {
    if (context === null) return
    await context.close()
    await kiosk.stop()
    context = null
    complaints.length = 0
  })
  afterAll(async () => {
    await browser.close()
  })

  return {
    get page() {
      return page
    },
    get kiosk() {
      return kiosk
    },
    complaints,
    async open(scene, look = {}) {
      kiosk = await startScriptedKiosk(folder?.() ?? inject('window'), scenes[scene])
      context = await browser.newContext({
        viewport: look.viewport ?? { width: 1280, height: 800 },
        hasTouch: look.hasTouch ?? false,
        reducedMotion: 'reduce',
      })
      await context.addInitScript(
        (kept) => {
          for (const [key, value] of Object.entries(kept)) localStorage.setItem(key, value)
        },
        { 'lodge.language': look.language ?? 'en', 'lodge.theme': look.theme ?? 'light', 'lodge.text-size': look.textSize ?? '1' },
      )
      page = await context.newPage()
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.message))
      await page.goto(kiosk.url)
      await page.getByTestId('status-bar').waitFor()
    },
    async show(scene) {
      kiosk.show(scenes[scene])
      await page.getByTestId(`screen-${screenOf(scene)}`).waitFor()
    },
    tap: (name) => page.getByTestId(name).click(),
    touch: (name) => page.getByTestId(name).tap(),
    async asked(count) {
      const acts = () => kiosk.calls.filter(({ method }) => method !== 'queue' && method !== 'journal')
      await expect.poll(() => acts().length).toBe(count)
      return acts()
    },
  }
}
