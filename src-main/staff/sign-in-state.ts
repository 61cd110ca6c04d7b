/** What the functions of signing in work on: the session, the locked one, and what is known of the desk's keys. */
import type { StaffId, StaffRole } from '../../src-shared/domain/index.ts'
import { wipeable } from '../../src-shared/protocol/wipeable.ts'
import type { Ledger } from '../ledger/index.ts'
import type { PickupCache } from '../pickups/index.ts'
import type { Store } from '../storage/index.ts'
import type { PinCost, ResumeKey, Resting } from '../vault/index.ts'
import type { OpeningKey, OpeningKeys } from './opening-keys.ts'
import type { Roster, StaffMember } from './roster.ts'
import type { Trust, Trusting } from './trust.ts'

export interface Session {
  readonly id: string
  readonly staff: StaffId
  readonly name: string
  readonly role: StaffRole
  readonly signedInAt: number
  /** Newest first; their bytes are zeros once the session has ended. */
  readonly openingKeys: OpeningKey[]
  /** Core-years of a full search for the PIN that opened it. */
  readonly searchYears: number
}

/** With what its person knows to be the desk's own. */
export interface Knowing extends Session {
  trust: Trust
  /** Their own key's private half; zeros once the session has ended. */
  readonly own: Buffer
}

export type SignOutCause = 'asked' | 'switched' | 'locked' | 'restarted' | 'removed'

/** A badge as it was read: the person, the normalised card id (never stored) and its keyed tag. */
export interface BadgeInHand {
  readonly member: StaffMember
  readonly cardId: string
  readonly tag: Buffer
}

/** Whatever the policy says of the badge alone after an idle lock, a PIN is entered at least this often. */
export const longestSincePinMs = 12 * 3_600_000

export interface SignInParts {
  readonly store: Store
  readonly ledger: Ledger
  readonly pickups: PickupCache
  readonly roster: Roster
  readonly openingKeys: OpeningKeys
  readonly trusting: Trusting
  /** The hub has the newest opening key in force. */
  readonly inForce: () => boolean
  /** For so long the badge alone resumes after an idle lock, as the policy says at that moment, ms; 0: never. */
  readonly resumeMs: () => number
  /** What the hub takes in a ledger entry (`ledgerFactsNow`). */
  readonly hubFacts: () => number
  readonly keyEncryptionKey: Uint8Array
  readonly now: () => number
  /** Argon2id cost of new PINs; measured on this computer when not given. */
  readonly pinCost?: PinCost | undefined
  /** Least core-years that a full search for a new PIN must cost; 0 where the keystore or the disk protects it. */
  readonly floorYears: number
}

/** A session that locked itself: its keys are at rest under a key that only the badge makes. */
export interface Locked {
  readonly staff: StaffId
  readonly resting: Resting
  readonly publicKeys: readonly Buffer[]
  readonly ownPublic: Buffer | null
  readonly head: Buffer | null
  readonly at: number
  readonly pinAt: number
  readonly searchYears: number
}

/** Who is signed in at this desk, who locked it, and what this run knows of its keys. */
export interface SignInDesk extends SignInParts {
  session: Knowing | null
  resume: ResumeKey | null
  /** When a PIN was entered last, ms since 1970. */
  pinAt: number
  locked: Locked | null
  /** Key-making acts, one after the other: a colleague is never left out of a key made meanwhile. */
  making: Promise<unknown>
  /**
   * Opening keys that a session of this run knows to be true, base64url: only of those does the screen show the
   * letters.
   */
  readonly witnessed: Set<string>
  /** Colleagues whose public key nothing vouched for, as the newest session that could tell has found. */
  unvouched: readonly StaffId[]
  /** What this run has written down of it: once for each key. */
  readonly written: Set<string>
  /** The cost of a new PIN on this computer, and how long one guess takes. */
  measured: Promise<{ cost: PinCost; guessMs: number }> | null
}

export const newSignInDesk = (parts: SignInParts): SignInDesk => ({
  ...parts,
  session: null,
  resume: null,
  pinAt: 0,
  locked: null,
  making: Promise.resolve(),
  witnessed: new Set(),
  unvouched: [],
  written: new Set(),
  measured: null,
})

export function inTurn<T>(desk: SignInDesk, work: () => Promise<T>): Promise<T> {
  const next = desk.making.then(work, work)
  desk.making = next.catch(() => undefined)
  return next
}

export function forgetLocked(desk: SignInDesk): void {
  desk.locked = null
}

/** A key of one's own to wipe. */
export function copied(key: Buffer): Buffer {
  const copy = wipeable(key.length)
  key.copy(copy)
  return copy
}

/** A policy that allows less meanwhile holds at once. Ms since 1970. */
export function restsUntil(desk: SignInDesk, { at, pinAt }: Locked): number {
  return Math.min(at + desk.resumeMs(), pinAt + longestSincePinMs)
}
