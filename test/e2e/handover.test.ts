/**
 * The main job, clicked through in a real browser: scan, verify, print, hand over, acknowledged; and what goes wrong.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { languages, type Language, type PickupId } from '../../src-shared/domain/index.ts'
import { done, untilSent } from '../../src-main/demo/acts.ts'
import { passportOf, type DemoRecipient } from '../../src-main/demo/institution.ts'
import { until } from '../../src-main/demo/until.ts'
import { focusByTab, touch } from './hands.ts'
import { startWholeKiosk, type WholeKiosk } from './whole-kiosk.ts'

let kiosk: WholeKiosk

beforeAll(async () => {
  kiosk = await startWholeKiosk()
})
afterAll(async () => {
  await kiosk.stop()
})

const see = (id: string) => kiosk.page.getByTestId(id).first().waitFor({ timeout: 15_000 })
const press = (id: string) => kiosk.page.getByTestId(id).first().click()
const text = (id: string) => kiosk.page.getByTestId(id).first().innerText()

function visitor(key: string): DemoRecipient {
  const found = kiosk.world.institution.recipients.find((person) => person.key === key)
  if (found === undefined) throw new Error('no such visitor')
  return found
}

async function typePin(pin: string): Promise<void> {
  await see('screen-pin')
  await kiosk.page.keyboard.type(pin)
  await kiosk.page.keyboard.press('Enter')
}

/** A fresh pickup for the visitor at this desk, in the kiosk's cache. */
async function issued(key: string, secret: string): Promise<{ person: DemoRecipient; pickup: PickupId }> {
  const person = visitor(key)
  const { desk, world } = kiosk
  const reply = done(
    await world.hub.agent.call('issue', {
      body: {
        account: person.account,
        desk: desk.id,
        channel: 'porter',
        requestReference: 'PYY-1',
        secretKind: 'password',
        secret,
      },
    }),
  )
  done(await desk.client.syncNow({}))
  await untilSent(desk)
  done(await desk.client.syncNow({}))
  return { person, pickup: reply.pickup }
}

beforeEach(async () => {
  const { desk } = kiosk
  await desk.printer.setPower(true)
  desk.printer.setPaper('ok')
  desk.printer.setFault(null)
  desk.printer.takeSlips()
  desk.cable.plug()
  await until(desk.client, 'the printer', ({ printer }) => printer.canPrint)
  const state = done(await desk.client.state({}))
  if (state.staff !== null) done(await desk.client.signOut({}))
  else if (state.counter.step !== 'idle') done(await desk.client.dismiss({}))
  await see('screen-idle')
})

async function arriveAndSignIn(person: DemoRecipient): Promise<void> {
  const { desk } = kiosk
  desk.reader.tap(person.cards[0] ?? '')
  await see('screen-arrival')
  desk.reader.tap(desk.porter.badge)
  await typePin(desk.porter.pin)
  await see('screen-queue')
}

