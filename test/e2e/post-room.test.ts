/**
 * A registered letter in a real browser: from the grant to the post under four eyes, and back; and the refusal of an
 * address in Helsinki.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, untilSent } from '../../src-main/demo/acts.ts'
import { startWholeKiosk, type WholeKiosk } from './whole-kiosk.ts'

let kiosk: WholeKiosk
beforeAll(async () => {
  kiosk = await startWholeKiosk('post-room')
})
afterAll(() => kiosk.stop())

const see = (id: string) => kiosk.page.getByTestId(id).first().waitFor({ timeout: 15_000 })
const press = (id: string) => kiosk.page.getByTestId(id).first().click()
const typePin = async (pin: string) => {
  await see('screen-pin')
  await kiosk.page.keyboard.type(pin)
  await kiosk.page.keyboard.press('Enter')
}
const number = 'RR123456785FI'
const agent = () => kiosk.world.hub.agent

it('a letter within Greater Helsinki is not issued: the nearest units are named', async () => {
  const body = {
    account: 'tuohimve',
    desk: kiosk.desk.id,
    channel: 'registered-letter',
    requestReference: 'LR-1',
    secretKind: 'password',
  } as const
  const refused = await agent().call('issue', { body })
  expect(refused).toMatchObject({ ok: false, failure: { code: 'L-228' } })
  expect(refused.ok ? '' : refused.failure.params?.whereFi).toContain('Järvenrannan kampus, Rantatie 4')
})

it('goes by two taps, a colleague’s badge, a print, a scan and a tap; and comes back by a scan', async () => {
  const { desk, page } = kiosk
  desk.reader.tap(desk.porter.badge)
  await typePin(desk.porter.pin)
  await see('screen-letters')
  const row = page.getByRole('button', { name: /Solveig Nordström/ })
  await row.waitFor({ timeout: 15_000 })
  await row.click()
  await see('screen-letter')
  expect(await page.getByTestId('letter-address').innerText()).toContain('65100 VASA')
  await press('approve')
  await see('witness-awaited')
  // One's own badge is no second pair of eyes.
  desk.reader.tap(desk.porter.badge)
  await page.getByText('L-311').waitFor()
  expect(desk.printer.takeSlips()).toEqual([])
  desk.reader.tap(desk.chief.badge)
  await typePin(desk.chief.pin)
  await see('approved')
  await press('print')
  await see('screen-letter-out')
  const [slip] = desk.printer.takeSlips()
  expect(slip?.cut).toBe(true)
  const lines = slip?.text.split('\n').map((line) => line.trim()) ?? []
  expect(lines.indexOf('65100 VASA')).toBeGreaterThan(0)
  expect(lines.indexOf('65100 VASA')).toBeLessThan(lines.indexOf('Ditt nya lösenord'))
  desk.reader.tap(number, ']C0')
  await see('tracking')
  expect(await page.getByTestId('tracking').innerText()).toBe(number)
  await press('dispatch')
  await see('screen-done')
  await untilSent(desk)
  const [letter] = done(await agent().call('letters', { query: { limit: 5 } })).letters
  expect(letter).toMatchObject({ tracking: number, ended: null })
  if (letter === undefined) throw new Error('no letter')
  const events = done(await agent().call('timeline', { query: { pickup: letter.pickup } })).events
  expect(
    events
      .filter(({ kind }) => ['dispatch-approved', 'slip-intended', 'slip-printed', 'dispatched'].includes(kind))
      .map(({ kind }) => kind),
  ).toEqual(['dispatch-approved', 'slip-intended', 'slip-printed', 'dispatched'])

  await press('done')
  await see('screen-letters')
  await see(`gone-${letter.pickup}`)
  // Read again right away it is still the first read: a person reads once more.
  const readAgain = () => {
    desk.reader.tap(number, ']C0')
    return page.getByTestId('screen-letter-back').isVisible()
  }
  await expect.poll(readAgain, { interval: 500, timeout: 15_000 }).toBe(true)
  await press('returned')
  await press('returned-confirm')
  await see('screen-done')
  await untilSent(desk)
  expect(done(await agent().call('letters', { query: { limit: 5 } })).letters[0]).toMatchObject({
    ended: 'returned-by-post',
  })
  expect(kiosk.complaints).toEqual([])
})
