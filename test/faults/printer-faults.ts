/**
 * The printer fails at a step of the slip, under the real engine: what the desk says of it agrees with the paper, then
 * and after it was put right.
 */
import { signIn } from '../../src-main/demo/acts.ts'
import type { Fault } from '../../src-main/printers/simulated/index.ts'
import { look } from './audit.ts'
import type { TrialDesk } from './desk.ts'
import { onDesk } from './on-desk.ts'
import { prove } from './scenarios.ts'
import type { Template } from './template.ts'

const kinds: readonly Fault['kind'][] = [
  'paper-out',
  'cover-open',
  'power-loss',
  'disconnect',
  'stall',
  'garbage',
  'mute',
  'reset',
  'late',
]
/** Bytes executed: the first, within the header, its end, before, within and after the secret, the foot. */
const steps = [1, 90, 250, 300, 400, 700]

async function fault(desk: TrialDesk, template: Template, kind: Fault['kind'], atByte: number): Promise<string[]> {
  await desk.ready()
  const hands = desk.hands()
  const [customer] = template.customers
  await signIn(hands, template.chief.badge, template.chief.pin)
  const verification = await prove(hands, customer)
  desk.printer.setFault({ atByte, kind })
  const answer = await hands.client.release({ pickup: customer.pickup, verification, language: 'en' })
  const state = await hands.client.state({})
  if (!state.ok) return [`state: ${state.failure.code}`]
  const { counter } = state.value
  const paper = desk.takePaper().map(look)
  const secret = paper.some((slip) => slip.secret !== '')
  const whole = paper.some((slip) => slip.cut && slip.secret === customer.secret)
  if (!answer.ok) {
    if (secret) return [`called failed (${answer.failure.code}) with the secret on paper`]
    return counter.step === 'verify' && counter.notice?.code === answer.failure.code
      ? []
      : [`the screen says ${counter.step}, not ${answer.failure.code}`]
  }
  if (counter.step !== 'hand-over') return [`released, and the screen says ${counter.step}`]
  return counter.slip.state === 'printed' && !whole ? ['called printed, and there is no whole slip'] : []
}

export function printerCases(template: Template, seed: number): { name: string; run: () => Promise<string[]> }[] {
  return kinds.flatMap((kind) =>
    steps.map((atByte) => {
      const name = `printer: ${kind} after ${atByte} bytes`
      return { name, run: () => onDesk(template, name, seed, (desk) => fault(desk, template, kind, atByte)) }
    }),
  )
}
