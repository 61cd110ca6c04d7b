/**
 * The institution's time zone: what hours, slips, screens, the console and reports count by. A process (an engine, a
 * window, a hub, a console) serves one institution, so the zone is the process's own: the hub has it as a setting,
 * and tells it to its desks with the facts of their organisation.
 */
import { z } from 'zod'

/** Where nobody has said another; what a hub before this setting means. */
export const usualTimeZone = 'Europe/Helsinki'

function isTimeZone(name: string): boolean {
  // An offset ("+02:00") has no summer time, and PostgreSQL would read its sign the other way round.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** A name of the IANA time zone database, such as `Europe/Stockholm`. */
export const TimeZone = z.string().max(60).refine(isTimeZone)

/** Names to choose from, as this computer knows them. */
export function timeZones(): readonly string[] {
  return Intl.supportedValuesOf('timeZone')
}

let current = usualTimeZone
const formats = new Map<string, Intl.DateTimeFormat>()

export function timeZone(): string {
  return current
}

/** From now on this process counts by `zone`; undefined: by the usual one. A name that is no zone's changes nothing. */
export function serveInZone(zone: string | undefined): void {
  const wanted = zone ?? usualTimeZone
  if (wanted === current || !isTimeZone(wanted)) return
  current = wanted
  formats.clear()
}

/** A format on the institution's clock; made once for each locale and shape. */
export function zoned(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`
  const made = formats.get(key) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone: current })
  formats.set(key, made)
  return made
}