describe('a handover in a real browser', () => {
  it('goes scan, verify, print, hand over, acknowledged: two taps after the scan', async () => {
    const { desk, world } = kiosk
    const { person, pickup } = await issued('aino', 'Åäö€ž{|}~^`@#')
    await arriveAndSignIn(person)
    desk.reader.scanDocument(passportOf(person))
    await see('document-read')
    await press('print')
    await see('screen-hand-over')
    const slips = desk.printer.takeSlips()
    expect(slips.map((slip) => slip.cut)).toEqual([true])
    expect(slips[0]?.text.split('\n')).toContain('Åäö€ž{|}~^`@#')
    await press('handed-over')
    await see('screen-done')
    await untilSent(desk)
    const timeline = done(await world.hub.agent.call('timeline', { query: { pickup } }))
    expect(timeline.events.map((event) => event.kind)).toEqual(
      expect.arrayContaining(['arrival', 'verification', 'slip-intended', 'slip-printed', 'handed-over']),
    )
    expect(kiosk.complaints).toEqual([])
  })

  it('shows the recipient initials only, never the name', async () => {
    const { person } = await issued('nadia', 'pw-1')
    kiosk.desk.reader.tap(person.cards[0] ?? '')
    await see('screen-arrival')
    const shown = await kiosk.page.locator('body').innerText()
    expect(shown).toContain('N. P.')
    expect(shown).not.toMatch(/Petrov|Nadia/)
  })

  it('refuses a card without a pickup, and says what to do next', async () => {
    kiosk.desk.reader.tap(visitor('marja').cards[0] ?? '')
    await see('screen-refused')
    expect(await text('failure-code')).toContain('L-202')
    expect((await text('next-step')).length).toBeGreaterThan(5)
    await press('back')
    await see('screen-idle')
  })

  it('files a request with one tap while the network is away; it is approved under a reference and the pickup comes', async () => {
    const { desk, world } = kiosk
    const { cards, account } = visitor('veera')
    desk.cable.pull()
    desk.reader.tap(cards[0] ?? '')
    await see('delivery-request')
    // Without the network the desk cannot know where else somebody is served, and names nowhere.
    expect(await text('failure-code')).toContain('L-250')
    await press('request-delivery')
    await see('request-state')
    expect(await kiosk.page.getByTestId('delivery-request').getAttribute('data-state')).toBe('waiting')
    await press('back')
    await see('screen-idle')
    desk.cable.plug()
    const inbox = async () =>
      done(await world.hub.agent.call('inbox', { query: { state: 'waiting', limit: 10 } })).requests
    for (let round = 0; round < 20 && (await inbox()).length === 0; round++) await desk.client.syncNow({})
    const [request] = await inbox()
    expect(request).toMatchObject({ account, name: 'Veera Tuohimaa', desk: { id: desk.id } })
    if (request === undefined) throw new Error('no request')
    const approved = done(
      await world.hub.agent.call('approveRequest', {
        body: { request: request.id, account: null, secretKind: 'password' },
      }),
    )
    expect(approved.reference).toMatch(/^LR-\d{4}-000001$/)
    done(await desk.client.syncNow({}))
    desk.reader.tap(cards[0] ?? '')
    await see('screen-arrival')
  })

  it('does nothing for someone who is not signed in', async () => {
    const { person, pickup } = await issued('eetu', 'pw-2')
    const { desk } = kiosk
    desk.reader.scanDocument(passportOf(person))
    await see('screen-arrival')
    const refused = await desk.client.openPickup({ pickup })
    expect(refused).toEqual({ ok: false, failure: { code: 'L-401' } })
    const queue = await desk.client.queue({ filter: 'all', search: '', limit: 10 })
    expect(queue).toEqual({ ok: false, failure: { code: 'L-401' } })
    expect(desk.printer.takeSlips()).toEqual([])
  })

  it('spends nothing when the paper is out before, and prints once it is back', async () => {
    const { desk } = kiosk
    const { person } = await issued('lukas', 'pw-3')
    await arriveAndSignIn(person)
    desk.reader.scanDocument(passportOf(person))
    await see('document-read')
    desk.printer.setPaper('out')
    await until(desk.client, 'no paper', ({ printer }) => printer.state === 'paper-out')
    await see('printer-trouble')
    expect(desk.printer.slips()).toEqual([])
    desk.printer.setPaper('ok')
    await until(desk.client, 'paper', ({ printer }) => printer.canPrint)
    await press('print')
    await see('screen-hand-over')
    await press('handed-over')
    await see('screen-done')
    expect(desk.printer.takeSlips().filter((slip) => slip.cut)).toHaveLength(1)
  })

  it('carries on with the hub away, and shows what waits', async () => {
    const { desk } = kiosk
    const { person } = await issued('tiina', 'pw-4')
    desk.cable.pull()
    await arriveAndSignIn(person)
    desk.reader.scanDocument(passportOf(person))
    await see('document-read')
    await press('print')
    await see('screen-hand-over')
    await press('handed-over')
    await see('screen-done')
    const offline = await until(
      desk.client,
      'unsent entries',
      ({ unsent, network }) => unsent.count > 0 && network.state === 'offline',
    )
    expect(offline.network.failure?.code).toBe('L-601')
    desk.cable.plug()
    await untilSent(desk, 90_000)
  })

  it('keeps its window when the engine is killed, says so, and serves again', async () => {
    const { desk } = kiosk
    const before = desk.supervisor.pid()
    if (before === undefined) throw new Error('no engine')
    process.kill(before, 'SIGKILL')
    await see('engine-notice')
    await until(
      desk.client,
      'a new engine',
      ({ printer, reader }) => printer.canPrint && reader.state === 'ready',
      20_000,
    )
    expect(desk.supervisor.pid()).not.toBe(before)
    await see('screen-idle')
    await kiosk.page.getByTestId('engine-notice').first().waitFor({ state: 'detached', timeout: 15_000 })
  })
})

