/**
 * Badge + PIN sign-in. The PIN is never compared with anything stored: it either opens the person's own key or it does
 * not. A session holds the opening keys in memory and wipes them at its end; a desk that locked itself keeps them under
 * a key that only the badge makes.
 */
import { randomBytes } from 'node:crypto'
import type { StaffId, StaffRole } from '../../src-shared/domain.ts'
import { newSealKeyPair } from '../../src-shared/protocol/envelope.ts'
import { wipeable } from '../../src-shared/protocol/wipeable.ts'
import { fail, ok, type Result } from '../../src-shared/result.ts'
import type { Ledger } from '../ledger/index.ts'
import type { PickupCache } from '../pickups/index.ts'
import type { Store } from '../storage/index.ts'
import {
  calibratePinCost,
  makeResumeKey,
  putToRest,
  timePinGuess,
  unwrapUnderPin,
  wake,
  wipe,
  wrapUnderPin,
  type PinCost,
  type ResumeKey,
  type Resting,
} from '../vault/index.ts'
import type { OpeningKey, OpeningKeys } from './opening-keys.ts'
import { attemptsLeft, checkNewPin, lockAfter, searchYears } from './pin-rules.ts'
import type { Roster, StaffMember } from './roster.ts'

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

export type SignOutCause = 'asked' | 'switched' | 'locked' | 'restarted' | 'removed'

/** A badge as it was read: the person, the normalised card id (never stored) and its keyed tag. */
export interface BadgeInHand {
  readonly member: StaffMember
  readonly cardId: string
  readonly tag: Buffer
}

/** After an idle lock the badge alone resumes for this long... */
export const resumeMs = 4 * 3_600_000
/** ...but a PIN is entered at least this often. */
export const longestSincePinMs = 12 * 3_600_000

interface Parts {
  readonly store: Store
  readonly ledger: Ledger
  readonly pickups: PickupCache
  readonly roster: Roster
  readonly openingKeys: OpeningKeys
  readonly keyEncryptionKey: Uint8Array
  readonly now: () => number
  /** Argon2id cost of new PINs; measured on this computer when not given. */
  readonly pinCost?: PinCost | undefined
  /** Least core-years that a full search for a new PIN must cost; 0 where the keystore or the disk protects it. */
  readonly floorYears: number
}

interface Locked {
  readonly staff: StaffId
  readonly resting: Resting
  readonly publicKeys: readonly Buffer[]
  readonly until: number
  readonly pinAt: number
  readonly searchYears: number
}

/** A key of one's own to wipe. */
function copied(key: Buffer): Buffer {
  const copy = wipeable(key.length)
  key.copy(copy)
  return copy
}

export type SignIn = ReturnType<typeof createSignIn>

