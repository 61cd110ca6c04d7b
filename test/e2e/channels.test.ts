/**
 * Every channel of the institution in a real browser, on real engines and a real hub: by touch in one language and by
 * keyboard alone in another, with scans and taps counted. One site for all of them.
 */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { done, untilSent } from '../../src-main/demo/acts.ts'
import { passportOf, type DemoRecipient } from '../../src-main/demo/institution.ts'
import { until } from '../../src-main/demo/until.ts'
import type { DemoDeskKey } from '../../src-main/demo/world.ts'
import { languages, type Language, type PickupId } from '../../src-shared/domain/index.ts'
import { createHand, type Hand, type HandName } from './hands.ts'
import { startWholeSite, type WholeDesk, type WholeSite } from './whole-kiosk.ts'

const keys = [
  'porter-lakeside',
  'helpdesk-lakeside',
  'student-affairs',
  'hr',
  'post-room',
] as const satisfies readonly DemoDeskKey[]
let site: WholeSite
beforeAll(async () => {
  site = await startWholeSite(keys, { withEId: true })
}, 420_000)
afterAll(() => site.stop())
afterEach(() => {
  for (const key of keys) expect(site.at(key).complaints).toEqual([])
})

type Row = readonly [language: Language, hand: HandName, key: string]
/** Each channel in all languages and by both hands. */
const rows = (...people: readonly [string, string, string]): Row[] =>
  languages.map((language, place) => [language, place % 2 === 0 ? 'touch' : 'keyboard', people[place] ?? ''])

function visitor(key: string): DemoRecipient {
  const found = site.world.institution.recipients.find((person) => person.key === key)
  if (found === undefined) throw new Error(`no visitor ${key}`)
  return found
}

/** Somebody behind a desk, and everything they do there counted. */
interface Serving extends WholeDesk {
  readonly hand: Hand
  readonly scans: () => number
  see(id: string): Promise<void>
  text(id: string): Promise<string>
  card(person: DemoRecipient): void
  document(person: DemoRecipient): void
  /** Slips that were cut since last asked. */
  slips(): string[]
}

function serving(at: WholeDesk, name: HandName): Serving {
  const { page, desk } = at
  let scans = 0
  return {
    ...at,
    hand: createHand(page, name),
    scans: () => scans,
    see: (id) => page.getByTestId(id).first().waitFor({ timeout: 60_000 }),
    text: (id) => page.getByTestId(id).first().innerText(),
    card(person) {
      scans += 1
      desk.reader.tap(person.cards[0] ?? '')
    },
    document(person) {
      scans += 1
      desk.reader.scanDocument(passportOf(person))
    },
    slips: () =>
      desk.printer
        .takeSlips()
        .filter(({ cut }) => cut)
        .map(({ text }) => text),
  }
}

async function enterPin(page: Page, name: HandName, pin: string): Promise<void> {
  const hand = createHand(page, name)
  await page.getByTestId('screen-pin').waitFor()
  await hand.key('pin', pin)
  if (name === 'keyboard') await page.keyboard.press('Enter')
  else await hand.tap('pin-enter')
}

/** Nobody is at the desk; then, unless for a visitor alone, its staff sign in by this hand and choose the language. */
async function begin(key: DemoDeskKey, language: Language, name: HandName, signedIn = true): Promise<Serving> {
  const at = site.at(key)
  const { desk, page } = at
  desk.printer.takeSlips()
  await until(desk.client, 'ready', ({ printer, network }) => printer.canPrint && network.state === 'online', 60_000)
  const state = done(await desk.client.state({}))
  if (state.counter.step !== 'idle') done(await desk.client.dismiss({}))
  if (state.staff !== null) done(await desk.client.signOut({}))
  await page.getByTestId('screen-idle').waitFor()
  const entering = createHand(page, name)
  if (signedIn) {
    desk.reader.tap(desk.porter.badge)
    await enterPin(page, name, desk.porter.pin)
    await page.getByTestId(key === 'post-room' ? 'screen-letters' : 'screen-queue').waitFor()
    await entering.tap(`language-${language}`)
    expect(await page.locator('html').getAttribute('lang')).toBe(language)
  }
  return serving(at, name)
}

