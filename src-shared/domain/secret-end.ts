/** When a secret that was handed over ends: what the slip prints, and what is enforced. */
import { endOfDate } from './opening-hours.ts'

const day = 86_400_000

/** The instant (ms) on whose day a secret ends: the slip prints it. `expiresAt`: the pickup's own end, ms. */
export function secretUntil(expiresAt: number, secretDays: number): number {
  return expiresAt + secretDays * day
}

/** The midnight (ms) after the last day of a secret: from then on it is put out of force unless it was used. */
export function secretEnd(expiresAt: number, secretDays: number): number {
  return endOfDate(secretUntil(expiresAt, secretDays))
}