export function createSignIn({
  store,
  ledger,
  pickups,
  roster,
  openingKeys,
  keyEncryptionKey,
  now,
  pinCost,
  floorYears,
}: Parts) {
  let session: Session | null = null
  let resume: ResumeKey | null = null
  let pinAt = 0
  let locked: Locked | null = null
  /** Key-making acts, one after the other: a colleague is never left out of a key made meanwhile. */
  let making: Promise<unknown> = Promise.resolve()
  let measured: Promise<{ cost: PinCost; guessMs: number }> | null = null

  /** Measured once, at the first PIN chosen: half a second of this computer's work. */
  function cost(): Promise<{ cost: PinCost; guessMs: number }> {
    measured ??= (async () => {
      const chosen = pinCost ?? (await calibratePinCost(timePinGuess))
      return { cost: chosen, guessMs: await timePinGuess(chosen) }
    })()
    return measured
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = making.then(work, work)
    making = next.catch(() => undefined)
    return next
  }

  function begin(
    member: StaffMember,
    cardId: string,
    keys: OpeningKey[],
    strength: number,
    means: 'badge-and-pin' | 'badge',
  ): Session {
    const opened: Session = {
      id: randomBytes(16).toString('base64url'),
      staff: member.id,
      name: member.name,
      role: member.role,
      signedInAt: now(),
      openingKeys: keys,
      searchYears: strength,
    }
    store.transact(() => {
      pickups.voidVerifications()
      ledger.append({ kind: 'staff-signed-in', actor: member.id, facts: { role: member.role, means } })
    })
    session = opened
    resume = makeResumeKey(cardId)
    if (means === 'badge-and-pin') pinAt = now()
    return opened
  }

  function forgetLocked(): void {
    locked = null
  }

  function end(cause: SignOutCause): void {
    const ending = session
    if (ending === null) return
    // The keys go first: whatever the disk says, nobody prints after this.
    session = null
    const keys = ending.openingKeys.map(({ privateKey }) => privateKey)
    const until = Math.min(now() + resumeMs, pinAt + longestSincePinMs)
    if (cause === 'locked' && resume !== null && keys.length > 0) {
      const publicKeys = ending.openingKeys.map(({ publicKey }) => publicKey)
      locked = {
        staff: ending.staff,
        resting: putToRest(resume, keys),
        publicKeys,
        until,
        pinAt,
        searchYears: ending.searchYears,
      }
    } else {
      locked = null
      wipe(...keys, resume?.key)
    }
    resume = null
    store.transact(() => {
      pickups.voidVerifications()
      ledger.append({ kind: 'staff-signed-out', actor: ending.staff, facts: { cause } })
    })
  }

  /** The person's own key by badge + PIN; counts the attempt durably before the search begins. */
  async function prove({ member, cardId }: BadgeInHand, pin: string): Promise<Result<Buffer>> {
    const record = roster.pin(member.id)
    if (record === null) return fail('L-404')
    if (record.lockedUntil > now()) return fail('L-403', { minutes: Math.ceil((record.lockedUntil - now()) / 60_000) })
    // Counted before the search begins, so that pulling the plug does not give a free attempt.
    const failures = record.failures + 1
    const lockedUntil = lockAfter(failures) === 0 ? 0 : now() + lockAfter(failures)
    store.transact(() => {
      roster.setFailures(member.id, failures, lockedUntil)
    })
    const own = await unwrapUnderPin(keyEncryptionKey, member.id, cardId, pin, record)
    if (own === null) {
      store.transact(() => {
        ledger.append({ kind: 'sign-in-refused', facts: { staff: member.id, attemptsLeft: attemptsLeft(failures) } })
      })
      return lockedUntil > now()
        ? fail('L-403', { minutes: Math.ceil((lockedUntil - now()) / 60_000) })
        : fail('L-402', { left: attemptsLeft(failures) })
    }
    // Removed, or the badge taken away, while the search ran.
    if (roster.pin(member.id) === null) {
      wipe(own)
      return fail('L-404')
    }
    store.transact(() => {
      roster.setFailures(member.id, 0, 0)
    })
    return ok(own)
  }

  async function newRecord({ member, cardId, tag }: BadgeInHand, pin: string, publicKey: Buffer, own: Uint8Array) {
    const { cost: chosen, guessMs } = await cost()
    const wrapped = await wrapUnderPin(keyEncryptionKey, member.id, cardId, pin, own, chosen)
    return { ...wrapped, badgeTag: tag, publicKey, searchYears: searchYears(pin, guessMs) }
  }

  async function allowed(pin: string): Promise<Result<true>> {
    const plain = checkNewPin(pin)
    if (!plain.ok || floorYears === 0) return plain
    return checkNewPin(pin, { guessMs: (await cost()).guessMs, floorYears })
  }

  async function enrolColleague(badge: BadgeInHand, pin: string): Promise<Result<null>> {
    const rule = await allowed(pin)
    if (!rule.ok) return rule
    const by = session
    if (by === null) return fail('L-401')
    const own = await newSealKeyPair()
    try {
      const record = await newRecord(badge, pin, own.publicKey, own.privateKey)
      const shares = await openingKeys.sharesFor(badge.member.id, own.publicKey, by.openingKeys)
      // Locked or signed out while the PIN was being wrapped: the keys were zeros by then.
      if (session !== by) return fail('L-401')
      store.transact(() => {
        roster.forgetPin(badge.member.id)
        roster.setPin(badge.member.id, record)
        shares.write()
        ledger.append({
          kind: 'staff-enrolled',
          actor: by.staff,
          facts: { staff: badge.member.id, role: badge.member.role },
        })
      })
    } finally {
      wipe(own.privateKey)
    }
    return ok(null)
  }

  async function enrolSupervisor(badge: BadgeInHand, pin: string): Promise<Result<null>> {
    const rule = await allowed(pin)
    if (!rule.ok) return rule
    const own = await newSealKeyPair()
    try {
      const record = await newRecord(badge, pin, own.publicKey, own.privateKey)
      store.transact(() => {
        roster.setPin(badge.member.id, record)
      })
      // Nobody has opened an older key: the hub asks a supervisor to compare this one's letters.
      await openingKeys.rotate([], () => {
        ledger.append({
          kind: 'staff-enrolled',
          actor: badge.member.id,
          facts: { staff: badge.member.id, role: badge.member.role },
        })
      })
    } finally {
      wipe(own.privateKey)
    }
    return ok(null)
  }

  return {
    session: () => session,
    end,
    prove,

    /** Whom the badge alone would bring back, while it would. */
    locked(): { staff: StaffId; until: number } | null {
      if (locked !== null && locked.until <= now()) forgetLocked()
      return locked === null ? null : { staff: locked.staff, until: locked.until }
    },

    /** Attempts left for a badge, and whether it has a PIN here at all. */
    standing(staff: StaffId): { hasPin: boolean; left: number; lockedUntil: number } {
      const record = roster.pin(staff)
      return {
        hasPin: record !== null,
        left: attemptsLeft(record?.failures ?? 0),
        lockedUntil: record?.lockedUntil ?? 0,
      }
    },

    /** Fails with L-404 (no PIN here), L-403 (locked), L-402 (wrong PIN; counted durably before the answer). */
    async enter(badge: BadgeInHand, pin: string): Promise<Result<Session>> {
      const own = await prove(badge, pin)
      if (!own.ok) return own
      const strength = roster.pin(badge.member.id)?.searchYears ?? 0
      const keys = await openingKeys.openFor(badge.member.id, own.value)
      wipe(own.value)
      end('switched')
      // Somebody else's rest ends with a switch.
      forgetLocked()
      return ok(begin(badge.member, badge.cardId, keys, strength, 'badge-and-pin'))
    },

    /** The badge alone, after an idle lock of the same person. null: a PIN is needed. */
    resume({ member, cardId }: BadgeInHand): Session | null {
      const resting = locked
      if (
        session !== null ||
        resting === null ||
        resting.staff !== member.id ||
        resting.until <= now() ||
        roster.pin(member.id) === null
      )
        return null
      const privateKeys = wake(resting.resting, cardId)
      if (privateKeys === null) return null
      forgetLocked()
      pinAt = resting.pinAt
      const keys = privateKeys.flatMap((privateKey, i) => {
        const publicKey = resting.publicKeys[i]
        return publicKey === undefined ? [] : [{ publicKey, privateKey }]
      })
      return begin(member, cardId, keys, resting.searchYears, 'badge')
    },

    /** A removed member, a badge taken away or a changed role ends the session, and the rest of a locked one. */
    recheck(): boolean {
      if (locked !== null && roster.pin(locked.staff) === null) forgetLocked()
      if (session === null) return false
      const member = roster.get(session.staff)
      if (roster.pin(session.staff) !== null && member?.role === session.role) return false
      end('removed')
      return true
    },

    /** The first supervisor of a new kiosk: its first opening key is born behind this badge and PIN. L-406, L-410. */
    enrolFirst(badge: BadgeInHand, pin: string): Promise<Result<null>> {
      return inTurn(() => enrolSupervisor(badge, pin))
    },

    /** Gives a colleague a PIN at this kiosk, with shares of the opening keys in the signed-in person's hands. L-406, L-410, L-401. */
    enrol(badge: BadgeInHand, pin: string): Promise<Result<null>> {
      return inTurn(() => enrolColleague(badge, pin))
    },

    /**
     * The next opening key, for new grants: made in a session, whose older keys vouch for it to the hub. What works unattended makes none.
     * Somebody who does not hold the newest leaves it to those who do; with nobody left who does, it is made all the same, and waits at the hub
     * for a supervisor. `owed` is asked when its turn has come: another may have been made meanwhile.
     */
    rotate(owed: () => boolean = () => true): Promise<boolean> {
      return inTurn(async () => {
        const by = session
        if (by === null || roster.pin(by.staff) === null || !owed()) return false
        const newest = openingKeys.newest()
        const holdsNewest = newest !== null && by.openingKeys.some(({ publicKey }) => publicKey.equals(newest))
        if (!holdsNewest && openingKeys.newestIsHeld()) return false
        // Copies: a session that ends meanwhile leaves zeros, and what zeros vouch for the hub would not believe.
        const held = by.openingKeys.map(({ publicKey, privateKey }) => ({ publicKey, privateKey: copied(privateKey) }))
        try {
          await openingKeys.rotate(
            held,
            () => {
              roster.rotationDone()
              ledger.append({ kind: 'opening-key-rotated', actor: by.staff, facts: {} })
            },
            (key) => {
              if (session !== by || roster.pin(by.staff) === null) return false
              by.openingKeys.unshift(key)
              return true
            },
          )
        } finally {
          wipe(...held.map(({ privateKey }) => privateKey))
        }
        forgetLocked()
        return true
      })
    },

    /** A new PIN around the same key of one's own; the old one has just proved it. L-406, L-410. */
    async changePin(badge: BadgeInHand, pin: string, own: Uint8Array): Promise<Result<null>> {
      const rule = await allowed(pin)
      if (!rule.ok) return rule
      const known = roster.pin(badge.member.id)
      if (known === null) return fail('L-404')
      const record = await newRecord(badge, pin, known.publicKey, own)
      store.transact(() => {
        roster.setPin(badge.member.id, record)
        ledger.append({ kind: 'pin-changed', actor: badge.member.id, facts: {} })
      })
      return ok(null)
    },

    /** Lost badge, forgotten PIN, or gone: this kiosk forgets the PIN at once, whoever says so is written down. L-404. */
    removePin(staff: StaffId, reason: 'badge-lost' | 'pin-forgotten' | 'left', by: StaffId): Result<null> {
      return store.transact(() => {
        if (!roster.forgetPin(staff)) return fail('L-404')
        ledger.append({ kind: 'staff-pin-removed', actor: by, facts: { staff, reason } })
        return ok(null)
      })
    },
  }
}
