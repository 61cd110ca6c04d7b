/** Issuing and routing from the console, with a real kiosk where one must learn of it. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseInstitution } from '../../src-hub/index.ts'
import { Channel } from '../../src-shared/domain/index.ts'
import { channelOf } from '../../src-shared/policy/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { startConsoleHub, type ConsoleHub } from './console-hub.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

const data = value(
  parseInstitution(JSON.parse(readFileSync(new URL('../../resources/demo/institution.json', import.meta.url), 'utf8'))),
)
let world: ConsoleHub
let fleet: Fleet
beforeAll(async () => {
  world = await startConsoleHub()
  fleet = await startFleet()
})
afterAll(async () => {
  await world.stop()
  await fleet.stop()
})

it('what is offered can be issued, and what is refused is refused for the same reason: every class, channel and role', async () => {
  const byClass = new Map(data.recipients.map((person) => [person.class, person.account]))
  expect(byClass.size).toBeGreaterThan(2)
  let offered = 0
  for (const role of ['agent', 'hr', 'supervisor'] as const) {
    const one = await world.as(role)
    for (const account of byClass.values()) {
      for (const requestReference of [undefined, 'INC-1']) {
        const seen = (await one.call('mayIssue', undefined, { query: { account, requestReference } })).reply()
        expect(seen.options.map((option) => option.channel)).toEqual(Channel.options)
        for (const option of seen.options) {
          const desk = data.desks.find((each) => each.kind !== undefined && channelOf(each.kind) === option.channel)
          if (desk === undefined) continue
          const issued = await one.call('issue', {
            account,
            desk: world.desks.get(desk.key) ?? '',
            channel: option.channel,
            requestReference: requestReference ?? null,
            secretKind: 'password',
          })
          expect(issued.status === 200, `${role} ${account} ${option.channel} ${issued.code}`).toBe(option.allowed)
          if (option.allowed) offered += 1
          else expect(issued.code).toBe(option.why?.code)
          expect(option.desks.length > 0).toBe(option.allowed)
        }
      }
    }
  }
  expect(offered).toBeGreaterThan(5)
})

it('people are found by name or account, kept by who issues for them, and their birth date and cards are never read back', async () => {
  const [agent, hr] = [await world.as('agent'), await world.as('hr')]
  const made = (
    await agent.call('saveRecipient', {
      class: 'student',
      name: { family: 'Åkerblom', given: 'Mikaela' },
      language: 'sv',
      accounts: [{ account: 'makerblo' }],
    })
  ).reply()
  const find = async (text: string) =>
    (await agent.call('recipients', undefined, { query: { text } })).reply().recipients.map((person) => person.id)
  for (const text of ['akerblom', 'mikaela aker', 'makerb', 'MAKERBLO'])
    expect(await find(text)).toEqual([made.recipient])
  for (const text of ['%', '_', 'kerblo', '\\']) expect(await find(text)).not.toContain(made.recipient)
  const card = '04A1B2C3D4E5F6'
  expect((await agent.call('addCard', { recipient: made.recipient, card })).reply()).toEqual({ cards: 1 })
  expect((await agent.call('addCard', { recipient: made.recipient, card: '04:a1:b2:c3:d4:e5:f6' })).reply()).toEqual({
    cards: 1,
  })
  expect((await agent.call('setBirthDate', { recipient: made.recipient, birthDate: '1999-02-28' })).status).toBe(200)
  // A person is found by the date that was set last; of one that is known in part, by what is known.
  const bornBlind = async () =>
    (
      await world
        .hub()
        .db.selectFrom('recipient')
        .select('birth_blind')
        .where('id', '=', made.recipient)
        .executeTakeFirstOrThrow()
    ).birth_blind
  expect(await bornBlind()).toEqual(world.hub().keys.blind('birth', '1999-02-28'))
  for (const birthDate of ['1999-02', '1999']) {
    expect((await agent.call('setBirthDate', { recipient: made.recipient, birthDate })).status).toBe(200)
    expect(await bornBlind()).toEqual(world.hub().keys.blind('birth', birthDate))
  }
  for (const birthDate of ['99', '1999-13', '1999-02-30', '1999-00-00'])
    expect((await agent.call('setBirthDate', { recipient: made.recipient, birthDate })).status, birthDate).toBe(400)
  const seen = await agent.call('recipient', undefined, { query: { recipient: made.recipient } })
  expect(seen.reply()).toMatchObject({ hasBirthDate: true, cards: 1 })
  expect(JSON.stringify(seen.json)).not.toMatch(/1999|04A1/)
  // HR keeps staff and nobody else; the helpdesk the other way round.
  expect((await hr.call('addCard', { recipient: made.recipient, card: 'FFFF0001' })).code).toBe('L-618')
  expect(
    (await hr.call('saveRecipient', { ...seen.reply(), id: made.recipient, accounts: [{ account: 'x' }] })).code,
  ).toBe('L-618')
  const other = (
    await agent.call('saveRecipient', {
      class: 'partner',
      name: { family: 'B', given: 'A' },
      language: 'en',
      accounts: [{ account: 'ab-partner' }],
    })
  ).reply()
  expect((await agent.call('addCard', { recipient: other.recipient, card })).code).toBe('L-658')
  const taken = {
    id: other.recipient,
    class: 'partner',
    name: { family: 'C', given: 'A' },
    language: 'en',
    accounts: [{ account: 'makerblo' }],
  }
  expect((await agent.call('saveRecipient', taken)).code).toBe('L-666')
  expect(
    (await agent.call('recipient', undefined, { query: { recipient: other.recipient } })).reply().name.family,
  ).toBe('B')
  expect((await agent.call('removeCard', { recipient: made.recipient, card })).reply()).toEqual({ cards: 0 })
  const audit = (await (await world.as('auditor')).call('auditTrail', undefined, { query: { limit: 50 } })).json
  expect(JSON.stringify(audit)).not.toMatch(/1999-02-28|04A1B2/i)
})

it('a kiosk learns a later end of what it holds, and keeps everything else of it', async () => {
  const [first] = fleet.desks
  const kiosk = await fleet.kiosk(first ?? '', 'extended')
  const pickup = await fleet.issue(fleet.accounts[0] ?? '', first ?? '')
  value(await kiosk.sync.now())
  const before = kiosk.pickups.get(pickup)
  kiosk.pickups.arrive(pickup, Date.now())
  const expiresAt = Date.now() + 90 * 86_400_000
  expect(value(await fleet.agent().call('extend', { body: { pickup, expiresAt } }))).toEqual({ expiresAt })
  value(await kiosk.sync.now())
  expect(kiosk.pickups.get(pickup)).toMatchObject({ expiresAt, epoch: before?.epoch, state: 'arrived' })
  const code = async (body: { pickup: string; expiresAt: number }) => {
    const answer = await fleet.agent().call('extend', { body: body as never })
    return answer.ok ? null : answer.failure.code
  }
  expect(await code({ pickup, expiresAt: Date.now() - 1 })).toBe('L-667')
  expect(await code({ pickup, expiresAt: Date.now() + 3 * 366 * 86_400_000 })).toBe('L-667')
  expect(await code({ pickup: newId(), expiresAt })).toBe('L-609')

  // Where it stands, as the kiosk is heard and asked back.
  const standing = async () => value(await fleet.agent().call('pickup', { query: { pickup } })).standing.what
  expect(['sent', 'at-desk']).toContain(await standing())
  value(
    await fleet.agent().call('revoke', { body: { pickup, reason: 're-routed', to: (fleet.desks[1] ?? '') as never } }),
  )
  expect(await standing()).toBe('awaiting-acknowledgement')
  const waiting = value(await fleet.agent().call('pickup', { query: { pickup } })).standing
  expect(waiting.desk?.id).toBe(first)
  expect(waiting.movingTo?.id).toBe(fleet.desks[1])
  expect(waiting.lastContactAt).toBeGreaterThan(Date.now() - 600_000)
  value(await kiosk.sync.now())
  value(await kiosk.sync.now())
  expect(await standing()).toBe('no-kiosk')
  expect(value(await fleet.agent().call('pickup', { query: { pickup } })).expiresAt).toBe(expiresAt)
})

it('the preview of a write-off is what the write-off does; a burned one can be issued again, once', async () => {
  const desk = fleet.desks[2] ?? ''
  const kiosk = await fleet.kiosk(desk, 'lost')
  const accounts = fleet.accounts.slice(1, 4)
  const pickups = []
  for (const account of accounts) pickups.push(await fleet.issue(account, desk))
  value(await kiosk.sync.now())
  value(await fleet.agent().call('revoke', { body: { pickup: pickups[0] as never, reason: 'revoked', to: null } }))
  const id = kiosk.records.read()?.kiosk
  const preview = value(await fleet.agent().call('writeOffPreview', { query: { kiosk: id as never } }))
  expect(preview).toMatchObject({ burn: 3, reissue: 2, state: 'active' })
  expect(preview.pickups.map((row) => row.account).sort()).toEqual([...accounts].sort())
  const done = value(await fleet.agent().call('writeOff', { body: { kiosk: id as never } }))
  expect(done).toEqual({ burned: preview.burn, reissued: preview.reissue })
  expect(value(await fleet.agent().call('writeOffPreview', { query: { kiosk: id as never } }))).toMatchObject({
    burn: 0,
    reissue: 0,
    state: 'written-off',
  })
  const again = value(
    await fleet
      .agent()
      .call('reissue', { body: { pickup: pickups[0] as never, desk: (fleet.desks[1] ?? '') as never } }),
  )
  expect(again.state).toBe('unassigned')
  const code = async (pickup: unknown) => {
    const answer = await fleet.agent().call('reissue', { body: { pickup: pickup as never, desk: desk as never } })
    return answer.ok ? null : answer.failure.code
  }
  expect(await code(pickups[0])).toBe('L-659')
  // And it is not offered what is refused.
  expect(value(await fleet.agent().call('pickup', { query: { pickup: pickups[0] as never } })).may.reissue).toBe(false)
  // The write-off has issued this one anew already.
  expect(await code(pickups[1])).toBe('L-659')
  expect(value(await fleet.agent().call('pickup', { query: { pickup: again.pickup } })).replaces).toBe(pickups[0])
})
