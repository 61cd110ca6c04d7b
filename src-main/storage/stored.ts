/** Reading what the kiosk's own database holds: a value that it never wrote is a damaged row, not a bug. */
import type { z } from 'zod'
import { DamagedRow } from './store.ts'

/** The value as its schema has it. Throws DamagedRow. */
export function stored<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value)
  // Never with the value: it may be about a person.
  if (!parsed.success) throw new DamagedRow('a stored value is none of its kind')
  return parsed.data
}

/** The same for a value that is stored as JSON. */
export function storedJson<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new DamagedRow('a stored value is not JSON')
  }
  return stored(schema, json)
}
