/**
 * A desk's screen is not a document: nothing on it is selected, dragged away, dropped in or opened by a long press.
 * Fields for typing stay as they are.
 */
export function hold(page: Document): void {
  // No print dialog: nothing of a desk's screen goes on paper but slips.
  Object.defineProperty(page.defaultView ?? {}, 'print', { value: () => undefined })

  for (const kind of ['dragstart', 'dragover', 'drop', 'contextmenu'] as const)
    page.addEventListener(kind, (event) => {
      event.preventDefault()
    })
}
