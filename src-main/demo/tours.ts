/** Six tours on real parts: what happens at a desk, and what happens when something is wrong. */
import type { PickupId } from '../../src-shared/domain/index.ts'
import type { TimelineEvent } from '../../src-shared/hub-api/index.ts'
import { describeFailure } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { done, handOver, Refused, release, signIn, untilGranted, untilSent, untilStep, verifyDocument } from './acts.ts'
import { identityCardOf, passportOf, type DemoRecipient } from './institution.ts'
import { until } from './until.ts'
import { screensOf, type World, type WorldDesk } from './world.ts'

export const tourNames = ['handover', 'cable', 'paper', 'second-desk', 'expired', 'timeline'] as const
export type TourName = (typeof tourNames)[number]

export interface TourPorts {
  readonly world: World
  /** One line for the bench, as it happens. */
  readonly say: (line: string) => void
  /** Time for a person to look; none in tests. */
  readonly pause: () => Promise<void>
  readonly showTimeline: (events: readonly TimelineEvent[]) => void
  /** The pickup of the newest tour. */
  last: PickupId | null
}

const first = (world: World): WorldDesk => {
  const desk = world.desks.get('porter-lakeside')
  if (desk === undefined) throw new Error('no first desk')
  return desk
}

const second = (world: World): WorldDesk => {
  const desk = world.desks.get('porter-millhill')
  if (desk === undefined) throw new Error('no second desk')
  return desk
}

function visitor(world: World, key: string): DemoRecipient {
  const found = world.institution.recipients.find((recipient) => recipient.key === key)
  if (found === undefined) throw new Error('no such visitor')
  return found
}

/** Everyone goes home: nothing on the counter, nobody signed in, paper, cover, power and cable as they should be. */
async function tidy(desk: WorldDesk): Promise<void> {
  // A check-in screen rests by itself.
  if (screensOf[desk.key] !== undefined) return
  await desk.printer.setPower(true)
  desk.printer.setCover(false)
  desk.printer.setPaper('ok')
  desk.printer.setFault(null)
  desk.cable.plug()
  await until(desk.client, 'the printer', ({ printer }) => printer.canPrint)
  const state = done(await desk.client.state({}))
  if (state.staff !== null && state.unsettled.length > 0) {
    for (const slip of state.unsettled) done(await desk.client.settle({ slip: slip.id, settlement: 'spoiled' }))
  }
  if (state.counter.step !== 'idle') done(await desk.client.dismiss({}))
  if (state.staff !== null) done(await desk.client.signOut({}))
}

async function issue(ports: TourPorts, desk: WorldDesk, person: DemoRecipient): Promise<PickupId> {
  ports.say(`The helpdesk issues a new password for ${person.given} ${person.family}; the hub seals it to this desk.`)
  const issued = done(
    await ports.world.hub.agent.call('issue', {
      body: {
        account: person.account,
        desk: desk.id,
        channel: 'porter',
        requestReference: 'PYY-7001',
        secretKind: 'password',
      },
    }),
  )
  ports.last = issued.pickup
  await signIn(desk, desk.porter.badge, desk.porter.pin)
  await untilGranted(desk, issued.pickup, person.account)
  done(await desk.client.signOut({}))
  await ports.pause()
  return issued.pickup
}

async function arrive(ports: TourPorts, desk: WorldDesk, person: DemoRecipient): Promise<void> {
  ports.say(`${person.given} taps a card: the screen says to have an ID ready.`)
  desk.reader.tap(person.cards[0] ?? '')
  await untilStep(desk, 'arrival')
  await ports.pause()
  ports.say(`${desk.porter.name} signs in with badge and PIN.`)
  await signIn(desk, desk.porter.badge, desk.porter.pin)
  await ports.pause()
}

async function prove(ports: TourPorts, desk: WorldDesk, person: DemoRecipient, pickup: PickupId) {
  ports.say('The passport is scanned; name, birth date and expiry match the pickup.')
  desk.reader.scanDocument(passportOf(person))
  await until(
    desk.client,
    'a matched document',
    ({ counter }) => counter.step === 'verify' && counter.document !== null,
  )
  await ports.pause()
  ports.say('“Original, photo matches: print”.')
  return verifyDocument(desk, pickup)
}

async function printAndHandOver(
  ports: TourPorts,
  desk: WorldDesk,
  person: DemoRecipient,
  pickup: PickupId,
): Promise<void> {
  const verification = await prove(ports, desk, person, pickup)
  const slip = await release(desk, pickup, verification, 'fi')
  ports.say('The slip is cut, and the printer has confirmed it.')
  await ports.pause()
  await handOver(desk, slip)
  ports.say('“Slip is in their hand”: handed over.')
}

