/** Filters (RFC 7644, 3.4.2.2), parsed and tried by a library; here attributes lose their case and their URN. */
import { filter, parse, type Filter } from 'scim2-parse-filter'
import { scimExtension, scimUser } from '../../src-shared/hub-api/scim.ts'
import { ScimRefusal } from './errors.ts'

const core = `${scimUser.toLowerCase()}:`
const extension = `${scimExtension.toLowerCase()}:`
/** What may be looked for; what is written and never told is not among it. */
const known =
  /^(?:id|externalid|username|displayname|preferredlanguage|active|name(?:\.(?:familyname|givenname|formatted))?|meta\.(?:created|lastmodified|resourcetype|location)|schemas|extension\.(?:class|sponsor|accountend|formernames(?:\.(?:familyname|givenname))?))$/
/** RFC 7643, 2.2 and 3.1: these alone regard case. */
const exact = new Set(['id', 'externalid'])

function pathOf(path: string): string {
  const low = path.toLowerCase()
  const named = low.startsWith(core)
    ? low.slice(core.length)
    : low.startsWith(extension)
      ? `extension.${low.slice(extension.length)}`
      : low
  if (!known.test(named)) throw new ScimRefusal(400, `no attribute to filter by: ${path.slice(0, 80)}`, 'invalidFilter')
  return named
}

function folded(part: Filter): Filter {
  if ('filters' in part) return { ...part, filters: part.filters.map(folded) }
  if (part.op === 'not') return 'filter' in part ? { ...part, filter: folded(part.filter) } : part
  if ('valFilter' in part) {
    const attrPath = pathOf(part.attrPath)
    const inside = (of: Filter): Filter =>
      'filters' in of
        ? { ...of, filters: of.filters.map(inside) }
        : 'filter' in of
          ? { ...of, filter: inside(of.filter) }
          : 'attrPath' in of
            ? { ...of, attrPath: of.attrPath.toLowerCase(), ...lowValue(of) }
            : of
    return { ...part, attrPath, valFilter: inside(part.valFilter) }
  }
  if (!('attrPath' in part)) return part
  const attrPath = pathOf(part.attrPath)
  return { ...part, attrPath, ...(exact.has(attrPath) ? {} : lowValue(part)) }
}
const lowValue = (part: object) =>
  'compValue' in part && typeof part.compValue === 'string' ? { compValue: part.compValue.toLowerCase() } : {}

/** A resource in small letters, but for what regards case. */
function low(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => low(each))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => {
        const small = name.toLowerCase() === scimExtension.toLowerCase() ? 'extension' : name.toLowerCase()
        return [small, low(each, small)]
      }),
    )
  return typeof value === 'string' && !exact.has(key) ? value.toLowerCase() : value
}

export interface ReadFilter {
  readonly matches: (resource: object) => boolean
  /** Of `userName eq`, `externalId eq` or `id eq` alone: looked up and not searched for. */
  readonly only: { readonly by: 'username' | 'externalid' | 'id'; readonly value: string } | null
}

/** Throws a refusal `invalidFilter`. */
export function readFilter(text: string): ReadFilter {
  let part: Filter
  try {
    part = folded(parse(text))
  } catch (error) {
    if (error instanceof ScimRefusal) throw error
    throw new ScimRefusal(400, 'the filter cannot be read', 'invalidFilter')
  }
  const tried = filter(part)
  const single =
    part.op === 'eq' && 'compValue' in part && typeof part.compValue === 'string'
      ? (['username', 'externalid', 'id'] as const).find((name) => 'attrPath' in part && part.attrPath === name)
      : undefined
  return {
    matches: (resource) => tried(low(resource)),
    only: single === undefined || !('compValue' in part) ? null : { by: single, value: String(part.compValue) },
  }
}
