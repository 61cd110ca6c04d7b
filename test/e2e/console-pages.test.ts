/**
 * The built console in a real Chromium against a scripted hub: every page accessible in every theme, nothing cut off in
 * any language from 1024 to 1920 pixels, lists and the calendar by keyboard, and acts that say to the hub exactly what
 * the page says to the person.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { AgentRole } from '../../src-shared/hub-api/agent/words.ts'
import type { Language } from '../../src-shared/domain/index.ts'
import { buildConsole } from '../support/pages.ts'
import { consolePages, openPage } from '../console/pages.ts'
import { idOf, sceneHandlers } from '../console/scenes.ts'
import { startScriptedHub, type ScriptedHub } from '../console/scripted-hub.ts'
import { openBrowser } from '../support/chromium.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodge-console-'))
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const complaints: string[] = []
let browser: Browser
let hub: ScriptedHub
let context: BrowserContext
let page: Page

interface Look {
  readonly language?: Language
  readonly theme?: 'light' | 'dark' | 'contrast'
  readonly width?: number
}
async function start(look: Look = {}, role: AgentRole = 'supervisor'): Promise<void> {
  hub = await startScriptedHub(folder, sceneHandlers(role))
  context = await browser.newContext({
    viewport: { width: look.width ?? 1280, height: 800 },
    reducedMotion: 'reduce',
    locale: 'en-GB',
  })
  await context.addInitScript(
    (kept) => {
      for (const [key, value] of Object.entries(kept)) localStorage.setItem(key, value)
    },
    { 'lodge.console.language': look.language ?? 'en', 'lodge.console.theme': look.theme ?? 'light' },
  )
  page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
}

beforeAll(async () => {
  await buildConsole(folder)
  browser = await openBrowser()
})
afterEach(async () => {
  await context.close()
  await hub.stop()
  complaints.length = 0
})
afterAll(async () => {
  await browser.close()
  rmSync(folder, { recursive: true })
})

/** Accessibility violations of what is on the page; `rules` for only some of them. */
function violations(rules: readonly string[]): Promise<string[]> {
  return page.evaluate(async (only) => {
    const { axe } = window as unknown as {
      axe: {
        run(options: object): Promise<{
          violations: { id: string; nodes: { html: string; failureSummary: string }[] }[]
          passes: unknown[]
        }>
      }
    }
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    const report = await axe.run({
      runOnly: only.length > 0 ? { type: 'rule', values: only } : tags,
      resultTypes: ['violations'],
    })
    return report.violations.flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
    )
  }, rules)
}

/** What is cut off, stands outside, or is smaller than WCAG 2.2 2.5.8 asks (24 by 24). */
function layoutFaults(): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = []
    const wide = document.documentElement.clientWidth
    if (document.documentElement.scrollWidth > wide + 1)
      faults.push(`the page is ${document.documentElement.scrollWidth} of ${wide} wide`)
    for (const element of document.querySelectorAll<HTMLElement>('button, input, select, h1, h2, p, li, a')) {
      const box = element.getBoundingClientRect()
      if (box.width === 0 || element.closest('.hidden-but-read, [aria-hidden="true"], .table-frame, .skip') !== null)
        continue
      const said = `${element.tagName} ${(element.dataset['testid'] ?? element.textContent).slice(0, 40)}`
      if (box.left < -1 || box.right > wide + 1) faults.push(`${said} stands outside`)
      if (element.matches('button') && element.scrollWidth > element.clientWidth + 1)
        faults.push(`${said} cuts its text`)
      if (element.matches('button, select') && (box.height < 23.9 || box.width < 23.9))
        faults.push(`${said} is ${box.width} x ${box.height}`)
    }
    return faults
  })
}

describe('every page', () => {
  // One visit of each: loading pages is what costs.
  it('is accessible in each theme, cuts nothing off from 1024 to 1920 pixels in any language, and keeps to the strict policy', async () => {
    await start()
    const found: string[] = []
    for (const each of consolePages) {
      hub.script(sceneHandlers(each.role))
      await page.setViewportSize({ width: 1280, height: 800 })
      await openPage(page, hub.url, each)
      await page.evaluate(axeSource)
      const note = (where: string, faults: readonly string[]) => {
        // The same fault on every page is said once.
        for (const fault of faults)
          if (!found.some((known) => known.endsWith(fault))) found.push(`${each.name}, ${where}: ${fault}`)
      }
      note('light', await violations([]))
      for (const theme of ['dark', 'contrast'] as const) {
        await page.evaluate((drawn) => {
          document.documentElement.dataset['theme'] = drawn
        }, theme)
        note(theme, await violations(['color-contrast']))
      }
      for (const [language, width] of [
        ['fi', 1024],
        ['sv', 1024],
        ['sv', 1920],
        ['en', 1024],
      ] as const) {
        await page.setViewportSize({ width, height: 800 })
        await page.evaluate((name) => {
          document.querySelector<HTMLElement>(`[data-testid="language-${name}"]`)?.click()
        }, language)
        note(`${language} ${width}`, await layoutFaults())
      }
    }
    expect(found).toEqual([])
    expect(complaints).toEqual([])
  }, 400_000)
})

