/** What the counter's rules are asked about in their tests, without a desk. */
import {
  Desk,
  DeskId,
  Incarnation,
  KioskId,
  PickupId,
  RecipientId,
  StaffId,
  VerificationId,
} from '../../src-shared/domain/index.ts'
import type { ErrorCode } from '../../src-shared/failures/codes.ts'
import { Policy } from '../../src-shared/policy/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { opens, type PickupFacts } from '../../src-main/counter/verifying.ts'
import type { StepOf } from '../../src-main/counter/steps.ts'
import type { Place } from '../../src-main/identity/index.ts'
import type { Pickup } from '../../src-main/pickups/index.ts'

export const noon = Date.UTC(2026, 2, 2, 12)
export const pickupId = () => PickupId.parse(newId())
export const recipientId = () => RecipientId.parse(newId())
export const staffId = () => StaffId.parse(newId())
export const kioskId = () => KioskId.parse(newId())
export const verificationId = () => VerificationId.parse(newId())
const words = { fi: 'Piste', sv: 'Disken', en: 'Desk' }

/** A porter's lodge whose one rule is changed by `rule`. */
export function place(rule: object = {}, verificationSeconds = 300): Place {
  return {
    desk: Desk.parse({
      id: DeskId.parse(newId()),
      kind: 'porter',
      name: words,
      unit: words,
      address: '',
      slipPrefix: 'TES',
      organisation: words,
      changeAddress: 'https://a.example',
      selfServiceAddress: 'https://a.example',
    }),
    policy: Policy.parse({
      version: 1,
      rules: [
        {
          recipientClass: 'student',
          channel: 'porter',
          deskKind: 'porter',
          proofs: ['passport', 'identity-card'],
          needsRequestReference: true,
          showSponsor: false,
          ...rule,
        },
      ],
      verificationSeconds,
      accountOnSlip: 'full',
    }),
    directory: [],
  }
}

export function pickup(more: Partial<Omit<Pickup, 'person'>> = {}, person: Partial<Pickup['person']> = {}): Pickup {
  return {
    id: pickupId(),
    epoch: { incarnation: Incarnation.parse(newId()), n: 1 },
    state: 'arrived',
    recipientClass: 'student',
    channel: 'porter',
    secretKind: 'password',
    person: {
      recipient: recipientId(),
      name: { family: 'Koe', given: 'Kaisa' },
      formerNames: [],
      language: 'fi',
      account: 'kkoe1',
      sponsor: null,
      accountValidUntil: null,
      requestReference: 'PYY-1',
      address: null,
      namesake: false,
      ...person,
    },
    birthTag: Buffer.alloc(16, 1),
    issuedAt: noon - 3_600_000,
    expiresAt: noon + 86_400_000,
    arrivedAt: noon - 60_000,
    revokePending: false,
    ...more,
  }
}

/** `blocked` stands for what the desk's hours and the policy say of it at this moment. */
export function facts(of: Pickup, more: Partial<PickupFacts> = {}, blocked: ErrorCode | null = null): PickupFacts {
  return {
    pickup: of,
    view: {
      id: of.id,
      state: of.state,
      name: 'Kaisa Koe',
      initials: 'K.K.',
      recipientClass: of.recipientClass,
      account: of.person.account,
      secretKind: of.secretKind,
      language: of.person.language,
      requestReference: of.person.requestReference,
      sponsor: null,
      arrivedAt: of.arrivedAt,
      issuedAt: of.issuedAt,
      expiresAt: of.expiresAt,
      blocked: blocked === null ? null : { code: blocked },
    },
    slip: null,
    further: false,
    place: place(),
    now: noon,
    ...more,
  }
}

/** The step of an open pickup, as it is first shown. */
export function verifyStep(given: PickupFacts): StepOf<'verify'> {
  const { step } = opens(given, null, null)
  if (step.step !== 'verify') throw new Error(step.step)
  return step
}
