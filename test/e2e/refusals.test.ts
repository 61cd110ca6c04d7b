/**
 * Every refusal that a person or staff can meet at a desk, in a real browser: what, why and what next in each of the
 * three languages, a way on for a finger and for a keyboard, and nobody named. Most are reached through a whole engine
 * with a clock and devices of the test’s own; then every code there is, on the screen that shows it.
 */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBrowserShell } from '../../src-main/browser/index.ts'
import { buildTd1, buildTd3 } from '../../src-main/identity/documents/index.ts'
import { languages, type Language } from '../../src-shared/domain/index.ts'
import { describeFailure, errorCodes, type ErrorCode } from '../../src-shared/failures/codes.ts'
import { administrationTexts } from '../../src-shared/failures/administration-texts.ts'
import { errorTexts } from '../../src-shared/failures/texts.ts'
import type { GrantedPickup } from '../../src-shared/hub-api/index.ts'
import type { OpeningHours } from '../../src-shared/domain/opening-hours.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import { scenes, sceneNow } from '../renderer/scenes.ts'
import { pin, startTestDesk, type TestDesk } from '../security/desk.ts'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { builtWindow } from '../support/pages.ts'
import { openBrowser } from '../support/chromium.ts'
import { createHand, type HandName } from './hands.ts'
import { useScriptedWindow } from './screens/use-scripted-window.ts'

const card = '04AABBCCDDEE01'
const never: OpeningHours = { weekly: [[], [], [], [], [], [], []], exceptions: [] }
const someone = {
  issuer: 'FIN',
  number: 'X1234567',
  family: 'Koe',
  given: 'Kaisa',
  nationality: 'FIN',
  birthDate: '2001-02-03',
  expiryDate: '2031-02-03',
}
const passport = (more: Partial<typeof someone> = {}) => buildTd3({ ...someone, ...more }).join('\r')
/** What would say who somebody is, wherever it stood: names, account, ticket, card, document, birth date. */
const tell = [/koe(?!\w)/i, /kaisa/i, /PYY-1/, /Leena|Mäki/, /04AABBCC/, /X1234567/, /2001/]

interface Case {
  readonly code: ErrorCode
  /** What the desk is like; the same text is the same desk. */
  readonly desk: string
  /** Staff are signed in, by this badge. */
  readonly staff?: true
  /** Where it is said: on a screen of its own, on the one that is open, or in passing. */
  readonly said: 'screen' | 'note' | 'toast'
  reach(desk: TestDesk, page: Page): Promise<void> | void
}

const desks: Readonly<
  Record<string, Parameters<typeof startTestDesk>[1] & { readonly every?: Partial<GrantedPickup> }>
> = {
  plain: {},
  closed: { hours: { ...never, exceptions: [{ date: '2026-03-05', spans: [{ from: '09:00', to: '12:00' }] }] } },
  shut: { hours: never },
  late: { every: { expiresAt: 2 } },
  partner: { every: { recipientClass: 'partner' } },
  staff: { every: { recipientClass: 'staff' } },
  training: { every: { recipientClass: 'training' } },
  unasked: { every: { requestReference: null } },
  ended: { every: { accountValidUntil: '2026-01-31', sponsor: 'Leena Mäki' } },
  'four-eyes': { fourEyes: true },
}

const open = (desk: TestDesk, place = 0) => desk.call('openPickup', { pickup: desk.pickups[place]?.id })
const byEye = (desk: TestDesk, more: object) =>
  desk.call('verifyByEye', {
    pickup: desk.pickups[0]?.id,
    kind: 'passport',
    issuerCountry: 'FIN',
    birthDate: '2001-02-03',
    statement: true,
    ...more,
  })

