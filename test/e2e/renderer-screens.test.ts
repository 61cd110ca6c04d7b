/**
 * The built window in a real Chromium against a scripted kiosk: every screen accessible in both themes, nothing cut off
 * in any language or at 200% text, and every tap saying to the engine exactly what the screen says to the person.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { languages, type Language } from '../../src-shared/domain.ts'
import { fail, ok } from '../../src-shared/result.ts'
import { buildWindow } from '../renderer/build-window.ts'
import { aino, scenes, sceneNames, type SceneName } from '../renderer/scenes.ts'
import { startScriptedKiosk, type ScriptedKiosk } from '../renderer/scripted-kiosk.ts'
import { openBrowser } from './browser.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodge-window-'))
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let browser: Browser
let kiosk: ScriptedKiosk
let context: BrowserContext
let page: Page
const complaints: string[] = []

interface Look {
  readonly language?: Language
  readonly theme?: 'light' | 'dark'
  readonly textSize?: '1' | '2'
  readonly viewport?: { width: number; height: number }
}

/** Opens the window afresh on a scene. */
async function open(scene: SceneName, look: Look = {}): Promise<void> {
  kiosk = await startScriptedKiosk(folder, scenes[scene])
  context = await browser.newContext({ viewport: look.viewport ?? { width: 1280, height: 800 }, reducedMotion: 'reduce' })
  await context.addInitScript(
    (kept) => {
      for (const [key, value] of Object.entries(kept)) localStorage.setItem(key, value)
    },
    { 'lodge.language': look.language ?? 'en', 'lodge.theme': look.theme ?? 'light', 'lodge.text-size': look.textSize ?? '1' },
  )
  page = await context.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(kiosk.url)
  await page.getByTestId('status-bar').waitFor()
}
async function show(scene: SceneName): Promise<void> {
  kiosk.show(scenes[scene])
  const { counter, setup, staff } = scenes[scene]
  const screen = counter.step !== 'idle' ? counter.step : (setup ?? (staff === null ? 'idle' : 'queue'))
  await page.getByTestId(`screen-${screen}`).waitFor()
}
const tap = (name: string) => page.getByTestId(name).click()
/** Waits until the engine has been asked so many times, then says what for. */
async function asked(count: number): Promise<readonly { method: string; input: unknown }[]> {
  const acts = () => kiosk.calls.filter(({ method }) => method !== 'queue' && method !== 'journal')
  await expect.poll(() => acts().length).toBe(count)
  return acts()
}

beforeAll(async () => {
  await buildWindow(folder)
  browser = await openBrowser()
})
afterEach(async () => {
  await context.close()
  await kiosk.stop()
  complaints.length = 0
})
afterAll(async () => {
  await browser.close()
  rmSync(folder, { recursive: true })
})

