/** Failures that mean the same to whoever waits for an answer. */
import type { ErrorCode } from './codes.ts'

/** No network, no answer in time, or a hub out of service. */
const hubAway = ['L-601', 'L-602', 'L-611'] as const
/** Nothing could be asked: the hub is away, its authority is not the pinned one, or a clock is wrong. */
const notAsked = [...hubAway, 'L-104', 'L-605'] as const

const groups = {
  'hub-away': hubAway,
  /** Trying again by itself can help: the hub comes back, or somebody sets the clock. */
  passing: [...hubAway, 'L-605'],
  'not-asked': notAsked,
  /** This kiosk gets no answer, whatever it asks: as `not-asked`, or the hub does not accept it. */
  'not-answered': [...notAsked, 'L-109', 'L-603', 'L-604', 'L-606', 'L-607', 'L-608', 'L-901'],
  /** A document, a birth date or an e-ID that does not prove who the person is. */
  'proof-refused': [
    'L-224',
    'L-229',
    'L-246',
    'L-301',
    'L-302',
    'L-303',
    'L-304',
    'L-305',
    'L-314',
    'L-317',
    'L-323',
    'L-324',
    'L-332',
  ],
  /** A long message may not have got through: what is sent next is shorter. */
  'too-much': [...hubAway, 'L-608'],
} as const satisfies Readonly<Record<string, readonly ErrorCode[]>>

export type FailureGroup = keyof typeof groups

/** Whether a failure is of a group. */
export function isOf(group: FailureGroup, code: ErrorCode): boolean {
  const codes: readonly ErrorCode[] = groups[group]
  return codes.includes(code)
}
