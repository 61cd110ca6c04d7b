/**
 * Walk-ins over real parts: a hub on real PostgreSQL, real engines, a simulated reader and printer. One scan and two
 * acts of the staff issue, print and hand over; whatever stops midway leaves nothing that could be used.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { done, handOver, signIn, untilSent, untilStep } from '../../src-main/demo/acts.ts'
import { untilUp } from '../../src-main/demo/desk.ts'
import { passportOf, type DemoRecipient } from '../../src-main/demo/institution.ts'
import { until } from '../../src-main/demo/until.ts'
import type { World, WorldDesk } from '../../src-main/demo/world.ts'
import type { CounterStep } from '../../src-shared/kiosk-api/index.ts'
import { startTestWorld } from '../support/world.ts'

let world: World
let desk: WorldDesk
let porter: WorldDesk

beforeAll(async () => {
  world = await startTestWorld({ keys: ['helpdesk-lakeside', 'porter-lakeside'] })
  const found = [world.desks.get('helpdesk-lakeside'), world.desks.get('porter-lakeside')]
  if (found[0] === undefined || found[1] === undefined) throw new Error('no desk')
  desk = found[0]
  porter = found[1]
}, 120_000)
afterAll(async () => {
  await world.stop()
})

const visitor = (key: string): DemoRecipient => {
  const found = world.institution.recipients.find((person) => person.key === key)
  if (found === undefined) throw new Error('no such visitor')
  return found
}
type WalkInStep = Extract<CounterStep, { step: 'walk-in' }>
const walkIn = async (reached: (step: WalkInStep) => boolean): Promise<WalkInStep> => {
  const state = await until(desk.client, 'the walk-in', ({ counter }) => counter.step === 'walk-in' && reached(counter))
  return state.counter as WalkInStep
}
const timeline = async (pickup: string) =>
  done(await world.hub.agent.call('timeline', { query: { pickup: pickup as never } })).events
/** Hub states of an account's pickups, newest first. */
const pickupsOf = async (account: string) =>
  done(await world.hub.agent.call('pickups', { query: { limit: 500 } })).pickups.filter(
    (pickup) => pickup.account === account,
  )
const kinds = async (limit = 12) => done(await desk.client.journal({ limit })).entries.map(({ kind }) => kind)

beforeEach(async () => {
  await desk.printer.setPower(true)
  desk.printer.setPaper('ok')
  desk.printer.setFault(null)
  desk.printer.takeSlips()
  desk.cable.plug()
  porter.cable.plug()
  await until(
    desk.client,
    'online and ready',
    ({ printer, network }) => printer.canPrint && network.state === 'online',
    60_000,
  )
  const state = done(await desk.client.state({}))
  if (state.counter.step !== 'idle') done(await desk.client.dismiss({}))
  if (state.staff === null) await signIn(desk, desk.porter.badge, desk.porter.pin)
})
afterEach(async () => {
  const state = done(await desk.client.state({}))
  for (const slip of state.unsettled) done(await desk.client.settle({ slip: slip.id, settlement: 'spoiled' }))
  done(await desk.client.dismiss({}))
})

