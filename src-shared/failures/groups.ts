/** Failures that mean the same to whoever waits for an answer. */
import type { ErrorCode } from './codes.ts'
import * as failures from './named.ts'

/** No network, no answer in time, or a hub out of service. */
const hubAway = [failures.hubUnreachable, failures.hubUnintelligible, failures.hubOutOfService] as const
/** Nothing could be asked: the hub is away, its authority is not the pinned one, or a clock is wrong. */
const notAsked = [...hubAway, failures.hubNotThePinnedOne, failures.clockRefused] as const

const groups = {
  'hub-away': hubAway,
  /** Trying again by itself can help: the hub comes back, or somebody sets the clock. */
  passing: [...hubAway, failures.clockRefused],
  'not-asked': notAsked,
  /** This kiosk gets no answer, whatever it asks: as `not-asked`, or the hub does not accept it. */
  'not-answered': [
    ...notAsked,
    failures.notForThisKindOfKiosk,
    failures.kioskNotAccepted,
    failures.kioskFrozen,
    failures.signatureInvalid,
    failures.cursorInvalid,
    failures.requestMalformed,
    failures.bug,
  ],
  /** A document, a birth date or an e-ID that does not prove who the person is. */
  'proof-refused': [
    failures.eIdNotForPerson,
    failures.issuerNotAccepted,
    failures.nameNotComparable,
    failures.documentExpired,
    failures.documentDiffers,
    failures.documentUnreadable,
    failures.documentNotAccepted,
    failures.birthDateDiffers,
    failures.eIdNotAccepted,
    failures.eIdSomebodyElse,
    failures.birthDateLocked,
    failures.birthDateInPart,
    failures.namesakeHere,
  ],
  /** What a printer says of itself at this moment: no longer so once it can print again. */
  'printer-now': [
    failures.paperOut,
    failures.coverOpen,
    failures.printerSilent,
    failures.printerError,
    failures.jobRemains,
    failures.printerStateUnknown,
    failures.noPrinter,
  ],
  /** A long message may not have got through: what is sent next is shorter. */
  'too-much': [...hubAway, failures.requestMalformed],
} as const satisfies Readonly<Record<string, readonly ErrorCode[]>>

export type FailureGroup = keyof typeof groups

/** Whether a failure is of a group. */
export function isOf(group: FailureGroup, code: ErrorCode): boolean {
  const codes: readonly ErrorCode[] = groups[group]
  return codes.includes(code)
}
