/**
 * Pictures of every screen, from the built window against the scripted kiosk. `npm run -s pictures` makes those of the
 * documentation: docs/pictures/screens, in three languages,
 * docs/screens.md, examples of the other looks, and docs/pictures/README.md. With options they are PNGs for looking at:
 * `npm run -s pictures -- --to FOLDER [--languages fi,sv] [--sizes 1024x600,800x1280] [--themes light,dark,contrast]
 * [--text 2] [--only queue,verify-scan]`.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { languages, type Language } from '../../src-shared/domain/index.ts'
import { openBrowser } from '../support/chromium.ts'
import { everyScreen } from '../e2e/screens/every-screen.ts'
import { openScriptedWindow, type Look } from '../e2e/screens/scripted-window.ts'
import { toWebp } from '../e2e/webp.ts'
import { buildWindow } from '../support/pages.ts'
import { sceneNames } from './scenes.ts'

const { values } = parseArgs({
  options: {
    to: { type: 'string' },
    languages: { type: 'string', default: 'fi,sv,en' },
    sizes: { type: 'string', default: '1280x800' },
    themes: { type: 'string', default: 'light' },
    text: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
})
const docs = fileURLToPath(new URL('../../docs/', import.meta.url))
const forDocs = values.to === undefined
const only = values.only === '' ? null : new Set(values.only.split(','))

const window = await mkdtemp(join(tmpdir(), 'lodge-window-'))
await buildWindow(window)
const browser = await openBrowser()
const encoder = await browser.newPage()

async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  })
}

const taken = new Set<string>()
async function walk(look: Look & { language: Language }, folder: string, some = only): Promise<void> {
  await mkdir(folder, { recursive: true })
  const open = await openScriptedWindow(browser, window, 'idle', look)
  await everyScreen(open, async (name) => {
    if (some !== null && !some.has(name)) return
    // A cue's caption goes after some seconds; a picture waits for the queue and for the fonts only.
    if (name.startsWith('queue') && sceneNames.includes(name as 'queue'))
      await open.page.getByTestId('queue-row').first().waitFor()
    await open.page.mouse.move(0, 0)
    await settled(open.page)
    const png = await open.page.screenshot()
    taken.add(name)
    await writeFile(join(folder, `${name}.${forDocs ? 'webp' : 'png'}`), forDocs ? await toWebp(encoder, png) : png)
  })
  await open.close()
}

for (const size of values.sizes.split(',')) {
  const [width = 1280, height = 800] = size.split('x').map(Number)
  for (const theme of values.themes.split(',') as ('light' | 'dark' | 'contrast')[]) {
    for (const language of values.languages.split(',') as Language[]) {
      const folder = forDocs
        ? join(docs, 'pictures/screens', language)
        : join(values.to ?? '', `${size}-${theme}-${language}`)
      if (forDocs) await rm(folder, { recursive: true, force: true })
      await walk({ language, theme, textSize: values.text as '1', viewport: { width, height } }, folder)
    }
  }
}
/** One screen of each of the other looks, in English and Finnish. */
const examples: readonly {
  readonly name: string
  readonly what: string
  readonly look: Look & { language: Language }
  readonly screens: readonly string[]
}[] = [
  {
    name: 'dark',
    what: 'dark, 1280×800',
    look: { language: 'en', theme: 'dark', viewport: { width: 1280, height: 800 } },
    screens: ['idle', 'queue', 'verify-document', 'hand-over'],
  },
  {
    name: 'contrast',
    what: 'high contrast, 1280×800',
    look: { language: 'en', theme: 'contrast', viewport: { width: 1280, height: 800 } },
    screens: ['idle', 'queue', 'verify-document', 'hand-over'],
  },
  {
    name: 'small',
    what: '10 inches, 1024×600',
    look: { language: 'fi', viewport: { width: 1024, height: 600 } },
    screens: ['idle', 'queue', 'verify-document', 'letter-out'],
  },
  {
    name: 'upright',
    what: 'upright, 800×1280',
    look: { language: 'sv', viewport: { width: 800, height: 1280 } },
    screens: ['idle', 'queue', 'verify-document', 'walk-in-document'],
  },
  {
    name: 'large-text',
    what: 'text at 200%, 1024×600',
    look: { language: 'fi', textSize: '2', viewport: { width: 1024, height: 600 } },
    screens: ['idle', 'queue', 'verify-document', 'hand-over'],
  },
]
if (forDocs) {
  const all = [...taken]
  const folder = join(docs, 'pictures/looks')
  await rm(folder, { recursive: true, force: true })
  for (const { name, look, screens } of examples) await walk(look, join(folder, name), new Set(screens))
  const shown = examples.map(
    ({ name, what, screens }) =>
      `\n## ${what[0]?.toUpperCase() ?? ''}${what.slice(1)}\n\n${screens.map((screen) => `![${screen}](looks/${name}/${screen}.webp)`).join('\n')}\n`,
  )
  await writeFile(
    join(docs, 'pictures/README.md'),
    `# Pictures\n\nMade by \`npm run -s pictures\` from the built window and invented data; those of slips are of the slip tests.\n\n` +
      `- [screens](../screens.md): all ${all.length} in ${languages.join(', ')}, light, 1280×800: ${all.join(', ')}\n` +
      `- [console](../console-screens.md): every page of the hub’s console in ${languages.join(', ')}, made by \`node test/console/pictures.ts\`\n` +
      `- looks, below: ${examples.map(({ what }) => what).join('; ')}\n- \`handover.png\`, \`slips.png\`, \`slips-58.png\`: a handover, and slips of 80 and 58 mm\n${shown.join('')}`,
  )
  const rows = all.map(
    (name) =>
      `| ${name} | ${languages.map((language) => `![](pictures/screens/${language}/${name}.webp)`).join(' | ')} |`,
  )
  await writeFile(
    join(docs, 'screens.md'),
    `# Every screen, in three languages\n\nMade by \`npm run -s pictures\` from the built window and invented data.\n\n| screen | suomi | svenska | English |\n|---|---|---|---|\n${rows.join('\n')}\n`,
  )
}
await browser.close()
await rm(window, { recursive: true })