describe('a walk-in at the helpdesk', () => {
  it('is verified first, issued against that, printed and handed over: one scan, two acts', async () => {
    const person = visitor('nelli')
    desk.reader.scanDocument(passportOf(person))
    const step = await walkIn(({ phase }) => phase === 'prove')
    expect(step.chosen).toMatchObject({ account: 'kivelane', name: 'Nelli Sofia Kivelä', blocked: null, live: null })
    expect(step.document).toMatchObject({ kind: 'passport', issuerCountry: 'FIN', expiry: 'valid' })
    // Nothing has been issued for having looked.
    expect(await pickupsOf(person.account)).toEqual([])
    const issued = done(await desk.client.issueWalkIn({ account: person.account, language: 'fi', byEye: null }))
    expect(issued.slip).not.toBeNull()
    const { slip } = await untilStep(desk, 'hand-over')
    expect(desk.printer.slips().filter(({ cut }) => cut)).toHaveLength(1)
    await handOver(desk, slip.id)
    await untilSent(desk)
    const order = ['walk-in-verified', 'verification', 'slip-intended', 'slip-printed', 'handed-over']
    expect((await kinds()).filter((kind) => order.includes(kind)).reverse()).toEqual(order)
    const [pickup] = await pickupsOf(person.account)
    expect(pickup?.state).toBe('handed-over')
    const events = await timeline(pickup?.id ?? '')
    expect(events.find(({ kind }) => kind === 'issued')).toMatchObject({
      actor: desk.porter.name,
      desk: 'IT service point',
      detail: { walkIn: true, proof: 'passport', method: 'machine-read' },
    })
  })

  it('is found by card and by search, and by eye needs the birth date on record', async () => {
    const person = visitor('nelli')
    desk.reader.tap(person.cards[0] ?? '')
    const found = await walkIn(({ phase }) => phase === 'prove')
    expect(found).toMatchObject({ document: null, chosen: { account: person.account } })
    expect(await desk.client.issueWalkIn({ account: person.account, language: 'fi', byEye: null })).toEqual({
      ok: false,
      failure: { code: 'L-303' },
    })
    done(await desk.client.findAccount({ search: 'Kivela nel' }))
    await walkIn(({ phase, chosen }) => phase === 'prove' && chosen?.account === person.account)
    const eye = { kind: 'driving-licence', issuerCountry: 'FIN', statement: true } as const
    const wrong = await desk.client.issueWalkIn({
      account: person.account,
      language: 'sv',
      byEye: { ...eye, birthDate: '2003-09-19' },
    })
    expect(wrong).toEqual({ ok: false, failure: { code: 'L-305' } })
    expect(desk.printer.slips()).toEqual([])
    done(
      await desk.client.issueWalkIn({
        account: person.account,
        language: 'sv',
        byEye: { ...eye, birthDate: '2003-09-18' },
      }),
    )
    const { slip } = await untilStep(desk, 'hand-over')
    await handOver(desk, slip.id)
  })

  it('lets staff choose among several accounts of one person', async () => {
    desk.reader.scanDocument(passportOf(visitor('emil')))
    const step = await walkIn(({ phase }) => phase === 'choose')
    expect(step.accounts.map(({ account }) => account)).toEqual(['wikstrem', 'wikstrem-lab'])
    expect(step.chosen).toBeNull()
    done(await desk.client.chooseAccount({ account: 'wikstrem-lab' }))
    const chosen = await walkIn(({ phase }) => phase === 'prove')
    expect(chosen.document).not.toBeNull()
    expect(await desk.client.issueWalkIn({ account: 'wikstrem', language: 'sv', byEye: null })).toEqual({
      ok: false,
      failure: { code: 'L-209' },
    })
  })

  it('says where to go when nothing is found, and that staff secrets are another desk’s', async () => {
    done(await desk.client.findAccount({ search: 'Nobody Whatever' }))
    const refused = await until(desk.client, 'a refusal', ({ counter }) => counter.step === 'refused')
    expect(refused.counter).toMatchObject({ failure: { code: 'L-215' }, audience: 'staff' })
    done(await desk.client.findAccount({ search: 'heinonen' }))
    const step = await walkIn(({ phase }) => phase === 'prove')
    expect(step.chosen).toMatchObject({ account: 'heinonou', blocked: { code: 'L-220', params: { deskKinds: 'hr' } } })
    const eye = { kind: 'passport', issuerCountry: 'FIN', birthDate: '1974-12-30', statement: true } as const
    expect(await desk.client.issueWalkIn({ account: 'heinonou', language: 'fi', byEye: eye })).toMatchObject({
      ok: false,
      failure: { code: 'L-220' },
    })
    expect(await pickupsOf('heinonou')).toEqual([])
  })

  it('is not for a porter’s desk', async () => {
    await signIn(porter, porter.porter.badge, porter.porter.pin)
    expect(await porter.client.findAccount({ search: 'kivela' })).toMatchObject({
      ok: false,
      failure: { code: 'L-225' },
    })
    porter.reader.scanDocument(passportOf(visitor('nelli')))
    const refused = await until(porter.client, 'a refusal', ({ counter }) => counter.step === 'refused')
    expect(refused.counter).toMatchObject({ failure: { code: 'L-308' } })
    done(await porter.client.signOut({}))
  })

  it('the right desk is named within a second where the hub can be asked, and without it nobody guesses', async () => {
    const person = visitor('emil')
    await until(porter.client, 'the hub', ({ network }) => network.state === 'online', 60_000)
    const { waiting } = done(await desk.client.state({})).counts
    const { pickup } = done(
      await world.hub.agent.call('issue', {
        body: {
          account: person.account,
          desk: desk.id,
          channel: 'helpdesk',
          requestReference: null,
          secretKind: 'password',
        },
      }),
    )
    await until(desk.client, 'the pickup', ({ counts }) => counts.waiting > waiting)
    const before = performance.now()
    porter.reader.tap(person.cards[0] ?? '')
    const { counter } = await until(porter.client, 'an answer', ({ counter: { step } }) => step === 'refused')
    expect(performance.now() - before).toBeLessThan(1000)
    if (counter.step !== 'refused') throw new Error(counter.step)
    expect(counter.failure.code).toBe('L-244')
    expect(counter.where?.map(({ id }) => id)).toEqual([desk.id])
    done(await porter.client.dismiss({}))
    porter.cable.pull()
    await until(porter.client, 'no network', ({ network }) => network.state === 'offline', 60_000)
    porter.reader.tap(visitor('camille').cards[0] ?? '')
    const alone = await until(porter.client, 'an answer without the hub', ({ counter: { step } }) => step === 'refused')
    expect(alone.counter).toMatchObject({ failure: { code: 'L-250' }, where: [] })
    done(await porter.client.dismiss({}))
    done(await world.hub.agent.call('revoke', { body: { pickup, reason: 'revoked', to: null } }))
    await until(desk.client, 'the end of the pickup', ({ counts }) => counts.waiting === waiting)
    await untilSent(desk)
  })

  it('refuses another person’s document, and an expired one, and records it', async () => {
    done(await desk.client.findAccount({ search: 'nelli kive' }))
    await walkIn(({ phase }) => phase === 'prove')
    desk.reader.scanDocument(passportOf(visitor('camille')))
    const other = await walkIn(({ notice }) => notice !== null)
    expect(other).toMatchObject({ document: null, notice: { code: 'L-302' } })
    desk.reader.scanDocument(passportOf(visitor('nelli'), { expired: true }))
    await walkIn(({ notice }) => notice?.code === 'L-301')
    expect((await kinds(4)).filter((kind) => kind === 'verification-refused')).toHaveLength(2)
  })
})

