/**
 * Strong e-ID over real parts: a real OpenID Connect provider, a hub on real PostgreSQL, a real engine, and a phone
 * that walks the pages by HTTP with cookies of its own. What the hub saw proved prints; everything else is a coded
 * refusal at the desk and a plain page on the phone.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { done, handOver, signIn, untilGranted, untilSent, untilStep } from '../../src-main/demo/acts.ts'
import type { DemoBroker } from '../../src-main/demo/broker.ts'
import { until } from '../../src-main/demo/until.ts'
import type { World, WorldDesk } from '../../src-main/demo/world.ts'
import type { PickupId } from '../../src-shared/domain/index.ts'
import type { CounterStep } from '../../src-shared/kiosk-api/index.ts'
import { startTestWorld } from '../support/world.ts'

let world: World
let desk: WorldDesk
let broker: DemoBroker
let pickup: PickupId

beforeAll(async () => {
  world = await startTestWorld({ keys: ['helpdesk-lakeside'], withEId: true })
  const found = world.desks.get('helpdesk-lakeside')
  if (found === undefined || world.broker === null) throw new Error('no desk')
  desk = found
  broker = world.broker
}, 120_000)
afterAll(async () => {
  await world.stop()
})

type VerifyStep = Extract<CounterStep, { step: 'verify' }>
const verify = async (what: string, reached: (step: VerifyStep) => boolean): Promise<VerifyStep> =>
  (await until(desk.client, what, ({ counter }) => counter.step === 'verify' && reached(counter))).counter as VerifyStep

async function issued(account: string): Promise<PickupId> {
  const body = { account, desk: desk.id, channel: 'helpdesk', requestReference: null, secretKind: 'password' } as const
  const reply = done(await world.hub.agent.call('issue', { body }))
  await untilGranted(desk, reply.pickup, account)
  return reply.pickup
}

beforeEach(async () => {
  broker.setAway(false)
  desk.cable.plug()
  await until(desk.client, 'online', ({ network, printer }) => network.state === 'online' && printer.canPrint, 60_000)
  const state = done(await desk.client.state({}))
  if (state.counter.step !== 'idle') done(await desk.client.dismiss({}))
  if (state.staff === null) await signIn(desk, desk.porter.badge, desk.porter.pin)
  pickup = await issued('kivelane')
  done(await desk.client.openPickup({ pickup }))
  desk.printer.takeSlips()
})
async function begin(): Promise<string> {
  done(await desk.client.beginEId({ pickup }))
  const step = await verify('an address', ({ eId }) => eId !== null)
  return step.eId?.address ?? ''
}

interface Page {
  readonly url: string
  readonly status: number
  readonly text: string
  readonly headers: Headers
}
/** A browser without scripts. */
function phone() {
  const jar = new Map<string, string>()
  async function go(at: string, form?: Record<string, string>): Promise<Page> {
    const { origin } = new URL(at)
    const sent = [...jar]
      .filter(([name]) => name.startsWith(`${origin} `))
      .map(([name, text]) => `${name.slice(origin.length + 1)}=${text}`)
    const page = await fetch(at, {
      redirect: 'manual',
      headers: { cookie: sent.join('; '), 'accept-language': 'sv-FI' },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const text of page.headers.getSetCookie()) {
      const [, name, kept] = /^([^=]+)=([^;]*)/.exec(text) ?? []
      if (name !== undefined) jar.set(`${origin} ${name}`, kept ?? '')
    }
    const next = page.headers.get('location')
    if (next !== null) return go(new URL(next, at).href)
    return { url: at, status: page.status, text: await page.text(), headers: page.headers }
  }
  return {
    go,
    /** From the desk's QR code to the broker's page. */
    async open(address: string): Promise<Page> {
      expect((await go(address)).text).toContain('Identifiera dig elektroniskt')
      const onward = await go(address, {})
      const to = /<a class="go" href="([^"]+)"/.exec(onward.text)?.[1]?.replaceAll('&#38;', '&')
      return to === undefined ? onward : go(to)
    },
  }
}
const walk = async (address: string, form: Record<string, string>, browser = phone()) =>
  browser.go((await browser.open(address)).url, form)
const plain = (page: Page) => {
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(page.text).not.toMatch(/<script/i)
  for (const language of ['fi', 'sv', 'en']) expect(page.text).toContain(`<section lang="${language}"`)
}
const refused = (code: string) => verify(code, ({ notice, eId }) => notice?.code === code && eId === null)
const events = async () => done(await world.hub.agent.call('timeline', { query: { pickup } })).events

