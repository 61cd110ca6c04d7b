/**
 * The dates of a machine-readable zone, six characters with a two-digit year (ICAO Doc 9303 part 3 section 4.8): which
 * century is meant, what is unknown, and what an expiry says at the desk's date. The only place where a century is
 * chosen.
 */

/** A document's date of birth: what it gives of it, and what else its two digits of a year may mean. */
export interface DocumentBirth {
  /** `YYYY-MM-DD`, `YYYY-MM` or `YYYY`; null: the document gives none. The youngest that the holder can be. */
  readonly birthDate: string | null
  /** A hundred years earlier, where someone of that age may be alive; else null. The zone cannot tell the two apart. */
  readonly orBorn: string | null
}

/** The last day of validity; `first` and `last` differ where the document gives only a month or a year. */
export type DocumentExpiry =
  | { readonly kind: 'date'; readonly first: string; readonly last: string }
  /** `<<<<<<`, or `000000` with issuers that print zeros for what is unknown: the zone gives no date. */
  | { readonly kind: 'none' }
  /** A date that issuers write for "without limit". */
  | { readonly kind: 'permanent' }

/**
 * What the expiry of a document says on a day. `none` and `permanent` are for the eye: the zone has nothing to compare.
 */
export type ExpirySeen = 'valid' | 'expired' | 'none' | 'permanent'

const oldest = 125
/** 31.12.9999 and 01.01.9999 as two digits of a year show them, and what cannot be a date at all. */
const withoutLimit: ReadonlySet<string> = new Set(['991231', '990101', '999999'])
/** No document is good for longer than this, years: within it of today even 99 is a year like any other. */
const longestValidity = 20

const lastDayOf = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate()
const two = (value: number) => String(value).padStart(2, '0')
const unknown = (digits: string) => digits === '<<' || digits === '00'

interface Parts {
  readonly year: number
  /** null: unknown. A day without its month says nothing. */
  readonly month: number | null
  readonly day: number | null
}

/** null: not a date. `year` is two digits still. Unknown parts are fillers, and zeros with issuers that print those. */
function partsOf(text: string): Parts | null {
  const match = /^(\d\d)(\d\d|<<)(\d\d|<<)$/.exec(text)
  if (match === null) return null
  const [, year = '', mm = '', dd = ''] = match
  const month = unknown(mm) ? null : Number(mm)
  const day = month === null || unknown(dd) ? null : Number(dd)
  if (month !== null && month > 12) return null
  if (!unknown(dd) && Number(dd) > 31) return null
  return { year: Number(year), month, day }
}

/** null where the day does not exist in that year. */
function written({ month, day }: Parts, year: number): string | null {
  if (month === null) return String(year)
  if (day === null) return `${year}-${two(month)}`
  return day > lastDayOf(year, month) ? null : `${year}-${two(month)}-${two(day)}`
}

/** `today` is `YYYY-MM-DD`. null: no date, for a field that has a check digit and must therefore be one: a misread. */
export function birthOf(yymmdd: string, today: string): DocumentBirth | null {
  // Without its year a date says nothing of who it is.
  if (/^<<(?:\d\d|<<){2}$/.test(yymmdd) || yymmdd === '000000') return { birthDate: null, orBorn: null }
  const parts = partsOf(yymmdd)
  if (parts === null) return null
  const thisYear = Number(today.slice(0, 4))
  const century = Math.floor(thisYear / 100) * 100
  // As far as it is known: `2026` and `2026-03` have begun by 2026-03-02.
  const possible = [century, century - 100, century - 200]
    .map((base) => base + parts.year)
    .filter((year) => thisYear - year <= oldest)
    .map((year) => written(parts, year))
    .filter((date) => date !== null && date <= today)
  const [birthDate = null, orBorn = null] = possible
  return birthDate === null ? null : { birthDate, orBorn }
}

/** `today` is `YYYY-MM-DD`; null: no date. An expiry lies within fifty years either way of it. */
export function expiryOf(yymmdd: string, today: string): DocumentExpiry | null {
  if (/^<{6}$/.test(yymmdd) || yymmdd === '000000') return { kind: 'none' }
  const thisYear = Number(today.slice(0, 4))
  const near = (short: number) => {
    const year = Math.floor(thisYear / 100) * 100 + short
    return year - thisYear > 50 ? year - 100 : thisYear - year > 50 ? year + 100 : year
  }
  if (withoutLimit.has(yymmdd) && (yymmdd === '999999' || Math.abs(near(99) - thisYear) > longestValidity))
    return { kind: 'permanent' }
  const parts = partsOf(yymmdd)
  if (parts === null) return null
  const year = near(parts.year)
  const { month, day } = parts
  const whole = written(parts, year)
  if (whole === null) return null
  const lastMonth = month ?? 12
  return {
    kind: 'date',
    first: `${year}-${two(month ?? 1)}-${two(day ?? 1)}`,
    last: `${year}-${two(lastMonth)}-${two(day ?? lastDayOf(year, lastMonth))}`,
  }
}

/**
 * A document is valid through its last day. Within a month or a year of which the day is unknown, the zone does not say
 * (`none`).
 */
export function expirySeen(expiry: DocumentExpiry, today: string): ExpirySeen {
  if (expiry.kind !== 'date') return expiry.kind
  if (expiry.last < today) return 'expired'
  return expiry.first >= today ? 'valid' : 'none'
}
