/**
 * The window in a language that nobody speaks: every text of the locales, of the help and of the errors stands between
 * marks, accented and a third longer. What is on screen without marks was written past them; what is too long is cut.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { commonCountries, countryName } from '../../../src-renderer/wording/index.ts'
import { buildPseudoWindow, withoutPseudo } from './pseudo-window.ts'
import { everyScreen } from './every-screen.ts'
import { layoutFaults } from './layout-faults.ts'
import { useScriptedWindow } from './use-scripted-window.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodge-pseudo-'))
const desk = useScriptedWindow(() => folder)
beforeAll(() => buildPseudoWindow(folder))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** What the browser itself knows: days, months, countries. */
function wordsOfTheBrowser(): string[] {
  const words = new Set<string>()
  for (const locale of ['fi-FI', 'sv-FI', 'en-GB']) {
    for (let day = 0; day < 365; day += 6)
      for (const { value } of new Intl.DateTimeFormat(locale, {
        weekday: 'long',
        day: 'numeric',
        month: 'long',
      }).formatToParts(Date.UTC(2026, 0, day)))
        words.add(value)
    for (let month = 0; month < 12; month += 1)
      words.add(new Intl.DateTimeFormat(locale, { month: 'short' }).format(Date.UTC(2026, month, 15)))
    for (const { code } of commonCountries) words.add(countryName(code, locale.slice(0, 2) as 'fi'))
  }
  return [...words]
}

/** Every text that the engine sent is data: names, references, addresses, devices, and the initials made of a name. */
function listen(page: Page): Set<string> {
  const data = new Set<string>(wordsOfTheBrowser())
  const walk = (value: unknown): void => {
    if (typeof value === 'string') {
      data.add(value)
      data.add(value.replace(/^https:\/\//, '').replace(/\/$/, ''))
      data.add(value.replaceAll(/[^\p{Lu}]/gu, ''))
    } else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) walk(inner)
  }
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      walk(JSON.parse(payload.toString()))
    })
  })
  return data
}
/** Codes, and languages named in themselves. */
const known = [/\b(?:FI|SV|EN|L-\d{3})\b/g, /\b(?:Suomi|Svenska|English)\b/g, /\b[0-9a-f]{4}[:/][0-9a-f]{4}\b/g]

it('finds no text written past the locales, and nothing that a longer language would cut', async () => {
  await desk.open('idle', { language: 'en', viewport: { width: 1024, height: 600 } })
  const heard = listen(desk.page)
  await desk.page.reload()
  await desk.page.getByTestId('status-bar').waitFor()
  const found = new Set<string>()
  let marked = 0
  await everyScreen(desk.now(), async (name) => {
    const texts = await desk.page.evaluate(() => {
      const texts: string[] = []
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) texts.push(node.textContent ?? '')
      for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
        for (const kind of ['aria-label', 'title', 'placeholder', 'alt']) texts.push(element.getAttribute(kind) ?? '')
      return texts
    })
    const data = [...heard].filter((word) => word.length > 1).sort((a, b) => b.length - a.length)
    for (const text of texts) {
      if (text.includes('⟦')) marked += 1
      let rest = withoutPseudo(text)
      for (const pattern of known) rest = rest.replace(pattern, '')
      for (const word of data) rest = rest.replaceAll(word, '')
      if (/\p{L}{2}/u.test(rest)) found.add(`${name}: ${text.trim()}`)
    }
    for (const fault of await layoutFaults(desk.page)) found.add(`${name}: ${fault}`)
  })
  expect(marked).toBeGreaterThan(1000)
  expect([...found]).toEqual([])
})
