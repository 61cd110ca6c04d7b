/** What an ending of the computer does to a desk at work: nobody stays signed in, and no slip is lost count of. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { done, release, signIn, verifyDocument, untilGranted } from '../../src-main/demo/acts.ts'
import { untilUp } from '../../src-main/demo/desk.ts'
import { passportOf } from '../../src-main/demo/institution.ts'
import { until } from '../../src-main/demo/until.ts'
import { startWholeKiosk, type WholeKiosk } from '../e2e/whole-kiosk.ts'

process.env['LODGE_SHELL'] = 'electron-standin'
let kiosk: WholeKiosk
beforeAll(async () => {
  kiosk = await startWholeKiosk()
})
afterAll(() => kiosk.stop())

it.each([
  ['suspend', 'porter'],
  ['lock-screen', 'chief'],
] as const)('%s signs staff out', async (event, who) => {
  const { desk, electron } = kiosk
  await signIn(desk, desk[who].badge, desk[who].pin)
  electron?.order({ standin: 'power', event })
  await until(desk.client, 'nobody signed in', ({ staff }) => staff === null)
})

it('a shutdown in the middle of a slip leaves it for a person to settle, and prints nothing by itself', async () => {
  const { desk, world, electron } = kiosk
  const person = world.institution.recipients.find(({ key }) => key === 'aino')
  if (person === undefined) throw new Error('no such visitor')
  const { pickup } = done(
    await world.hub.agent.call('issue', {
      body: {
        account: person.account,
        desk: desk.id,
        channel: 'porter',
        requestReference: 'PYY-9',
        secretKind: 'password',
        secret: 'Talvi-2048',
      },
    }),
  )
  await signIn(desk, desk.porter.badge, desk.porter.pin)
  await untilGranted(desk, pickup, person.account)
  desk.reader.scanDocument(passportOf(person))
  await until(
    desk.client,
    'a matched document',
    ({ counter }) => counter.step === 'verify' && counter.document !== null,
  )
  const verification = await verifyDocument(desk, pickup)
  desk.printer.setFault({ atByte: 420, kind: 'stall' })
  const printing = release(desk, pickup, verification, 'en').catch(() => undefined)
  await until(
    desk.client,
    'the whole slip sent',
    ({ counter }) => counter.step === 'printing' && counter.phase === 'confirming',
  )
  await electron?.disconnect()
  electron?.order({ standin: 'power', event: 'shutdown' })
  await desk.supervisor.stop()
  await printing
  desk.printer.setFault(null)
  await desk.printer.setPower(false)
  await desk.printer.setPower(true)
  const before = desk.printer.slips().filter(({ cut }) => cut).length

  await desk.supervisor.start()
  await untilUp(desk)
  await until(
    desk.client,
    'a printer and a reader',
    ({ printer, reader }) => printer.state !== 'not-answering' && reader.state === 'ready',
  )
  await signIn(desk, desk.porter.badge, desk.porter.pin)
  const state = done(await desk.client.state({}))
  expect(state.unsettled.map(({ pickup: of, state: was }) => ({ of, was }))).toEqual([{ of: pickup, was: 'uncertain' }])
  expect(desk.printer.slips().filter(({ cut }) => cut)).toHaveLength(before)
  done(await desk.client.settle({ slip: state.unsettled[0]?.id ?? ('' as never), settlement: 'nothing-came-out' }))
  expect(done(await desk.client.state({})).unsettled).toEqual([])
})
