/**
 * Which addresses a webhook may be made to call: in every way an address can be written, resolved, or changed under
 * way.
 */
import { createServer, type AddressInfo, type LookupFunction } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { guardedLookup, isInside, mayCallAddress, newSigningKey, signedPost } from '../../src-hub/webhooks/index.ts'

const open = { hosts: [], loopback: false }
const https = (host: string) => `https://${host}/hook`

const insideIpv4 = [
  ...['127.0.0.1', '127.255.255.254', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254'],
  ...['0.0.0.0', '0.1.2.3', '100.64.0.1', '100.127.255.254', '192.0.0.1', '192.0.0.170', '192.0.2.1', '198.18.0.1'],
  ...['198.51.100.7', '203.0.113.9', '224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255', '192.88.99.1'],
]
const hex = (ip: string) => {
  const [a = 0, b = 0, c = 0, d = 0] = ip.split('.').map(Number)
  return [((a << 8) | b).toString(16), ((c << 8) | d).toString(16)] as const
}
/**
 * Every way IPv6 has to hold an IPv4 address: mapped, compatible, translated, NAT64, local NAT64, 6to4, Teredo, ISATAP.
 */
const disguises: Readonly<Record<string, (ip: string) => string>> = {
  mapped: (ip) => `::ffff:${ip}`,
  'mapped, in hexadecimal': (ip) => `::ffff:${hex(ip).join(':')}`,
  'mapped, written out': (ip) => `0:0:0:0:0:ffff:${ip}`,
  compatible: (ip) => `::${ip}`,
  translated: (ip) => `::ffff:0:${ip}`,
  'translated, in hexadecimal': (ip) => `::ffff:0:${hex(ip).join(':')}`,
  nat64: (ip) => `64:ff9b::${ip}`,
  'nat64 of one’s own': (ip) => `64:ff9b:1::${ip}`,
  '6to4': (ip) => `2002:${hex(ip).join(':')}::1`,
  teredo: (ip) => `2001:0:4136:e378:8000:63bf:${hex(ip).join(':')}`,
  isatap: (ip) => `fe80::5efe:${ip}`,
}

test.each(insideIpv4)('%s is inside, in every disguise', (ip) => {
  expect(isInside(ip)).toBe(true)
  expect(mayCallAddress(https(ip), open)).toBe(false)
  for (const [name, disguise] of Object.entries(disguises)) {
    expect(isInside(disguise(ip)), name).toBe(true)
    expect(mayCallAddress(https(`[${disguise(ip)}]`), open), name).toBe(false)
  }
})

test.each([
  ...['::', '::1', 'fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', 'ff0e::1'],
  ...[
    '100::1',
    '2001:db8::1',
    '3fff::1',
    '2001::1',
    '2001:2::1',
    '2001:10::1',
    '2001:20::1',
    '5f00::1',
    '4000::1',
    '1::',
  ],
  ...['', 'nonsense', '10.2', '256.1.1.1', '::ffff:127.0.0.1%lo', '127.0.0.1 '],
])('%s is inside', (address) => expect(isInside(address)).toBe(true))

test.each(['8.8.8.8', '1.1.1.1', '193.166.3.2', '2001:4860:4860::8888', '2a00:1450:4026::200e', '::ffff:8.8.8.8'])(
  '%s is the open internet',
  (address) => expect(isInside(address)).toBe(false),
)

test('however the numbers are written, an address inside is not called', () => {
  const octet = (n: number, way: number) =>
    way === 0 ? String(n) : way === 1 ? `0${n.toString(8)}` : way === 2 ? `0x${n.toString(16)}` : `0X${n.toString(16)}`
  fc.assert(
    fc.property(
      fc.constantFrom(...insideIpv4),
      fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }),
      fc.nat(3),
      fc.boolean(),
      (ip, ways, joined, dot) => {
        const parts = ip.split('.').map(Number)
        // The last so many octets as one number, as inet_aton() takes it.
        const head = parts.slice(0, 3 - joined).map((n, i) => octet(n, ways[i] ?? 0))
        const last = parts.slice(3 - joined).reduce((sum, n) => sum * 256 + n, 0)
        const host = [...head, octet(last, ways[3] ?? 0)].join('.') + (dot ? '.' : '')
        expect(mayCallAddress(https(host), open)).toBe(false)
      },
    ),
    { numRuns: 2000 },
  )
})

test('an address of IPv6 is open only where IANA hands out addresses of the open internet, and never where it holds IPv4', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      const [first = ''] = address.split(':')
      const top = Number.parseInt(first === '' ? '0' : first, 16)
      if (top < 0x2000 || top > 0x3fff)
        expect(isInside(address) || address.toLowerCase().startsWith('::ffff:')).toBe(true)
    }),
    { numRuns: 2000 },
  )
  fc.assert(
    fc.property(fc.ipV4(), fc.constantFrom(...Object.keys(disguises)), (ip, name) => {
      const address = disguises[name]?.(ip) ?? ''
      // A mapped address is judged as what it is; every other form is refused whatever is in it.
      expect(isInside(address)).toBe(name.startsWith('mapped') ? isInside(ip) : true)
    }),
    { numRuns: 2000 },
  )
})

test.each([
  'http://example.org/',
  'ftp://example.org/',
  'https://user:secret@example.org/',
  'https://user@example.org/',
  'https://localhost%00.example.org/',
  'https://[fe80::1%25eth0]/',
  'file:///etc/passwd',
  'https://',
  'javascript:alert(1)',
])('%s is no address of a webhook', (url) => expect(mayCallAddress(url, open)).toBe(false))

const resolved = (guard: Parameters<typeof guardedLookup>[0], answers: readonly string[], all = true) =>
  new Promise<unknown>((done) => {
    const look: LookupFunction = guardedLookup(guard, (_name, _options, tell) =>
      tell(
        null,
        answers.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
    )
    look('hook.example.org', { all }, (error, address) => done(error === null ? address : error.code))
  })

test('of what a name resolves to, only the open addresses are connected to; none of them: refused', async () => {
  expect(await resolved(open, ['10.0.0.1', '8.8.8.8', '::1'])).toEqual([{ address: '8.8.8.8', family: 4 }])
  expect(await resolved(open, ['10.0.0.1', '8.8.8.8'], false)).toBe('8.8.8.8')
  expect(await resolved(open, ['10.0.0.1', '::ffff:0:127.0.0.1'])).toBe('EREFUSED')
  expect(await resolved({ hosts: ['hook.example.org'], loopback: false }, ['10.0.0.1'])).toEqual([
    { address: '10.0.0.1', family: 4 },
  ])
})

test('a name that is good when it is checked and inside when it is called is not called', async () => {
  let touched = 0
  const server = createServer((socket) => {
    touched += 1
    socket.destroy()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  try {
    // `localhost` passes as a name, and resolves to this computer only when the connection is made.
    const url = `https://localhost:${port}/hook`
    expect(mayCallAddress(url, open)).toBe(true)
    const body = Buffer.from('{}')
    const posted = await signedPost({ url, key: newSigningKey(), id: 'e', at: 1, body, guard: open, timeoutMs: 5000 })
    expect(posted).toEqual({ error: 'not-sent' })
    expect(touched).toBe(0)
  } finally {
    await new Promise((done) => server.close(done))
  }
})
