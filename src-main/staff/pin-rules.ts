/** Which PINs are too easy, and how long wrong ones cost (DESIGN section 9). */
import { fail, ok, type Result } from '../../src-shared/result.ts'

export const attemptsBeforeLock = 5
const firstLockMinutes = 2
const longestLockMinutes = 240

/** At least six digits; no one digit repeated, no run up or down, no repeated pair or triple. L-406 otherwise. */
export function checkNewPin(pin: string): Result<true> {
  if (!/^\d{6,12}$/.test(pin)) return fail('L-406')
  const digits = [...pin].map(Number)
  const steps = digits.slice(1).map((digit, i) => (digit - (digits[i] ?? 0) + 10) % 10)
  if (new Set(steps).size === 1) return fail('L-406')
  for (const size of [2, 3]) {
    if (pin.length % size === 0 && pin === pin.slice(0, size).repeat(pin.length / size)) return fail('L-406')
  }
  return ok(true)
}

/** Milliseconds of lock after so many failures in all: none before the fifth, then 2 minutes doubling up to 4 hours. */
export function lockAfter(failures: number): number {
  if (failures < attemptsBeforeLock) return 0
  const doublings = Math.min(failures - attemptsBeforeLock, 12)
  return Math.min(firstLockMinutes * 2 ** doublings, longestLockMinutes) * 60_000
}

export function attemptsLeft(failures: number): number {
  return Math.max(attemptsBeforeLock - failures, 0)
}