describe('by keyboard', () => {
  it('goes through a list row by row, opens one, and is at the heading of its page', async () => {
    await start()
    await page.goto(`${hub.url}/pickups`)
    // A page that has come puts the focus at its heading first.
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
    await page.getByTestId('open').first().focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowDown')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Erik Lindqvist')
    await page.keyboard.press('Enter')
    await page.getByTestId('timeline').waitFor()
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
    expect(await page.title()).toBe('Pickup – Lodge console')
  })

  it('goes through the year by day, week and month, and makes a day an exception', async () => {
    await start({}, 'administrator')
    await page.goto(`${hub.url}/places`)
    await page.getByTestId('edit-desk').first().click()
    const today = await page.locator('.day[tabindex="0"]').getAttribute('data-date')
    await page.locator('.day[tabindex="0"]').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowDown')
    const reached = await page.evaluate(() => (document.activeElement as HTMLElement).dataset['date'] ?? '')
    expect(Date.parse(reached) - Date.parse(today ?? '')).toBe(8 * 86_400_000)
    await page.keyboard.press('Enter')
    await page.getByTestId('closed-day').click()
    await page.getByTestId('save-place').click()
    await expect.poll(() => hub.acts.length).toBe(1)
    expect(hub.acts[0]).toMatchObject({ route: 'saveDesk', body: { id: idOf('desk-a') } })
    expect((hub.acts[0]?.body as { hours: { exceptions: object[] } }).hours.exceptions).toContainEqual({
      date: reached,
      spans: [],
    })
  })

  it('a question before what cannot be undone leaves everything as it is at Escape', async () => {
    await start()
    await page.goto(`${hub.url}/pickups/${idOf('pickup-0') as string}`)
    await page.getByTestId('revoke').click()
    await page.getByTestId('ask-yes').waitFor()
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('ask-no')
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByTestId('ask-yes').count()).toBe(0)
    expect(hub.acts).toEqual([])
    await page.getByTestId('revoke').click()
    await page.getByTestId('ask-yes').click()
    await page.getByTestId('toast').waitFor()
    expect(hub.acts).toEqual([{ route: 'revoke', body: { pickup: idOf('pickup-0'), reason: 'revoked', to: null } }])
  })
})

it('the picture of a slip is in the language that is typed in', async () => {
  await start({}, 'administrator')
  await page.goto(`${hub.url}/slip`)
  await page.getByTestId('note-sv').fill('Öppet alla vardagar')
  await expect.poll(() => page.getByTestId('slip-note').textContent()).toBe('Öppet alla vardagar')
  await page.getByTestId('note-en').fill('Open on weekdays')
  await expect.poll(() => page.getByTestId('slip-note').textContent()).toBe('Open on weekdays')
})

it('an enrolment code says what it joins, also once another kind is chosen', async () => {
  await start({}, 'administrator')
  await page.goto(`${hub.url}/enrolment`)
  await page.getByTestId('enrol-desk').selectOption({ index: 1 })
  await page.getByTestId('kind-check-in').check()
  await page.getByTestId('make-code').click()
  await page.getByTestId('kind-desk').check()
  expect(await page.getByTestId('code-kind').textContent()).toContain('check-in screen')
  expect(hub.acts[0]).toMatchObject({ route: 'enrolmentCode', body: { kind: 'check-in' } })
})

it('what waits for a desk and has no kiosk there is shown; a check-in screen’s chain is told from the kiosk’s', async () => {
  await start()
  await page.goto(`${hub.url}/desks`)
  await page.getByTestId('ungranted').first().waitFor()
  expect(await page.getByTestId('ungranted').allTextContents()).toEqual(['3 not yet at the desk'])
  await page.goto(`${hub.url}/chains`)
  await page.getByTestId('chain-screen').waitFor()
  expect(await page.getByTestId('chain-screen').count()).toBe(1)
})

