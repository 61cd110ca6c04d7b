/** Nothing cut off in any language, at 200% text and on any size of screen; every control large enough for a thumb. */
import { describe, expect, it } from 'vitest'
import { languages } from '../../../src-shared/domain.ts'
import { sceneNames } from '../../renderer/scenes.ts'
import { everyScreen } from './every-screen.ts'
import type { Look } from './scripted-window.ts'
import { useScriptedWindow } from './use-scripted-window.ts'

const desk = useScriptedWindow()

/** Faults of the page as it is, one line each. */
const faults = () =>
  desk.page.evaluate(() => {
    const faults: string[] = []
    const wide = document.documentElement.clientWidth
    const unseen = '.hidden-but-read, [aria-hidden="true"], [inert]'
    for (const element of document.querySelectorAll<HTMLElement>('button, input, a, select, textarea, summary, [role="button"], [tabindex="0"]')) {
      const box = element.getBoundingClientRect()
      if (box.width === 0 || element.closest(unseen) !== null) continue
      const said = `${element.tagName} ${(element.dataset['testid'] ?? element.textContent).slice(0, 40)}`
      if (box.height < 43.9 || box.width < 43.9) faults.push(`${said} is ${box.width} x ${box.height}`)
    }
    // Every line of text: inside the window from side to side, and inside whatever would cut it.
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const range = document.createRange()
    for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
      const parent = text.parentElement
      if (parent === null || text.textContent?.trim() === '' || parent.closest(unseen) !== null) continue
      if (parent.closest('.words') !== null && getComputedStyle(parent.closest('.words') ?? parent).clipPath !== 'none') continue
      range.selectNodeContents(text)
      const said = `"${(text.textContent ?? '').trim().slice(0, 40)}"`
      const boxes = [...range.getClientRects()].filter((box) => box.width > 0)
      if (boxes.length === 0) continue
      const left = Math.min(...boxes.map((box) => box.left))
      const right = Math.max(...boxes.map((box) => box.right))
      const top = Math.min(...boxes.map((box) => box.top))
      const bottom = Math.max(...boxes.map((box) => box.bottom))
      let scrolls = false
      for (let around: HTMLElement | null = parent; around !== null && !scrolls; around = around.parentElement) {
        const style = getComputedStyle(around)
        const box = around.getBoundingClientRect()
        if (style.textOverflow === 'ellipsis' && around.scrollWidth > around.clientWidth) faults.push(`${said} ends in an ellipsis`)
        const cuts = style.overflowX === 'hidden' || style.overflowX === 'clip' || around.matches('button')
        if (cuts && (left < box.left - 1 || right > box.right + 1 || top < box.top - 1 || bottom > box.bottom + 1))
          faults.push(`${said} is cut by ${around.tagName} ${around.className}`)
        // A table or a rule may be scrolled from side to side; the window may not.
        scrolls = around.tagName !== 'MAIN' && (style.overflowX === 'auto' || style.overflowX === 'scroll') && around.scrollWidth > around.clientWidth
      }
      if (!scrolls && (left < -1 || right > wide + 1)) faults.push(`${said} stands outside: ${left}..${right} of ${wide}`)
    }
    return faults
  })

describe('every screen', () => {
  const shapes: readonly [string, Look][] = [
    ...languages.map((language): [string, Look] => [`${language}, 1024x600`, { language, viewport: { width: 1024, height: 600 } }]),
    ['en, 800x1280', { language: 'en', viewport: { width: 800, height: 1280 } }],
    ['fi, 1080x1920', { language: 'fi', viewport: { width: 1080, height: 1920 } }],
    ['sv, 1920x1080', { language: 'sv', viewport: { width: 1920, height: 1080 } }],
    ['fi, text at 200%, 1024x600', { language: 'fi', textSize: '2', viewport: { width: 1024, height: 600 } }],
    ['sv, text at 200%, 1024x600', { language: 'sv', textSize: '2', viewport: { width: 1024, height: 600 } }],
    ['fi, text at 200%, 800x1280', { language: 'fi', textSize: '2', viewport: { width: 800, height: 1280 } }],
  ]
  it.each(shapes)('cuts nothing off and gives every control 44 pixels: %s', async (_name, look) => {
    await desk.open('idle', look)
    expect(await desk.page.locator('button').count()).toBeGreaterThan(5)
    const found: string[] = []
    await everyScreen(desk.now(), async (name) => {
      found.push(...(await faults()).map((fault) => `${name}: ${fault}`))
    })
    expect(found).toEqual([])
  })

  it('offers a way on from every step that waits for a person', async () => {
    await desk.open('idle')
    for (const name of sceneNames.filter(
      (each) => !['idle', 'idle-no-reader', 'idle-locked', 'idle-closed', 'enrol', 'first-sync', 'first-supervisor', 'printing'].includes(each),
    )) {
      await desk.show(name)
      expect(await desk.page.locator('main button:enabled').count(), name).toBeGreaterThan(0)
    }
  })
})
