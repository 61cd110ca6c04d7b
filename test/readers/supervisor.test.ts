/** The supervisor: which devices are read, what one read is, and what the desk is told when a reader cannot be used. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeWiegand } from '../../src-main/identity/card-formats/index.ts'
import { buildTd3 } from '../../src-main/identity/documents/index.ts'
import { isolatedByUdev } from '../../src-main/readers/isolation.ts'
import {
  createNodeHidBus,
  encodeHidPos,
  encodeKeyboardWedge,
  encodeMagneticStripe,
  encodePcprox,
  ReadersConfig,
} from '../../src-main/readers/index.ts'
import { fail } from '../../src-shared/failures/result.ts'
import { device, fakeDesk } from './fake-bus.ts'

const scannerRule = { name: 'scanner', usagePage: 0x8c, decoder: 'hid-pos' }
const wedgeRule = { name: 'wedge', vendorId: 0x08ff, decoder: 'keyboard-wedge' }
const wedge = (path: string) =>
  device(path, { vendorId: 0x08ff, productId: 9, usagePage: 1, usage: 6, product: 'Wedge' })
const passport = buildTd3({
  issuer: 'FIN',
  number: 'X1',
  family: 'Salo',
  given: 'Aino',
  nationality: 'FIN',
  birthDate: '1990-02-03',
  expiryDate: '2031-01-01',
})

describe('which devices are read', () => {
  it('only what the list names; the rest is listed and never opened, and no rule can name keyboards in general', async () => {
    const desk = await fakeDesk({
      allow: [
        scannerRule,
        { name: 'any keyboard', usagePage: 1, usage: 6, decoder: 'keyboard-wedge' },
        { name: 'any', decoder: 'hid-pos' },
      ],
    })
    const [scanner, keyboard, other] = [
      desk.plug(device('a')),
      desk.plug(wedge('b')),
      desk.plug(device('c', { usagePage: 0xff00, usage: 1 })),
    ]
    await desk.pass(1000)
    expect([scanner.opened, keyboard.opened, other.opened]).toEqual([1, 0, 0])
    expect(desk.supervisor.devices().map(({ info, used, rule }) => [info.path, used, rule])).toEqual([
      ['a', true, 'scanner'],
      ['b', false, null],
      ['c', false, null],
    ])
    keyboard.send(...encodeKeyboardWedge('secret', 'us'))
    expect(desk.texts()).toEqual([])
  })
  it('by vendor, product, usage page and usage, the first rule that fits; several at once, not mixed up', async () => {
    const desk = await fakeDesk({
      allow: [
        { name: 'left', vendorId: 0x1111, productId: 7, usagePage: 0x8c, usage: 2, decoder: 'hid-pos' },
        scannerRule,
        { name: 'stripe', usagePage: 0x8e, decoder: 'magnetic-stripe', cards: ['luhn'] },
      ],
    })
    const left = desk.plug(device('a', { productId: 7 }))
    const right = desk.plug(device('b'))
    const stripe = desk.plug(device('c', { usagePage: 0x8e, usage: 1 }))
    await desk.pass(1000)
    expect(desk.supervisor.status()).toEqual({ state: 'ready', names: ['left', 'scanner', 'stripe'], failure: null })
    const [l1, l2] = encodeHidPos('L'.repeat(80))
    const [r1, r2] = encodeHidPos('R'.repeat(80))
    if (l1 === undefined || l2 === undefined || r1 === undefined || r2 === undefined) throw new Error('reports')
    left.send(l1)
    right.send(r1)
    stripe.send(encodeMagneticStripe([null, '79927398713=9912', null]))
    right.send(r2)
    left.send(l2)
    expect(desk.scans.map(({ reader, text }) => `${reader} ${text.slice(0, 4)}`)).toEqual([
      'stripe 7992',
      'scanner RRRR',
      'left LLLL',
    ])
  })
  it('plugging in, pulling out between two reports, plugging in again: told once, and the next card is whole', async () => {
    const desk = await fakeDesk({ allow: [scannerRule] })
    expect(desk.supervisor.status().state).toBe('none')
    const first = desk.plug(device('a'))
    await desk.pass(1000)
    const [half] = encodeHidPos('9'.repeat(100))
    if (half === undefined) throw new Error('report')
    first.send(half)
    first.vanish()
    desk.unplug('a')
    await desk.pass(2000)
    expect([desk.torn, desk.supervisor.status().state, first.closed]).toEqual([[{ code: 'L-704' }], 'none', 1])
    const again = desk.plug(device('a'))
    await desk.pass(2000)
    again.send(...encodeHidPos('1234'))
    expect([desk.texts(), desk.torn.length]).toEqual([['1234'], 1])
  })
  it('a device that cannot be opened is tried again less and less often, and its reason is shown; it is read once it can be', async () => {
    const desk = await fakeDesk({ allow: [scannerRule], pollMs: 200 })
    const scanner = desk.plug(device('a'))
    desk.refuse(fail('L-702'))
    await desk.pass(60_000)
    expect(desk.counts.opens).toBeLessThan(10)
    expect(desk.counts.opens).toBeGreaterThan(3)
    expect(desk.supervisor.status()).toEqual({ state: 'trouble', names: [], failure: { code: 'L-702' } })
    expect(desk.supervisor.devices()[0]?.failure).toEqual({ code: 'L-702' })
    desk.refuse(null)
    await desk.pass(31_000)
    scanner.send(...encodeHidPos('1234'))
    expect(desk.texts()).toEqual(['1234'])
  })
  it('without the library: told, asked again less and less often, and found when it has been installed', async () => {
    const desk = await fakeDesk({ allow: [scannerRule], pollMs: 1000 })
    desk.plug(device('a'))
    desk.refuse(null, fail('L-703'))
    await desk.pass(120_000)
    expect(desk.supervisor.status()).toEqual({ state: 'trouble', names: [], failure: { code: 'L-703' } })
    expect(desk.counts.lists).toBeLessThan(12)
    desk.refuse(null)
    await desk.pass(31_000)
    expect(desk.supervisor.status().state).toBe('ready')
  })
  it('stopping closes every device before it is done, one that is just being opened included', async () => {
    const desk = await fakeDesk({ allow: [scannerRule] })
    const [a, b] = [desk.plug(device('a')), desk.plug(device('b'))]
    await desk.pass(1000)
    await desk.supervisor.stop()
    expect([a.closed, b.closed]).toEqual([1, 1])
    await desk.pass(60_000)
    expect([a.opened, b.opened]).toEqual([1, 1])
  })
})

describe('keyboard wedges', () => {
  it.each(['win32', 'darwin'] as const)('are refused on %s, with the reason', async (platform) => {
    const desk = await fakeDesk({ allow: [wedgeRule] }, { platform })
    const reader = desk.plug(wedge('a'))
    await desk.pass(1000)
    expect([reader.opened, desk.supervisor.status()]).toEqual([
      0,
      { state: 'trouble', names: [], failure: { code: 'L-706' } },
    ])
  })
  it('are refused on Linux while the desktop sees their keys, unless the administrator gives their word', async () => {
    const seen = await fakeDesk({ allow: [wedgeRule] }, { isolated: false })
    const reader = seen.plug(wedge('a'))
    await seen.pass(1000)
    expect([reader.opened, seen.supervisor.status().failure]).toEqual([0, { code: 'L-710' }])
    for (const [settings, isolated] of [
      [{ wedgeIsolation: 'elsewhere' }, false],
      [{}, true],
    ] as const) {
      const desk = await fakeDesk({ allow: [wedgeRule], ...settings }, { isolated })
      const plugged = desk.plug(wedge('a'))
      await desk.pass(1000)
      expect(plugged.opened).toBe(1)
    }
  })
  it('udev’s database says whether the desktop is kept away: every event device of the reader must carry the property', async () => {
    const root = mkdtempSync(join(tmpdir(), 'lodge-sys-'))
    const event = (input: string, name: string, number: string, properties: string) => {
      mkdirSync(join(root, 'sys/class/hidraw/hidraw0/device/input', input, name), { recursive: true })
      writeFileSync(join(root, 'sys/class/hidraw/hidraw0/device/input', input, name, 'dev'), `${number}\n`)
      mkdirSync(join(root, 'run/udev/data'), { recursive: true })
      writeFileSync(join(root, `run/udev/data/c${number}`), properties)
    }
    try {
      expect(await isolatedByUdev('/dev/hidraw0', root)).toBe(false)
      event('input3', 'event5', '13:69', 'E:ID_INPUT=1\nE:LIBINPUT_IGNORE_DEVICE=1\nG:seat\n')
      expect(await isolatedByUdev('/dev/hidraw0', root)).toBe(true)
      event('input4', 'event6', '13:70', 'E:ID_INPUT=1\n')
      expect(await isolatedByUdev('/dev/hidraw0', root)).toBe(false)
      event('input4', 'event6', '13:70', 'E:LIBINPUT_IGNORE_DEVICE=0\n')
      expect(await isolatedByUdev('/dev/hidraw0', root)).toBe(false)
    } finally {
      rmSync(root, { recursive: true })
    }
  })
  it('a keyboard that types 10,000 characters without Enter is told as a broken read, once', async () => {
    const desk = await fakeDesk({ allow: [wedgeRule] })
    const reader = desk.plug(wedge('a'))
    await desk.pass(1000)
    const typed = encodeKeyboardWedge('1'.repeat(10_000), 'us').slice(0, -2)
    // As fast as a keyboard can: a report a millisecond.
    for (let at = 0; at < typed.length; at += 500) {
      reader.send(...typed.slice(at, at + 500))
      await desk.pass(500)
    }
    await desk.pass(5000)
    reader.send(...encodeKeyboardWedge('123456', 'us'))
    expect([desk.torn, desk.texts()]).toEqual([[{ code: 'L-704' }], ['123456']])
  })
  it('typing by hand does not get through where the silence within a scan is set short', async () => {
    const desk = await fakeDesk({ allow: [{ ...wedgeRule, silenceMs: 50 }] })
    const reader = desk.plug(wedge('a'))
    await desk.pass(1000)
    for (const report of encodeKeyboardWedge('12345678', 'us')) {
      reader.send(report)
      await desk.pass(60)
    }
    expect(desk.texts()).toEqual([])
    reader.send(...encodeKeyboardWedge('12345678', 'us'))
    expect(desk.texts()).toEqual(['12345678'])
  })
})

describe('one read', () => {
  it('of the same card counts once, by whichever readers and in whatever notation', async () => {
    const desk = await fakeDesk({
      allow: [
        { ...scannerRule, cards: ['uid4-hex'] },
        { ...wedgeRule, cards: ['uid4-decimal-reversed'] },
      ],
    })
    const [a, b] = [desk.plug(device('a')), desk.plug(wedge('b'))]
    await desk.pass(1000)
    const typed = encodeKeyboardWedge(BigInt('0xC3B2A104').toString(), 'us')
    a.send(...encodeHidPos('04:A1:B2:C3'))
    b.send(...typed)
    a.send(...encodeHidPos('04A1B2C3'))
    expect(desk.scans).toHaveLength(1)
    await desk.pass(1600)
    b.send(...typed)
    expect(desk.scans.map(({ reader }) => reader)).toEqual(['scanner', 'wedge'])
  })
  it('while the card stays on the reader, and again once it has been away', async () => {
    const desk = await fakeDesk({ allow: [scannerRule] })
    const reader = desk.plug(device('a'))
    await desk.pass(1000)
    for (let i = 0; i < 10; i++) {
      reader.send(...encodeHidPos('12345678'))
      await desk.pass(1000)
    }
    expect(desk.scans).toHaveLength(1)
    await desk.pass(1000)
    reader.send(...encodeHidPos('12345678'))
    expect(desk.scans).toHaveLength(2)
  })
  it('two codes of one card at once: the first counts, the second is refused aloud', async () => {
    const desk = await fakeDesk({ allow: [scannerRule] })
    const reader = desk.plug(device('a'))
    await desk.pass(1000)
    reader.send(...encodeHidPos('11111111'), ...encodeHidPos('22222222'))
    expect([desk.texts(), desk.torn]).toEqual([['11111111'], [{ code: 'L-711' }]])
    await desk.pass(200)
    reader.send(...encodeHidPos('22222222'))
    expect(desk.texts()).toEqual(['11111111', '22222222'])
  })
  it('with the other codes of a card passed over in silence where the desk says so; documents and pickup codes still count', async () => {
    const desk = await fakeDesk({ allow: [{ ...scannerRule, cards: ['code39-mod43'], ignoreOthers: true }] })
    const reader = desk.plug(device('a'))
    await desk.pass(1000)
    reader.send(
      ...encodeHidPos('6430012345678', ']E0'),
      ...encodeHidPos('CODE39W', ']A0'),
      ...encodeHidPos('6430012345678', ']E0'),
    )
    await desk.pass(200)
    reader.send(...encodeHidPos(passport.join('\r')))
    await desk.pass(200)
    reader.send(...encodeHidPos('LODGE:7K2M9QXA', ']Q1'))
    await desk.pass(200)
    reader.send(...encodeHidPos('CODE39X', ']A0'))
    expect([desk.texts(), desk.torn]).toEqual([['CODE39W', passport.join('\n'), 'LODGE:7K2M9QXA', 'CODE39X'], []])
  })
  it('that began before the screen changed is dropped whole, and said; the next is read', async () => {
    const desk = await fakeDesk({ allow: [scannerRule, wedgeRule] })
    const [scanner, keys] = [desk.plug(device('a')), desk.plug(wedge('b'))]
    await desk.pass(1000)
    const [first, second] = encodeHidPos('8'.repeat(100))
    const typed = encodeKeyboardWedge('12345678', 'us')
    if (first === undefined || second === undefined) throw new Error('reports')
    scanner.send(first)
    keys.send(...typed.slice(0, 6))
    desk.supervisor.flush()
    scanner.send(second)
    keys.send(...typed.slice(6))
    expect([desk.texts(), desk.torn]).toEqual([[], [{ code: 'L-704' }, { code: 'L-704' }]])
    scanner.send(first, second)
    expect(desk.texts()).toEqual(['8'.repeat(100)])
  })
  it('of a document whose lines a wedge types one by one', async () => {
    const desk = await fakeDesk({ allow: [wedgeRule] })
    const keys = desk.plug(wedge('b'))
    await desk.pass(1000)
    for (const line of passport) {
      keys.send(...encodeKeyboardWedge(line, 'us'))
      await desk.pass(300)
    }
    expect(desk.texts()).toEqual([passport.join('\n')])
    const [one = ''] = passport
    keys.send(...encodeKeyboardWedge(one, 'us'))
    await desk.pass(1000)
    expect(desk.torn).toEqual([{ code: 'L-704' }])
  })
  it('of a swipe that the reader could not decode is told', async () => {
    const desk = await fakeDesk({ allow: [{ name: 'stripe', usagePage: 0x8e, decoder: 'magnetic-stripe' }] })
    const reader = desk.plug(device('a', { usagePage: 0x8e }))
    await desk.pass(1000)
    const bad = encodeMagneticStripe([null, '123', null])
    bad[1] = 1
    reader.send(bad)
    await desk.pass(1000)
    expect(desk.torn).toEqual([{ code: 'L-704' }])
  })
})

describe('a pcProx', () => {
  const rule = { name: 'prox', vendorId: 0x0c27, productId: 0x3bfa, decoder: 'pcprox', cards: ['wiegand-26'] }
  const prox = device('p', { vendorId: 0x0c27, productId: 0x3bfa, usagePage: 1, usage: 6 })
  it('is asked again and again: a card counts when it comes, not while it lies there', async () => {
    const desk = await fakeDesk({ allow: [rule] })
    let look = encodePcprox(0n, 0)
    let commands = 0
    desk.plug(prox, (command) => {
      commands += 1
      return Buffer.concat([Buffer.alloc(1), command === 0x8f ? look.subarray(0, 8) : look.subarray(8)])
    })
    await desk.pass(1000)
    expect(desk.scans).toEqual([])
    look = encodePcprox(encodeWiegand('26', { facility: 118, card: 1603 }), 26)
    await desk.pass(2000)
    expect(desk.scans.map(({ text, bits, kind }) => [text, bits, kind])).toEqual([['2EC0C86', 26, 'pcprox']])
    look = encodePcprox(0n, 0)
    await desk.pass(2000)
    look = encodePcprox(encodeWiegand('26', { facility: 118, card: 1603 }), 26)
    await desk.pass(2000)
    expect(desk.scans).toHaveLength(2)
    await desk.supervisor.stop()
    const asked = commands
    await desk.pass(5000)
    expect(commands).toBe(asked)
  })
  it('that is pulled out between question and answer is gone, and comes back', async () => {
    const desk = await fakeDesk({ allow: [rule] })
    let broken = true
    const reader = desk.plug(prox, (command) => {
      if (broken) throw new Error('could not get feature report from HID device')
      return encodePcprox(5n, 26).subarray(command === 0x8f ? 0 : 8, command === 0x8f ? 8 : 16)
    })
    await desk.pass(1100)
    expect([reader.closed, desk.supervisor.status().names]).toEqual([1, []])
    broken = false
    await desk.pass(5000)
    expect([desk.supervisor.status().state, desk.scans.length]).toEqual(['ready', 1])
  })
})

describe('learning a reader', () => {
  it('three reads of one card give the rule that reads it, and none of them reaches the desk or is shown', async () => {
    const desk = await fakeDesk({ allow: [{ name: 'old', usagePage: 0x8c, vendorId: 2, decoder: 'hid-pos' }] })
    const reader = desk.plug(device('a', { vendorId: 0x1eab, productId: 3, product: 'Newland HR32' }))
    await desk.pass(1000)
    expect(reader.opened).toBe(0)
    expect(await desk.supervisor.learn('nowhere')).toEqual(fail('L-701'))
    expect((await desk.supervisor.learn('a')).ok).toBe(true)
    for (let i = 0; i < 3; i++) {
      expect(desk.supervisor.learning()?.suggestion).toBeNull()
      reader.send(...encodeHidPos('04A1B2C3D4E5F6', '', 'newland'))
      await desk.pass(300)
      expect(desk.supervisor.learning()?.reads).toHaveLength(i + 1)
    }
    const learned = desk.supervisor.learning()
    expect(learned?.suggestion).toEqual({
      name: 'Newland HR32',
      vendorId: 0x1eab,
      productId: 3,
      usagePage: 0x8c,
      usage: 2,
      decoder: 'hid-pos',
      posLayout: 'newland',
      cards: ['uid7-hex'],
    })
    expect(learned?.reads[0]).toEqual({
      kind: 'card',
      length: 14,
      alphabet: 'hexadecimal',
      ends: 'F6',
      symbology: null,
      bits: null,
      code: null,
    })
    expect(JSON.stringify(learned)).not.toContain('04A1B2')
    expect(desk.scans).toEqual([])
    // The rule is a rule.
    const config = ReadersConfig.parse({ allow: [learned?.suggestion] })
    const taught = await fakeDesk({ ...config, allow: [learned?.suggestion] })
    const same = taught.plug(reader.info)
    await taught.pass(1000)
    same.send(...encodeHidPos('04A1B2C3D4E5F6', '', 'newland'))
    expect(taught.texts()).toEqual(['04A1B2C3D4E5F6'])
    expect((await desk.supervisor.learn(null)).ok).toBe(true)
    expect([desk.supervisor.learning(), reader.closed]).toEqual([null, 1])
  })
  it.each([
    [
      'a wedge with the Finnish layout',
      wedge('a'),
      encodeKeyboardWedge('LODGE:7K2M9QXA', 'fi'),
      { decoder: 'keyboard-wedge', layout: 'fi' },
    ],
    [
      'a stripe',
      device('a', { usagePage: 0x8e }),
      [encodeMagneticStripe([null, '79927398713=99', null])],
      { decoder: 'magnetic-stripe' },
    ],
    [
      'a scanner of Code 39',
      device('a'),
      encodeHidPos('CODE39W', ']A0'),
      { decoder: 'hid-pos', cards: ['code39-mod43'] },
    ],
    ['a scanner of passports', device('a'), encodeHidPos(passport.join('\r')), { decoder: 'hid-pos' }],
  ] as const)('%s', async (_, info, reports, expected) => {
    const desk = await fakeDesk({ allow: [] })
    const reader = desk.plug(info)
    await desk.pass(1000)
    await desk.supervisor.learn('a')
    for (let i = 0; i < 3; i++) reader.send(...reports)
    expect(desk.supervisor.learning()?.suggestion).toMatchObject(expected)
  })
  it('a pcProx is asked for it, though it shows itself as a keyboard', async () => {
    const desk = await fakeDesk({ allow: [] }, { isolated: false })
    let look = encodePcprox(0n, 0)
    desk.plug(
      device('p', { vendorId: 0x0c27, productId: 0x3bfa, usagePage: 1, usage: 6, product: 'pcProx' }),
      (command) => look.subarray(command === 0x8f ? 0 : 8, command === 0x8f ? 8 : 16),
    )
    await desk.pass(1000)
    expect((await desk.supervisor.learn('p')).ok).toBe(true)
    for (let i = 0; i < 3; i++) {
      look = encodePcprox(encodeWiegand('26', { facility: 118, card: 1603 }), 26)
      await desk.pass(400)
      look = encodePcprox(0n, 0)
      await desk.pass(400)
    }
    expect(desk.supervisor.learning()?.suggestion).toMatchObject({ decoder: 'pcprox', cards: ['wiegand-26'] })
  })
  it('different reads are said to be different (L-708); a learning that nobody finishes ends, and the reader serves again', async () => {
    const desk = await fakeDesk({ allow: [scannerRule] })
    const reader = desk.plug(device('a'))
    await desk.pass(1000)
    await desk.supervisor.learn('a')
    for (const text of ['11112222', '11112222', '33334444']) reader.send(...encodeHidPos(text))
    expect(desk.supervisor.learning()).toMatchObject({ suggestion: null, failure: { code: 'L-708' } })
    await desk.pass(70_000)
    expect(desk.supervisor.learning()).toBeNull()
    reader.send(...encodeHidPos('5555'))
    expect(desk.texts()).toEqual(['5555'])
  })
})

describe('the real bus', () => {
  const bus = (library: object) =>
    createNodeHidBus('linux', () => Promise.resolve({ default: { setDriverType: () => undefined, ...library } }))
  it('sets the hidraw driver before anything else, on Linux alone', async () => {
    for (const [platform, expected] of [
      ['linux', ['driver hidraw', 'list']],
      ['win32', ['list']],
    ] as const) {
      const calls: string[] = []
      const library = {
        setDriverType: (type: string) => calls.push(`driver ${type}`),
        devicesAsync: () => {
          calls.push('list')
          return Promise.resolve([])
        },
      }
      await createNodeHidBus(platform, () => Promise.resolve({ default: library })).devices()
      expect(calls).toEqual(expected)
    }
  })
  it('tells a missing library (L-703), no permission (L-702) and a device that has gone (L-701) apart, Errors or plain strings', async () => {
    const missing = Object.assign(new Error('libudev.so.1: cannot open shared object file'), {
      code: 'ERR_DLOPEN_FAILED',
    })
    expect(await bus({ devicesAsync: () => Promise.reject(missing) }).devices()).toEqual(fail('L-703'))
    // node-hid rejects with plain strings, too.
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    const reject = (error: unknown) => () => Promise.reject(error)
    const open = (error: unknown) => bus({ HIDAsync: { open: reject(error) } }).open('/dev/hidraw0')
    expect(await open('Failed to open a device with path /dev/hidraw0: Permission denied')).toEqual(fail('L-702'))
    expect(await open(new Error('cannot open device with path /dev/hidraw0'))).toEqual(fail('L-701'))
    expect(await open(missing)).toEqual(fail('L-703'))
    expect(await createNodeHidBus('linux', reject(missing)).devices()).toEqual(fail('L-703'))
  })
})
