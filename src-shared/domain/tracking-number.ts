/**
 * Numbers that a postal operator tracks a registered letter by, as a scanner reads them. Letters of the Universal
 * Postal Union's standard S10 (`RR123456785FI`), Posti's domestic items (`JJFI` and seventeen digits, an ISO/IEC 15459
 * licence plate, which has no check digit) and GS1 shipping containers (`00` and eighteen digits).
 */
import { z } from 'zod'
import { fail, ok, type Result } from '../failures/result.ts'
import * as failures from '../failures/named.ts'

export const TrackingNumber = z.string().regex(/^[A-Z0-9]{13,35}$/)
export type TrackingNumber = z.infer<typeof TrackingNumber>

const s10Weights = [8, 6, 4, 2, 3, 5, 9, 7]

/** UPU S10: weights 8 6 4 2 3 5 9 7, 11 less the remainder of 11; 10 is 0 and 11 is 5. */
export function s10CheckDigit(serial: string): number {
  const sum = [...serial].reduce((total, digit, i) => total + Number(digit) * (s10Weights[i] ?? 0), 0)
  const check = 11 - (sum % 11)
  return check === 10 ? 0 : check === 11 ? 5 : check
}

/** GS1: weights 3 and 1 from the right. */
function gs1CheckDigit(digits: string): number {
  const sum = [...digits].reverse().reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 3 : 1), 0)
  return (10 - (sum % 10)) % 10
}

/** null: not a tracking number at all. Fails with L-231 for one with a wrong check digit: misread, or mistyped. */
export function readTrackingNumber(text: string): Result<TrackingNumber> | null {
  const squeezed = text.toUpperCase().replace(/[\s().-]/g, '')
  const s10 = /^[A-Z]{2}(\d{8})(\d)[A-Z]{2}$/.exec(squeezed)
  if (s10 !== null)
    return s10CheckDigit(s10[1] ?? '') === Number(s10[2]) ? ok(squeezed) : fail(failures.trackingCheckDigit)
  if (/^JJFI\d{17}$/.test(squeezed)) return ok(squeezed)
  const sscc = /^00(\d{17})(\d)$/.exec(squeezed)
  if (sscc !== null)
    return gs1CheckDigit(sscc[1] ?? '') === Number(sscc[2]) ? ok(squeezed) : fail(failures.trackingCheckDigit)
  return null
}
