/** Asking for delivery: what became of it is said within a second while the hub is there. */
import { beforeEach, expect, test } from 'vitest'
import { createCounter, type Counter } from '../../src-main/counter/counter.ts'
import { createRequesting, type Requesting } from '../../src-main/counter/requesting.ts'
import { isShopCode } from '../../src-main/identity/scans/index.ts'
import type { Services } from '../../src-main/desk/index.ts'
import type { RequestDecision } from '../../src-shared/hub-api/kiosk/requests.ts'
import { ok } from '../../src-shared/failures/result.ts'
import { noon, place } from './facts.ts'

const tag = Buffer.alloc(16, 3)
let counter: Counter
let requesting: Requesting
let latest: Pick<RequestDecision, 'state' | 'reason' | 'reference'> & { sent: boolean }
let filed: boolean
let network: string
let sends: number
let hubAnswers: () => void
let lapse: () => void

beforeEach(() => {
  counter = createCounter({ set: () => () => undefined }, () => undefined)
  latest = { state: 'waiting', sent: false, reason: null, reference: null }
  filed = false
  network = 'online'
  sends = 0
  const services = {
    store: { transact: (work: () => unknown) => work() },
    requests: {
      latest: () => (filed ? latest : null),
      filedSince: () => 0,
      file: () => (filed = true),
    },
    place: () => place(),
    signIn: { session: () => null },
    sync: { status: () => ({ state: network }), nudge: () => undefined },
    now: () => noon,
    sendRequests: () => new Promise((resolve) => ((sends += 1), (hubAnswers = () => resolve(ok(null))))),
  } as unknown as Services
  const timers = { set: (run: () => void) => ((lapse = run), () => undefined) }
  requesting = createRequesting({ services, counter, timers, activity: () => undefined })
  counter.go({ step: 'refused', failure: { code: 'L-202' }, audience: 'recipient', pickup: null, until: null })
  const request = requesting.offer(tag)
  const step = counter.step()
  if (request !== undefined && step.step === 'refused') counter.amend({ ...step, request })
})
const shown = () => {
  const step = counter.step()
  return step.step === 'refused' ? step.request : undefined
}

test('it shows as filed at once, and as the hub answers it', async () => {
  const asked = requesting.handlers.requestDelivery({})
  expect(shown()).toMatchObject({ state: 'waiting', sent: false })
  latest = { ...latest, sent: true }
  hubAnswers()
  expect(await asked).toMatchObject({ ok: true, value: { state: 'waiting', sent: true } })
  expect(shown()).toMatchObject({ state: 'waiting', sent: true })
})

test('nobody waits longer than a second, and a later answer still shows', async () => {
  const asked = requesting.handlers.requestDelivery({})
  lapse()
  expect(await asked).toMatchObject({ ok: true, value: { sent: false } })
  latest = { state: 'declined', sent: true, reason: 'unknown-person', reference: null }
  requesting.redecide()
  expect(shown()).toMatchObject({ state: 'declined', reason: 'unknown-person' })
})

test('without the network it is kept, and nothing is waited for', async () => {
  network = 'offline'
  expect(await requesting.handlers.requestDelivery({})).toMatchObject({ ok: true, value: { sent: false } })
  expect(sends).toBe(0)
})

test('a bar code of goods is told from a card, by its symbology or its check digit', () => {
  for (const text of ['6408430000142', '96385074', '036000291452']) expect(isShopCode({ text }), text).toBe(true)
  for (const text of ['6408430000143', '04AABBCCDDEE01', '2500123456']) expect(isShopCode({ text }), text).toBe(false)
  expect(isShopCode({ text: '6408430000142', symbology: ']C0' })).toBe(false)
  expect(isShopCode({ text: '123456789012', symbology: ']E0' })).toBe(true)
})
