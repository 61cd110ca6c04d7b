/** At a desk: people with one name, and names in letters that no machine-readable zone carries. */
import { afterEach, expect, test } from 'vitest'
import { buildTd3 } from '../../src-main/identity/documents/index.ts'
import { startTestDesk, type TestDesk } from '../security/desk.ts'

let desk: TestDesk
afterEach(async () => {
  expect(desk.bugs).toEqual([])
  await desk.stop()
})

const passport = (family: string, given: string) =>
  buildTd3({
    issuer: 'FIN',
    number: 'XA1234567',
    nationality: 'FIN',
    birthDate: '2001-02-03',
    expiryDate: '2031-01-01',
    family,
    given,
  }).join('\r\n')
const byEye = { kind: 'passport', issuerCountry: 'FIN', birthDate: '2001-02-03', statement: true }

test('a name that a machine cannot compare is never another person’s: staff are told to check by eye, and can', async () => {
  desk = await startTestDesk('porter', { every: { name: { family: '李', given: '明' }, formerNames: [] } })
  await desk.signIn(desk.staff.porter)
  desk.scan(passport('LI', 'MING'))
  expect(desk.state().counter).toMatchObject({ step: 'refused', failure: { code: 'L-246' } })
  const pickup = desk.pickups[0]?.id
  await desk.call('dismiss', {})
  await desk.call('openPickup', { pickup })
  desk.scan(passport('LI', 'MING'))
  expect(desk.state().counter).toMatchObject({ step: 'verify', document: null, notice: { code: 'L-246' } })
  expect(await desk.call('verifyByEye', { pickup, ...byEye })).toMatchObject({ ok: true })
  expect(desk.state().counter).toMatchObject({ step: 'verify', pickup: { name: '明 李' } })
})

test('a name cut down to letters is never another person’s: staff are told to compare the printed name, and can', async () => {
  desk = await startTestDesk('porter', {
    every: { name: { family: 'Koe', given: 'Aino Maria Helena' }, formerNames: [] },
  })
  await desk.signIn(desk.staff.porter)
  desk.scan(passport('KOE', 'A M H'))
  expect(desk.state().counter).toMatchObject({ step: 'refused', failure: { code: 'L-336' } })
  const pickup = desk.pickups[0]?.id
  await desk.call('dismiss', {})
  await desk.call('openPickup', { pickup })
  desk.scan(passport('KOE', 'A M H'))
  expect(desk.state().counter).toMatchObject({ step: 'verify', document: null, notice: { code: 'L-336' } })
  expect(await desk.call('verifyDocument', { pickup })).toMatchObject({ ok: false })
  expect(await desk.call('verifyByEye', { pickup, ...byEye })).toMatchObject({ ok: true })
  await desk.call('dismiss', {})
  await desk.call('openPickup', { pickup: desk.pickups[1]?.id })
  desk.scan(passport('KOE', 'A B H'))
  expect(desk.state().counter).toMatchObject({ step: 'verify', document: null, notice: { code: 'L-302' } })
})

test('a name in Latin letters that differs is another person’s', async () => {
  desk = await startTestDesk('porter', { every: { name: { family: 'Məmmədov', given: 'Əli' }, formerNames: [] } })
  await desk.signIn(desk.staff.porter)
  await desk.call('openPickup', { pickup: desk.pickups[0]?.id })
  desk.scan(passport('MAMMADLI', 'ALI'))
  expect(desk.state().counter).toMatchObject({ step: 'verify', notice: { code: 'L-302' } })
  desk.scan(passport('MAMMADOV', 'ALI'))
  expect(desk.state().counter).toMatchObject({ step: 'verify', document: { nameMatch: 'exact' }, notice: null })
})

test('somebody with one name is read, shown and shortened without a comma or a second space', async () => {
  desk = await startTestDesk('porter', { every: { name: { family: 'Suwarno', given: '' }, formerNames: [] } })
  await desk.signIn(desk.staff.porter)
  await desk.call('openPickup', { pickup: desk.pickups[0]?.id })
  desk.scan(passport('SUWARNO', ''))
  expect(desk.state().counter).toMatchObject({
    step: 'verify',
    document: { nameMatch: 'exact' },
    pickup: { name: 'Suwarno', initials: 'S.' },
  })
})