describe('an e-ID on the recipient’s phone', () => {
  it('replaces the document: the hub sees it proved, the staff print, and the ledger says how', async () => {
    const address = await begin()
    expect(new URL(address).pathname).toMatch(/^\/e-id\/[A-Za-z0-9_-]{20}$/)
    const page = await walk(address, { person: 'nelli' })
    expect(page.text).toContain('Identifieringen lyckades')
    plain(page)
    expect(page.text).not.toMatch(/Kivel|Nelli|2003/)
    const step = await verify('a verification', ({ verification }) => verification !== null)
    expect(step).toMatchObject({ document: null, eId: null, notice: null })
    if (step.verification === null) throw new Error('no verification')
    done(await desk.client.release({ pickup, verification: step.verification, language: 'fi' }))
    const { slip } = await untilStep(desk, 'hand-over')
    await handOver(desk, slip.id)
    await untilSent(desk)
    const all = await events()
    expect(all.find(({ kind }) => kind === 'verification')).toMatchObject({
      actor: desk.porter.name,
      detail: { proof: 'e-id', method: 'e-id' },
    })
    expect(all.find(({ kind }) => kind === 'e-id-proved')).toMatchObject({
      actor: desk.porter.name,
      detail: { acr: 'http://broker.example/loa3' },
    })
    // Every step of the way back again leads nowhere.
    expect((await phone().go(address)).text).toContain('L-318')
    const alarms = done(await world.hub.agent.call('alarms', { query: { open: '1', limit: 50 } })).alarms
    expect(alarms.filter(({ kind }) => kind === 'e-id-without-proof')).toEqual([])
  })

  it.each([
    ['another person', { person: 'emil' }, 'L-317'],
    ['a cancellation', { cancel: '1' }, 'L-315'],
    ['a weaker means', { person: 'nelli', weak: '1' }, 'L-320'],
    ['an identification of an hour ago', { person: 'nelli', stale: '1' }, 'L-321'],
  ])('is refused with %s, here and on the phone', async (_, form, code) => {
    const page = await walk(await begin(), form)
    expect(page.text).toContain(code)
    plain(page)
    const step = await refused(code)
    expect(step.verification).toBeNull()
    const journal = done(await desk.client.journal({ limit: 3 })).entries.map(({ kind }) => kind)
    expect(journal).toContain('verification-refused')
  })

  it('opens once, and only the browser that opened it comes back', async () => {
    const address = await begin()
    const first = phone()
    const at = await first.open(address)
    expect((await phone().go(address, {})).text).toContain('L-318')
    // Another browser with the first one's way back: the code is worth nothing to it.
    const done = await fetch(at.url, {
      method: 'POST',
      body: new URLSearchParams({ person: 'nelli' }),
      redirect: 'manual',
    })
    expect(done.status).toBeGreaterThanOrEqual(300)
    const thief = phone()
    const back = await thief.go(`${new URL(address).origin}/e-id/callback?code=guessed&state=guessed`)
    expect(back.text).toContain('L-318')
    const page = await first.go(at.url, { person: 'nelli' })
    expect(page.text).toContain('Identifieringen lyckades')
    // The same way back once more.
    expect((await first.go(page.url)).text).toContain('L-318')
    await verify('a verification', ({ verification }) => verification !== null)
  })

  it('a broker that is away uses nothing up: the same address works once it is back', async () => {
    const address = await begin()
    broker.setAway(true)
    const away = await phone().go(address, {})
    // Discovery may have been made before: then the broker's own page is what is missing.
    if (away.status === 403) expect(away.text).toContain('L-319')
    broker.setAway(false)
    if (away.status !== 403) return
    expect((await walk(address, { person: 'nelli' })).text).toContain('Identifieringen lyckades')
    await verify('a verification', ({ verification }) => verification !== null)
  })

  it('ends when the desk turns to something else, and a further one ends the one before', async () => {
    const before = await begin()
    const after = await begin()
    expect(after).not.toBe(before)
    expect((await phone().go(before)).text).toContain('L-318')
    done(await desk.client.cancelEId({ pickup }))
    await verify('no address', ({ eId }) => eId === null)
    await expect.poll(async () => (await phone().go(after)).text).toContain('L-318')
  })

  it('is not for external accounts, and not without the network', async () => {
    const external = await issued('moreauca')
    done(await desk.client.openPickup({ pickup: external }))
    const step = await verify('the external', ({ pickup: open }) => open.id === external)
    expect(step.mayEId).toBe(false)
    expect(await desk.client.beginEId({ pickup: external })).toEqual({ ok: false, failure: { code: 'L-314' } })
    done(await desk.client.openPickup({ pickup }))
    desk.cable.pull()
    await until(desk.client, 'offline', ({ network }) => network.state === 'offline', 30_000).catch(() => undefined)
    expect(await desk.client.beginEId({ pickup })).toEqual({ ok: false, failure: { code: 'L-313' } })
  })
})
