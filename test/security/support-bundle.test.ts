/** The support file: useful, and without anything about people, keys or secrets. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SupportBundle } from '../../src-main/engine/support-bundle.ts'
import { secretOf, startTestDesk, pin, type TestDesk } from './desk.ts'

let desk: TestDesk
beforeAll(async () => {
  desk = await startTestDesk('porter')
})
afterAll(() => desk.stop())

it('carries versions, lights, counts and codes, and no name, account, id of a person, PIN, badge or secret', async () => {
  await desk.signIn(desk.staff.supervisor)
  const pickup = desk.pickups[0]
  if (pickup === undefined) throw new Error('no pickup')
  await desk.call('openPickup', { pickup: pickup.id })
  await desk.call('verifyByEye', {
    pickup: pickup.id,
    kind: 'passport',
    issuerCountry: 'FIN',
    birthDate: '1901-01-01',
    statement: true,
  })
  const made = await desk.call('supportBundle', {})
  expect(made.ok).toBe(true)
  const [name] = readdirSync(join(desk.at.folder, 'support'))
  const file = join(desk.at.folder, 'support', name ?? '')
  expect(statSync(file).mode & 0o077).toBe(0)
  const text = readFileSync(file, 'utf8')
  const bundle = JSON.parse(text) as SupportBundle
  expect(bundle.database['pickups waiting']).toBeGreaterThan(0)
  expect(bundle.codes['L-305']).toBe(1)
  expect(bundle.ledger.map(({ kind }) => kind)).toContain('verification-refused')
  expect(bundle.lights['printer']).toBe('ready')
  expect(bundle.readers).toMatchObject({ 'test reports': 9, 'test foreign': 1, 'test refused L-704': 1 })

  const planted = [
    pin,
    '1901-01-01',
    ...Object.values(desk.staff).flatMap(({ name: person, id }) => [person, id, ...person.split(' ')]),
    ...desk.pickups.flatMap(({ id, account, name: person, recipient, envelope, requestReference }) => [
      id,
      account,
      person.family,
      person.given,
      recipient,
      envelope,
      requestReference ?? account,
    ]),
    ...[1, 2, 3].map(secretOf),
  ]
  const kept = planted.filter((word) => text.includes(word))
  expect(kept).toEqual([])
  // The search can find: a planted name is seen when it is there.
  expect(`${text}${desk.staff.porter.name}`).toContain(desk.staff.porter.name)
})
