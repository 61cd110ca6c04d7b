/** What is still missing before an institution's desks can open: pure, from facts of the database. */
import { SetupStep as Steps, type Contact, type Missing, type SetupStep } from '../../src-shared/hub-api/agent/setup.ts'
import type { DeskKind, Localized } from '../../src-shared/domain/index.ts'
import type { HubReply } from '../../src-shared/hub-api/index.ts'
import { classRule, type Policy } from '../../src-shared/policy/index.ts'

export interface SetupFacts {
  readonly name: Localized
  readonly changeAddress: string
  readonly selfServiceAddress: string
  readonly contact: Contact
  readonly slipNote: Localized
  readonly policy: Policy
  readonly units: number
  readonly desks: readonly {
    readonly kind: DeskKind
    /** Members of staff there, those of them who are supervisors, and those with a badge. */
    readonly staff: number
    readonly supervisors: number
    readonly badged: number
    /** An active kiosk of the desk, and whether it has an opening key in force. */
    readonly kiosk: 'none' | 'joined' | 'working'
  }[]
  readonly people: number
  /** Who may issue: accounts that are in use, and API tokens. */
  readonly issuers: number
  readonly handovers: number
}

interface Check {
  readonly step: SetupStep
  readonly what: Missing
  readonly must: boolean
  readonly isMissing: (facts: SetupFacts) => boolean
}

const blank = (text: string) => text.trim() === ''
const servesPeople = (facts: SetupFacts, kind: DeskKind) => facts.policy.rules.some((rule) => rule.deskKind === kind)

const checks: readonly Check[] = [
  { step: 'institution', what: 'name', must: true, isMissing: ({ name }) => Object.values(name).some(blank) },
  { step: 'institution', what: 'change-address', must: true, isMissing: (facts) => blank(facts.changeAddress) },
  {
    step: 'institution',
    what: 'self-service-address',
    must: true,
    isMissing: (facts) => blank(facts.selfServiceAddress),
  },
  {
    step: 'institution',
    what: 'contact',
    must: false,
    isMissing: ({ contact }) => blank(contact.telephone) && blank(contact.email) && blank(contact.ticketAddress),
  },
  { step: 'places', what: 'unit', must: true, isMissing: ({ units }) => units === 0 },
  { step: 'places', what: 'desk', must: true, isMissing: ({ desks }) => desks.length === 0 },
  {
    step: 'policy',
    what: 'served-desk',
    must: true,
    // Also without a desk: a policy that serves nobody anywhere.
    isMissing: (facts) =>
      facts.desks.length === 0
        ? facts.policy.rules.length === 0
        : !facts.desks.some(({ kind }) => servesPeople(facts, kind)),
  },
  {
    step: 'policy',
    what: 'training-address',
    must: false,
    isMissing: ({ policy }) => {
      const training = classRule(policy, 'training')
      return !training.pickup && training.resetAddress === null
    },
  },
  { step: 'slip', what: 'slip-note', must: false, isMissing: ({ slipNote }) => Object.values(slipNote).every(blank) },
  { step: 'people', what: 'person', must: true, isMissing: ({ people }) => people === 0 },
  { step: 'accounts', what: 'issuer', must: true, isMissing: ({ issuers }) => issuers === 0 },
  { step: 'staff', what: 'staff', must: true, isMissing: ({ desks }) => desks.every(({ staff }) => staff === 0) },
  {
    step: 'staff',
    what: 'desk-supervisor',
    must: true,
    // A kiosk is first opened by a supervisor.
    isMissing: ({ desks }) => desks.every(({ supervisors }) => supervisors === 0),
  },
  {
    step: 'staff',
    what: 'badge',
    must: true,
    isMissing: ({ desks }) => desks.every(({ badged }) => badged === 0),
  },
  {
    step: 'staff',
    what: 'staffed-desk',
    must: false,
    isMissing: ({ desks }) => desks.some(({ badged }) => badged === 0),
  },
  { step: 'kiosk', what: 'kiosk', must: true, isMissing: ({ desks }) => desks.every(({ kiosk }) => kiosk === 'none') },
  {
    step: 'kiosk',
    what: 'working-kiosk',
    must: true,
    isMissing: ({ desks }) => !desks.some(({ kiosk }) => kiosk === 'working'),
  },
  { step: 'test', what: 'handover', must: false, isMissing: ({ handovers }) => handovers === 0 },
]

/**
 * A step is done when nothing of it is missing. One that is passed over counts as skipped, and what it lacks is still
 * said.
 */
export function setupOf(facts: SetupFacts, skipped: readonly SetupStep[], finished: boolean): HubReply<'setup'> {
  const steps = Steps.options.map((step) => {
    const missing = checks
      .filter((check) => check.step === step && check.isMissing(facts))
      .map(({ what, must }) => ({ what, must }))
    const state = missing.length === 0 ? 'done' : skipped.includes(step) ? 'skipped' : 'open'
    return { step, state, missing } as const
  })
  return { steps, ready: steps.every((step) => step.missing.every(({ must }) => !must)), finished }
}
