/** The window itself: an engine that dies, a connection that breaks, who may read what. */
import { describe, expect, it } from 'vitest'
import { languages } from '../../../src-shared/domain/index.ts'
import { aino, scenes } from '../../renderer/scenes.ts'
import { useScriptedWindow } from './use-scripted-window.ts'

const desk = useScriptedWindow()
const { open, show, tap, asked } = desk

describe('the window itself', () => {
  it('stays when the engine dies, takes no taps, and carries on without a reload', async () => {
    await open('verify-document')
    await desk.page.evaluate(() => Object.assign(window, { sameWindow: true }))
    desk.kiosk.shell({ engine: 'down', failure: null })
    await desk.page.getByTestId('engine-notice').waitFor()
    expect(await desk.page.getByTestId('pickup-name').textContent()).toBe(aino.name)
    await desk.page.keyboard.press('Tab')
    expect(await desk.page.evaluate(() => document.activeElement === document.body)).toBe(true)
    desk.kiosk.shell({ engine: 'up', failure: null })
    await desk.page.getByTestId('engine-notice').waitFor({ state: 'detached' })
    await tap('print')
    await asked(2)
    expect(await desk.page.evaluate(() => 'sameWindow' in window)).toBe(true)
  })

  it('finds the shell again after its connection breaks, and draws what has changed since', async () => {
    await open('idle')
    desk.kiosk.admit(false)
    await desk.page.getByTestId('engine-notice').waitFor()
    desk.kiosk.show(scenes.arrival)
    desk.kiosk.admit(true)
    await desk.page.getByTestId('screen-arrival').waitFor()
    expect(await desk.page.getByTestId('engine-notice').count()).toBe(0)
  })

  it('says why the engine was given up, with the code to call about', async () => {
    await open('idle')
    desk.kiosk.shell({ engine: 'given-up', failure: { code: 'L-802' } })
    expect(await desk.page.getByTestId('engine-notice').getByTestId('failure-code').textContent()).toContain('L-802')
  })

  it('greets an arrival in the recipient’s language, without a full name', async () => {
    await open('idle', { language: 'sv' })
    await show('arrival')
    await expect.poll(() => desk.page.locator('h1').textContent()).toBe('A. K. V., sinulle on noudettavaa')
    expect(await desk.page.locator('html').getAttribute('lang')).toBe('fi')
    expect(await desk.page.content()).not.toContain('Virtanen')
  })

  it('shows three languages at rest and when refusing a visitor', async () => {
    await open('idle')
    for (const language of languages) expect(await desk.page.locator(`h1 [lang=${language}]`).count(), language).toBe(1)
    expect(await desk.page.getByTestId('staff-hint').textContent()).toContain('scan your badge')
    await show('refused-recipient')
    for (const language of languages)
      expect(await desk.page.locator(`main [lang=${language}]`).count(), language).toBeGreaterThan(0)
  })

  it.each(['idle-closed', 'idle-paused', 'idle-check-in-offline', 'idle-no-reader'] as const)(
    'says in its headline why nobody is served, and asks nobody to scan: %s',
    async (scene) => {
      await open('idle')
      const invites = await Promise.all(
        languages.map((language) => desk.page.locator(`h1 [lang=${language}]`).innerText()),
      )
      await show(scene)
      const headline = desk.page.locator('h1')
      await expect.poll(() => headline.innerText()).toMatch(/8:00|10:30|Go to the staff|ask the staff/)
      for (const language of languages) expect(await headline.locator(`[lang=${language}]`).count(), language).toBe(1)
      for (const invite of invites) expect(await desk.page.locator('main').innerText()).not.toContain(invite)
    },
  )

  it('says the unsent records and the last contact in the status bar', async () => {
    await open('queue-unsettled')
    expect(await desk.page.getByTestId('status-unsent').textContent()).toContain(
      '3 records waiting, last contact 09:41',
    )
    expect(await desk.page.getByTestId('status-network').getAttribute('data-state')).toBe('offline')
    expect(await desk.page.getByTestId('clock').textContent()).toBe('09:52')
  })

  it('says a scan that changed nothing, and why', async () => {
    await open('hand-over')
    desk.kiosk.notice({ code: 'L-214' })
    expect(await desk.page.getByTestId('scan-notice').textContent()).toContain('L-214')
  })

  it('moves the focus to the heading of a new screen', async () => {
    await open('queue')
    await show('verify-scan')
    await expect.poll(() => desk.page.evaluate(() => document.activeElement?.textContent)).toBe(aino.name)
  })

  it('lets staff sign out, and shows the journal on the way', async () => {
    await open('queue')
    await tap('journal')
    await expect.poll(() => desk.page.getByTestId('journal-row').count()).toBe(7)
    await tap('back')
    await tap('sign-out')
    expect((await asked(1))[0]?.method).toBe('signOut')
  })
})
