/** Administering: what is changed in the console reaches a real kiosk by its feed, holds together, and is recorded. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { usualHours } from '../../src-shared/domain/opening-hours.ts'
import { cardTag } from '../../src-shared/protocol/tags.ts'
import type { HubRoute } from '../../src-shared/hub-api/index.ts'
import type { HubClient } from '../../src-main/sync/index.ts'
import type { DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { startConsoleHub, type Browser, type ConsoleHub } from './console-hub.ts'
import { deskRecord } from '../../src-hub/desks/index.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
let kiosk: DeskKiosk
let world: ConsoleHub
let administrator: Browser
beforeAll(async () => {
  fleet = await startFleet()
  kiosk = await fleet.kiosk(fleet.desks[0] ?? '', 'administered')
  world = await startConsoleHub()
  administrator = await world.as('administrator')
})
afterAll(async () => {
  await fleet.stop()
  await world.stop()
})

const call: HubClient['call'] = (name, args) => fleet.agent().call(name, args)
const code = async (name: HubRoute, body: unknown) => {
  const answer = await fleet.agent().call(name, { body: body as never })
  return answer.ok ? null : answer.failure.code
}

it('a desk’s hours with an exception reach its kiosk, its own before its unit’s', async () => {
  const { units } = value(await call('units', {}))
  const unit = units.find((each) => each.desks.some((desk) => desk.id === fleet.desks[0]))
  if (unit === undefined) throw new Error('no unit')
  const hours = { ...usualHours, exceptions: [{ date: '2026-12-24', spans: [] }] }
  const { name, address } = unit
  value(await call('saveUnit', { body: { id: unit.id, name: { ...name, en: 'Renamed' }, address, hours } }))
  value(await kiosk.sync.now())
  expect(kiosk.records.read()?.deskRecord).toMatchObject({ unit: { en: 'Renamed' }, hours })
  expect(await code('saveUnit', { id: unit.id, name: { fi: '', sv: 'x', en: 'x' }, address, hours })).toBe('L-608')
})

it('a member of staff and their badge reach the desk as tags under its own key, and leave it again', async () => {
  const desk = fleet.desks[0] ?? ''
  const { id } = value(
    await call('saveStaff', { body: { name: 'Uusi Vahtimestari', role: 'porter', desks: [desk as never] } }),
  )
  const badge = '04AABBCCDD'
  expect(value(await call('addBadge', { body: { id, badge: '04:aa:bb:cc:dd' } }))).toEqual({ badges: 1 })
  value(await kiosk.sync.now())
  const lookup = fleet.hub().keys.lookupKey(kiosk.records.read()?.kiosk ?? '')
  const known = () =>
    kiosk.store.db.prepare("SELECT count(*) AS n FROM sqlite_master WHERE name = 'staff'").get() as { n: number }
  expect(known().n).toBe(1)
  const feed = await fleet
    .hub()
    .db.selectFrom('feed')
    .select('body')
    .where('desk', '=', desk)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  expect(JSON.parse(feed.body)).toMatchObject({
    kind: 'staff-changed',
    staff: { id, badgeTags: [cardTag(lookup, badge).toString('base64url')] },
  })
  const staff = value(await call('staff', {}))
  expect(JSON.stringify(staff)).not.toContain(badge)
  expect(staff.staff.find((member) => member.id === id)).toEqual({
    id,
    name: 'Uusi Vahtimestari',
    role: 'porter',
    desks: [desk],
    badges: 1,
  })
  const other = staff.staff.find((member) => member.id !== id)
  expect(await code('addBadge', { id: other?.id, badge })).toBe('L-658')
  expect(await code('saveStaff', { name: 'X', role: 'porter', desks: ['x'.repeat(22)] })).toBe('L-609')
  value(await call('removeStaff', { body: { id } }))
  value(await kiosk.sync.now())
  const last = await fleet
    .hub()
    .db.selectFrom('feed')
    .select('body')
    .where('desk', '=', desk)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  expect(JSON.parse(last.body)).toMatchObject({ kind: 'staff-removed', staff: id })
  expect(value(await call('staff', {})).staff.some((member) => member.id === id)).toBe(false)
})

it('a policy is previewed, saved as the next version, and refused when it does not hold together or another came first', async () => {
  const { policy } = (await administrator.call('policy')).reply()
  const without = {
    ...policy,
    rules: policy.rules.filter((rule) => !(rule.recipientClass === 'student' && rule.channel === 'porter')),
  }
  const preview = (await administrator.call('policyPreview', { policy: without })).reply()
  expect(preview.problems).toEqual([])
  expect(preview.rows.find((row) => row.recipientClass === 'student' && row.channel === 'porter')).toMatchObject({
    change: 'removed',
    desks: [],
  })
  expect(preview.rows.filter((row) => row.change !== 'same')).toHaveLength(1)
  const saved = (await administrator.call('savePolicy', { policy: without, note: 'No students at the lodges' })).reply()
  expect(saved.version).toBe(policy.version + 1)
  expect((await administrator.call('savePolicy', { policy: without })).code).toBe('L-662')
  const twice = { ...without, version: saved.version, rules: [...without.rules, ...without.rules.slice(0, 1)] }
  expect((await administrator.call('savePolicy', { policy: twice })).code).toBe('L-663')
  expect((await administrator.call('policyPreview', { policy: twice })).reply().problems).toEqual([
    { where: `rules.${without.rules.length}`, what: 'twice' },
  ])
  const { versions, policy: now } = (await administrator.call('policy')).reply()
  expect(versions.map((each) => [each.version, each.by, each.note])).toEqual([
    [saved.version, 'first.admin', 'No students at the lodges'],
    [policy.version, 'seed', ''],
    [1, 'hub', ''],
  ])
  expect(now.rules).toHaveLength(without.rules.length)
  const old = (await administrator.call('policyVersion', undefined, { query: { version: policy.version } })).reply()
  expect(old.policy.rules).toHaveLength(policy.rules.length)
})

it('a new policy reaches a kiosk; live pickups that it would strand are counted', async () => {
  const [desk] = fleet.desks
  await fleet.issue(fleet.accounts[0] ?? '', desk ?? '')
  const { policy } = value(await call('policy', {}))
  const none = { ...policy, rules: [] }
  expect(value(await call('policyPreview', { body: { policy: none } })).stranded).toBe(1)
  expect(value(await call('policyPreview', { body: { policy } })).stranded).toBe(0)
})

it('codes for many desks come with their table; a kind of desk does not change; the organisation is told to every desk', async () => {
  const desks = [...world.desks.values()]
  const made = (await administrator.call('enrolmentCodes', { desks })).reply()
  expect(new Set(made.codes.map((each) => each.code)).size).toBe(desks.length)
  expect(made.csv.trim().split('\r\n')).toHaveLength(desks.length + 1)
  const { units } = (await administrator.call('units')).reply()
  const [unit] = units
  const [desk] = unit?.desks ?? []
  if (unit === undefined || desk === undefined) throw new Error('no desk')
  const { kiosk: _, ...rest } = desk
  expect(
    (await administrator.call('saveDesk', { ...rest, unit: unit.id, kind: desk.kind === 'porter' ? 'hr' : 'porter' }))
      .code,
  ).toBe('L-661')
  const name = { fi: 'Vara', sv: 'Reserv', en: '=cmd()' }
  const added = (
    await administrator.call('saveDesk', { unit: unit.id, kind: 'porter', name, slipPrefix: 'VAR', hours: null })
  ).reply()
  const csv = (await administrator.call('enrolmentCodes', { desks: [added.id] })).reply().csv
  expect(csv).toContain("'=cmd()")
  const organisation = JSON.parse(
    readFileSync(new URL('../../resources/demo/institution.json', import.meta.url), 'utf8'),
  ) as {
    organisation: { name: { en: string }; changeAddress: string; selfServiceAddress: string }
  }
  const save = { ...organisation.organisation, name: { ...organisation.organisation.name, en: 'Another' } }
  expect((await administrator.call('saveOrganisation', save)).status).toBe(200)
  expect((await administrator.call('organisation')).reply().name.en).toBe('Another')
  // Own words and a logo go to every desk; what is no picture of that size is refused; left out, they stay.
  const logo = { width: 16, height: 2, dots: Buffer.from([0xff, 0x00, 0x0f, 0xf0]).toString('base64') }
  const note = { fi: 'Neuvonta 8–20', sv: '', en: '=HYPERLINK("x")' }
  expect((await administrator.call('saveOrganisation', { ...save, slipNote: note, slipLogo: logo })).status).toBe(200)
  expect((await administrator.call('saveOrganisation', { ...save, slipLogo: { ...logo, height: 3 } })).code).toBe(
    'L-608',
  )
  expect((await administrator.call('saveOrganisation', { ...save, slipLogo: { ...logo, width: 20 } })).code).toBe(
    'L-608',
  )
  expect((await administrator.call('saveOrganisation', { ...save, slipNote: { ...note, fi: '\u001b@' } })).code).toBe(
    'L-608',
  )
  expect((await administrator.call('saveOrganisation', save)).status).toBe(200)
  expect((await administrator.call('organisation')).reply()).toMatchObject({ slipNote: note, slipLogo: logo })
  expect(await deskRecord(world.hub().db, desk.id)).toMatchObject({ slipNote: note, slipLogo: logo })
  // An address that a browser would run is none.
  expect((await administrator.call('saveOrganisation', { ...save, changeAddress: 'javascript:alert(1)' })).code).toBe(
    'L-608',
  )
  const acts = (await administrator.call('auditTrail', undefined, { query: { limit: 100, actor: 'first.admin' } }))
    .reply()
    .acts.map((act) => act.act)
  expect(acts).toEqual(
    expect.arrayContaining(
      ['policy-saved', 'enrolment-code', 'desk-saved', 'organisation-saved', 'account-saved'].filter(
        (act) => act !== 'account-saved',
      ),
    ),
  )
})
