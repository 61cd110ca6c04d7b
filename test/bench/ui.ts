/**
 * Figures of the window, in a real Chromium with a real engine: first paint beside a blank page, size, a scan until it
 * is drawn, a keystroke of search.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { BrowserContext, Page } from 'playwright-core'
import { openBrowser } from '../support/chromium.ts'
import { buildWindow } from '../support/pages.ts'
import { cardOf } from './cached-desk.ts'
import { figure, median, type Figure } from './figure.ts'
import { sized } from './size.ts'
import { eventually, startUiDesk, type UiDesk } from './ui/desk.ts'

const cached = sized(100_000, 2000)
const paints = sized(15, 2)
const scans = sized(120, 4)
const warming = sized(10, 1)
/** Accounts and names typed, a letter at a time. */
const sought = sized(24, 2)
/** As many as the window asks for. */
const askedFor = 20

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0
}

/** What the page notes for the bench. */
interface Notes {
  /** When a frame with the screen of this name was drawn, milliseconds since 1970. */
  drawn: Record<string, number>
  /** From a key in a field to the frame that shows the engine's answer, milliseconds. */
  answered: number[]
}

/** In the page, before anything else of it runs. */
function watchPage(): void {
  const page = window as unknown as Notes
  page.drawn = {}
  page.answered = []
  const origin = performance.timeOrigin
  const afterFrame = (note: () => void) =>
    requestAnimationFrame(() => {
      const channel = new MessageChannel()
      channel.port1.onmessage = note
      channel.port2.postMessage(null)
    })
  const look = () => {
    for (const element of document.querySelectorAll<HTMLElement>('[data-testid^="screen-"]')) {
      const name = element.dataset['testid'] ?? ''
      if (page.drawn[name] !== undefined) continue
      page.drawn[name] = 0
      afterFrame(() => (page.drawn[name] = origin + performance.now()))
    }
  }
  new MutationObserver(look).observe(document, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['data-testid'],
  })

  let keyed = 0
  let asked = -1
  addEventListener('input', (event) => (keyed = event.timeStamp), { capture: true })
  const Socket = window.WebSocket
  window.WebSocket = class extends Socket {
    constructor(address: string | URL) {
      super(address)
      this.addEventListener('message', ({ data }: MessageEvent<string>) => {
        const frame = JSON.parse(data) as { t: string; id?: number }
        if (frame.id !== asked || keyed === 0) return
        const from = keyed
        keyed = 0
        afterFrame(() => page.answered.push(performance.now() - from))
      })
    }
    override send(data: string): void {
      const frame = JSON.parse(data) as { id?: number; method?: string }
      if (frame.method === 'queue') asked = frame.id ?? -1
      super.send(data)
    }
  }
}

/** Milliseconds from the beginning of the navigation to the frame that shows `name`. */
async function paintOf(page: Page, address: string, name: string): Promise<number> {
  await page.goto(address)
  const drawn = await page.waitForFunction((wanted) => (window as unknown as Notes).drawn[wanted], name)
  return ((await drawn.jsonValue()) as number) - (await page.evaluate(() => performance.timeOrigin))
}

async function firstPaint(context: BrowserContext, origin: string): Promise<Figure> {
  const own: number[] = []
  const blank: number[] = []
  for (let round = 0; round < paints + 2; round += 1) {
    const page = await context.newPage()
    const empty = await paintOf(page, `${origin}blank.html`, 'screen-blank')
    const drawn = await paintOf(page, origin, 'screen-idle')
    await page.close()
    if (round < 2) continue
    blank.push(empty)
    own.push(drawn)
  }
  return figure(
    'first_paint',
    median(own),
    'ms',
    {
      name: 'a page with one line of text and no script, from the same shell in the same Chromium',
      value: median(blank),
    },
    'ratio <= 2',
    (_, ratio) => ratio <= 2,
  )
}

/**
 * Script and style that the page itself names: loaded before anything is on screen. What is imported later is not in
 * it.
 */
export function startSize(folder: string): { start: number; all: number } {
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  let start = 0
  let all = 0
  for (const name of readdirSync(join(folder, 'assets')).filter((each) => /\.(js|css)$/.test(each))) {
    const size = gzipSync(readFileSync(join(folder, 'assets', name)), { level: 9 }).length
    all += size
    if (page.includes(name)) start += size
  }
  return { start, all }
}

