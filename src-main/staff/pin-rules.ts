/**
 * Which PINs are too easy, what searching for one would cost a thief, and how long wrong ones cost
 * (docs/architecture.md#security).
 */
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'

export const attemptsBeforeLock = 5
const firstLockMinutes = 2
const longestLockMinutes = 240
const msPerYear = 365.25 * 86_400_000
/** A passphrase is at least this long; people's own words carry about two bits a letter. */
const shortestPassphrase = 16
const bitsPerLetter = 2

/** How many guesses all secrets of this form take, as a power of ten. */
export function guessesLog10(pin: string): number {
  return /^\d+$/.test(pin) ? pin.length : pin.length * bitsPerLetter * Math.log10(2)
}

/** Core-years of a full search by someone who has the disk and the keystore, at `guessMs` a guess. */
export function searchYears(pin: string, guessMs: number): number {
  return (10 ** guessesLog10(pin) * guessMs) / msPerYear
}

/**
 * A PIN: at least six digits, no one digit repeated, no run up or down, no repeated pair or triple. Or a passphrase of
 * 16 characters and more. L-406 otherwise. L-410 where a full search would cost less than `floorYears` core-years: the
 * desk has neither a hardware-backed keystore nor an encrypted disk, and says how many digits it takes.
 */
export function checkNewPin(
  pin: string,
  { guessMs, floorYears }: { guessMs: number; floorYears: number } = { guessMs: 1, floorYears: 0 },
): Result<true> {
  if (/^\d+$/.test(pin)) {
    if (!/^\d{6,12}$/.test(pin)) return fail(failures.pinTooEasy)
    const digits = [...pin].map(Number)
    const steps = digits.slice(1).map((digit, i) => (digit - (digits[i] ?? 0) + 10) % 10)
    if (new Set(steps).size === 1) return fail(failures.pinTooEasy)
    for (const size of [2, 3]) {
      if (pin.length % size === 0 && pin === pin.slice(0, size).repeat(pin.length / size))
        return fail(failures.pinTooEasy)
    }
  } else if (pin.length < shortestPassphrase || new Set(pin.toLowerCase()).size < 6) return fail(failures.pinTooEasy)
  if (searchYears(pin, guessMs) < floorYears) {
    const digits = Math.ceil(Math.log10((floorYears * msPerYear) / guessMs))
    return fail(failures.pinTooShort, {
      digits,
      letters: Math.max(shortestPassphrase, Math.ceil(digits / (bitsPerLetter * Math.log10(2)))),
    })
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