/** Each language with a person of its own, so that no account has two live pickups. */
const byHand: readonly [Language, string, string][] = languages.map((language, place) => [
  language,
  ['aino', 'nadia', 'eetu'][place] ?? '',
  ['lukas', 'tiina', 'aino'][place] ?? '',
])

describe('by touch alone', () => {
  it.each(byHand)('a handover takes one scan and two taps: %s', async (language, key) => {
    const { desk, page } = kiosk
    const { person } = await issued(key, `touch-${language}`)
    desk.reader.tap(desk.porter.badge)
    await see('screen-pin')
    for (const digit of desk.porter.pin) await touch(page, `pin-key-${digit}`)
    await touch(page, 'pin-enter')
    await see('screen-queue')
    await touch(page, `language-${language}`)
    expect(await page.locator('html').getAttribute('lang')).toBe(language)
    let taps = 0
    const tap = async (id: string) => {
      taps += 1
      await touch(page, id)
    }
    desk.reader.scanDocument(passportOf(person))
    await see('document-read')
    await tap('print')
    await see('screen-hand-over')
    await tap('handed-over')
    await see('screen-done')
    expect(taps).toBe(2)
    expect(desk.printer.takeSlips().filter((slip) => slip.cut && slip.text.includes(`touch-${language}`))).toHaveLength(
      1,
    )
    await touch(page, 'done')
    await see('screen-queue')
    await untilSent(desk)
  })
})

describe('by keyboard alone', () => {
  it.each(byHand)('a handover never needs a pointer, and nothing traps the focus: %s', async (language, _key, key) => {
    const { desk, page } = kiosk
    const { person } = await issued(key, `keys-${language}`)
    desk.reader.tap(desk.porter.badge)
    await typePin(desk.porter.pin)
    await see('screen-queue')
    await focusByTab(page, `language-${language}`)
    await page.keyboard.press('Enter')
    expect(await page.locator('html').getAttribute('lang')).toBe(language)
    await focusByTab(page, 'help-open')
    await page.keyboard.press('Enter')
    await see('help-steps')
    await page.keyboard.press('Escape')
    await page.getByTestId('help').waitFor({ state: 'detached' })
    // By name, from the list, as where there is no reader.
    await focusByTab(page, 'queue-search')
    await page.keyboard.type(person.family.slice(0, 4))
    // Others may wait too: the search has answered once this person is the only one.
    await page.getByTestId('queue-row').first().filter({ hasText: person.family }).waitFor()
    await focusByTab(page, 'queue-row')
    await page.keyboard.press('Enter')
    await see('screen-verify')
    desk.reader.scanDocument(passportOf(person))
    await see('document-read')
    await focusByTab(page, 'print')
    await page.keyboard.press('Enter')
    await see('screen-hand-over')
    await focusByTab(page, 'handed-over')
    await page.keyboard.press('Space')
    await see('screen-done')
    expect(desk.printer.takeSlips().filter((slip) => slip.cut && slip.text.includes(`keys-${language}`))).toHaveLength(
      1,
    )
    await focusByTab(page, 'done')
    await page.keyboard.press('Enter')
    await see('screen-queue')
    await untilSent(desk)
  })
})