async function issue(key: DemoDeskKey, person: DemoRecipient, reference: string | null): Promise<PickupId> {
  const { desk } = site.at(key)
  const channel = key === 'post-room' ? 'registered-letter' : key === 'porter-lakeside' ? 'porter' : 'helpdesk'
  const body = {
    account: person.account,
    desk: desk.id,
    channel,
    requestReference: reference,
    secretKind: 'password',
  } as const
  return done(await site.world.hub.agent.call('issue', { body })).pickup
}

const kindsOf = async (pickup: PickupId) =>
  done(await site.world.hub.agent.call('timeline', { query: { pickup } })).events.map((event) => ({
    kind: event.kind,
    detail: event.detail,
  }))

describe('self check-in, then the porter with a document', () => {
  it.each(rows('aino', 'lukas', 'nadia'))(
    'one scan and no tap, then one scan and two taps: %s, %s',
    async (language, name, key) => {
      const person = visitor(key)
      const visit = await begin('porter-lakeside', language, name, false)
      visit.card(person)
      await visit.see('screen-arrival')
      expect([visit.scans(), visit.hand.taps]).toEqual([1, 0])
      // Their language, whatever the screen was in before; initials, and nothing that says who they are.
      await expect.poll(() => visit.page.locator('html').getAttribute('lang')).toBe(person.language)
      const shown = await visit.page.locator('body').innerText()
      expect(shown).not.toContain(person.family)
      expect(shown).not.toContain(person.account)
      for (const none of ['queue-row', 'queue-search', 'journal'])
        expect(await visit.page.getByTestId(none).count(), none).toBe(0)
      expect(await visit.desk.client.queue({ filter: 'all', search: '', limit: 10 })).toEqual({
        ok: false,
        failure: { code: 'L-401' },
      })
      // It goes by itself; whoever is slow makes it stay, whoever is not sends it away.
      if (name === 'keyboard') {
        const until = async () => {
          const { counter } = done(await visit.desk.client.state({}))
          return counter.step === 'arrival' ? counter.until : 0
        }
        const before = await until()
        await visit.hand.tap('more-time')
        await expect.poll(until).toBeGreaterThan(before)
        await visit.hand.tap('done')
      }
      await visit.page.getByTestId('screen-idle').waitFor({ timeout: 60_000 })

      const porter = await begin('porter-lakeside', language, name)
      porter.document(person)
      await porter.see('document-read')
      await porter.hand.tap('print')
      await porter.see('screen-hand-over')
      await porter.hand.tap('handed-over')
      await porter.see('screen-done')
      expect([porter.scans(), porter.hand.taps, porter.hand.digits]).toEqual([1, 2, 0])
      expect(porter.slips()).toHaveLength(1)
      await untilSent(porter.desk)
    },
  )
})

describe('the porter', () => {
  it.each(rows('p13', 'p17', 'p21'))('by eye: one tap more and eight digits: %s, %s', async (language, name, key) => {
    const person = visitor(key)
    const porter = await begin('porter-lakeside', language, name)
    porter.card(person)
    await porter.see('screen-verify')
    await porter.hand.tap('by-eye-kind-passport')
    const [year, month, day] = (person.birthDate ?? '').split('-')
    await porter.hand.key('birth', `${day}${month}${year}`)
    await expect.poll(() => porter.text('by-eye-birth-date')).toBe(`${day}.${month}.${year}`)
    await porter.hand.tap('by-eye-print')
    await porter.see('screen-hand-over')
    await porter.hand.tap('handed-over')
    await porter.see('screen-done')
    expect([porter.scans(), porter.hand.taps, porter.hand.digits]).toEqual([1, 3, 8])
    expect(porter.slips()).toHaveLength(1)
    await untilSent(porter.desk)
  })
})

