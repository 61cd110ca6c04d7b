/** A finger and a keyboard, in whatever shell the window is. */
import type { Page } from 'playwright-core'

/** A finger on the middle of a control, as the screen would report it. */
export async function touch(page: Page, id: string): Promise<void> {
  const control = page.getByTestId(id).first()
  await control.waitFor()
  await control.scrollIntoViewIfNeeded()
  const box = await control.boundingBox()
  if (box === null) throw new Error(`${id} is not on screen`)
  const session = await page.context().newCDPSession(page)
  try {
    await session.send('Emulation.setTouchEmulationEnabled', { enabled: true })
    const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] })
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  } finally {
    await session.detach()
  }
}

/** Presses Tab until a control has the focus and shows it; gives up after a round of any screen. */
export async function focusByTab(page: Page, id: string): Promise<void> {
  await page.getByTestId(id).first().waitFor()
  for (let step = 0; step < 60; step += 1) {
    const at = await page.evaluate(() => {
      const focused = document.activeElement
      if (!(focused instanceof HTMLElement)) return null
      return {
        id: focused.dataset['testid'] ?? '',
        seen: focused.matches(':focus-visible') && getComputedStyle(focused).outlineStyle !== 'none',
      }
    })
    if (at?.id === id && at.seen) return
    // Where a finger or the page itself has put it, it need not show; where Tab has come to, it must.
    if (at?.id === id && step > 0) throw new Error(`the focus on ${id} does not show`)
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not come to ${id}`)
}

export type HandName = 'touch' | 'keyboard'

/** One hand of a person, counting what it does: a tap, or the key that stands for one; digits apart. */
export interface Hand {
  readonly taps: number
  readonly digits: number
  tap(id: string): Promise<void>
  /** Digits, by the pad of this name or the keys. */
  key(pad: string, digits: string): Promise<void>
}

export function createHand(page: Page, name: HandName): Hand {
  let taps = 0
  let digits = 0
  return {
    get taps() {
      return taps
    },
    get digits() {
      return digits
    },
    async tap(id) {
      taps += 1
      if (name === 'touch') {
        await touch(page, id)
        return
      }
      await focusByTab(page, id)
      await page.keyboard.press('Enter')
    },
    async key(pad, text) {
      digits += text.length
      if (name === 'keyboard') await page.keyboard.type(text)
      else for (const digit of text) await touch(page, `${pad}-key-${digit}`)
    },
  }
}
