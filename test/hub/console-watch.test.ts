/**
 * Watching: what a kiosk does is seen at once through any hub process, desks turn amber and raise an alarm, and charts
 * count what happened.
 */
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventsPath, type ConsoleEvent } from '../../src-shared/hub-api/agent/health.ts'
import type { RunningHub } from '../../src-hub/index.ts'
import { lookAtDesks } from '../../src-hub/health/index.ts'
import { usualHours } from '../../src-shared/domain/opening-hours.ts'
import { handOver } from '../bench/sync/handovers.ts'
import { startConsoleHub, type ConsoleHub } from './console-hub.ts'
import { startFleet, value, type Fleet } from './fleet.ts'
import { Agent, fetch } from 'undici'

let fleet: Fleet
let world: ConsoleHub
beforeAll(async () => {
  fleet = await startFleet()
  world = await startConsoleHub()
})
afterAll(async () => {
  await fleet.stop()
  await world.stop()
})

/** Listens as a console does; `until` gives the first event that fits, and how long it took. */
async function listen(
  hub: RunningHub,
): Promise<{ until: (fits: (event: ConsoleEvent) => boolean) => Promise<ConsoleEvent>; close: () => void }> {
  const stop = new AbortController()
  const reply = await fetch(hub.url + eventsPath, {
    headers: { authorization: 'Bearer agent-token-of-the-tests-0001' },
    dispatcher: new Agent({ connect: { ca: hub.authority } }),
    signal: stop.signal,
  })
  expect(reply.status).toBe(200)
  expect(reply.headers.get('content-type')).toBe('text/event-stream')
  const seen: ConsoleEvent[] = []
  const waiting = new Set<() => void>()
  let greeted = (): void => undefined
  const hello = new Promise<void>((resolve) => (greeted = resolve))
  void (async () => {
    let text = ''
    try {
      for await (const part of reply.body ?? []) {
        text += Buffer.from(part as Uint8Array).toString()
        const blocks = text.split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) {
          if (block.startsWith('event: hello')) greeted()
          const data = /^event: change\ndata: (.*)$/.exec(block)?.[1]
          if (data !== undefined) seen.push(JSON.parse(data) as ConsoleEvent)
        }
        for (const wake of waiting) wake()
      }
    } catch {
      // Closed by the test.
    }
  })()
  await hello
  return {
    async until(fits) {
      for (;;) {
        const found = seen.find(fits)
        if (found !== undefined) return found
        await new Promise<void>((resolve) => {
          const wake = () => {
            waiting.delete(wake)
            resolve()
          }
          waiting.add(wake)
        })
      }
    },
    close: () => stop.abort(),
  }
}

it('a handover at a kiosk is told to a console of another hub process within two seconds, and counted', async () => {
  const [desk] = fleet.desks
  const kiosk = await fleet.kiosk(desk ?? '', 'watched')
  const pickup = await fleet.issue(fleet.accounts[0] ?? '', desk ?? '')
  value(await kiosk.sync.now())
  const console_ = await listen(await fleet.anotherHub())
  handOver(kiosk, 1)
  const before = performance.now()
  value(await kiosk.sync.now())
  const told = await console_.until(
    (event) => event.about === 'pickup' && event.pickup === pickup && event.state === 'handed-over',
  )
  expect(performance.now() - before).toBeLessThan(2000)
  expect(told).toMatchObject({ desk })
  const alarm = console_.until((event) => event.about === 'alarm')
  await sql`INSERT INTO alarm (kind, detail, at) VALUES ('test', '', 1)`.execute(fleet.hub().db)
  expect(await alarm).toMatchObject({ kind: 'test' })
  console_.close()

  const { desks } = value(await fleet.agent().call('watch', {}))
  expect(desks.find((each) => each.id === desk)).toMatchObject({ handedOverToday: 1, waiting: 0, reasons: [] })
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Helsinki' }).format(Date.now())
  const figures = value(await fleet.agent().call('series', { query: { from: today, to: today } }))
  expect(figures.handovers).toEqual([{ day: today, desk, channel: expect.any(String) as string, count: 1 }])
  expect(figures.waiting).toMatchObject([{ day: today, desk, count: 1 }])
  const refused = await fleet.agent().call('series', { query: { from: today, to: '2020-01-01' } })
  expect(refused.ok ? null : refused.failure.code).toBe('L-667')
})