describe('every screen', () => {
  it.each(['light', 'dark'] as const)('has no accessibility violation in the %s theme, and keeps to its policy', async (theme) => {
    await open('idle', { theme })
    await page.evaluate(axeSource)
    const found: string[] = []
    const check = async (name: string) => {
      const violations = await page.evaluate(async () => {
        const { axe } = window as unknown as {
          axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[]; passes: unknown[] }> }
        }
        const report = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
        if (report.passes.length < 5) throw new Error('axe looked at nothing')
        return report.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`))
      })
      // The same fault on every screen is said once.
      for (const violation of violations) if (!found.some((known) => known.endsWith(violation))) found.push(`${name} ${violation}`)
    }
    for (const name of sceneNames) {
      await show(name)
      await check(name)
      if (name === 'verify-scan') {
        await tap('by-eye')
        await tap('by-eye-country-more')
        await check('by eye')
      }
      if (name === 'queue') {
        await tap('keyboard-show')
        await check('keyboard')
        await tap('keyboard-show')
        await tap('status-network')
        await check('status panel')
        await tap('status-close')
        await tap('shift')
        await tap('readers')
        await page.getByTestId('reader-device').first().waitFor()
        await check('readers')
        await tap('back')
        await tap('back')
        await tap('journal')
        await page.getByTestId('journal-row').first().waitFor()
        await check('journal')
      }
      if (name === 'hand-over') {
        await tap('missing')
        await check('missing?')
      }
    }
    kiosk.shell({ engine: 'down', failure: null })
    await page.getByTestId('engine-notice').waitFor()
    await check('engine away')
    expect(found).toEqual([])
    expect(complaints).toEqual([])
  })

  const shapes: readonly [string, Look][] = [
    ...languages.map((language): [string, Look] => [`${language}, 1024x600`, { language, viewport: { width: 1024, height: 600 } }]),
    ['fi, portrait', { language: 'fi', viewport: { width: 1080, height: 1920 } }],
    ['sv, 1920x1080', { language: 'sv', viewport: { width: 1920, height: 1080 } }],
    ['fi, text at 200%', { language: 'fi', textSize: '2' }],
    ['sv, text at 200%, 1024x600', { language: 'sv', textSize: '2', viewport: { width: 1024, height: 600 } }],
  ]
  it.each(shapes)('cuts nothing off and gives every control 44 pixels: %s', async (_name, look) => {
    await open('idle', look)
    const found: string[] = []
    for (const name of sceneNames) {
      await show(name)
      const faults = await page.evaluate(() => {
        const faults: string[] = []
        const wide = document.documentElement.clientWidth
        let controls = 0
        for (const element of document.querySelectorAll<HTMLElement>('button, input, h1, h2, p, li, td')) {
          const box = element.getBoundingClientRect()
          if (box.width === 0 || element.closest('.hidden-but-read, [aria-hidden="true"]') !== null || getComputedStyle(element).clipPath !== 'none') continue
          const said = `${element.tagName} ${(element.dataset['testid'] ?? element.textContent).slice(0, 40)}`
          if ((box.left < -1 || box.right > wide + 1) && element.closest('table') === null)
            faults.push(`${said} stands outside: ${box.left}..${box.right} of ${wide}`)
          if (element.matches('button, input')) {
            controls += 1
            if (box.height < 43.9 || box.width < 43.9) faults.push(`${said} is ${box.width} x ${box.height}`)
            if (element.scrollWidth > element.clientWidth + 1 && element.matches('button')) faults.push(`${said} cuts its text`)
          }
        }
        if (controls < 5) faults.push('no controls seen')
        return faults
      })
      found.push(...faults.map((fault) => `${name}: ${fault}`))
    }
    expect(found).toEqual([])
  })

  it('offers a way on from every step that waits for a person', async () => {
    await open('idle')
    for (const name of sceneNames.filter(
      (each) => !['idle', 'idle-no-reader', 'idle-locked', 'idle-closed', 'enrol', 'first-sync', 'first-supervisor', 'printing'].includes(each),
    )) {
      await show(name)
      expect(await page.locator('main button:enabled').count(), name).toBeGreaterThan(0)
    }
  })
})

describe('serving a person', () => {
  it('prints with one tap when a document was read, in the language preselected', async () => {
    await open('verify-document')
    expect(await page.getByTestId('slip-language-fi').getAttribute('aria-pressed')).toBe('true')
    await tap('print')
    const [first, second] = await asked(2)
    expect(first).toEqual({ method: 'verifyDocument', input: { pickup: aino.id } })
    expect(second).toMatchObject({ method: 'release', input: { pickup: aino.id, language: 'fi' } })
  })

  it('prints by eye only with a kind and a real birth date, keyed by touch or keyboard', async () => {
    await open('verify-scan')
    await tap('by-eye')
    expect(await page.getByTestId('by-eye-print').isDisabled()).toBe(true)
    await tap('by-eye-kind-identity-card')
    await tap('by-eye-country-SWE')
    for (const digit of '31021999') await tap(`birth-key-${digit}`)
    await page.getByTestId('by-eye-not-a-date').waitFor()
    expect(await page.getByTestId('by-eye-print').isDisabled()).toBe(true)
    await tap('birth-clear')
    await page.keyboard.type('24121999')
    expect(await page.getByTestId('by-eye-birth-date').textContent()).toBe('24.12.1999')
    await tap('slip-language-sv')
    await tap('by-eye-print')
    const [first, second] = await asked(2)
    expect(first).toEqual({
      method: 'verifyByEye',
      input: { pickup: aino.id, kind: 'identity-card', issuerCountry: 'SWE', birthDate: '1999-12-24', statement: true },
    })
    expect(second).toMatchObject({ method: 'release', input: { language: 'sv' } })
  })

  it('shows a refusal with its next step and code, and prints nothing', async () => {
    await open('verify-document')
    kiosk.script({ verifyDocument: () => fail('L-303') })
    await tap('print')
    expect(await page.getByTestId('failure-code').textContent()).toContain('L-303')
    expect(await page.getByTestId('next-step').textContent()).toBe('Scan it again, or check the document by eye.')
    expect((await asked(1)).map(({ method }) => method)).toEqual(['verifyDocument'])
  })

  it('does not offer to print while the printer cannot, nor a blocked pickup', async () => {
    await open('verify-paper-out')
    expect(await page.getByTestId('print').isDisabled()).toBe(true)
    await tap('check-printer')
    expect((await asked(1))[0]?.method).toBe('checkPrinter')
    await show('verify-blocked')
    expect(await page.getByTestId('print').count()).toBe(0)
    expect(await page.getByTestId('blocked').textContent()).toContain('HR')
  })

  it.each(['no-id-with-them', 'expired', 'photo-differs', 'name-differs', 'someone-elses-errand'])('records %s with one tap', async (reason) => {
    await open('verify-scan')
    await tap(`no-slip-${reason}`)
    expect(await asked(1)).toEqual([{ method: 'noSlip', input: { pickup: aino.id, reason } }])
  })

  it.each([
    ['handed-over', ['handed-over']],
    ['spoiled', ['spoiled']],
    ['nothing-came-out', ['nothing-came-out']],
    ['missing', ['missing', 'missing-confirm']],
  ])('settles a slip as %s', async (settlement, taps) => {
    await open('hand-over')
    for (const each of taps) {
      expect(kiosk.calls).toEqual([])
      await tap(each)
    }
    expect(await asked(1)).toMatchObject([{ method: 'settle', input: { settlement } }])
  })

  it('puts unsettled slips before the queue, and opens them from there', async () => {
    await open('queue-unsettled')
    const banner = await page.getByTestId('unsettled-banner').boundingBox()
    const row = await page.getByTestId('queue-row').first().boundingBox()
    expect(banner?.y).toBeLessThan(row?.y ?? 0)
    await tap('unsettled-open')
    expect(await asked(1)).toEqual([{ method: 'openPickup', input: { pickup: aino.id } }])
  })

  it('finds a waiting person by name from the arrived tab, by keyboard alone', async () => {
    await open('queue')
    await expect.poll(() => page.getByTestId('queue-row').count()).toBe(2)
    await page.getByTestId('queue-search').focus()
    await page.keyboard.type('okonkwo')
    await expect.poll(() => page.getByTestId('queue-row').count()).toBe(1)
    for (let step = 0; step < 6 && !(await page.getByTestId('queue-row').evaluate((row) => row === document.activeElement)); step += 1)
      await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect((await asked(1))[0]?.method).toBe('openPickup')
    await page.getByTestId('queue-search').fill('nobody at all')
    await page.getByTestId('queue-empty').waitFor()
  })
})

describe('setting up readers', () => {
  it('shows what is plugged in and why one is not read, learns one, and gives it back when the screen is left', async () => {
    await open('queue')
    await tap('shift')
    await tap('readers')
    await expect.poll(() => page.getByTestId('reader-device').count()).toBe(3)
    expect(await page.getByTestId('screen-readers').textContent()).toContain('60-lodge.rules')
    const listed = {
      devices: [
        { path: '/dev/hidraw2', product: 'pcProx', vendorId: 0x0c27, productId: 0x3bfa, usagePage: 1, usage: 6, used: false, rule: null, failure: null },
      ],
    }
    const learning = { path: '/dev/hidraw2', product: 'pcProx', reads: [], suggestion: null, alsoFits: [], failure: null }
    const read = { kind: 'card', length: 8, alphabet: 'digits', ends: '03' } as const
    kiosk.script({ readers: () => ok({ ...listed, learning: { ...learning, reads: [read] } }) })
    await page.getByTestId('learn').nth(2).click()
    await expect.poll(() => page.getByTestId('read').count()).toBe(1)
    expect(await page.getByTestId('learning').textContent()).toContain('1 of 3')
    kiosk.script({
      readers: () => ok({ ...listed, learning: { ...learning, reads: [read, read, read], suggestion: '{"decoder":"pcprox"}', alsoFits: ['plain'] } }),
    })
    await page.getByTestId('suggestion').waitFor()
    await tap('back')
    await expect
      .poll(() => kiosk.calls.filter(({ method }) => method === 'learnReader').map(({ input }) => input))
      .toEqual([{ path: '/dev/hidraw2' }, { path: null }])
  })
  it('is not there for a porter', async () => {
    await open('queue')
    const { staff } = scenes.queue
    if (staff === null) throw new Error('nobody signed in')
    kiosk.show({ ...scenes.queue, staff: { ...staff, role: 'porter' } })
    await tap('shift')
    await page.getByTestId('end-shift').waitFor()
    expect(await page.getByTestId('readers').count()).toBe(0)
  })
})

describe('a desk without a keyboard', () => {
  it('finds a person by touch alone, letters of the Finnish and Swedish alphabet included', async () => {
    await open('queue', { viewport: { width: 1024, height: 600 } })
    await tap('keyboard-show')
    for (const letter of 'åströx') await tap(`key-${letter}`)
    await page.getByTestId('queue-empty').waitFor()
    await tap('key-erase')
    await tap('key-m')
    await tap('keyboard-close')
    await expect.poll(() => page.getByTestId('queue-row').count()).toBe(1)
    await tap('queue-row')
    expect((await asked(1))[0]?.method).toBe('openPickup')
  })
})

describe('signing in', () => {
  it('takes a PIN by touch, shows dots only, and forgets a wrong one', async () => {
    await open('pin')
    kiosk.script({ enterPin: () => fail('L-402', { left: 1 }) })
    for (const digit of '582047') await tap(`pin-key-${digit}`)
    expect(await page.getByTestId('pin-dots').getAttribute('data-count')).toBe('6')
    expect(await page.content()).not.toContain('582047')
    await tap('pin-enter')
    expect(await asked(1)).toEqual([{ method: 'enterPin', input: { pin: '582047' } }])
    await page.getByTestId('failure').waitFor()
    expect(await page.getByTestId('pin-dots').getAttribute('data-count')).toBe('0')
  })

  it('takes a PIN by keyboard', async () => {
    await open('pin')
    await page.keyboard.type('58204')
    await page.keyboard.press('Backspace')
    await page.keyboard.type('47')
    await page.keyboard.press('Enter')
    expect(await asked(1)).toEqual([{ method: 'enterPin', input: { pin: '582047' } }])
  })

  it('asks for a chosen PIN twice, and sends it only when both are the same', async () => {
    await open('pin-first-supervisor')
    await page.keyboard.type('582047')
    await page.keyboard.press('Enter')
    await page.keyboard.type('582048')
    await page.keyboard.press('Enter')
    await page.getByTestId('pin-differ').waitFor()
    expect(kiosk.calls).toEqual([])
    for (let round = 0; round < 2; round += 1) {
      await page.keyboard.type('582047')
      await page.keyboard.press('Enter')
    }
    expect(await asked(1)).toEqual([{ method: 'enterPin', input: { pin: '582047' } }])
  })

  it('enrols with an address and a code', async () => {
    await open('enrol')
    expect(await page.getByTestId('enrol-submit').isDisabled()).toBe(true)
    await page.getByTestId('enrol-hub').fill('https://hub.suvanto.example')
    await page.getByTestId('enrol-code').fill(' ABCD-EFGH ')
    await page.keyboard.press('Enter')
    expect(await asked(1)).toEqual([{ method: 'enrol', input: { hub: 'https://hub.suvanto.example', code: 'ABCD-EFGH' } }])
  })
})

describe('the window itself', () => {
  it('stays when the engine dies, takes no taps, and carries on without a reload', async () => {
    await open('verify-document')
    await page.evaluate(() => Object.assign(window, { sameWindow: true }))
    kiosk.shell({ engine: 'down', failure: null })
    await page.getByTestId('engine-notice').waitFor()
    expect(await page.getByTestId('pickup-name').textContent()).toBe(aino.name)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true)
    kiosk.shell({ engine: 'up', failure: null })
    await page.getByTestId('engine-notice').waitFor({ state: 'detached' })
    await tap('print')
    await asked(2)
    expect(await page.evaluate(() => 'sameWindow' in window)).toBe(true)
  })

  it('finds the shell again after its connection breaks, and draws what has changed since', async () => {
    await open('idle')
    kiosk.admit(false)
    await page.getByTestId('engine-notice').waitFor()
    kiosk.show(scenes.arrival)
    kiosk.admit(true)
    await page.getByTestId('screen-arrival').waitFor()
    expect(await page.getByTestId('engine-notice').count()).toBe(0)
  })

  it('says why the engine was given up, with the code to call about', async () => {
    await open('idle')
    kiosk.shell({ engine: 'given-up', failure: { code: 'L-802' } })
    expect(await page.getByTestId('engine-notice').getByTestId('failure-code').textContent()).toContain('L-802')
  })

  it('greets an arrival in the recipient’s language, without a full name', async () => {
    await open('idle', { language: 'sv' })
    await show('arrival')
    await expect.poll(() => page.locator('h1').textContent()).toBe('A. K. V., sinulla on nouto')
    expect(await page.locator('html').getAttribute('lang')).toBe('fi')
    expect(await page.content()).not.toContain('Virtanen')
  })

  it('shows three languages at rest and when refusing a visitor', async () => {
    await open('idle')
    for (const language of languages) expect(await page.locator(`h1 [lang=${language}]`).count(), language).toBe(1)
    expect(await page.getByTestId('staff-hint').textContent()).toContain('scan your badge')
    await show('refused-recipient')
    for (const language of languages) expect(await page.locator(`main [lang=${language}]`).count(), language).toBeGreaterThan(0)
  })

  it('says the unsent records and the last contact in the status bar', async () => {
    await open('queue-unsettled')
    expect(await page.getByTestId('status-unsent').textContent()).toContain('3 records waiting, last contact 09:41')
    expect(await page.getByTestId('status-network').getAttribute('data-state')).toBe('offline')
    expect(await page.getByTestId('clock').textContent()).toBe('09:52')
  })

  it('says a scan that changed nothing, and why', async () => {
    await open('hand-over')
    kiosk.notice({ code: 'L-214' })
    expect(await page.getByTestId('scan-notice').textContent()).toContain('L-214')
  })

  it('moves the focus to the heading of a new screen', async () => {
    await open('queue')
    await show('verify-scan')
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe(aino.name)
  })

  it('lets staff sign out, and shows the journal on the way', async () => {
    await open('queue')
    await tap('journal')
    await expect.poll(() => page.getByTestId('journal-row').count()).toBe(7)
    await tap('back')
    await tap('sign-out')
    expect((await asked(1))[0]?.method).toBe('signOut')
  })
})
