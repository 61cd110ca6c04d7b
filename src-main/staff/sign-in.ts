/**
 * Badge + PIN sign-in. The PIN is never compared with anything stored: it either opens the person's own key or it does
 * not. A session holds the opening keys in memory and wipes them at its end; a desk that locked itself keeps them under
 * a key that only the badge makes.
 */
import type { StaffId } from '../../src-shared/domain/index.ts'
import { ok, type Result } from '../../src-shared/failures/result.ts'
import { wipe } from '../vault/index.ts'
import { enrolColleague, enrolSupervisor } from './enrolling.ts'
import { attemptsLeft } from './pin-rules.ts'
import { changePin, prove, removePin } from './pins.ts'
import { begin, end, recheck, resumeBadge } from './session.ts'
import {
  forgetLocked,
  inTurn,
  newSignInDesk,
  restsUntil,
  type BadgeInHand,
  type Session,
  type SignInDesk,
  type SignInParts,
  type SignOutCause,
} from './sign-in-state.ts'
import { isStrange, keyText, rotateInTurn, stateHolders } from './vouching.ts'

export { longestSincePinMs, type BadgeInHand, type Session, type SignOutCause } from './sign-in-state.ts'

export type SignIn = ReturnType<typeof createSignIn>

export function createSignIn(parts: SignInParts) {
  const desk = newSignInDesk(parts)
  return {
    session: (): Session | null => desk.session,
    end: (cause: SignOutCause): void => end(desk, cause),
    prove: (badge: BadgeInHand, pin: string): Promise<Result<Buffer>> => prove(desk, badge, pin),

    /** Whom the badge alone would bring back, while it would. */
    locked(): { staff: StaffId; until: number } | null {
      if (desk.locked !== null && restsUntil(desk, desk.locked) <= desk.now()) forgetLocked(desk)
      return desk.locked === null ? null : { staff: desk.locked.staff, until: restsUntil(desk, desk.locked) }
    },

    /** Attempts left for a badge, and whether it has a PIN here at all. */
    standing(staff: StaffId): { hasPin: boolean; left: number; lockedUntil: number } {
      const record = desk.roster.pin(staff)
      return {
        hasPin: record !== null,
        left: attemptsLeft(record?.failures ?? 0),
        lockedUntil: record?.lockedUntil ?? 0,
      }
    },

    /** Fails with L-404 (no PIN here), L-403 (locked), L-402 (wrong PIN; counted durably before the answer). */
    enter: (badge: BadgeInHand, pin: string): Promise<Result<Session>> => enter(desk, badge, pin),

    /** The badge alone, after an idle lock of the same person. null: a PIN is needed. */
    resume: (badge: BadgeInHand): Session | null => resumeBadge(desk, badge),

    /** A removed member, a badge taken away or a changed role ends the session, and the rest of a locked one. */
    recheck: (): boolean => recheck(desk),

    /** The first supervisor of a new kiosk: its first opening key is born behind this badge and PIN. L-406, L-410. */
    enrolFirst(badge: BadgeInHand, pin: string): Promise<Result<null>> {
      return inTurn(desk, () => enrolSupervisor(desk, badge, pin))
    },

    /**
     * Gives a colleague a PIN at this kiosk, with shares of the opening keys in the signed-in person's hands. L-406,
     * L-410, L-401.
     */
    enrol(badge: BadgeInHand, pin: string): Promise<Result<null>> {
      return inTurn(desk, () => enrolColleague(desk, badge, pin))
    },

    /** Colleagues whose public key nothing vouches for: they have no share of new keys, and choose a PIN anew. */
    unvouched: (): readonly StaffId[] => desk.unvouched,

    /**
     * Whether somebody is signed in who does not hold the newest key, or cannot know it for the desk's own: pickups
     * issued since do not open for them.
     */
    lacksNewest(): boolean {
      const newest = desk.openingKeys.newest()
      return desk.session !== null && newest !== null && desk.session.trust.head?.publicKey.equals(newest) !== true
    },

    /**
     * Whether the letters of this key may be shown: somebody whose badge and PIN opened it has been signed in since the
     * start.
     */
    isWitnessed: (publicKey: Uint8Array): boolean => desk.witnessed.has(keyText(publicKey)),

    /**
     * A new opening key is needed because the session cannot know the newest to be true, or knows that the hub was not
     * given it by this desk.
     */
    owesTrustedKey: (): boolean =>
      desk.session !== null && (desk.session.trust.head === null || (isStrange(desk, desk.session) && !desk.inForce())),

    /**
     * Makes what the hub is told of who holds the newest key, where nothing was made yet (an update, a hub whose own
     * key was not known) or the hub did not take it from somebody else. Says whether it was.
     */
    stateHolders: (): Promise<boolean> => stateHolders(desk),

    /**
     * The next opening key, for new grants: made in a session, whose older keys vouch for it to the hub. What works
     * unattended makes none. Somebody who does not hold the newest leaves it to those who do; with nobody left who
     * does, it is made all the same, and waits at the hub for a supervisor. `owed` is asked when its turn has come:
     * another may have been made meanwhile.
     */
    rotate(owed: () => boolean = () => true): Promise<boolean> {
      return inTurn(desk, () => rotateInTurn(desk, owed))
    },

    /** A new PIN around the same key of one's own; the old one has just proved it. L-406, L-410. */
    changePin: (badge: BadgeInHand, pin: string, own: Uint8Array): Promise<Result<null>> =>
      changePin(desk, badge, pin, own),

    /**
     * Lost badge, forgotten PIN, or gone: this kiosk forgets the PIN at once, whoever says so is written down. L-404.
     */
    removePin: (staff: StaffId, reason: 'badge-lost' | 'pin-forgotten' | 'left', by: StaffId): Result<null> =>
      removePin(desk, staff, reason, by),
  }
}

async function enter(desk: SignInDesk, badge: BadgeInHand, pin: string): Promise<Result<Session>> {
  const own = await prove(desk, badge, pin)
  if (!own.ok) return own
  // In turn: a key that is being made meanwhile is shared with whoever comes in, and known to them.
  return inTurn(desk, async () => {
    const inHand: Buffer[] = [own.value]
    try {
      const strength = desk.roster.pin(badge.member.id)?.searchYears ?? 0
      const keys = await desk.openingKeys.openFor(badge.member.id, own.value)
      inHand.push(...keys.map(({ privateKey }) => privateKey))
      const { trust, keep } = await desk.trusting.of(badge.member.id, own.value, keys)
      inHand.push(trust.rootKey)
      end(desk, 'switched')
      // Somebody else's rest ends with a switch.
      forgetLocked(desk)
      return ok(begin(desk, badge, keys, strength, 'badge-and-pin', { trust, own: own.value }, keep))
    } catch (error) {
      // No session has them, so no session's end wipes them.
      if (desk.session?.own !== own.value) wipe(...inHand)
      throw error
    }
  })
}
