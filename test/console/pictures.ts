/** Takes a picture of the console's pages: `node test/console/pictures.ts FOLDER [fi,sv,en] [1280x800,...] [light,dark] [page+page]`. For people to look at. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBrowser } from '../e2e/browser.ts'
import { buildConsole } from './build-console.ts'
import { consolePages, openPage } from './pages.ts'
import { sceneHandlers } from './scenes.ts'
import { startScriptedHub } from './scripted-hub.ts'

const [folder = 'pictures', languages = 'fi,sv,en', sizes = '1280x800', themes = 'light', only = ''] = process.argv.slice(2)
const out = await mkdtemp(join(tmpdir(), 'lodge-console-'))
await buildConsole(out)
const hub = await startScriptedHub(out, sceneHandlers('supervisor'))
const browser = await openBrowser()
for (const size of sizes.split(',')) {
  const [width = 1280, height = 800] = size.split('x').map(Number)
  for (const theme of themes.split(',')) {
    for (const language of languages.split(',')) {
      const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' })
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
      const target = join(folder, `${size}-${theme}-${language}`)
      await mkdir(target, { recursive: true })
      for (const each of consolePages) {
        if (only !== '' && !only.split('+').includes(each.name)) continue
        hub.script(sceneHandlers(each.role))
        await openPage(page, hub.url, each)
        await page.evaluate(() => {
          window.scrollTo(0, 0)
        })
        await page.screenshot({ path: join(target, `${each.name}.png`), fullPage: true })
      }
      await context.close()
    }
  }
}
await browser.close()
await hub.stop()
await rm(out, { recursive: true })
