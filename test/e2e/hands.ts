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
      return { id: focused.dataset['testid'] ?? '', seen: focused.matches(':focus-visible') && getComputedStyle(focused).outlineStyle !== 'none' }
    })
    if (at?.id === id) {
      if (!at.seen) throw new Error(`the focus on ${id} does not show`)
      return
    }
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not come to ${id}`)
}
