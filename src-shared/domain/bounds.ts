/** What every number in every contract lies between: one that does not is refused where it comes in. */
import { z } from 'zod'

/** Instants that a person could mean, ms: a clock that says anything else is wrong. 2020-01-01 to 2100-01-01, UTC. */
export const instantRange = { from: Date.UTC(2020, 0, 1), to: Date.UTC(2100, 0, 1) } as const

/** Milliseconds since 1970-01-01T00:00Z, within `instantRange`. */
export const Instant = z.number().int().min(instantRange.from).max(instantRange.to)
export type Instant = z.infer<typeof Instant>

/**
 * What a clock may show: an instant with a year to spare, so that whatever is counted from it is an instant as well.
 */
export const isPresent = (at: number): boolean => isInstant(at) && at < instantRange.to - 366 * 86_400_000

/**
 * An instant as it was stored once, for people to read: what is stored and is none becomes null, which is shown as
 * unknown.
 */
export const StoredInstant = Instant.nullable().catch(null)

export const isInstant = (value: unknown): value is Instant => Instant.safeParse(value).success

/** What is stored as a time, as an instant; null where it is none. Never throws. */
export const storedInstant = (value: number | string | null): Instant | null => {
  const number = value === null ? Number.NaN : Number(value)
  return isInstant(number) ? number : null
}

/** The nearest instant within `instantRange`. */
export const withinRange = (at: number): Instant =>
  Number.isNaN(at) ? instantRange.from : Math.floor(Math.min(instantRange.to, Math.max(instantRange.from, at)))

/** The end of a period that somebody asks for, in a query: 0 is "from the beginning". */
export const PeriodEnd = z.coerce.number().int().min(0).max(instantRange.to)

/** More than anything here is ever counted to: entries of a ledger, rows of a table, bytes of a disk. */
const most = 1e15

/** How many there are, or the number of something that is numbered from 0: feed positions, generations, rows. */
export const Count = z.number().int().min(0).max(most)
/** The number of something that is numbered from 1. */
export const Ordinal = z.number().int().min(1).max(most)
/** A `Count` in a query. */
export const QueryCount = z.coerce.number().int().min(0).max(most)
/** A span of time or another measure that may have fractions, from 0. */
export const Measure = z.number().min(0).max(most)
/** A fact of an event, as a person reads it. */
export const Fact = z.union([z.string(), z.number().min(-most).max(most), z.boolean()])
/** What a failure's text is filled in with. */
export const FailureParams = z.record(
  z.string().max(60),
  z.union([z.string().max(4000), z.number().min(-most).max(most)]),
)
