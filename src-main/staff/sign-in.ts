/**
 * Badge + PIN sign-in. The PIN is never compared with anything stored: it either opens the opening key or it does not.
 * A session holds the opening key in memory and wipes it at its end.
 */
import { randomBytes } from 'node:crypto'
import type { StaffId, StaffRole } from '../../src-shared/domain.ts'
import { fail, ok, type Result } from '../../src-shared/result.ts'
import type { Ledger } from '../ledger/index.ts'
import type { PickupCache } from '../pickups/index.ts'
import type { Store } from '../storage/index.ts'
import { defaultPinCost, unwrapOpeningKey, wipe, wrapOpeningKey, type PinCost } from '../vault/index.ts'
import { attemptsLeft, checkNewPin, lockAfter } from './pin-rules.ts'
import type { Roster, StaffMember } from './roster.ts'

export interface Session {
  readonly id: string
  readonly staff: StaffId
  readonly name: string
  readonly role: StaffRole
  readonly signedInAt: number
  /** X25519 private key, 32 bytes; zeros once the session has ended. */
  readonly openingKey: Buffer
}

export type SignOutCause = 'asked' | 'switched' | 'locked' | 'restarted'

interface Parts {
  readonly store: Store
  readonly ledger: Ledger
  readonly pickups: PickupCache
  readonly roster: Roster
  readonly keyEncryptionKey: Uint8Array
  readonly now: () => number
  readonly pinCost?: PinCost
}

export type SignIn = ReturnType<typeof createSignIn>

export function createSignIn({ store, ledger, pickups, roster, keyEncryptionKey, now, pinCost = defaultPinCost }: Parts) {
  let session: Session | null = null

  function begin(member: StaffMember, openingKey: Buffer): Session {
    const opened: Session = { id: randomBytes(16).toString('base64url'), staff: member.id, name: member.name, role: member.role, signedInAt: now(), openingKey }
    store.transact(() => {
      pickups.voidVerifications()
      ledger.append({ kind: 'staff-signed-in', actor: member.id, facts: { role: member.role } })
    })
    session = opened
    return opened
  }

  function end(cause: SignOutCause): void {
    const ending = session
    if (ending === null) return
    // The key goes first: whatever the disk says, nobody prints after this.
    session = null
    wipe(ending.openingKey)
    store.transact(() => {
      pickups.voidVerifications()
      ledger.append({ kind: 'staff-signed-out', actor: ending.staff, facts: { cause } })
    })
  }

  return {
    session: () => session,
    end,

    /** Attempts left for a badge, and whether it has a PIN here at all. */
    standing(staff: StaffId): { hasPin: boolean; left: number; lockedUntil: number } {
      const record = roster.pin(staff)
      return { hasPin: record !== null, left: attemptsLeft(record?.failures ?? 0), lockedUntil: record?.lockedUntil ?? 0 }
    },

    /** Fails with L-404 (no PIN here), L-403 (locked), L-402 (wrong PIN; counted durably before the answer). */
    async enter(member: StaffMember, badge: string, pin: string): Promise<Result<Session>> {
      const record = roster.pin(member.id)
      if (record === null) return fail('L-404')
      if (record.lockedUntil > now()) return fail('L-403', { minutes: Math.ceil((record.lockedUntil - now()) / 60_000) })
      // Counted before the search begins, so that pulling the plug does not give a free attempt.
      const failures = record.failures + 1
      const lockedUntil = lockAfter(failures) === 0 ? 0 : now() + lockAfter(failures)
      store.transact(() => {
        roster.setFailures(member.id, failures, lockedUntil)
      })
      const openingKey = await unwrapOpeningKey(keyEncryptionKey, member.id, badge, pin, record)
      if (openingKey === null) {
        store.transact(() => {
          ledger.append({ kind: 'sign-in-refused', facts: { staff: member.id, attemptsLeft: attemptsLeft(failures) } })
        })
        return lockedUntil > now() ? fail('L-403', { minutes: Math.ceil((lockedUntil - now()) / 60_000) }) : fail('L-402', { left: attemptsLeft(failures) })
      }
      end('switched')
      store.transact(() => {
        roster.setFailures(member.id, 0, 0)
      })
      return ok(begin(member, openingKey))
    },

    /** Gives a member of staff a PIN at this kiosk, around the opening key in hand. L-406 for an easy PIN. */
    async enrol(member: StaffMember, badge: string, pin: string, openingKey: Uint8Array, by: StaffId): Promise<Result<null>> {
      const allowed = checkNewPin(pin)
      if (!allowed.ok) return allowed
      const wrapped = await wrapOpeningKey(keyEncryptionKey, member.id, badge, pin, openingKey, pinCost)
      store.transact(() => {
        roster.setPin(member.id, wrapped)
        ledger.append({ kind: 'staff-enrolled', actor: by, facts: { staff: member.id, role: member.role } })
      })
      return ok(null)
    },
  }
}
