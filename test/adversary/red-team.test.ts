/**
 * What nobody else's list has: things that happen in the middle of a move, a disk of yesterday, a write-ahead log that
 * is gone, floods, and texts made to hurt. Every test says what a user or a promise would notice.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { done, untilStep } from '../../src-main/demo/acts.ts'
import type { PickupId } from '../../src-shared/domain/index.ts'
import { startEngineDesk, type EngineDesk } from './engine.ts'
import { startInstitute, type HubHere, type Institute } from './hub.ts'
import { codeOf, value } from './wire.ts'

let institute: Institute
let hub: HubHere
beforeAll(async () => {
  institute = await startInstitute()
  hub = await institute.hub()
})
afterAll(async () => {
  await institute.stop()
})

const account = (i: number): string => {
  const found = institute.accounts[i]
  if (found === undefined) throw new Error('no such account')
  return found
}

describe('a kiosk client written from the contracts', () => {
  it('enrols, is granted, opens, hands over, and the hub records it once however often it is told', async () => {
    const desk = institute.desk('porter-millhill')
    const kiosk = await institute.servingKiosk(hub, 'porter-millhill')
    const pickup = await hub.as('agent').issue(account(0), desk, 'Kurki-3141')
    await kiosk.pull()
    const grant = kiosk.grants.get(pickup)
    if (grant === undefined) throw new Error('not granted')
    expect(await kiosk.open(grant)).toBe('Kurki-3141')
    kiosk.handOver(grant)
    expect(value(await kiosk.push()).acked).toBe(4)
    // The same again, an overlap, and all of it once more.
    expect(value(await kiosk.push(3)).acked).toBe(4)
    expect(value(await kiosk.push()).acked).toBe(4)
    const events = await hub.as('agent').timeline(pickup)
    expect(events.filter(({ kind }) => kind === 'handed-over')).toHaveLength(1)
    const { alarms, disputes } = await hub.as('supervisor').alarms()
    expect([alarms, disputes]).toEqual([[], []])

    // Another key, another kiosk's name, yesterday's time: not this kiosk.
    expect(
      codeOf(
        await kiosk.call(
          'feed',
          { query: { incarnation: kiosk.incarnation, cursor: 0, limit: 5 } },
          { time: kiosk.now() - 86_400_000 },
        ),
      ),
    ).toBe('L-605')
    const hints = await kiosk.hints()
    expect([hints.status, await hints.next(10_000)]).toEqual([200, 'data: pull'])
    hints.close()
    // Two histories from one point: the second is tampering, and both are kept from here on.
    const twin = kiosk.clone({ seq: 2 })
    twin.handOver(grant)
    expect(codeOf(await twin.push())).not.toBe(null)
    expect((await hub.as('supervisor').alarms()).alarms.map(({ kiosk: whose }) => whose)).toContain(kiosk.id)
  })
})

describe('a real engine', () => {
  let desk: EngineDesk
  beforeAll(async () => {
    desk = await startEngineDesk(institute, hub)
  })
  afterAll(async () => {
    await desk.end()
  })
  // Whatever a test that failed left on the screen.
  beforeEach(async () => {
    if (done(await desk.api.state({})).staff !== null) done(await desk.api.signOut({}))
    done(await desk.api.dismiss({}))
    await untilStep(desk.desk, 'idle')
  })

  async function waiting(i: number, secret: string): Promise<PickupId> {
    const pickup = await hub.as('agent').issue(account(i), institute.desk('porter-lakeside'), secret)
    await desk.signIn()
    await desk.untilGranted(account(i), pickup)
    return pickup
  }

  it('a policy that stops accepting passports while one is on the counter: nothing prints', async () => {
    const pickup = await waiting(1, 'Lokki-2718')
    const verification = await desk.verify(account(1), pickup)
    const { policy } = value(await hub.as('administrator').call('policy', {}))
    const without = {
      ...policy,
      rules: policy.rules.map((rule) => ({ ...rule, proofs: rule.proofs.filter((proof) => proof !== 'passport') })),
    }
    const { version } = value(await hub.as('administrator').call('savePolicy', { body: { policy: without } }))
    done(await desk.api.syncNow({}))
    const late = await desk.api.release({ pickup, verification, language: 'fi' })
    // The proof that the new policy does not accept is gone with it.
    expect(codeOf(late)).toBe('L-307')
    expect(desk.desk.printer.takeSlips()).toEqual([])
    value(await hub.as('administrator').call('savePolicy', { body: { policy: { ...policy, version } } }))
    done(await desk.api.syncNow({}))
    done(await desk.api.signOut({}))
  })

  it.each([
    ['control characters', '\u0000\u0007\u001b[2J\u001b@'],
    ['ESC/POS bytes', '\u001bp\u0000\u0019\u00fa\u001dV\u0001'],
    ['a name that runs the other way', '\u202Egnorw\u202C'],
    ['SQL', "'; DROP TABLE pickup; --"],
    ['a QR code of 4,000 letters', 'A'.repeat(4000)],
    ['digits without end', '9'.repeat(60)],
  ])('a hostile badge or QR code (%s) is nobody’s, and the desk serves on', async (_what, text) => {
    desk.desk.reader.tap(text)
    desk.desk.reader.tap(desk.porter.badge)
    await desk.untilState('asks for the porter’s PIN', ({ counter }) => counter.step === 'pin')
    done(await desk.api.enterPin({ pin: desk.porter.pin }))
    await desk.untilState('signed in', ({ staff }) => staff !== null)
    const journal = JSON.stringify(done(await desk.api.journal({ limit: 50 })))
    expect(journal).not.toContain('DROP TABLE')
    expect(journal).not.toContain('\\u202')
    done(await desk.api.signOut({}))
    expect(desk.desk.printer.takeSlips()).toEqual([])
  })

  it('a reader that floods reports, true and false, is endured: the desk answers and then serves', async () => {
    const report = (byte: number) => Buffer.alloc(64, byte)
    const scanner = 'bench/scanner'
    let slowest = 0
    for (let round = 0; round < 40; round++) {
      for (let i = 0; i < 500; i++) desk.desk.reader.send(scanner, report((round * 7 + i) % 256))
      for (let i = 0; i < 20; i++) desk.desk.reader.tap(`F${round}${i}`.padEnd(14, '0'))
      const from = performance.now()
      done(await desk.api.state({}))
      slowest = Math.max(slowest, performance.now() - from)
    }
    // A screen that says nothing for longer is one that hangs; the shell would kill the engine at ten seconds.
    expect(slowest).toBeLessThan(5000)
    expect(desk.said.filter((line) => line.includes('hangs'))).toEqual([])
    done(await desk.api.dismiss({}))
    // What comes in a flood is dropped, a true badge included: whoever holds it holds it there again.
    await desk.signIn(desk.supervisor).catch(() => desk.signIn(desk.supervisor))
    done(await desk.api.signOut({}))
    expect(desk.desk.printer.takeSlips()).toEqual([])
  })
})