describe('a walk-in that ends without a slip', () => {
  it('is one tap: on record with who and why, of no pickup, and nothing is issued for it', async () => {
    const person = visitor('nelli')
    desk.reader.scanDocument(passportOf(person))
    await walkIn(({ phase, document }) => phase === 'prove' && document !== null)
    const before = (await pickupsOf(person.account)).length
    // Another account than the one on the screen is not served by it.
    expect(await desk.client.noSlipWalkIn({ account: 'heinonou', reason: 'expired' })).toEqual({
      ok: false,
      failure: { code: 'L-209' },
    })
    done(await desk.client.noSlipWalkIn({ account: person.account, reason: 'photo-differs' }))
    const { counter } = done(await desk.client.state({}))
    expect(counter).toMatchObject({ step: 'done', outcome: 'nothing-issued', initials: 'N. K.' })
    // Pressed twice, and tried for printing after all: it is over.
    expect(await desk.client.noSlipWalkIn({ account: person.account, reason: 'photo-differs' })).toEqual({
      ok: false,
      failure: { code: 'L-209' },
    })
    expect(await desk.client.issueWalkIn({ account: person.account, language: 'fi', byEye: null })).toMatchObject({
      ok: false,
    })
    await untilSent(desk)
    const state = done(await desk.client.state({}))
    const [entry] = done(await world.hub.agent.call('ledgerEntries', { query: { kind: 'no-slip', limit: 1 } })).entries
    expect(entry).toMatchObject({ kind: 'no-slip', pickup: null, poison: false, facts: { reason: 'photo-differs' } })
    expect((await kinds(1))[0]).toBe('no-slip')
    expect(done(await desk.client.journal({ limit: 1 })).entries[0]).toMatchObject({
      actor: state.staff?.name,
      pickup: null,
      acknowledged: true,
    })
    expect(await pickupsOf(person.account)).toHaveLength(before)
    expect(await kinds(2)).not.toContain('walk-in-verified')
    expect(desk.printer.slips()).toEqual([])
  })

  it('needs someone who serves, and a walk-in at that point', async () => {
    expect(await desk.client.noSlipWalkIn({ account: 'kivelane', reason: 'no-id-with-them' })).toEqual({
      ok: false,
      failure: { code: 'L-209' },
    })
    done(await desk.client.findAccount({ search: 'nelli kive' }))
    await walkIn(({ phase }) => phase === 'prove')
    done(await desk.client.signOut({}))
    expect(await desk.client.noSlipWalkIn({ account: 'kivelane', reason: 'no-id-with-them' })).toEqual({
      ok: false,
      failure: { code: 'L-401' },
    })
  })
})