it('nobody listens without being signed in', async () => {
  const stranger = world.browser()
  expect((await stranger.fetch(eventsPath)).status).toBe(401)
})

it('a desk that is open and silent turns amber, is an alarm after ten minutes and well again when it is heard', async () => {
  const { db } = world.hub()
  const supervisor = await world.as('supervisor')
  const [desk] = [...world.desks.values()]
  const kiosk = 'K'.repeat(22)
  // A Tuesday at noon in Helsinki.
  const noon = Date.parse('2026-11-24T10:00:00Z')
  await sql`INSERT INTO kiosk (id, desk, state, sign_key, opening_key, head_hash, last_contact, enrolled_at) VALUES
    (${kiosk}, ${desk}, 'active', ${Buffer.alloc(32)}, ${Buffer.alloc(32)}, ${'0'.repeat(64)}, ${noon - 60_000}, ${noon})`.execute(
    db,
  )
  await sql`UPDATE unit SET hours = ${JSON.stringify(usualHours)}::jsonb`.execute(db)
  await sql`UPDATE desk SET hours = NULL`.execute(db)
  const seen = async (at: number) => {
    world.clock.now = at
    ;(await supervisor.call('signIn', { username: 'supervisor.one', password: 'lakka-kuura-pihlaja-41' })).reply()
    return (await supervisor.call('watch')).reply().desks.find((each) => each.id === desk)
  }
  const alarms = async () =>
    (await supervisor.call('alarms', undefined, { query: { open: '1', limit: 10 } }))
      .reply()
      .alarms.filter((each) => each.kiosk === kiosk)
  await lookAtDesks(db, noon)
  expect(await seen(noon)).toMatchObject({ light: 'green', reasons: [], amberSince: null, open: true })
  // What is issued for the desk and granted to no kiosk is not forgotten.
  await sql`INSERT INTO pickup (id, account, recipient, desk, channel, secret_kind, state, pickup_code, issued_at, expires_at)
    SELECT ${'U'.repeat(22)}, a.account, a.recipient, ${desk}, 'porter', 'password', 'unassigned', ${Buffer.alloc(1)}, ${noon}, ${noon + 86_400_000}
    FROM account a WHERE NOT EXISTS (SELECT 1 FROM pickup p WHERE p.account = a.account) LIMIT 1`.execute(db)
  expect(await seen(noon)).toMatchObject({ waiting: 0, ungranted: 1 })
  const later = noon + 120_000
  await lookAtDesks(db, later)
  expect(await seen(later)).toMatchObject({
    light: 'amber',
    reasons: ['silent'],
    amberSince: later,
    alert: false,
    lastContactAt: noon - 60_000,
  })
  await lookAtDesks(db, later + 599_000)
  expect(await alarms()).toEqual([])
  await lookAtDesks(db, later + 601_000)
  await Promise.all([lookAtDesks(db, later + 602_000), lookAtDesks(db, later + 602_000)])
  expect(await alarms()).toMatchObject([{ kind: 'desk-not-ready', detail: 'silent' }])
  expect(await seen(later + 602_000)).toMatchObject({ alert: true, amberSince: later })
  await sql`UPDATE kiosk SET last_contact = ${later + 603_000} WHERE id = ${kiosk}`.execute(db)
  await lookAtDesks(db, later + 604_000)
  expect(await alarms()).toEqual([])
  expect(await seen(later + 604_000)).toMatchObject({ light: 'green', amberSince: null })
  // Closed for the night: nobody's alarm.
  const night = Date.parse('2026-11-24T23:00:00Z')
  await lookAtDesks(db, night)
  expect(await seen(night)).toMatchObject({
    light: 'grey',
    open: false,
    reasons: ['silent'],
    nextChangeAt: Date.parse('2026-11-25T06:00:00Z'),
  })
})
