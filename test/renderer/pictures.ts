/** Takes a picture of every screen: `node test/renderer/pictures.ts FOLDER [fi,sv,en] [1280x800,...] [light,dark] [scene+scene] [1|1.5|2]`. For people to look at. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBrowser } from '../e2e/browser.ts'
import { buildWindow } from './build-window.ts'
import { scenes, sceneNames } from './scenes.ts'
import { startScriptedKiosk } from './scripted-kiosk.ts'

const [folder = 'pictures', languages = 'fi,sv,en', sizes = '1280x800', themes = 'light', only = '', textSize = '1'] = process.argv.slice(2)
const out = await mkdtemp(join(tmpdir(), 'lodge-window-'))
await buildWindow(out)
const kiosk = await startScriptedKiosk(out, scenes.idle)
const browser = await openBrowser()
for (const size of sizes.split(',')) {
  const [width = 1280, height = 800] = size.split('x').map(Number)
  for (const theme of themes.split(',')) {
    for (const language of languages.split(',')) {
      const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' })
      await context.addInitScript(
        ([chosen, look, text]) => {
          localStorage.setItem('lodge.language', chosen ?? '')
          localStorage.setItem('lodge.theme', look ?? '')
          localStorage.setItem('lodge.text-size', text ?? '')
        },
        [language, theme, textSize],
      )
      const page = await context.newPage()
      await page.goto(kiosk.url)
      const target = join(folder, `${size}-${theme}-${language}`)
      await mkdir(target, { recursive: true })
      for (const name of sceneNames) {
        if (only !== '' && !only.split('+').includes(name)) continue
        const scene = scenes[name]
        kiosk.show(scene.counter.step === 'arrival' ? { ...scene, counter: { ...scene.counter, language: language as 'fi' } } : scene)
        await page.waitForTimeout(250)
        await page.screenshot({ path: join(target, `${name}.png`) })
        if (name === 'verify-scan') {
          await page.getByTestId('by-eye').click()
          await page.screenshot({ path: join(target, 'verify-by-eye.png') })
        }
        if (name === 'queue') {
          await page.getByTestId('keyboard-show').click()
          await page.screenshot({ path: join(target, 'queue-keyboard.png') })
          await page.getByTestId('keyboard-show').click()
          await page.getByTestId('status-printer').click()
          await page.screenshot({ path: join(target, 'status-panel.png') })
          await page.getByTestId('status-close').click()
          await page.getByTestId('journal').click()
          await page.getByTestId('journal-row').first().waitFor()
          await page.screenshot({ path: join(target, 'journal.png') })
          kiosk.shell({ engine: 'down', failure: null })
          await page.getByTestId('engine-notice').waitFor()
          await page.screenshot({ path: join(target, 'engine-away.png') })
          kiosk.shell({ engine: 'up', failure: null })
        }
      }
      await context.close()
    }
  }
}
await browser.close()
await kiosk.stop()
await rm(out, { recursive: true })