async function scanToScreen(page: Page, desk: UiDesk): Promise<Figure> {
  const times: number[] = []
  const engine: number[] = []
  await page.getByTestId('screen-idle').waitFor()
  for (let i = 0; i < scans + warming; i += 1) {
    await page.evaluate(() => {
      delete (window as unknown as Notes).drawn['screen-arrival']
    })
    const from = performance.timeOrigin + performance.now()
    desk.reader.tap(cardOf((i * 7919) % cached))
    const drawn = await page.waitForFunction(() => (window as unknown as Notes).drawn['screen-arrival'])
    if (i >= warming) {
      times.push(((await drawn.jsonValue()) as number) - from)
      engine.push(desk.toldAt('arrival') - from)
    }
    const dismissed = await desk.api.dismiss({})
    if (!dismissed.ok) throw new Error(dismissed.failure.code)
    await page.getByTestId('screen-idle').waitFor()
  }
  return figure(
    'scan_to_screen_p99',
    percentile(times, 0.99),
    'ms',
    {
      name: 'the same scans until the engine had recorded them and told the shell, p99',
      value: percentile(engine, 0.99),
    },
    '<= 50 ms',
    (value) => value <= 50,
  )
}

/**
 * Each letter and digit of an account, with a hundred thousand like it: from the key to the frame that shows the
 * answer.
 */
async function keystrokes(page: Page, desk: UiDesk): Promise<Figure> {
  await desk.signIn()
  await page.getByTestId('screen-queue').waitFor()
  // Names are decrypted after the start; search is whole once all are there.
  await eventually('all names', async () => {
    const all = await desk.api.queue({ filter: 'all', search: '', limit: 100 })
    return all.ok && all.value.total === cached
  })
  const one = await desk.api.queue({ filter: 'all', search: '', limit: 100 })
  if (!one.ok) throw new Error(one.failure.code)
  const words = one.value.pickups.flatMap(({ account, name }) => [account, name.toLowerCase()]).slice(0, sought)
  const alone: number[] = []
  const field = page.getByTestId('queue-search')
  const answers = () => page.evaluate(() => (window as unknown as Notes).answered.length)
  const answer = async () => {
    const before = await answers()
    return () => page.waitForFunction((count) => (window as unknown as Notes).answered.length > count, before)
  }
  for (const word of words) {
    const cleared = await answer()
    if ((await field.inputValue()) !== '') {
      await field.fill('')
      await cleared()
    }
    await field.focus()
    // A space at the end of what is sought asks for nothing new.
    for (const [place, letter] of [...word.replaceAll(' ', '')].entries()) {
      const search = word.replaceAll(' ', '').slice(0, place + 1)
      const from = performance.now()
      const result = await desk.api.queue({ filter: 'all', search, limit: askedFor })
      if (!result.ok) throw new Error(result.failure.code)
      alone.push(performance.now() - from)
      const shown = await answer()
      await page.keyboard.type(letter)
      await shown()
    }
  }
  const times = await page.evaluate(() => (window as unknown as Notes).answered)
  return figure(
    'search_keystroke_p99',
    percentile(times, 0.99),
    'ms',
    { name: 'the same searches answered to the shell, nothing drawn, p99', value: percentile(alone, 0.99) },
    '<= 50 ms',
    (value) => value <= 50,
  )
}

export async function uiFigures(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-bench-'))
  const rendererDir = join(folder, 'window')
  await buildWindow(rendererDir)
  writeFileSync(
    join(rendererDir, 'blank.html'),
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Blank</title><main data-testid="screen-blank">A page with one line of text</main></html>',
  )
  const { start, all } = startSize(rendererDir)
  mkdirSync(join(folder, 'desk'))
  const desk = await startUiDesk(join(folder, 'desk'), rendererDir, cached)
  const browser = await openBrowser()
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'fi-FI' })
    await context.addInitScript(watchPage)
    const opening = await context.newPage()
    await opening.goto(desk.launchUrl())
    const origin = new URL('/', opening.url()).href
    await opening.close()
    const painted = await firstPaint(context, origin)
    const page = await context.newPage()
    await page.goto(origin)
    const scanned = await scanToScreen(page, desk)
    const sought = await keystrokes(page, desk)
    return [
      painted,
      figure(
        'bundle_gzip_kb',
        start / 1000,
        'kB',
        { name: 'with what is loaded later', value: all / 1000 },
        '<= 150 kB',
        (value) => value <= 150,
      ),
      scanned,
      sought,
    ]
  } finally {
    await browser.close()
    await desk.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
