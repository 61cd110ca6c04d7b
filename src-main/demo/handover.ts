/** One whole handover, step by step, with the time each took. */
import { DeskId, type PickupId } from '../../src-shared/domain/index.ts'
import { untilServing, type DemoDesk } from './desk.ts'
import {
  handOver,
  prepareStaff,
  Refused,
  release,
  signIn,
  untilGranted,
  untilSent,
  untilStep,
  verifyDocument,
  done,
} from './acts.ts'
import type { HubProcess } from './hub-process.ts'
import { demoPins, passportOf, type DemoInstitution } from './institution.ts'
import * as failures from '../../src-shared/failures/named.ts'

export interface TimedStep {
  readonly step: string
  readonly ms: number
}

export interface HandoverOptions {
  /** The secret that the hub seals; generated if not given. */
  readonly password?: string
  readonly hubAway: boolean
  readonly wrongCard: boolean
  readonly expired: boolean
  /** Called just before the release, to spoil something. */
  readonly beforeRelease?: () => void
}

export interface HandoverResult {
  readonly pickup: PickupId
  readonly slipNumber: string
}

/** Runs `work` and notes how long it took; a failure is noted by the caller. */
export async function timed<T>(steps: TimedStep[], step: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now()
  try {
    return await work()
  } finally {
    steps.push({ step, ms: Math.round((performance.now() - from) * 10) / 10 })
  }
}

/** Throws Refused with a code where someone or something is refused. */
export async function runHandover(
  desk: DemoDesk,
  deskId: string,
  hub: HubProcess,
  institution: DemoInstitution,
  options: HandoverOptions,
  steps: TimedStep[],
): Promise<HandoverResult> {
  const staff = institution.staff.filter((member) => member.desks.includes(desk.key))
  const supervisor = staff.find((member) => member.role === 'supervisor')
  const porter = staff.find((member) => member.role === 'porter')
  const recipient = institution.recipients[0]
  const stranger = institution.recipients.find((person) =>
    institution.pickups.every((pickup) => pickup.account !== person.account || pickup.desk !== desk.key),
  )
  if (supervisor === undefined || porter === undefined || recipient === undefined || stranger === undefined)
    throw new Error('the demo institution lacks people for this desk')
  const badge = (member: { badges: string[] }) => member.badges[0] ?? ''

  await timed(steps, 'engine up, enrolled, first sync', () => untilServing(desk))
  await timed(steps, 'first supervisor and a porter choose PINs, opening key confirmed', () =>
    prepareStaff(desk, { agent: hub.agent, desk: deskId }, { badge: badge(supervisor), pin: demoPins.supervisor }, [
      { badge: badge(porter), pin: demoPins.other },
    ]),
  )
  const pickup = await timed(steps, 'helpdesk issues, hub seals and grants', async () => {
    const issued = done(
      await hub.agent.call('issue', {
        body: {
          account: recipient.account,
          desk: DeskId.parse(deskId),
          channel: 'porter',
          requestReference: 'PYY-9001',
          secretKind: 'password',
          ...(options.password === undefined ? {} : { secret: options.password }),
        },
      }),
    )
    return issued.pickup
  })
  await timed(steps, 'pickup reaches the desk', () => untilGranted(desk, pickup, recipient.account))
  await timed(steps, 'signed out', async () => done(await desk.client.signOut({})))
  await timed(steps, 'everything sent', () => untilSent(desk))
  if (options.hubAway) await timed(steps, 'cable pulled', async () => desk.cable.pull())

  await timed(steps, 'recipient taps a card', async () => {
    desk.reader.tap((options.wrongCard ? stranger : recipient).cards[0] ?? '')
    await untilStep(desk, 'arrival')
  })
  await timed(steps, 'porter signs in', () => signIn(desk, badge(porter), demoPins.other))
  await timed(steps, 'passport scanned', async () => {
    desk.reader.scanDocument(passportOf(recipient, { expired: options.expired }))
    const step = await untilStep(desk, 'verify')
    if (step.notice !== null) throw new Refused(step.notice.code)
    if (step.document === null) throw new Refused(failures.documentUnreadable)
  })
  const verification = await timed(steps, 'identity verified', () => verifyDocument(desk, pickup))
  options.beforeRelease?.()
  const slip = await timed(steps, 'slip printed', () => release(desk, pickup, verification, 'fi'))
  const settling = await timed(steps, 'outcome known', () => untilStep(desk, 'hand-over'))
  if (settling.slip.state !== 'printed') {
    throw new Refused(settling.slip.reason?.code ?? failures.slipUncertain)
  }
  await timed(steps, 'handed over', () => handOver(desk, slip))
  if (options.hubAway) await timed(steps, 'cable back', async () => desk.cable.plug())
  await timed(steps, 'acknowledged by the hub', () => untilSent(desk, 60_000))
  return { pickup, slipNumber: settling.slip.number }
}