async function handover(ports: TourPorts): Promise<void> {
  const desk = first(ports.world)
  const person = visitor(ports.world, 'aino')
  const pickup = await issue(ports, desk, person)
  await arrive(ports, desk, person)
  await printAndHandOver(ports, desk, person, pickup)
  await untilSent(desk)
  ports.say('The hub has acknowledged every entry.')
}

async function cable(ports: TourPorts): Promise<void> {
  const desk = first(ports.world)
  const person = visitor(ports.world, 'eetu')
  const pickup = await issue(ports, desk, person)
  await untilSent(desk)
  desk.cable.pull()
  ports.say('The network cable is out.')
  await arrive(ports, desk, person)
  await printAndHandOver(ports, desk, person, pickup)
  const state = done(await desk.client.state({}))
  ports.say(`Nothing is lost: ${state.unsent.count} entries wait on the desk’s own disk.`)
  await ports.pause()
  desk.cable.plug()
  await untilSent(desk, 90_000)
  ports.say('The cable is back, and the hub has acknowledged them all.')
}

async function paper(ports: TourPorts): Promise<void> {
  const desk = first(ports.world)
  const person = visitor(ports.world, 'lukas')
  const pickup = await issue(ports, desk, person)
  await arrive(ports, desk, person)
  const verification = await prove(ports, desk, person, pickup)
  desk.printer.setFault({ atByte: 430, kind: 'paper-out' })
  ports.say('The paper ends in the middle of the slip…')
  const slip = await release(desk, pickup, verification, 'sv')
  await untilStep(desk, 'hand-over')
  ports.say('The desk does not guess: the slip is uncertain until a person says what became of it.')
  await ports.pause()
  desk.printer.takeSlips()
  desk.printer.setPaper('ok')
  ports.say('The half slip is torn up in front of both, the roll is changed. Nothing more comes out by itself.')
  done(await desk.client.settle({ slip, settlement: 'spoiled' }))
  await until(desk.client, 'the printer', ({ printer }) => printer.canPrint)
  await ports.pause()
  await printAndHandOver(ports, desk, person, pickup)
  await untilSent(desk)
}

async function secondDesk(ports: TourPorts): Promise<void> {
  const here = first(ports.world)
  const there = second(ports.world)
  const person = visitor(ports.world, 'nadia')
  const pickup = await issue(ports, here, person)
  ports.say(`${person.given} goes to the other campus by mistake and taps a card there.`)
  there.reader.tap(person.cards[0] ?? '')
  const refused = await until(there.client, 'a refusal', ({ counter }) => counter.step === 'refused')
  if (refused.counter.step === 'refused') ports.say(describeFailure(refused.counter.failure, 'en').what)
  await ports.pause()
  done(await there.client.dismiss({}))
  ports.say('Only the desk that holds the grant can open the envelope. At the right desk it goes on:')
  await arrive(ports, here, person)
  await printAndHandOver(ports, here, person, pickup)
  await untilSent(here)
}

async function expired(ports: TourPorts): Promise<void> {
  const desk = first(ports.world)
  const person = visitor(ports.world, 'omar')
  const pickup = await issue(ports, desk, person)
  await arrive(ports, desk, person)
  ports.say('The passport is scanned: it expired last year.')
  desk.reader.scanDocument(passportOf(person, { expired: true }))
  const state = await until(
    desk.client,
    'a notice',
    ({ counter }) => counter.step === 'verify' && counter.notice !== null,
  )
  if (state.counter.step === 'verify' && state.counter.notice !== null)
    ports.say(describeFailure(state.counter.notice, 'en').what)
  await ports.pause()
  ports.say('The visitor has a valid identity card as well.')
  desk.reader.scanDocument(identityCardOf(person))
  await until(
    desk.client,
    'a matched document',
    ({ counter }) => counter.step === 'verify' && counter.document?.kind === 'identity-card',
  )
  const verification = await verifyDocument(desk, pickup)
  const slip = await release(desk, pickup, verification, 'en')
  await ports.pause()
  await handOver(desk, slip)
  ports.say('Handed over on the valid document; the refusal is in the ledger too.')
  await untilSent(desk)
}

async function timeline(ports: TourPorts): Promise<void> {
  if (ports.last === null) await handover(ports)
  if (ports.last === null) throw new Refused(failures.notFound)
  const reply = done(await ports.world.hub.agent.call('timeline', { query: { pickup: ports.last } }))
  ports.showTimeline(reply.events)
  ports.say(
    `${reply.events.length} facts about one pickup, from request to handover: who, which desk, which kind of proof.`,
  )
}

const tours: Readonly<Record<TourName, (ports: TourPorts) => Promise<void>>> = {
  handover,
  cable,
  paper,
  'second-desk': secondDesk,
  expired,
  timeline,
}

/** Runs one tour from a tidy desk; throws Refused with a code where it does not end as it should. */
export async function runTour(name: TourName, ports: TourPorts): Promise<void> {
  for (const desk of ports.world.desks.values()) await tidy(desk)
  await tours[name](ports)
}
