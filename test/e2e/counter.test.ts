/** The helpdesk's counter in a real browser: a password on the spot by touch, and a document left at home. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { done, untilGranted, untilSent } from '../../src-main/demo/acts.ts'
import { passportOf, type DemoRecipient } from '../../src-main/demo/institution.ts'
import { until } from '../../src-main/demo/until.ts'
import { languages } from '../../src-shared/domain/index.ts'
import { touch } from './hands.ts'
import { startWholeKiosk, type WholeKiosk } from './whole-kiosk.ts'

let kiosk: WholeKiosk

beforeAll(async () => {
  kiosk = await startWholeKiosk('helpdesk-lakeside')
}, 120_000)
afterAll(async () => {
  await kiosk.stop()
})

const see = (id: string) => kiosk.page.getByTestId(id).first().waitFor({ timeout: 15_000 })
const text = (id: string) => kiosk.page.getByTestId(id).first().innerText()
function visitor(key: string): DemoRecipient {
  const found = kiosk.world.institution.recipients.find((person) => person.key === key)
  if (found === undefined) throw new Error('no such visitor')
  return found
}

let taps = 0
async function tap(id: string): Promise<void> {
  taps += 1
  await touch(kiosk.page, id)
}

beforeEach(async () => {
  const { desk, page } = kiosk
  desk.cable.plug()
  desk.printer.takeSlips()
  await until(desk.client, 'online', ({ network, printer }) => network.state === 'online' && printer.canPrint, 60_000)
  const state = done(await desk.client.state({}))
  if (state.counter.step !== 'idle') done(await desk.client.dismiss({}))
  if (state.staff === null) {
    desk.reader.tap(desk.porter.badge)
    await see('screen-pin')
    await page.keyboard.type(desk.porter.pin)
    await page.keyboard.press('Enter')
  }
  await see('screen-queue')
  taps = 0
})

describe('a password on the spot', () => {
  it.each([
    ['fi', 'nelli'],
    ['sv', 'camille'],
    ['en', 'nelli'],
  ] as const)('takes one scan and two taps: %s', async (language, key) => {
    const { desk, page } = kiosk
    await touch(page, `language-${language}`)
    desk.reader.scanDocument(passportOf(visitor(key)))
    await see('document-read')
    await tap('issue')
    await see('screen-hand-over')
    await tap('handed-over')
    await see('screen-done')
    expect(taps).toBe(2)
    expect(desk.printer.takeSlips().filter(({ cut }) => cut)).toHaveLength(1)
    await untilSent(desk)
  })

  it('is chosen among the accounts that a search finds at the hub, and another desk’s is refused with where to go', async () => {
    const { page } = kiosk
    await page.getByTestId('queue-search').fill('heinonen')
    await tap('find-account')
    await see('screen-walk-in')
    await see('blocked')
    expect(await text('next-step')).not.toContain('…')
    expect(await page.getByTestId('issue').count()).toBe(0)
    await tap('back')
    await see('screen-queue')
    await page.getByTestId('queue-search').fill('wikström')
    await tap('find-account')
    await see('account-row')
    expect(
      await page
        .getByTestId('account-row')
        .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset['account'])),
    ).toEqual(expect.arrayContaining(['wikstrem', 'wikstrem-lab']))
    await page.locator('[data-account="wikstrem-lab"]').click()
    await see('by-eye')
    await page.getByTestId('queue-search').waitFor({ state: 'detached' })
  })

  it('with the hub away nothing is issued, and the screen says so and what to do', async () => {
    const { desk } = kiosk
    desk.reader.scanDocument(passportOf(visitor('camille')))
    await see('document-read')
    desk.cable.pull()
    await tap('issue')
    await see('failure')
    expect(await text('failure-code')).toContain('L-217')
    expect((await text('next-step')).length).toBeGreaterThan(10)
    expect(desk.printer.slips()).toEqual([])
  })
})

describe('the document is at home', () => {
  async function openPickup(): Promise<void> {
    const { desk, world, page } = kiosk
    const body = {
      account: 'kivelane',
      desk: desk.id,
      channel: 'helpdesk',
      requestReference: null,
      secretKind: 'password',
    } as const
    const issued = done(await world.hub.agent.call('issue', { body }))
    await untilGranted(desk, issued.pickup, 'kivelane')
    await page.getByTestId('queue-search').fill('kivelane')
    await page.locator(`[data-pickup="${issued.pickup}"]`).click()
    await see('e-id')
  }
  /** A phone of the visitor's: a browser of its own, from the desk's QR code to the broker's page. */
  async function onPhone(walk: (phone: Page) => Promise<void>): Promise<string> {
    const browser = kiosk.page.context().browser()
    if (browser === null) throw new Error('no browser')
    // Without scripts: the pages need none.
    const context = await browser.newContext({
      viewport: { width: 390, height: 800 },
      locale: 'fi-FI',
      javaScriptEnabled: false,
    })
    const phone = await context.newPage()
    try {
      await phone.goto((await kiosk.page.getByTestId('e-id-panel').getAttribute('data-address')) ?? '')
      for (const language of languages) expect(await phone.locator(`section[lang="${language}"]`).count()).toBe(1)
      const button = await phone.locator('button.go').boundingBox()
      expect(button?.height ?? 0).toBeGreaterThanOrEqual(44)
      await phone.locator('button.go').click()
      await phone.getByRole('heading', { name: 'Demo broker' }).waitFor()
      await walk(phone)
      await phone.locator('section[lang="fi"]').waitFor()
      return await phone.locator('body').innerText()
    } finally {
      await context.close()
    }
  }

  it('the visitor identifies on their own phone, and two taps of the staff print', async () => {
    const { desk } = kiosk
    await openPickup()
    await tap('e-id')
    await see('e-id-panel')
    expect(await onPhone((phone) => phone.getByRole('button', { name: 'Nelli Sofia Kivelä' }).click())).toContain(
      'Tunnistautuminen onnistui',
    )
    await see('verified')
    await tap('print')
    await see('screen-hand-over')
    expect(taps).toBe(2)
    await tap('handed-over')
    await see('screen-done')
    expect(desk.printer.takeSlips().filter(({ cut }) => cut)).toHaveLength(1)
    expect(kiosk.complaints).toEqual([])
  })

  it('somebody else on the phone is refused, here and there, and nothing prints', async () => {
    await openPickup()
    await tap('e-id')
    await see('e-id-panel')
    expect(await onPhone((phone) => phone.getByRole('button', { name: 'Emil Wikström' }).click())).toContain('L-317')
    await see('failure')
    expect(await text('failure-code')).toContain('L-317')
    await see('e-id')
    expect(await kiosk.page.getByTestId('print').count()).toBe(0)
    expect(kiosk.desk.printer.slips()).toEqual([])
  })
})
