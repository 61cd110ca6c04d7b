/**
 * The window in a language that nobody speaks: every text of the locales, of the help and of the errors stands between
 * marks, accented and a third longer. What is on screen without marks was written past them; what is too long is cut.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildPseudoWindow, withoutPseudo } from './pseudo-window.ts'
import { everyScreen } from './every-screen.ts'
import { layoutFaults } from './layout-faults.ts'
import { scenes } from '../../renderer/scenes.ts'
import { useScriptedWindow } from './use-scripted-window.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodge-pseudo-'))
const desk = useScriptedWindow(() => folder)
beforeAll(() => buildPseudoWindow(folder))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** Names, references and addresses of the scenes, as they reach the screen; longest first. */
function dataOfScenes(): string[] {
  const found = new Set<string>()
  const walk = (value: unknown): void => {
    if (typeof value === 'string' && value.length > 1) found.add(value)
    else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) walk(inner)
  }
  walk(scenes)
  return [...found].sort((a, b) => b.length - a.length)
}
/** What is on screen and not of the locales: names of languages in themselves, devices of the scripted kiosk, what the browser knows of dates and countries. */
const known = [
  /\b(?:FI|SV|EN|PIN|L-\d{3})\b/g,
  /\b(?:Suomi|Svenska|English)\b/g,
  /\b[a-zåäöø0-9'_-]\b/gi,
  /https?:\/\/\S*/g,
  /[\p{L}.]+ (?:\d+|\d+\. [\p{L}]+)\b/gu,
]

it('finds no text written past the locales, and nothing that a longer language would cut', async () => {
  await desk.open('idle', { language: 'en', viewport: { width: 1024, height: 600 } })
  const data = dataOfScenes()
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
    for (const text of texts) {
      if (text.includes('⟦')) marked += 1
      let rest = withoutPseudo(text)
      for (const word of data) rest = rest.replaceAll(word, '')
      for (const pattern of known) rest = rest.replace(pattern, '')
      if (/\p{L}{2}/u.test(rest)) found.add(`${name}: ${text.trim()}`)
    }
    for (const fault of await layoutFaults(desk.page)) found.add(`${name}: ${fault}`)
  })
  expect(marked).toBeGreaterThan(1000)
  expect([...found]).toEqual([])
})
