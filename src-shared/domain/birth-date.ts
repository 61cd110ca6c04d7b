/**
 * Birth dates of which a part may be unknown. ICAO Doc 9303 part 3 section 4.8 lets a document leave out the day, or
 * month and day, of a date of birth; registers hold such people likewise. What is known is written from the left:
 * `1985-07-14`, `1985-07`, `1985`.
 */
import { z } from 'zod'

const partial = /^\d{4}(?:-(?:0[1-9]|1[0-2]))?$/

/**
 * Years in which somebody who is alive may have been born: others are a year and a month of two digits each, or a slip
 * of the hand.
 */
const born = /^(?:18[5-9]\d|19\d\d|20\d\d)/

/** `YYYY-MM-DD`, or `YYYY-MM` or `YYYY` where the rest is known to nobody. From 1850 to 2099. */
export const BirthDate = z.union([z.iso.date().regex(born), z.string().regex(born).regex(partial)])
export type BirthDate = z.infer<typeof BirthDate>

/** Whether day and month are both there. */
export const isWhole = (date: string): boolean => date.length === 10

/**
 * What a record may hold that agrees with `date` and knows no more than it: the date itself, then with less and less of
 * it. A record that knows more than a document is never matched by that document: the part that would have to be
 * guessed is what proves.
 */
export function knownForms(date: string): readonly string[] {
  return [10, 7, 4].filter((length) => length <= date.length).map((length) => date.slice(0, length))
}

/**
 * What may be on record of two people who could be taken for each other: the date itself, with less of it, and where a
 * part of it is unknown, with more. At most 379 texts; three for a whole date.
 */
export function agreeingForms(date: string): readonly string[] {
  const whole = isWhole(date) ? [] : wholeDates(date)
  const months = date.length === 4 ? whole.map((each) => each.slice(0, 7)) : []
  return [...new Set([...knownForms(date), ...months, ...whole])]
}

/** Whether a document's date of birth bears out all that the record knows. */
export function bearsOut(document: string, record: string): boolean {
  return knownForms(document).includes(record)
}

/** Every whole date that a partial one may stand for: 28 to 366 of them, or the date itself. */
export function wholeDates(date: string): readonly string[] {
  if (isWhole(date)) return [date]
  const [year = '', month] = date.split('-')
  const months = month === undefined ? Array.from({ length: 12 }, (_, i) => String(i + 1).padStart(2, '0')) : [month]
  return months.flatMap((each) =>
    Array.from({ length: new Date(Date.UTC(Number(year), Number(each), 0)).getUTCDate() }, (_, i) =>
      [year, each, String(i + 1).padStart(2, '0')].join('-'),
    ),
  )
}

/**
 * As people and registers write it: `1985-00-00` and `1985-07-00` mean that the zeros are unknown. Other texts come
 * back as they are.
 */
export function withoutUnknown(text: string): string {
  return text
    .trim()
    .replace(/^(\d{4})-00-00$/, '$1')
    .replace(/^(\d{4}-\d{2})-00$/, '$1')
}
