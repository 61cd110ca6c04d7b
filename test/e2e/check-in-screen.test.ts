/**
 * A check-in screen beside a porter's desk, in a real browser: its own engine, keys and reader, the same hub. People
 * announce themselves there, the porter's own window shows them, and with the cable out the screen sends them to the
 * desk.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { done } from '../../src-main/demo/acts.ts'
import { passportOf, type DemoRecipient } from '../../src-main/demo/institution.ts'
import { until } from '../../src-main/demo/until.ts'
import { languages } from '../../src-shared/domain/index.ts'
import { createHand, type HandName } from './hands.ts'
import { startWholeSite, type WholeDesk, type WholeSite } from './whole-kiosk.ts'

let site: WholeSite
let screen: WholeDesk
let porter: WholeDesk
beforeAll(async () => {
  site = await startWholeSite(['porter-lakeside', 'check-in-lakeside'], { beside: ['porter-millhill'] })
  screen = site.at('check-in-lakeside')
  porter = site.at('porter-lakeside')
  porter.desk.reader.tap(porter.desk.porter.badge)
  await porter.page.getByTestId('screen-pin').waitFor()
  await createHand(porter.page, 'touch').key('pin', porter.desk.porter.pin)
  await createHand(porter.page, 'touch').tap('pin-enter')
  await porter.page.getByTestId('screen-queue').waitFor()
}, 420_000)
afterAll(() => site.stop())
afterEach(() => {
  for (const one of [screen, porter]) expect(one.complaints).toEqual([])
})

function visitor(key: string): DemoRecipient {
  const found = site.world.institution.recipients.find((person) => person.key === key)
  if (found === undefined) throw new Error(`no visitor ${key}`)
  return found
}
const rest = async () => {
  await screen.desk.client.syncNow({})
  await until(screen.desk.client, 'online', ({ network }) => network.state === 'online', 60_000)
  if (done(await screen.desk.client.state({})).counter.step !== 'idle') done(await screen.desk.client.dismiss({}))
  await screen.page.getByTestId('screen-idle').waitFor()
}
const see = (id: string, at = screen) => at.page.getByTestId(id).first().waitFor({ timeout: 60_000 })
const words = (id: string) => screen.page.getByTestId(id).first().innerText()

describe('a check-in screen', () => {
  it('is ready without staff, PIN or printer, and shows none', async () => {
    await rest()
    const state = done(await screen.desk.client.state({}))
    expect(state).toMatchObject({ kind: 'check-in', setup: null, counts: { waiting: 0, arrived: 0 } })
    expect(state.readiness).toMatchObject({ light: 'green', serves: true, servesOffline: false })
    for (const none of ['staff-hint', 'status-printer', 'queue-row'])
      expect(await screen.page.getByTestId(none).count(), none).toBe(0)
    expect(await screen.page.getByTestId('status-network').count()).toBe(1)
  })

  it.each([
    ['aino', 'card'],
    ['lukas', 'document'],
  ] as const)('one scan and no tap, and the porter sees who has come: %s by %s', async (key, by) => {
    await rest()
    const person = visitor(key)
    if (by === 'card') screen.desk.reader.tap(person.cards[0] ?? '')
    else screen.desk.reader.scanDocument(passportOf(person))
    await see('screen-arrival')
    await expect.poll(() => screen.page.locator('html').getAttribute('lang')).toBe(person.language)
    const shown = await screen.page.locator('body').innerText()
    for (const personal of [person.family, person.account]) expect(shown).not.toContain(personal)
    const row = porter.page.getByTestId('queue-row').filter({ hasText: person.family })
    await row.waitFor({ timeout: 30_000 })
    await rest()
  })

  it('names the desk where it waits, and asks for delivery where nothing waits', async () => {
    await rest()
    const away = site.world.institution.pickups.find((pickup) => pickup.desk === 'porter-millhill')
    const person = site.world.institution.recipients.find(({ account }) => account === away?.account)
    screen.desk.reader.tap(person?.cards[0] ?? '')
    await see('screen-refused')
    expect(await words('failure-code')).toContain('L-244')
    expect(await screen.page.getByTestId('place-porter').first().innerText()).toMatch(/./)
    await rest()
    screen.desk.reader.tap('04FFEE00112233')
    await see('screen-refused')
    expect(await words('failure-code')).toContain('L-253')
    expect(await screen.page.getByTestId('request-delivery').count()).toBe(0)
    await rest()
    screen.desk.reader.tap(visitor('veera').cards[0] ?? '')
    await see('screen-refused')
    expect(await words('failure-code')).toContain('L-202')
    await createHand(screen.page, 'touch').tap('request-delivery')
    await expect
      .poll(async () => {
        const { counter } = done(await screen.desk.client.state({}))
        return counter.step === 'refused' ? counter.request?.state : null
      })
      .toBe('waiting')
    const inbox = async () =>
      done(await site.world.hub.agent.call('inbox', { query: { state: 'waiting', limit: 10 } })).waiting
    await expect.poll(inbox, { timeout: 30_000 }).toBe(1)
  })

  it.each(['touch', 'keyboard'] as const satisfies readonly HandName[])(
    'calls the staff at the desk: by %s',
    async (name) => {
      await rest()
      await createHand(screen.page, name).tap('call-staff')
      await expect.poll(() => words('staff-called')).not.toBe('')
      await see('call-banner', porter)
      await createHand(porter.page, 'touch').tap('answer-call')
      await porter.page.getByTestId('call-banner').waitFor({ state: 'detached' })
    },
  )

  it.each(languages)(
    'without its cable it sends people to the desk, and comes back by itself: %s',
    async (language) => {
      await rest()
      await createHand(screen.page, 'touch').tap(`language-${language}`)
      screen.desk.cable.pull()
      screen.desk.reader.tap(visitor('aino').cards[0] ?? '')
      await see('screen-refused')
      expect(await words('failure-code')).toContain('L-245')
      expect((await words('next-step')).length).toBeGreaterThan(10)
      // The idle screen says so as well, and offers no call that nobody would hear.
      await createHand(screen.page, 'touch').tap('back')
      await see('closed')
      expect(await screen.page.getByTestId('call-staff').count()).toBe(0)
      screen.desk.cable.plug()
      await rest()
    },
  )
})
