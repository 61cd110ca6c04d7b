/**
 * Somebody is corrected at the hub while they stand at the desk: a real hub, a real engine, a simulated reader and
 * printer. Nothing is printed on what was proved of the old values, and the desk says why.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, signIn, untilStep } from '../../src-main/demo/acts.ts'
import { passportOf, type DemoRecipient } from '../../src-main/demo/institution.ts'
import { until } from '../../src-main/demo/until.ts'
import type { World, WorldDesk } from '../../src-main/demo/world.ts'
import { RecipientId } from '../../src-shared/domain/index.ts'
import { startTestWorld } from '../support/world.ts'

let world: World
let desk: WorldDesk

beforeAll(async () => {
  world = await startTestWorld({ keys: ['porter-lakeside'] })
  const found = world.desks.get('porter-lakeside')
  if (found === undefined) throw new Error('no desk')
  desk = found
  await until(desk.client, 'ready', ({ printer, network }) => printer.canPrint && network.state === 'online', 60_000)
  if (done(await desk.client.state({})).staff === null) await signIn(desk, desk.porter.badge, desk.porter.pin)
}, 120_000)
afterAll(() => world.stop())

const visitor = (key: string): DemoRecipient => {
  const found = world.institution.recipients.find((person) => person.key === key)
  if (found === undefined) throw new Error('no such visitor')
  return found
}
const recipientOf = async ({ account }: DemoRecipient) => {
  const found = done(await world.hub.agent.call('recipients', { query: { text: account, limit: 5 } })).recipients
  return RecipientId.parse(found.find((one) => one.accounts.some((each) => each.account === account))?.id)
}
/** Verified by passport: the verification that a release would spend. */
async function verified(person: DemoRecipient) {
  desk.reader.scanDocument(passportOf(person))
  const { pickup } = await untilStep(desk, 'verify')
  return { pickup: pickup.id, verification: done(await desk.client.verifyDocument({ pickup: pickup.id })).verification }
}
const noticed = () =>
  until(desk.client, 'the correction', ({ counter }) => counter.step === 'verify' && counter.notice?.code === 'L-340')

it('a new birth date ends the verification: nothing prints, the desk says why, and the old passport matches no more', async () => {
  const person = visitor('aino')
  const { pickup, verification } = await verified(person)
  const recipient = await recipientOf(person)
  done(await world.hub.agent.call('setBirthDate', { body: { recipient, birthDate: '2003-03-15' } }))
  const state = await noticed()
  expect(state.counter).toMatchObject({ verification: null, document: null })
  expect(await desk.client.release({ pickup, verification, language: 'fi' })).toEqual({
    ok: false,
    failure: { code: 'L-307' },
  })
  expect(await desk.client.verifyDocument({ pickup })).toEqual({ ok: false, failure: { code: 'L-303' } })
  expect(desk.printer.slips()).toEqual([])
  // Put right, the same passport proves it again.
  done(await desk.client.openPickup({ pickup }))
  await until(desk.client, 'no notice', ({ counter }) => counter.step === 'verify' && counter.notice === null)
  done(await world.hub.agent.call('setBirthDate', { body: { recipient, birthDate: person.birthDate } }))
  await noticed()
  done(await desk.client.dismiss({}))
  const again = await verified(person)
  const slip = done(await desk.client.release({ ...again, language: 'fi' }))
  expect(desk.printer.slips().filter(({ cut }) => cut)).toHaveLength(1)
  done(await desk.client.settle({ slip: slip.slip, settlement: 'handed-over' }))
})

it('a name that another porter’s correction changes is on the screen at once, before anything is proved', async () => {
  const person = visitor('eetu')
  desk.reader.tap(person.cards[0] ?? '')
  await untilStep(desk, 'verify')
  const found = done(await world.hub.agent.call('recipient', { query: { recipient: await recipientOf(person) } }))
  const { cards: _, hasBirthDate: __, ...view } = found
  done(
    await world.hub.agent.call('saveRecipient', {
      body: { ...view, name: { family: 'Hämäläinen', given: 'Eetu Oskari' } },
    }),
  )
  const { counter } = await noticed()
  expect(counter).toMatchObject({ pickup: { name: 'Eetu Oskari Hämäläinen' } })
})
