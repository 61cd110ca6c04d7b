/**
 * A picture of every page of the console, for people to look at. Without arguments they go to docs/pictures/console, as
 * WebP, with docs/console-screens.md; `node test/console/pictures.ts FOLDER [fi,sv,en] [1280x800,...] [light,dark]
 * [page+page]` writes PNGs elsewhere.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openBrowser } from '../support/chromium.ts'
import { toWebp } from '../e2e/webp.ts'
import { buildConsole } from '../support/pages.ts'
import { consolePages, openPage } from './pages.ts'
import { sceneHandlers } from './scenes.ts'
import { startScriptedHub } from './scripted-hub.ts'

const docs = fileURLToPath(new URL('../../docs/', import.meta.url))
const forDocs = process.argv[2] === undefined
const [
  folder = join(docs, 'pictures/console'),
  languages = 'fi,sv,en',
  sizes = '1280x800',
  themes = 'light',
  only = '',
] = process.argv.slice(2)
const out = await mkdtemp(join(tmpdir(), 'lodge-console-'))
await buildConsole(out)
const hub = await startScriptedHub(out, sceneHandlers('supervisor'))
const browser = await openBrowser()
const encoder = await browser.newPage()
const locales: Readonly<Record<string, string>> = { fi: 'fi-FI', sv: 'sv-FI', en: 'en-GB' }

for (const size of sizes.split(',')) {
  const [width = 1280, height = 800] = size.split('x').map(Number)
  for (const theme of themes.split(',')) {
    for (const language of languages.split(',')) {
      const viewport = { width, height }
      const context = await browser.newContext({
        viewport,
        reducedMotion: 'reduce',
        locale: locales[language] ?? 'fi-FI',
        timezoneId: 'Europe/Helsinki',
      })
      await context.addInitScript(
        ([chosen, look]) => {
          localStorage.setItem('lodge.console.language', chosen ?? '')
          localStorage.setItem('lodge.console.theme', look ?? '')
        },
        [language, theme],
      )
      const page = await context.newPage()
      page.on('pageerror', (error) => console.error(error.message))
      page.on('console', (message) => message.type() === 'error' && console.error(message.text()))
      const target = join(folder, forDocs ? language : `${size}-${theme}-${language}`)
      await mkdir(target, { recursive: true })
      for (const each of consolePages) {
        if (only !== '' && !only.split('+').includes(each.name)) continue
        hub.script(sceneHandlers(each.role))
        await page.setViewportSize(viewport)
        await openPage(page, hub.url, each)
        await page.evaluate(() => document.fonts.ready.then(() => undefined))
        // The whole page in one window, so that what stays in place is drawn to its end.
        const whole = await page.evaluate(() => document.documentElement.scrollHeight)
        await page.setViewportSize({ width, height: Math.max(height, whole) })
        const png = await page.screenshot()
        await writeFile(
          join(target, `${each.name}.${forDocs ? 'webp' : 'png'}`),
          forDocs ? await toWebp(encoder, png) : png,
        )
      }
      await context.close()
    }
  }
}
await browser.close()
await hub.stop()
await rm(out, { recursive: true })
if (forDocs) {
  const rows = consolePages.map(
    ({ name }) =>
      `| ${name} | ${['fi', 'sv', 'en'].map((of) => `![](pictures/console/${of}/${name}.webp)`).join(' | ')} |`,
  )
  await writeFile(
    join(docs, 'console-screens.md'),
    `# Every page of the console, in three languages\n\nMade by \`node test/console/pictures.ts\` from the built console and invented data.\n\n| page | suomi | svenska | English |\n|---|---|---|---|\n${rows.join('\n')}\n`,
  )
}