describe('a password on the spot', () => {
  const at = ['helpdesk-lakeside', 'student-affairs', 'hr'] as const
  const counters = rows('nelli', 'camille', 'outi').map((row, place): [DemoDeskKey, Row] => [at[place] ?? 'hr', row])
  it.each(counters)(
    'one scan and two taps, and it is proved before it is issued: %s %j',
    async (key, [language, name, who]) => {
      const person = visitor(who)
      const counter = await begin(key, language, name)
      counter.document(person)
      await counter.see('document-read')
      await counter.hand.tap('issue')
      await counter.see('screen-hand-over')
      const { counter: step } = done(await counter.desk.client.state({}))
      if (step.step !== 'hand-over') throw new Error(step.step)
      await counter.hand.tap('handed-over')
      await counter.see('screen-done')
      expect([counter.scans(), counter.hand.taps, counter.hand.digits]).toEqual([1, 2, 0])
      expect(counter.slips()).toHaveLength(1)
      await untilSent(counter.desk)
      const kinds = (await kindsOf(step.pickup.id)).map(({ kind }) => kind)
      expect(kinds).toEqual(expect.arrayContaining(['slip-intended', 'slip-printed', 'handed-over']))
    },
  )
})

describe('strong e-ID, the document at home', () => {
  /**
   * A phone of the visitor's: a browser of its own, without scripts, from the desk's QR code to the broker and back.
   */
  async function onPhone(address: string, person: DemoRecipient): Promise<void> {
    const browser = site.at('helpdesk-lakeside').page.context().browser()
    if (browser === null) throw new Error('no browser')
    const context = await browser.newContext({ viewport: { width: 390, height: 800 }, javaScriptEnabled: false })
    try {
      const phone = await context.newPage()
      await phone.goto(address)
      await phone.locator('button.go').click()
      await phone.getByRole('button', { name: `${person.given} ${person.family}` }).click()
      await phone.locator('section[lang="fi"]').waitFor()
    } finally {
      await context.close()
    }
  }

  it.each(rows('p15', 'p19', 'p23'))(
    'the visitor on their phone, and three taps at the desk: %s, %s',
    async (language, name, key) => {
      const person = visitor(key)
      const counter = await begin('helpdesk-lakeside', language, name)
      counter.card(person)
      await counter.see('screen-verify')
      await counter.hand.tap('e-id')
      await counter.see('e-id-panel')
      await onPhone((await counter.page.getByTestId('e-id-panel').getAttribute('data-address')) ?? '', person)
      await counter.see('verified')
      await counter.hand.tap('print')
      await counter.see('screen-hand-over')
      await counter.hand.tap('handed-over')
      await counter.see('screen-done')
      expect([counter.scans(), counter.hand.taps, counter.hand.digits]).toEqual([1, 3, 0])
      expect(counter.slips()).toHaveLength(1)
      await untilSent(counter.desk)
    },
  )
})

describe('a registered letter', () => {
  /** S10: a number of the Universal Postal Union with its check digit. */
  const numbers = ['RR123456785FI', 'RR000000014FI', 'RR000000028FI']
  it.each(rows('solveig', 'marek', 'solveig'))(
    'two pairs of eyes, four taps and a scan of the envelope: %s, %s',
    async (language, name, key) => {
      const person = visitor(key)
      const post = await begin('post-room', language, name)
      const tracking = numbers[languages.indexOf(language)] ?? ''
      // One account has one live pickup: the newest.
      const pickup = await issue('post-room', person, 'LR-1')
      await until(post.desk.client, 'online', ({ network }) => network.state === 'online')
      await expect
        .poll(async () => {
          done(await post.desk.client.syncNow({}))
          return post.page.getByTestId(`letter-${pickup}`).count()
        })
        .toBe(1)
      await post.hand.tap(`letter-${pickup}`)
      await post.see('screen-letter')
      await post.hand.tap('approve')
      await post.see('witness-awaited')
      post.desk.reader.tap(post.desk.chief.badge)
      await enterPin(post.page, name, post.desk.chief.pin)
      await post.see('approved')
      await post.hand.tap('print')
      await post.see('screen-letter-out')
      post.desk.reader.tap(tracking, ']C0')
      await post.see('tracking')
      await post.hand.tap('dispatch')
      await post.see('screen-done')
      expect([post.hand.taps, post.hand.digits]).toEqual([4, 0])
      expect(post.slips()).toHaveLength(1)
      await untilSent(post.desk)
      expect((await kindsOf(pickup)).map(({ kind }) => kind)).toEqual(
        expect.arrayContaining(['dispatch-approved', 'slip-intended', 'slip-printed', 'dispatched']),
      )
    },
  )
})
