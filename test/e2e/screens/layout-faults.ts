/** What is cut off, outside the window, or too small for a thumb. */
import type { Page } from 'playwright-core'

/** Faults of the page as it is, one line each. */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = []
    const wide = document.documentElement.clientWidth
    const unseen = '.hidden-but-read, [aria-hidden="true"], [inert]'
    for (const element of document.querySelectorAll<HTMLElement>(
      'button, input, a, select, textarea, summary, [role="button"], [tabindex="0"]',
    )) {
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
      if (parent.closest('.words') !== null && getComputedStyle(parent.closest('.words') ?? parent).clipPath !== 'none')
        continue
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
        if (style.textOverflow === 'ellipsis' && around.scrollWidth > around.clientWidth)
          faults.push(`${said} ends in an ellipsis`)
        const cuts = style.overflowX === 'hidden' || style.overflowX === 'clip' || around.matches('button')
        if (cuts && (left < box.left - 1 || right > box.right + 1 || top < box.top - 1 || bottom > box.bottom + 1))
          faults.push(`${said} is cut by ${around.tagName} ${around.className}`)
        // A table or a rule may be scrolled from side to side; the window may not.
        scrolls =
          around.tagName !== 'MAIN' &&
          (style.overflowX === 'auto' || style.overflowX === 'scroll') &&
          around.scrollWidth > around.clientWidth
      }
      if (!scrolls && (left < -1 || right > wide + 1))
        faults.push(`${said} stands outside: ${left}..${right} of ${wide}`)
    }
    return faults
  })
}
