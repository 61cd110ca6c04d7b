/**
 * The next people at the desk: they put the printer right, say of every slip what they see, and serve whoever still
 * waits.
 */
import { signIn } from '../../src-main/demo/acts.ts'
import type { Settlement } from '../../src-shared/domain/index.ts'
import type { KioskState } from '../../src-shared/kiosk-api/index.ts'
import { look, paperOf } from './audit.ts'
import type { Hands, TrialDesk } from './desk.ts'
import type { Dice } from './dice.ts'
import { scan } from './scenarios.ts'
import type { Customer, Template } from './template.ts'

export interface Aftermath {
  /** What was not as it should be. */
  readonly wrong: string[]
  /** Pickups that were refused because two of their slips had come to nothing. */
  readonly exhausted: string[]
}

export async function aftermath(desk: TrialDesk, template: Template, dice: Dice): Promise<Aftermath> {
  const exhausted: string[] = []
  const wrong: string[] = []
  desk.printer.setFault(null)
  const { cut } = await putRight(desk)
  if (cut.after !== cut.before) wrong.push('a slip came out by itself when the printer was put right')
  desk.takePaper()
  const hands = desk.hands()
  const expect = async () => {
    const state = await hands.client.state({})
    if (!state.ok) throw new Error(`state: ${state.failure.code}`)
    return state.value
  }
  if ((await expect()).staff === null) {
    await signIn(hands, template.porter.badge, template.porter.pin)
    const { unsettled, counter } = await expect()
    // The next sign-in opens on what is unsettled.
    if (unsettled.length > 0 && !(counter.step === 'hand-over' && counter.slip.id === unsettled[0]?.id))
      wrong.push(`signed in on ${counter.step}, not on the unsettled slip`)
    if (unsettled.some(({ staffName }) => staffName !== template.chief.name && staffName !== template.porter.name))
      wrong.push('an unsettled slip names nobody')
  }
  wrong.push(...(await settleAll(desk, hands, await expect(), template, dice)))
  for (const customer of template.customers) wrong.push(...(await serve(desk, hands, customer, exhausted)))
  wrong.push(...(await settleAll(desk, hands, await expect(), template, dice)))
  if ((await expect()).unsettled.length > 0) wrong.push('slips are left unsettled')
  return { wrong, exhausted }
}

/** Roll in, cover shut, off and on where the screen says so; and whether a secret was cut meanwhile. */
async function putRight(desk: TrialDesk): Promise<{ cut: { before: number; after: number } }> {
  const secrets = () => desk.printer.slips().filter((slip) => slip.cut && look(slip).secret !== '').length
  await desk.up()
  const before = secrets()
  await desk.ready()
  return { cut: { before, after: secrets() } }
}

/** The truth, as people see it on the counter. */
function truth(
  desk: TrialDesk,
  slip: { number: string; pickup: string; state: string },
  template: Template,
  dice: Dice,
): Settlement {
  const found = paperOf([slip], desk.paper.slice(desk.papersSettled()), template).get(slip.number)?.[0]
  if (found === undefined) return 'nothing-came-out'
  return found.cut ? dice.pick(['handed-over', 'spoiled', 'missing']) : 'spoiled'
}

async function settleAll(
  desk: TrialDesk,
  hands: Hands,
  state: KioskState,
  template: Template,
  dice: Dice,
): Promise<string[]> {
  desk.takePaper()
  const wrong: string[] = []
  for (const slip of state.unsettled) {
    const settled = await hands.client.settle({ slip: slip.id, settlement: truth(desk, slip, template, dice) })
    if (!settled.ok) wrong.push(`slip ${slip.number} cannot be settled: ${settled.failure.code}`)
    desk.paperSettled()
    const again = await hands.client.settle({ slip: slip.id, settlement: 'handed-over' })
    if (again.ok) wrong.push(`slip ${slip.number} was settled twice`)
  }
  return wrong
}

/** A pickup that has not ended is served, under a fresh verification only; one that has ended is refused. */
async function serve(desk: TrialDesk, hands: Hands, customer: Customer, exhausted: string[]): Promise<string[]> {
  const { pickup } = customer
  const slips = desk.paper.length
  const opened = await hands.client.openPickup({ pickup })
  const old = desk.seen.flatMap(({ replies }) =>
    replies.flatMap(({ method, input, result }) =>
      method === 'verifyDocument' && result.ok && (input as { pickup: string }).pickup === pickup
        ? [(result.value as { verification: never }).verification]
        : [],
    ),
  )
  for (const verification of old) {
    desk.paperSettled()
    const again = await hands.client.release({ pickup, verification, language: 'fi' })
    if (again.ok || desk.takePaper().length > 0) return ['an old verification printed']
  }
  if (!opened.ok)
    return ['L-204', 'L-208'].includes(opened.failure.code)
      ? []
      : [`a waiting pickup is refused: ${opened.failure.code}`]
  await scan(hands, customer)
  const verified = await hands.client.verifyDocument({ pickup })
  if (!verified.ok) {
    if (verified.failure.code !== 'L-512') return [`not verified: ${verified.failure.code}`]
    exhausted.push(pickup)
    return []
  }
  const released = await hands.client.release({ pickup, verification: verified.value.verification, language: 'fi' })
  desk.takePaper()
  if (!released.ok) return [`not released: ${released.failure.code}`]
  const mine = desk.paper.slice(slips).map(look)
  if (mine.length !== 1 || mine[0]?.secret !== customer.secret || !mine[0].cut)
    return [`the slip is not one whole slip: ${JSON.stringify(mine)}`]
  const settled = await hands.client.settle({ slip: released.value.slip, settlement: 'handed-over' })
  return settled.ok ? [] : [`not settled: ${settled.failure.code}`]
}