const cases: readonly Case[] = [
  // A visitor, and nobody signed in.
  // The hub is away: the desk cannot know of others.
  { code: 'L-250', desk: 'plain', said: 'screen', reach: (desk) => desk.scan('04FFFFFFFFFF09') },
  { code: 'L-252', desk: 'plain', said: 'screen', reach: (desk) => desk.scan('LODGE:WXYZ6789') },
  { code: 'L-205', desk: 'late', said: 'screen', reach: (desk) => desk.scan(card) },
  { code: 'L-206', desk: 'partner', said: 'screen', reach: (desk) => desk.scan(card) },
  { code: 'L-207', desk: 'unasked', said: 'screen', reach: (desk) => desk.scan(card) },
  { code: 'L-210', desk: 'closed', said: 'screen', reach: (desk) => desk.scan(card) },
  { code: 'L-211', desk: 'shut', said: 'screen', reach: (desk) => desk.scan(card) },
  { code: 'L-220', desk: 'staff', said: 'screen', reach: (desk) => desk.scan(card) },
  { code: 'L-223', desk: 'ended', said: 'screen', reach: (desk) => desk.scan(card) },
  { code: 'L-230', desk: 'training', said: 'screen', reach: (desk) => desk.scan(card) },
  {
    code: 'L-240',
    desk: 'plain',
    said: 'screen',
    async reach(desk) {
      await desk.signIn(desk.staff.supervisor)
      await desk.call('pauseDesk', { reason: 'break', minutes: 30 })
      await desk.call('signOut', {})
      desk.scan(card)
    },
  },
  {
    code: 'L-303',
    desk: 'plain',
    said: 'toast',
    reach: (desk) => desk.scan(passport().replace('X1234567', 'X1234568')),
  },
  { code: 'L-709', desk: 'plain', said: 'toast', reach: (desk) => desk.scan('030201A123S') },
  // Staff, signed in.
  {
    code: 'L-301',
    desk: 'plain',
    staff: true,
    said: 'note',
    reach: (desk) => desk.scan(passport({ expiryDate: '2026-01-31' })),
  },
  {
    code: 'L-302',
    desk: 'plain',
    staff: true,
    said: 'note',
    async reach(desk) {
      await open(desk)
      desk.scan(passport({ family: 'Toinen', given: 'Tuomas', birthDate: '1990-05-06' }))
    },
  },
  {
    code: 'L-304',
    desk: 'plain',
    staff: true,
    said: 'note',
    async reach(desk) {
      await open(desk)
      desk.scan(buildTd1(someone).join('\r'))
    },
  },
  {
    code: 'L-229',
    desk: 'plain',
    staff: true,
    said: 'note',
    async reach(desk) {
      await open(desk)
      await byEye(desk, { issuerCountry: 'UTO' })
    },
  },
  {
    code: 'L-305',
    desk: 'plain',
    staff: true,
    said: 'note',
    async reach(desk) {
      await open(desk)
      await byEye(desk, { birthDate: '2002-03-04' })
    },
  },
  {
    code: 'L-250',
    desk: 'plain',
    staff: true,
    said: 'screen',
    reach: (desk) => desk.scan(passport({ family: 'Toinen', birthDate: '1990-05-06' })),
  },
  { code: 'L-250', desk: 'plain', staff: true, said: 'screen', reach: (desk) => desk.scan('04FFFFFFFFFF09') },
  { code: 'L-222', desk: 'ended', staff: true, said: 'note', reach: (desk) => void open(desk) },
  { code: 'L-206', desk: 'partner', staff: true, said: 'note', reach: (desk) => void open(desk) },
  { code: 'L-207', desk: 'unasked', staff: true, said: 'note', reach: (desk) => void open(desk) },
  { code: 'L-210', desk: 'closed', staff: true, said: 'note', reach: (desk) => void open(desk) },
  {
    code: 'L-240',
    desk: 'plain',
    staff: true,
    said: 'note',
    async reach(desk, page) {
      await open(desk)
      await page.getByTestId('by-eye').waitFor()
      // Nobody taps anything from here on: what is open is decided again.
      await desk.call('pauseDesk', { reason: 'break', minutes: 30 })
    },
  },
  { code: 'L-309', desk: 'plain', staff: true, said: 'toast', reach: (desk) => desk.scan(desk.staff.supervisor.card) },
  {
    code: 'L-311',
    desk: 'four-eyes',
    staff: true,
    said: 'toast',
    async reach(desk) {
      await open(desk)
      await byEye(desk, {})
      desk.scan(desk.staff.supervisor.card)
    },
  },
]

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

/** The words of a failure in a language, with nothing left open in them. */
function wordsOf(
  failure: Failure,
  language: Language,
  audience: 'staff' | 'visitor' = 'staff',
): { what: string; next: string } {
  const { what, next } = describeFailure(failure, language, audience)
  expect(what.length).toBeGreaterThan(8)
  expect(next.length).toBeGreaterThan(8)
  expect(`${what} ${next}`).not.toMatch(/…|[{}]|undefined/)
  return { what, next }
}

