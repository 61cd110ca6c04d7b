/**
 * The birth date as staff key it from a document: eight digits, day first; zeros for what the document does not say.
 */
import { dateAt } from '../../src-shared/domain/opening-hours.ts'

/**
 * `24121999` -> `1999-12-24`; `00121999` -> `1999-12`; `00001999` -> `1999`; null unless it is a real date, not after
 * `today` (`YYYY-MM-DD`), and at most 130 years back.
 */
export function birthDateFromDigits(digits: string, today: string): string | null {
  const match = /^(\d{2})(\d{2})(\d{4})$/.exec(digits)
  if (match === null) return null
  const known = partOf(match[3] ?? '', match[2] ?? '', match[1] ?? '')
  if (known !== null) {
    const tooOld = Number(known.slice(0, 4)) < Number(today.slice(0, 4)) - 130
    return known > today || tooOld ? null : known
  }
  const [day, month, year] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null
  const text = `${match[3] ?? ''}-${match[2] ?? ''}-${match[1] ?? ''}`
  if (text > today || year < Number(today.slice(0, 4)) - 130) return null
  return text
}

/** A date of which the day, or day and month, are zeros. */
function partOf(year: string, month: string, day: string): string | null {
  if (day !== '00') return null
  if (month === '00') return year
  return Number(month) <= 12 ? `${year}-${month}` : null
}

/** What is keyed so far in the form's mask: `24.12.____`. */
export function maskedBirthDate(digits: string): string {
  const padded = digits.slice(0, 8).padEnd(8, '_')
  return `${padded.slice(0, 2)}.${padded.slice(2, 4)}.${padded.slice(4)}`
}

/** Today at the desk, `YYYY-MM-DD`. */
export function deskToday(now: number): string {
  return dateAt(now)
}
