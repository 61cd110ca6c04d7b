/** Every screen is accessible in every theme and language, by axe-core and by hand. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { everyScreen } from './every-screen.ts'
import type { Look } from './scripted-window.ts'
import { useScriptedWindow } from './use-scripted-window.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const desk = useScriptedWindow()

/** Faults of the page as it is, one line each. */
async function violations(): Promise<string[]> {
  return desk.page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run(options: object): Promise<{
          violations: { id: string; nodes: { html: string; failureSummary: string }[] }[]
          passes: unknown[]
        }>
      }
    }
    const report = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    if (report.passes.length < 5) throw new Error('axe looked at nothing')
    return report.violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
    )
  })
}

describe('every screen', () => {
  // What differs by theme is colour, by language the words: each theme is walked in a language of its own.
  const looks: readonly Look[] = [
    { theme: 'light', language: 'fi' },
    { theme: 'dark', language: 'sv' },
    { theme: 'contrast', language: 'en' },
  ]
  it.each(looks)('has no accessibility violation and keeps to its policy: $theme, $language', async (look) => {
    await desk.open('idle', look)
    await desk.page.evaluate(axeSource)
    const found: string[] = []
    await everyScreen(desk.now(), async (name) => {
      // The same fault on every screen is said once.
      for (const violation of await violations())
        if (!found.some((known) => known.endsWith(violation))) found.push(`${name} ${violation}`)
    })
    expect(found).toEqual([])
    expect(desk.complaints).toEqual([])
  })
})
