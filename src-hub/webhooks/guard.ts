/**
 * Which addresses the hub may be made to call. Whoever may add a webhook could else reach what only the hub's own
 * network reaches (server-side request forgery): so https alone, no address inside a private network unless the hub's
 * own settings name the host, checked on the address that is then connected to, and no redirects.
 */
import { lookup as resolve, type LookupAddress, type LookupAllOptions } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { isInside } from './addresses.ts'

export interface Guard {
  /** Host names that the hub's settings allow although they lie inside; with any named, no other host is called. */
  readonly hosts: readonly string[]
  /** Demo and tests: plain http to this computer. */
  readonly loopback: boolean
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Whether an address may be called at all, before any name is resolved. No user info: it would be a secret in a list.
 */
export function mayCallAddress(text: string, guard: Guard): boolean {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return false
  }
  if (url.username !== '' || url.password !== '') return false
  if (guard.loopback && loopbackNames.has(url.hostname)) return url.protocol === 'http:' || url.protocol === 'https:'
  if (url.protocol !== 'https:') return false
  if (guard.hosts.length > 0) return guard.hosts.includes(url.hostname)
  const address = url.hostname.replace(/^\[|\]$/g, '')
  return isIP(address) === 0 || !isInside(address)
}

/** As `dns.lookup`, all of a name's addresses at once. */
export type Resolver = (
  hostname: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/**
 * Resolves a name for the connection itself, and refuses an address inside unless the host was allowed by name. The
 * connection is made to what this returns: a name that says something else a moment later changes nothing.
 */
export function guardedLookup(guard: Guard, resolver: Resolver = resolve): LookupFunction {
  return (hostname, options, done) => {
    resolver(hostname, { ...options, all: true }, (error, addresses) => {
      const allowed = guard.hosts.includes(hostname) || (guard.loopback && loopbackNames.has(hostname))
      const good = error === null ? addresses.filter(({ address }) => allowed || !isInside(address)) : []
      const [first] = good
      if (first === undefined)
        return done(error ?? Object.assign(new Error('address refused'), { code: 'EREFUSED' }), '', 0)
      if (options.all === true) return done(null, good)
      done(null, first.address, first.family)
    })
  }
}