describe('a write-off', () => {
  it('says that it goes on and for how many until the hub has answered, takes no second one meanwhile, and ends also when the page is left', async () => {
    await start()
    let answer = (): void => undefined
    const held = new Promise<void>((resolve) => {
      answer = resolve
    })
    await context.route('**/v1/agent/kiosks/write-off', async (route) => {
      await held
      await route.continue()
    })
    await page.goto(`${hub.url}/desks`)
    await page.getByTestId('write-off').first().click()
    await page.getByTestId('ask-yes').click()
    await page.getByTestId('working').waitFor()
    expect(await page.getByTestId('working').textContent()).toMatch(/14 pickups/)
    expect(await page.getByTestId('write-off').first().isDisabled()).toBe(true)
    expect(hub.acts).toEqual([])
    await page.getByTestId('nav-alarms').click()
    await page.getByRole('heading', { name: 'Alarms' }).waitFor()
    answer()
    await page.getByTestId('toast').waitFor()
    expect(hub.acts.map(({ route }) => route)).toEqual(['writeOff'])
    await page.getByTestId('nav-desks').click()
    await page.getByTestId('write-off').first().waitFor()
    expect(await page.getByTestId('working').count()).toBe(0)
  })

  it('that fails says so, and may be asked for again', async () => {
    await start()
    hub.script({ writeOff: () => ({ failed: 'L-611' }) })
    await page.goto(`${hub.url}/desks`)
    await page.getByTestId('write-off').first().click()
    await page.getByTestId('ask-yes').click()
    await page.getByTestId('failure').waitFor()
    expect(await page.getByTestId('working').count()).toBe(0)
    expect(await page.getByTestId('write-off').first().isEnabled()).toBe(true)
  })
})

describe('when things go wrong', () => {
  it('an ended session keeps the page, says so, and comes back to it after signing in', async () => {
    await start()
    await page.goto(`${hub.url}/people`)
    await page.getByTestId('add-person').click()
    await page.getByTestId('given').fill('Maija')
    await page.getByTestId('family').fill('Meikäläinen')
    await page.getByTestId('account').fill('maija.m')
    hub.script({ saveRecipient: () => ({ failed: 'L-610' }) })
    await page.getByTestId('save-person').click()
    await page.getByTestId('session-ended').waitFor()
    expect(await page.getByTestId('family').inputValue()).toBe('Meikäläinen')
    await page.getByTestId('session-ended').getByRole('button').click()
    await page.getByTestId('username').fill('ritva.salo')
    await page.getByTestId('password').fill('lakka-kuura-pihlaja-41')
    await page.getByTestId('sign-in').click()
    await page.getByTestId('add-person').waitFor()
    expect(new URL(page.url()).pathname).toBe('/people')
  })

  it('a hub that is away is said with a code and a next step, and the page goes on by itself when it is back', async () => {
    await start()
    await page.goto(`${hub.url}/alarms`)
    await page.getByTestId('row').first().waitFor()
    hub.away = true
    await page.getByTestId('all').check()
    const failure = page.getByTestId('failure').first()
    await failure.waitFor()
    expect(await failure.textContent()).toMatch(/L-601/)
    expect(await failure.getByTestId('next-step').textContent()).not.toBe('')
    // What was on the screen is still there.
    expect(await page.getByTestId('row').count()).toBeGreaterThan(0)
    hub.away = false
    await page.getByTestId('again').first().click()
    await expect.poll(() => page.getByTestId('failure').count()).toBe(0)
  })

  it('a reply that is not of the contract is not shown', async () => {
    await start()
    hub.script({ desks: sceneHandlers('supervisor').desks ?? (() => ({ desks: [] })) })
    await context.route('**/v1/agent/alarms*', (route) =>
      route.fulfill({ json: { alarms: [{ id: 'x' }], disputes: [] } }),
    )
    await page.goto(`${hub.url}/alarms`)
    await page.getByTestId('failure').waitFor()
    expect(await page.getByTestId('failure').textContent()).toMatch(/L-602/)
  })

  it('an address of another site is not gone to after signing in', async () => {
    await start()
    hub.script({ session: () => ({ failed: 'L-610' }) })
    await page.goto(`${hub.url}/sign-in?next=//example.org/`)
    await page.getByTestId('username').fill('ritva.salo')
    await page.getByTestId('password').fill('lakka-kuura-pihlaja-41')
    await page.getByTestId('sign-in').click()
    await page.getByTestId('nav').waitFor()
    expect(new URL(page.url()).origin).toBe(hub.url)
  })
})