describe('a walk-in that stops midway leaves nothing behind', () => {
  const prove = async (key: string) => {
    desk.reader.scanDocument(passportOf(visitor(key)))
    return walkIn(({ phase, document }) => phase === 'prove' && document !== null)
  }

  it('with the hub away nothing is issued, and it goes on once the cable is back', async () => {
    const person = visitor('camille')
    await prove('camille')
    desk.cable.pull()
    const refused = await desk.client.issueWalkIn({ account: person.account, language: 'en', byEye: null })
    expect(refused).toEqual({ ok: false, failure: { code: 'L-217' } })
    expect(await walkIn(() => true)).toMatchObject({ phase: 'prove', notice: { code: 'L-217' } })
    desk.cable.plug()
    await until(desk.client, 'online', ({ network }) => network.state === 'online', 60_000)
    await untilSent(desk)
    expect(await pickupsOf(person.account)).toEqual([])
    done(await desk.client.issueWalkIn({ account: person.account, language: 'en', byEye: null }))
    const { slip } = await untilStep(desk, 'hand-over')
    await handOver(desk, slip.id)
  })

  it('with the paper out nobody is even verified', async () => {
    // Another person than before: one passport twice in a row is one scan.
    await prove('nelli')
    desk.printer.setPaper('out')
    const refused = await desk.client.issueWalkIn({ account: 'kivelane', language: 'en', byEye: null })
    expect(refused).toMatchObject({ ok: false, failure: { code: 'L-501' } })
    expect((await kinds(3))[0]).not.toBe('walk-in-verified')
  })

  it('with a print that fails for certain the secret is disabled, and the person can be served anew', async () => {
    const person = visitor('camille')
    await prove('camille')
    desk.printer.setFault({ atByte: 60, kind: 'paper-out' })
    const failed = await desk.client.issueWalkIn({ account: person.account, language: 'en', byEye: null })
    expect(failed.ok).toBe(false)
    const step = await walkIn(({ phase }) => phase === 'prove')
    expect(step).toMatchObject({ document: null, notice: { code: 'L-218' }, chosen: { account: person.account } })
    desk.printer.setPaper('ok')
    desk.printer.setFault(null)
    await untilSent(desk)
    expect((await pickupsOf(person.account))[0]?.state).toBe('revoked')
    await until(desk.client, 'the printer', ({ printer }) => printer.canPrint)
    desk.reader.scanDocument(passportOf(person))
    await walkIn(({ document }) => document !== null)
    done(await desk.client.issueWalkIn({ account: person.account, language: 'en', byEye: null }))
    const { slip } = await untilStep(desk, 'hand-over')
    await handOver(desk, slip.id)
  })

  it('a person who leaves before printing, and an engine that is killed, leave no live secret', async () => {
    const person = visitor('nelli')
    await prove('nelli')
    // Slow enough to be killed in the middle of.
    desk.printer.setFault({ atByte: 3, kind: 'stall' })
    const issuing = desk.client.issueWalkIn({ account: person.account, language: 'en', byEye: null })
    await until(desk.client, 'printing', ({ counter }) => counter.step === 'printing')
    const pid = desk.supervisor.pid()
    if (pid === undefined) throw new Error('no engine')
    process.kill(pid, 'SIGKILL')
    await issuing
    await untilUp(desk)
    await until(
      desk.client,
      'a new engine',
      ({ network, reader }) => network.state === 'online' && reader.state === 'ready',
      60_000,
    )
    await signIn(desk, desk.porter.badge, desk.porter.pin)
    // The slip had begun: it is uncertain until a person has settled it, and only then is the secret given back.
    const state = done(await desk.client.state({}))
    expect(state.unsettled).toHaveLength(1)
    desk.printer.setFault(null)
    await desk.printer.setPower(false)
    await desk.printer.setPower(true)
    done(await desk.client.settle({ slip: state.unsettled[0]?.id as never, settlement: 'nothing-came-out' }))
    await untilStep(desk, 'verify')
    done(await desk.client.dismiss({}))
    await until(desk.client, 'idle', ({ counter }) => counter.step === 'idle')
    await untilSent(desk)
    expect((await pickupsOf(person.account))[0]?.state).toBe('revoked')
    expect(await kinds(8)).toContain('walk-in-abandoned')
  })
})

