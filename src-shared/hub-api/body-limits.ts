/**
 * How long a request's body may be, by the contract alone: as long as what its schema can hold at its longest. What has
 * no bound there gets one here, so that nothing small is ever read, or decompressed, as if it were a ledger.
 */
import { z } from 'zod'
import { hubApi, type HubRoute, type RouteAuth } from './index.ts'

/** No body is longer than this, bytes: the longest batch of a ledger fits. */
export const longestBody = 16 * 1024 * 1024
/** Room for spaces, and for fields of a contract to come, bytes. */
const least = 4096
/**
 * Of a schema with a part that has no bound of its own, by who may call: a policy, a desk's texts, a kiosk's status.
 */
const unbounded: Readonly<Record<RouteAuth, number>> = { open: 8192, code: 8192, kiosk: 65_536, agent: 524_288 }

/** Whose schema has no bound on purpose: an entry of a ledger is kept as evidence however long it is. */
const evidence: ReadonlySet<HubRoute> = new Set(['ledger'])

type Schema = boolean | { readonly [key: string]: unknown }
const list = (value: unknown): readonly Schema[] => (Array.isArray(value) ? (value as readonly Schema[]) : [])
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : Infinity)

/** One character of a JSON text may be six bytes (`\u00e4`); of letters and digits alone, one. */
function longestString(schema: { readonly [key: string]: unknown }): number {
  if (schema.format === 'date') return 12
  const pattern = typeof schema.pattern === 'string' ? schema.pattern : ''
  // Classes of characters, each once or counted: `^[a-z0-9][a-z0-9._@-]{1,79}$`.
  if (/^\^(?:\[[\w.@-]+\](?:\{[\d,]+\})?)+\$$/.test(pattern))
    return [...pattern.matchAll(/\](?:\{(?:\d+,)?(\d+)\})?/g)].reduce((sum, [, most]) => sum + Number(most ?? 1), 2)
  return 2 + 6 * numberOf(schema.maxLength)
}

/** Bytes of the longest JSON text that a JSON Schema takes; Infinity where it has no bound. */
export function longestJson(schema: Schema): number {
  if (typeof schema === 'boolean') return schema ? Infinity : 0
  if ('const' in schema) return JSON.stringify(schema.const).length
  const oneOf = [...list(schema.anyOf), ...list(schema.oneOf)]
  if (oneOf.length > 0) return Math.max(...oneOf.map(longestJson))
  if (list(schema.allOf).length > 0) return Math.min(...list(schema.allOf).map(longestJson))
  if (Array.isArray(schema.enum)) return Math.max(...schema.enum.map((value) => JSON.stringify(value).length))
  switch (schema.type) {
    case 'string':
      return longestString(schema)
    case 'number':
    case 'integer':
      return 25
    case 'boolean':
      return 5
    case 'null':
      return 4
    case 'array':
      return 2 + numberOf(schema.maxItems) * (1 + longestJson((schema.items ?? true) as Schema))
    case 'object': {
      if (schema.additionalProperties !== undefined && schema.additionalProperties !== false) return Infinity
      const fields = Object.entries((schema.properties ?? {}) as { readonly [key: string]: Schema })
      return 2 + fields.reduce((sum, [name, field]) => sum + name.length + 4 + longestJson(field), 0)
    }
    default:
      // No value at all (`not: {}`), or anything.
      return 'not' in schema ? 0 : Infinity
  }
}

function limitOf(name: HubRoute): number {
  const { body, method, auth } = hubApi[name]
  if (method === 'GET') return least
  if (evidence.has(name)) return longestBody
  const longest = longestJson(
    z.toJSONSchema(body as z.ZodType, { unrepresentable: 'any', io: 'input', reused: 'inline' }),
  )
  if (longest === Infinity) return unbounded[auth]
  return Math.min(longestBody, Math.max(least, longest + least))
}

/** Of each route, bytes of its body's text before compression. */
export const bodyLimits = Object.fromEntries(
  (Object.keys(hubApi) as HubRoute[]).map((name) => [name, limitOf(name)]),
) as Readonly<Record<HubRoute, number>>
