/** PINs of this desk: proved by opening the person's own key, chosen by rules that know what a guess costs here. */
import type { StaffId } from '../../src-shared/domain/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { calibratePinCost, timePinGuess, unwrapUnderPin, wipe, wrapUnderPin, type PinCost } from '../vault/index.ts'
import { attemptsLeft, checkNewPin, lockAfter, searchYears } from './pin-rules.ts'
import { inTurn, type BadgeInHand, type SignInDesk } from './sign-in-state.ts'

/** Measured once, at the first PIN chosen: half a second of this computer's work. */
function cost(desk: SignInDesk): Promise<{ cost: PinCost; guessMs: number }> {
  desk.measured ??= (async () => {
    const chosen = desk.pinCost ?? (await calibratePinCost(timePinGuess))
    return { cost: chosen, guessMs: await timePinGuess(chosen) }
  })()
  return desk.measured
}

/** The person's own key by badge + PIN; counts the attempt durably before the search begins. */
export async function prove(desk: SignInDesk, { member, cardId }: BadgeInHand, pin: string): Promise<Result<Buffer>> {
  const record = desk.roster.pin(member.id)
  if (record === null) return fail(failures.badgeHasNoPin)
  if (record.lockedUntil > desk.now())
    return fail(failures.pinLocked, { minutes: Math.ceil((record.lockedUntil - desk.now()) / 60_000) })
  // Counted before the search begins, so that pulling the plug does not give a free attempt.
  const wrongTries = record.failures + 1
  const lockedUntil = lockAfter(wrongTries) === 0 ? 0 : desk.now() + lockAfter(wrongTries)
  desk.store.transact(() => {
    desk.roster.setFailures(member.id, wrongTries, lockedUntil)
  })
  const own = await unwrapUnderPin(desk.keyEncryptionKey, member.id, cardId, pin, record)
  if (own === null) {
    desk.store.transact(() => {
      desk.ledger.append({
        kind: 'sign-in-refused',
        facts: { staff: member.id, attemptsLeft: attemptsLeft(wrongTries) },
      })
    })
    return lockedUntil > desk.now()
      ? fail(failures.pinLocked, { minutes: Math.ceil((lockedUntil - desk.now()) / 60_000) })
      : fail(failures.pinWrong, { left: attemptsLeft(wrongTries) })
  }
  // Removed, or the badge taken away, while the search ran.
  if (desk.roster.pin(member.id) === null) {
    wipe(own)
    return fail(failures.badgeHasNoPin)
  }
  desk.store.transact(() => {
    desk.roster.setFailures(member.id, 0, 0)
  })
  return ok(own)
}

export async function newRecord(desk: SignInDesk, { member, cardId, tag }: BadgeInHand, pin: string, own: Uint8Array) {
  const { cost: chosen, guessMs } = await cost(desk)
  const wrapped = await wrapUnderPin(desk.keyEncryptionKey, member.id, cardId, pin, own, chosen)
  return { ...wrapped, badgeTag: tag, searchYears: searchYears(pin, guessMs) }
}

export async function allowed(desk: SignInDesk, pin: string): Promise<Result<true>> {
  const plain = checkNewPin(pin)
  if (!plain.ok || desk.floorYears === 0) return plain
  return checkNewPin(pin, { guessMs: (await cost(desk)).guessMs, floorYears: desk.floorYears })
}

export function changePin(desk: SignInDesk, badge: BadgeInHand, pin: string, own: Uint8Array): Promise<Result<null>> {
  return inTurn(desk, async () => {
    const rule = await allowed(desk, pin)
    if (!rule.ok) return rule
    const record = await newRecord(desk, badge, pin, own)
    return desk.store.transact(() => {
      // As it stands now: the PIN may have gone, or a new key been made, while this one was wrapped.
      const known = desk.roster.pin(badge.member.id)
      if (known === null) return fail(failures.badgeHasNoPin)
      const { publicKey, root, vouch } = known
      desk.roster.setPin(badge.member.id, { ...record, publicKey, root, vouch })
      desk.ledger.append({ kind: 'pin-changed', actor: badge.member.id, facts: {} })
      return ok(null)
    })
  })
}

export function removePin(
  desk: SignInDesk,
  staff: StaffId,
  reason: 'badge-lost' | 'pin-forgotten' | 'left',
  by: StaffId,
): Result<null> {
  return desk.store.transact(() => {
    if (!desk.roster.forgetPin(staff)) return fail(failures.badgeHasNoPin)
    desk.ledger.append({ kind: 'staff-pin-removed', actor: by, facts: { staff, reason } })
    return ok(null)
  })
}