describe('a pickup that is live at another desk', () => {
  it('is asked back, and nothing is issued here before that desk has answered', async () => {
    const person = visitor('nelli')
    const old = done(
      await world.hub.agent.call('issue', {
        body: {
          account: person.account,
          desk: porter.id,
          channel: 'porter',
          requestReference: 'PYY-9',
          secretKind: 'password',
        },
      }),
    )
    await until(porter.client, 'the old pickup', ({ counts }) => counts.waiting + counts.arrived > 0)
    done(await porter.client.syncNow({}))
    porter.cable.pull()
    desk.reader.scanDocument(passportOf(person))
    const step = await walkIn(({ phase }) => phase === 'prove')
    expect(step.chosen?.live).toMatchObject({ here: false, desk: { en: 'Porter’s lodge, Lakeside campus' } })
    const refused = await desk.client.issueWalkIn({ account: person.account, language: 'fi', byEye: null })
    expect(refused).toMatchObject({
      ok: false,
      failure: { code: 'L-216', params: { whereEn: 'Porter’s lodge, Lakeside campus' } },
    })
    expect(await walkIn(() => true)).toMatchObject({ phase: 'asked-back', notice: { code: 'L-216' } })
    expect(desk.printer.slips()).toEqual([])
    expect((await pickupsOf(person.account)).filter(({ state }) => state === 'granted')).toEqual([])
    porter.cable.plug()
    const { slip } = await untilStep(desk, 'hand-over')
    await handOver(desk, slip.id)
    await untilSent(desk)
    const [fresh] = await pickupsOf(person.account)
    expect(fresh?.state).toBe('handed-over')
    expect((await timeline(old.pickup)).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['superseded', 'revoke-acknowledged']),
    )
  })

  it('one that waits here already is opened, not issued again', async () => {
    const person = visitor('camille')
    const issued = done(
      await world.hub.agent.call('issue', {
        body: {
          account: person.account,
          desk: desk.id,
          channel: 'helpdesk',
          requestReference: null,
          secretKind: 'password',
        },
      }),
    )
    done(await desk.client.syncNow({}))
    done(await desk.client.findAccount({ search: 'moreau' }))
    const step = await untilStep(desk, 'verify')
    expect(step.pickup.id).toBe(issued.pickup)
  })
})
