/**
 * Birth dates keyed from a document: by eye they are half of the proof, so nobody finds one by trying, neither a hand
 * nor a window taken over (promise P1).
 */
import { timingSafeEqual, type KeyObject } from 'node:crypto'
import { isWhole, knownForms } from '../../src-shared/domain/birth-date.ts'
import { birthTag } from '../../src-shared/protocol/tags.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'

/** Wrong ones of one person in an hour; in this engine's memory, which a window cannot restart. */
const wrongAnHour = 5
const hourMs = 3_600_000

export interface BirthDates {
  /**
   * Whether a date, keyed as far as the document gives it, bears out all that the record knows. Fails with L-305 (it
   * does not), L-324 (a part of a date does not, whatever is on record), L-323 (too many did not).
   */
  check(recipient: string, keyed: string, onRecord: Uint8Array): Result<null>
}

export function createBirthDates(lookupKey: KeyObject, now: () => number): BirthDates {
  const wrong = new Map<string, number[]>()
  return {
    check(recipient, keyed, onRecord) {
      const recent = (wrong.get(recipient) ?? []).filter((at) => at > now() - hourMs)
      if (recent.length >= wrongAnHour) return fail(failures.birthDateLocked)
      if (knownForms(keyed).some((form) => timingSafeEqual(birthTag(lookupKey, form), onRecord))) return ok(null)
      wrong.set(recipient, [...recent, now()])
      return fail(isWhole(keyed) ? failures.birthDateDiffers : failures.birthDateInPart)
    },
  }
}
