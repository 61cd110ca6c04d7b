/** What a caller may have of a hub: by the contract, and by what it has had already. */
import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createAllowance, createLimits, shortBody, textLimit, textOf, unprovenBody } from '../../src-hub/http/index.ts'
import { bodyLimits, longestBody, longestJson } from '../../src-shared/hub-api/body-limits.ts'
import { hubApi, type HubRoute } from '../../src-shared/hub-api/index.ts'

const routes = Object.keys(hubApi) as HubRoute[]

describe('how long a body may be', () => {
  test('only what carries ledgers and files may be long; whoever has no key may send next to nothing', () => {
    const long = routes.filter((name) => bodyLimits[name] > 524_288).sort()
    expect(long).toEqual(['importLedger', 'importPart', 'ledger', 'report'])
    for (const name of routes) {
      const { auth } = hubApi[name]
      if (auth === 'open' || auth === 'code') expect(bodyLimits[name], name).toBeLessThanOrEqual(8192)
      else if (auth === 'kiosk' && !long.includes(name)) expect(bodyLimits[name], name).toBeLessThanOrEqual(65_536)
    }
  })

  test('no body that a schema takes is longer than its limit', () => {
    const Sample = z.object({
      id: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
      name: z.string().max(20),
      kind: z.enum(['one', 'another']),
      many: z.array(z.object({ n: z.number().int(), yes: z.boolean() })).max(5),
      none: z.string().max(3).nullable().optional(),
    })
    const longest = longestJson(z.toJSONSchema(Sample, { io: 'input', unrepresentable: 'any' }))
    const sample = fc.record({
      id: fc.stringMatching(/^[A-Za-z0-9_-]{22}$/),
      name: fc.string({ maxLength: 20, unit: 'binary' }),
      kind: fc.constantFrom('one', 'another'),
      many: fc.array(fc.record({ n: fc.maxSafeInteger(), yes: fc.boolean() }), { maxLength: 5 }),
      none: fc.option(fc.string({ maxLength: 3 })),
    })
    fc.assert(
      fc.property(sample, (value) => {
        if (Sample.safeParse(value).success)
          expect(Buffer.byteLength(JSON.stringify(value))).toBeLessThanOrEqual(longest)
      }),
    )
    expect(longestJson(z.toJSONSchema(z.object({ text: z.string() }), { io: 'input' }))).toBe(Infinity)
  })
})

