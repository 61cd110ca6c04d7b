/**
 * What happens at the desk while the engine may die at any moment: each scenario arms the mines and goes on until it is
 * done, or dead.
 */
import { done, release, signIn, untilStep, verifyDocument } from '../../src-main/demo/acts.ts'
import { passportOf } from '../../src-main/demo/institution.ts'
import { until } from '../../src-main/demo/until.ts'
import type { VerificationId } from '../../src-shared/domain/index.ts'
import type { DeskOptions, Hands, TrialDesk } from './desk.ts'
import type { Customer, Template } from './template.ts'

export interface Scenario {
  readonly name: string
  readonly desk?: Pick<DeskOptions, 'printer' | 'processId'>
  /** An engine before, which dies here: the one that is mined is its successor, from its first instant. */
  readonly after?: string
  readonly acts: (desk: TrialDesk, template: Template) => Promise<void>
}

/** A passport read and matched. */
export async function scan(hands: Hands, { person, pickup }: Customer): Promise<void> {
  hands.reader.scanDocument(passportOf(person))
  await until(
    hands.client,
    'a matched document',
    ({ counter }) => counter.step === 'verify' && counter.pickup.id === pickup && counter.document !== null,
  )
}

export async function prove(hands: Hands, customer: Customer): Promise<VerificationId> {
  await scan(hands, customer)
  return verifyDocument(hands, customer.pickup)
}

async function handover(desk: TrialDesk, template: Template): Promise<void> {
  const hands = desk.hands()
  const [customer] = template.customers
  desk.arm()
  hands.reader.tap(customer.person.cards[0] ?? '')
  await untilStep(hands, 'arrival')
  await signIn(hands, template.chief.badge, template.chief.pin)
  await scan(hands, customer)
  done(await hands.client.noSlip({ pickup: customer.pickup, reason: 'photo-differs' }))
  await prove(hands, customer)
  done(await hands.client.dismiss({}))
  const slip = await release(hands, customer.pickup, await prove(hands, customer), 'fi')
  desk.takePaper()
  done(await hands.client.settle({ slip, settlement: 'handed-over' }))
  done(await hands.client.signOut({}))
}

/** The roll ends in the middle of the secret; the slip is spoiled before both, and a further one printed. */
async function paperOut(desk: TrialDesk, template: Template): Promise<void> {
  const hands = desk.hands()
  const [customer] = template.customers
  await signIn(hands, template.chief.badge, template.chief.pin)
  const verification = await prove(hands, customer)
  desk.printer.setFault({ atByte: 420, kind: 'paper-out' })
  desk.arm()
  const first = await release(hands, customer.pickup, verification, 'sv')
  desk.printer.setPaper('ok')
  done(await hands.client.checkPrinter({}))
  desk.takePaper()
  done(await hands.client.settle({ slip: first, settlement: 'spoiled' }))
  desk.paperSettled()
  const second = await release(hands, customer.pickup, await prove(hands, customer), 'sv')
  desk.takePaper()
  done(await hands.client.settle({ slip: second, settlement: 'handed-over' }))
}

/** A printer whose word is not taken: staff say what came out. */
async function untrusted(desk: TrialDesk, template: Template): Promise<void> {
  const hands = desk.hands()
  const [customer] = template.customers
  await signIn(hands, template.chief.badge, template.chief.pin)
  const verification = await prove(hands, customer)
  desk.arm()
  const slip = await release(hands, customer.pickup, verification, 'en')
  desk.takePaper()
  done(await hands.client.settle({ slip, settlement: 'missing' }))
}

/** The roll ends while the header is printed: certainly no secret. */
async function failing(desk: TrialDesk, template: Template): Promise<void> {
  const hands = desk.hands()
  const [customer] = template.customers
  await signIn(hands, template.chief.badge, template.chief.pin)
  const verification = await prove(hands, customer)
  desk.printer.setFault({ atByte: 60, kind: 'cover-open' })
  desk.arm()
  await hands.client.release({ pickup: customer.pickup, verification, language: 'fi' })
}

/** The engine died with the slip in the printer; its successor dies too, wherever it may be in putting that right. */
async function recovery(desk: TrialDesk, template: Template): Promise<void> {
  const before = desk.hands()
  const [customer] = template.customers
  await signIn(before, template.chief.badge, template.chief.pin)
  const verification = await prove(before, customer)
  desk.arm()
  await before.client.release({ pickup: customer.pickup, verification, language: 'fi' })
  await desk.ended(1)
  await desk.ready(2)
  const hands = desk.hands(2)
  await signIn(hands, template.porter.badge, template.porter.pin)
  const { slip } = await untilStep(hands, 'hand-over')
  const cut = desk.takePaper().some((one) => one.cut)
  done(await hands.client.settle({ slip: slip.id, settlement: cut ? 'spoiled' : 'nothing-came-out' }))
}

export const scenarios: readonly Scenario[] = [
  { name: 'handover', acts: handover },
  { name: 'paper out, spoiled, a further slip', acts: paperOut },
  { name: 'printer without a trusted word', desk: { processId: 'untrusted' }, acts: untrusted },
  { name: 'cover opened in the header', acts: failing },
  { name: 'recovery', after: 'step printed #1', acts: recovery },
  { name: 'recovery of a bare intent', after: 'step intended #1', acts: recovery },
]
