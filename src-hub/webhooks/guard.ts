/**
 * Which addresses the hub may be made to call. Whoever may add a webhook could else reach what only the hub's own
 * network reaches (server-side request forgery): so https alone, no address inside a private network unless the hub's
 * own settings name the host, checked on the address that is then connected to, and no redirects.
 */
import { lookup as resolve } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

export interface Guard {
  /** Host names that the hub's settings allow although they lie inside; with any named, no other host is called. */
  readonly hosts: readonly string[]
  /** Demo and tests: plain http to this computer. */
  readonly loopback: boolean
}

/** IPv4 in IPv6's clothes is checked as IPv4. Loopback, private, shared, link-local (metadata services), unique local, multicast, unspecified, documentation and translation ranges. */
const inside = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  inside.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001:db8::', 32],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const)
  inside.addSubnet(net, bits, 'ipv6')

export function isInside(address: string): boolean {
  return inside.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether an address may be called at all, before any name is resolved. No user info: it would be a secret in a list. */
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

/** Resolves a name for the connection itself, and refuses an address inside unless the host was allowed by name. */
export function guardedLookup(guard: Guard): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
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