describe('what is unpacked', () => {
  const kiosk = { name: 'k', proven: false, address: '127.0.0.1' }
  const bomb = zstdCompressSync(Buffer.alloc(15_900_000, 32))

  test('for nobody in particular: nothing', async () => {
    const limits = createLimits(() => 0)
    const packed = zstdCompressSync(Buffer.from('{}'))
    expect(await textOf('enrol', { bytes: packed, encoding: 'zstd' }, null, limits)).toMatchObject({
      ok: false,
      failure: { code: 'L-608', params: { where: 'encoding' } },
    })
    expect(limits.counts.unpacked).toBe(0)
  })

  test('a bomb costs whoever only names a kiosk their allowance, and the hub a small multiple of its own length', async () => {
    const limits = createLimits(() => 0)
    expect(bomb.length).toBeLessThan(2000)
    const codes: string[] = []
    for (let n = 0; n < 200; n++) {
      const text = await textOf('ledger', { bytes: bomb, encoding: 'zstd' }, kiosk, limits)
      codes.push(text.ok ? 'ok' : text.failure.code)
    }
    expect(codes.slice(0, 30).every((code) => code === 'L-608')).toBe(true)
    expect(codes.at(-1)).toBe('L-668')
    expect(limits.counts.unpacked).toBeLessThanOrEqual(4 * 1024 * 1024 + shortBody + 32 * bomb.length)
    // Whoever names the same kiosk from elsewhere, and the kiosk itself once it has proved itself, are not touched.
    const small = { bytes: zstdCompressSync(Buffer.from('{}')), encoding: 'zstd' }
    expect((await textOf('ledger', small, { ...kiosk, address: '10.0.0.1' }, limits)).ok).toBe(true)
    expect((await textOf('ledger', small, { ...kiosk, proven: true }, limits)).ok).toBe(true)
  })

  test('a kiosk that has proved itself gets what its route can hold, and waits once it has had too much', async () => {
    let now = 0
    const limits = createLimits(() => now)
    const proven = { ...kiosk, proven: true }
    expect((await textOf('ledger', { bytes: bomb, encoding: 'zstd' }, proven, limits)).ok).toBe(true)
    expect((await textOf('checkIn', { bytes: bomb, encoding: 'zstd' }, proven, limits)).ok).toBe(false)
    let last = ''
    for (let n = 0; n < 8 && last === ''; n++) {
      const text = await textOf('ledger', { bytes: bomb, encoding: 'zstd' }, proven, limits)
      if (!text.ok) last = text.failure.code
    }
    expect(last).toBe('L-668')
    now += 60_000
    expect((await textOf('ledger', { bytes: bomb, encoding: 'zstd' }, proven, limits)).ok).toBe(true)
  })

  test('one whose signature was false is remembered, and a wait is named in whole seconds', () => {
    const limits = createLimits(() => 0)
    limits.refused(kiosk)
    const refused = limits.unpack(kiosk, 100)
    expect(refused).toMatchObject({ ok: false, failure: { code: 'L-668' } })
    const seconds = refused.ok ? 0 : Number(refused.failure.params?.seconds)
    expect(Number.isInteger(seconds) && seconds >= 60 && seconds <= 120).toBe(true)
  })

  test('however much it sends, a kiosk of an earlier version is served up to its own limit and no further', () => {
    fc.assert(
      fc.property(fc.nat(longestBody), fc.constantFrom(...routes), (wire, name) => {
        const limit = textLimit(name, wire, false)
        expect(limit).toBeLessThanOrEqual(Math.min(unprovenBody, shortBody + 32 * wire, bodyLimits[name]))
        expect(textLimit(name, wire, true)).toBe(bodyLimits[name])
      }),
    )
  })
})

describe('an allowance', () => {
  test('never gives more in any time than it holds, what comes back, and one overdraft', () => {
    const act = fc.record({ after: fc.nat(2000), cost: fc.integer({ min: 1, max: 50 }) })
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        const allowance = createAllowance(100, 10)
        let now = 0
        let had = 0
        for (const { after, cost } of acts) {
          now += after
          if (allowance.wait('a', now) > 0) continue
          allowance.charge('a', cost, now)
          had += cost
          expect(had).toBeLessThanOrEqual(100 + (now / 1000) * 10 + 50)
        }
      }),
    )
  })
  test('who waits as long as they were told is served, and nobody pays for another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (cost) => {
        const allowance = createAllowance(100, 10)
        allowance.charge('a', cost, 0)
        expect(allowance.wait('a', allowance.wait('a', 0))).toBe(0)
        expect(allowance.wait('b', 0)).toBe(0)
      }),
    )
  })
  test('a kiosk that floods is told to wait; its requests under way are counted, and given back', () => {
    const limits = createLimits(() => 0)
    const leave = Array.from({ length: 8 }, () => limits.enter('k'))
    expect(leave.every(({ ok }) => ok)).toBe(true)
    expect(limits.enter('k')).toMatchObject({ ok: false, failure: { code: 'L-668', params: { seconds: 1 } } })
    expect(limits.enter('another').ok).toBe(true)
    for (const one of leave) if (one.ok) one.value()
    let served = 0
    for (let n = 0; n < 2000; n++) {
      const entered = limits.enter('k')
      if (!entered.ok) break
      entered.value()
      served += 1
    }
    expect(served).toBe(292)
  })
})