async function large(page: Page, id: string): Promise<void> {
  const control = page.getByTestId(id).first()
  expect(await control.isEnabled()).toBe(true)
  const box = await control.boundingBox()
  expect(box?.width ?? 0, id).toBeGreaterThanOrEqual(44)
  expect(box?.height ?? 0, id).toBeGreaterThanOrEqual(44)
}

describe.each(Object.keys(desks).filter((name) => cases.some(({ desk }) => desk === name)))(
  'at a desk that is: %s',
  (name) => {
    let desk: TestDesk
    let page: Page
    let stop: () => Promise<void>
    beforeAll(async () => {
      desk = await startTestDesk('porter', desks[name])
      let second = 0
      const shell = createBrowserShell({
        supervisor: desk.supervisor,
        rendererDir: await builtWindow(mkdtempSync(join(tmpdir(), 'lodge-window-'))),
        port: 0,
        monotonic: () => ++second * 1000,
      })
      await shell.start()
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' })
      page = await context.newPage()
      await page.goto(shell.launchUrl())
      await page.getByTestId('screen-idle').waitFor()
      stop = async () => {
        await context.close()
        await shell.stop()
        expect(desk.bugs).toEqual([])
        await desk.stop()
      }
    })
    afterAll(() => stop())

    async function atRest(staff: boolean): Promise<void> {
      if (desk.state().counter.step !== 'idle') await desk.call('dismiss', {})
      if (desk.state().paused !== null) {
        if (desk.state().staff === null) await desk.signIn(desk.staff.supervisor)
        await desk.call('resumeDesk', {})
      }
      if (!staff && desk.state().staff !== null) await desk.call('signOut', {})
      if (staff && desk.state().staff === null) await desk.signIn(desk.staff.supervisor)
      await page.getByTestId(staff ? 'screen-queue' : 'screen-idle').waitFor()
    }

    it.each(
      cases
        .filter((one) => one.desk === name)
        .map((one, place) => [one.code, one.staff === true ? 'staff' : 'a visitor', one, place] as const),
    )('%s, told to %s', async (code, _whom, one, place) => {
      const hands: readonly HandName[] = place % 2 === 0 ? ['touch', 'keyboard'] : ['keyboard', 'touch']
      for (const [turn, language] of languages.entries()) {
        const name = hands[turn % 2] ?? 'touch'
        const hand = createHand(page, name)
        await atRest(one.staff === true)
        await hand.tap(`language-${language}`)
        await expect.poll(() => page.locator('html').getAttribute('lang')).toBe(language)
        await one.reach(desk, page)
        if (one.said === 'toast') {
          const toast = page.getByTestId('scan-notice').first()
          await toast.filter({ hasText: code }).waitFor()
          const { what, next } = wordsOf({ code }, language, desk.state().staff === null ? 'visitor' : 'staff')
          const shown = await toast.innerText()
          expect(shown).toContain(what)
          expect(shown).toContain(next)
          for (const each of tell) expect(shown).not.toMatch(each)
          continue
        }
        await page.getByTestId('failure-code').filter({ hasText: code }).first().waitFor()
        const { counter } = desk.state()
        const failure =
          counter.step === 'refused'
            ? counter.failure
            : counter.step === 'verify'
              ? (counter.notice ?? counter.pickup.blocked ?? { code })
              : { code }
        expect(failure.code).toBe(code)
        const audience = counter.step === 'refused' && counter.audience === 'recipient' ? 'visitor' : ('staff' as const)
        const words = wordsOf(failure as Failure, language, audience)
        const said =
          one.said === 'screen'
            ? page.getByTestId('screen-refused')
            : page.getByTestId('failure').or(page.getByTestId('blocked')).first()
        await expect.poll(() => said.innerText()).toContain(words.what)
        expect(await said.innerText()).toContain(words.next)
        if (one.staff !== true) {
          // Whoever stands there reads it, and everybody behind them: in all three languages, and naming nobody.
          for (const other of languages)
            expect(await said.locator(`[lang="${other}"]`).first().innerText()).toContain(
              wordsOf(failure as Failure, other, audience).what,
            )
          const shown = await page.locator('body').innerText()
          const state = JSON.stringify({ ...desk.state(), desk: null, now: null })
          for (const each of tell) {
            expect(shown).not.toMatch(each)
            expect(state).not.toMatch(each)
          }
        } else for (const each of tell.slice(4)) expect(await said.innerText()).not.toMatch(each)
        await large(page, 'back')
        await hand.tap('back')
        await page.getByTestId(one.staff === true ? 'screen-queue' : 'screen-idle').waitFor()
      }
      expect(desk.printed).toEqual([])
    })

    if (name === 'plain')
      it('a wrong PIN, a lock and a badge without a PIN say how many tries are left, for how long, and what to do', async () => {
        await atRest(false)
        const { porter } = desk.staff
        for (const [turn, language] of languages.entries()) {
          await createHand(page, 'touch').tap(`language-${language}`)
          desk.scan(porter.card)
          await page.getByTestId('screen-pin').waitFor()
          const wrong = await desk.call('enterPin', { pin: '111111' })
          if (wrong.ok) throw new Error('signed in')
          expect(wrong.failure).toEqual({ code: 'L-402', params: { left: 4 - turn } })
          const { next } = wordsOf(wrong.failure as Failure, language)
          expect(next).not.toContain(pin)
          await large(page, 'back')
          await createHand(page, 'keyboard').tap('back')
          await page.getByTestId('screen-idle').waitFor()
        }
        for (let left = 0; left < 2; left++) {
          desk.scan(porter.card)
          await desk.call('enterPin', { pin: '111111' })
        }
        desk.scan(porter.card)
        await page.getByTestId('pin-locked').waitFor()
        const left = () => page.locator('h1').innerText()
        expect(await left()).toMatch(/ \d:[0-5]\d$/)
        // No key takes anything, and no tries are counted, until it is over; then the same screen takes the PIN.
        expect(await page.getByTestId('pin-key-1').count()).toBe(0)
        expect(await page.getByTestId('attempts-left').count()).toBe(0)
        const { counter } = desk.state()
        if (counter.step !== 'pin' || counter.lockedUntil === null) throw new Error(counter.step)
      })
  },
)

