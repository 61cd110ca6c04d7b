/** Which IP addresses are the open internet. Everything else is inside, or leads there in disguise. */
import { isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * IPv6 that is handed out for the open internet at all (IANA: 2000::/3), and what inside of it is not: documentation
 * (RFC 9637), the special-purpose block 2001::/23 (Teredo, ORCHID, benchmarking), and 6to4, which holds an IPv4
 * address.
 */
const global = ipaddr.IPv6.parseCIDR('2000::/3')
const notGlobal = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'].map((net) => ipaddr.IPv6.parseCIDR(net))
/**
 * Special purposes that the library counts as unicast (IANA's IPv4 registry): protocol assignments, AMT, AS112, the old
 * 6to4 relay.
 */
const notGlobal4 = ['192.0.0.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.175.48.0/24'].map(
  (net) => ipaddr.IPv4.parseCIDR(net),
)

/**
 * Whether an address is anything but a host of the open internet: loopback, private, shared (CGNAT), link-local, unique
 * local, multicast, unspecified, documentation, and every way to write IPv4 in IPv6 but the mapped one
 * (`::ffff:a.b.c.d`), which is judged as the IPv4 address that it is. What cannot be read is inside.
 */
export function isInside(address: string): boolean {
  const written = isIPv6(address) ? canonical(address) : address
  return written === null || !ipaddr.isValid(written) || !isOpen(ipaddr.process(written))
}

/**
 * IPv6 in hexadecimal alone: the library takes `::1.2.3.4` for the mapped form, which it is not. null: it has a zone.
 */
function canonical(address: string): string | null {
  // A zone names an interface of this computer: such an address is never elsewhere.
  return URL.canParse(`http://[${address}]`) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : null
}

function isOpen(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast') return false
  if (address instanceof ipaddr.IPv4) return !notGlobal4.some((range) => address.match(range))
  return address.match(global) && !notGlobal.some((range) => address.match(range))
}
