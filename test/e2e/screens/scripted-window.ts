/** The built window in a real Chromium against a scripted kiosk. */
import type { Browser, Page } from 'playwright-core'
import type { Language } from '../../../src-shared/domain/index.ts'
import { scenes, type SceneName } from '../../renderer/scenes.ts'
import { startScriptedKiosk, type ScriptedKiosk } from '../../renderer/scripted-kiosk.ts'

export interface Look {
  readonly language?: Language
  readonly theme?: 'light' | 'dark' | 'contrast'
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
  /** Another scene in the same window. */
  show(this: void, scene: SceneName): Promise<void>
  tap(this: void, name: string): Promise<void>
  /** The same with a finger; needs `hasTouch`. */
  touch(this: void, name: string): Promise<void>
  close(this: void): Promise<void>
}

/** The name in `screen-NAME` of what a scene shows. */
export function screenOf(scene: SceneName): string {
  const { counter, setup, staff, desk } = scenes[scene]
  const atRest = staff === null ? 'idle' : desk?.kind === 'post-room' ? 'letters' : 'queue'
  return counter.step !== 'idle' ? counter.step : (setup ?? atRest)
}

/** `folder`: the built window. Motion is reduced, so that nothing moves under a picture. */
export async function openScriptedWindow(
  browser: Browser,
  folder: string,
  scene: SceneName,
  look: Look = {},
): Promise<ScriptedWindow> {
  const kiosk = await startScriptedKiosk(folder, scenes[scene])
  const context = await browser.newContext({
    viewport: look.viewport ?? { width: 1280, height: 800 },
    hasTouch: look.hasTouch ?? false,
    reducedMotion: 'reduce',
  })
  await context.addInitScript(
    (kept) => {
      for (const [key, value] of Object.entries(kept)) localStorage.setItem(key, value)
    },
    {
      'lodge.language': look.language ?? 'en',
      'lodge.theme': look.theme ?? 'light',
      'lodge.text-size': look.textSize ?? '1',
    },
  )
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(kiosk.url)
  await page.getByTestId('status-bar').waitFor()
  // Screens come later than the frame around them, and a key pressed before then is nobody's.
  await page.getByTestId(`screen-${screenOf(scene)}`).waitFor()
  return {
    page,
    kiosk,
    complaints,
    async show(scene) {
      kiosk.show(scenes[scene])
      await page.getByTestId(`screen-${screenOf(scene)}`).waitFor()
    },
    tap: (name) => page.getByTestId(name).click(),
    touch: (name) => page.getByTestId(name).tap(),
    async close() {
      await context.close()
      await kiosk.stop()
    },
  }
}