describe('every code there is, on the screen for a visitor', () => {
  const scripted = useScriptedWindow()
  /** As an engine fills them. */
  function failureOf(code: ErrorCode): Failure {
    const names = new Set(
      languages.flatMap((language) =>
        errorTexts[code][language].flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')),
      ),
    )
    const params = Object.fromEntries(
      [...names].map((name) => [name, name.endsWith('At') ? sceneNow + 3_600_000 : name === 'code' ? 'L-501' : '7']),
    )
    return names.size === 0 ? { code } : { code, params }
  }

  it('is said in all three languages with its next step, and a finger or a key goes on', async () => {
    await scripted.open('idle')
    const { page, kiosk } = scripted
    let dismissed = 0
    // The window ships without what only the hub's administration meets.
    const codes = errorCodes.filter((code) => !Object.hasOwn(administrationTexts, code))
    for (const [place, code] of codes.entries()) {
      const failure = failureOf(code)
      kiosk.show({
        ...scenes.idle,
        counter: {
          step: 'refused',
          failure: failure,
          audience: 'recipient',
          pickup: null,
          where: [],
          until: sceneNow + 60_000,
        },
      })
      await page.getByTestId('failure-code').filter({ hasText: code }).waitFor()
      const shown = await page
        .locator('main [role=alert].texts')
        .evaluate((texts) =>
          [...texts.children].map((text) => [text.getAttribute('lang'), (text as HTMLElement).innerText] as const),
        )
      expect(shown).toHaveLength(3)
      for (const language of languages) {
        const { what, next } = wordsOf(failure, language, 'visitor')
        const text = shown.find(([lang]) => lang === language)?.[1] ?? ''
        expect(text, `${code} ${language}`).toContain(what)
        expect(text, `${code} ${language}`).toContain(next)
      }
      // Not the same words in two languages: one has been forgotten then.
      expect(new Set(languages.map((language) => describeFailure(failure, language, 'visitor').what)).size, code).toBe(
        3,
      )
      if (place % 12 !== 0) continue
      await large(page, 'back')
      await createHand(page, place % 24 === 0 ? 'touch' : 'keyboard').tap('back')
      dismissed += 1
      await expect.poll(() => kiosk.calls.filter(({ method }) => method === 'dismiss').length).toBe(dismissed)
    }
    expect(dismissed).toBeGreaterThan(10)
    expect(scripted.complaints).toEqual([])
  })
})
