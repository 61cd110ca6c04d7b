/**
 * No report of an allowed reader ends in silence: it is a scan, a part of one, a refusal in words, or counted. And a
 * reader that floods stops nothing.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createDecoder,
  encodeDocument,
  encodeHidPos,
  encodeKeyboardWedge,
  encodeMagneticStripe,
  encodePcprox,
  payloadOf,
  ReaderRule,
} from '../../src-main/readers/index.ts'
import { describeFailure } from '../../src-shared/failures/codes.ts'
import { device, fakeDesk } from './fake-bus.ts'

const rules = {
  pos: { name: 'reader', vendorId: 0x1111, decoder: 'hid-pos' },
  newland: { name: 'reader', vendorId: 0x1111, decoder: 'hid-pos', posLayout: 'newland' },
  wedge: { name: 'reader', vendorId: 0x1111, decoder: 'keyboard-wedge' },
  stripe: { name: 'reader', vendorId: 0x1111, decoder: 'magnetic-stripe' },
  document: { name: 'reader', vendorId: 0x1111, decoder: 'document' },
} as const

/** Texts of scans and codes of refusals, in that order, and what was counted. */
async function read(rule: object, reports: readonly Uint8Array[]) {
  const desk = await fakeDesk({ allow: [rule], pairMs: 0 })
  const reader = desk.plug(device('a'))
  await desk.pass(1000)
  reader.send(...reports)
  await desk.pass(3000)
  const [counted] = desk.supervisor.counts()
  return { said: [...desk.texts(), ...desk.torn.map(({ code }) => code)], counts: counted?.counts ?? null }
}

const gs = '\x1d'
const rs = '\x1e'
const eot = '\x04'
const nkro = (size: number) => Buffer.from([0, ...Buffer.alloc(size - 1, 0x10)])
const control = (usage: number) => [Buffer.from([1, 0, usage, 0, 0, 0, 0, 0]), Buffer.alloc(8)]
const typed = (text: string) => encodeKeyboardWedge(text, 'us').slice(0, -2)
const enter = encodeKeyboardWedge('', 'us')

describe('what came instead of a card or a document is refused by its name', () => {
  it.each([
    ['a GS1 DataMatrix with separators', rules.pos, encodeHidPos(`010641234567890110ABC${gs}21XYZ`, ']d2'), 'L-715'],
    ['GS1-128', rules.pos, encodeHidPos(`10LOT1${gs}3710`, ']C1'), 'L-715'],
    ['a GS1 QR code', rules.pos, encodeHidPos(`8018641234567890123456${gs}10A`, ']Q3'), 'L-715'],
    ['FNC1 first, as some readers send it', rules.pos, encodeHidPos(`${gs}10LOT1${gs}21A`, ']d2'), 'L-715'],
    [
      'separators with an identifier before them',
      rules.newland,
      encodeHidPos(`]d210LOT1${gs}21A`, '', 'newland'),
      'L-715',
    ],
    [
      'separators typed as Control and ]',
      rules.wedge,
      [...typed('10LOT1'), ...control(0x30), ...typed('21A'), ...enter],
      'L-715',
    ],
    ['separators in a document reader', rules.document, encodeDocument([`10LOT1${gs}21A`]), 'L-715'],
    ['an envelope of ISO/IEC 15434', rules.pos, encodeHidPos(`[)>${rs}06${gs}1PA1${gs}S2${rs}${eot}`, ']d1'), 'L-716'],
    ['an envelope of format 05', rules.pos, encodeHidPos(`[)>${rs}05${gs}0106412345678901${rs}${eot}`, ']Q1'), 'L-716'],
    ['an envelope that lost its end', rules.pos, encodeHidPos(`[)>${rs}06${gs}1PA1`, ']d1'), 'L-716'],
    [
      'an envelope after its identifier',
      rules.newland,
      encodeHidPos(`]d1[)>${rs}06${rs}${eot}`, '', 'newland'),
      'L-716',
    ],
    [
      'an envelope as keys',
      rules.wedge,
      [
        ...typed('[)>'),
        ...control(0x23),
        ...typed('06'),
        ...control(0x30),
        ...typed('1PA1'),
        ...control(0x23),
        ...control(0x07),
        ...enter,
      ],
      'L-716',
    ],
    ['a control character', rules.pos, encodeHidPos('12\x0b34', ']C0'), 'L-713'],
    ['a character of C1', rules.pos, encodeHidPos('12\u008534', ']Q1'), 'L-713'],
    ['DEL', rules.document, encodeDocument(['12\x7f34']), 'L-713'],
    ['a text of 600 characters', rules.pos, encodeHidPos('7'.repeat(600), ']Q1'), 'L-714'],
    ['a line of 200 characters in a document reader', rules.document, encodeDocument(['7'.repeat(200)]), 'L-714'],
    ['600 characters as keys', rules.wedge, encodeKeyboardWedge('7'.repeat(600), 'us'), 'L-714'],
    ['n-key rollover, 16 bytes', rules.wedge, [nkro(16)], 'L-712'],
    ['n-key rollover, 17 bytes with a report id', rules.wedge, [nkro(17)], 'L-712'],
    ['n-key rollover, 32 bytes', rules.wedge, [nkro(32)], 'L-712'],
    ['a whole word of n-key rollover: told once', rules.wedge, Array.from({ length: 60 }, () => nkro(16)), 'L-712'],
    ['a report cut short', rules.wedge, [Buffer.alloc(3)], 'L-704'],
    [
      'a key that is no character',
      rules.wedge,
      [...typed('12'), Buffer.from([0, 0, 0x3e, 0, 0, 0, 0, 0]), ...enter],
      'L-704',
    ],
    ['a swipe that failed', rules.stripe, [encodeMagneticStripe([null, null, null])], 'L-704'],
    ['a swipe of another size', rules.stripe, [Buffer.alloc(40)], 'L-704'],
    ['a bar code of another size', rules.pos, [Buffer.alloc(40, 2)], 'L-704'],
  ])('%s', async (_, rule, reports, code) => {
    const { said, counts } = await read(rule, reports)
    expect(said).toEqual([code])
    expect(Object.keys(counts?.refused ?? {})).toEqual([code])
    for (const language of ['fi', 'sv', 'en'] as const)
      expect(describeFailure({ code: code as 'L-704' }, language).what.length).toBeGreaterThan(10)
  })
  it.each([
    ['a separator that ends the data', rules.pos, encodeHidPos(`A1B2C3${gs}`, ']C1'), 'A1B2C3'],
    [
      'FNC1 first and nothing after it to separate',
      rules.pos,
      encodeHidPos(`${gs}8018641234567890123455`, ']d2'),
      '8018641234567890123455',
    ],
    ['an identifier before keys', rules.wedge, encodeKeyboardWedge(']E04006381333931', 'us'), '4006381333931'],
    ['an identifier before a line', rules.document, encodeDocument([']C0A1B2C3']), 'A1B2C3'],
    ['an identifier of its own field again', rules.pos, encodeHidPos(']C0A1B2C3', ']C0'), 'A1B2C3'],
    ['brackets that are no identifier', rules.pos, encodeHidPos(']]1234', ']C0'), ']]1234'],
  ])('%s is understood', async (_, rule, reports, text) => {
    expect((await read(rule, reports)).said).toEqual([text])
  })
  it.each([
    ['an empty bar code', rules.pos, encodeHidPos('', ']C0'), 'idle'],
    ['a status report', rules.pos, [Buffer.from([9, ...Buffer.alloc(63)])], 'foreign'],
    ['keys let go', rules.wedge, [Buffer.alloc(8)], 'idle'],
    ['Enter alone', rules.wedge, enter, 'idle'],
    [
      'another report of a document reader',
      { ...rules.document, report: { reportId: 1 } },
      [Buffer.alloc(64)],
      'foreign',
    ],
    ['an empty line', rules.document, encodeDocument(['']), 'idle'],
  ] as const)('%s says nothing, and is counted', async (_, rule, reports, what) => {
    const { said, counts } = await read(rule, reports)
    expect(said).toEqual([])
    expect(counts).toMatchObject({ reports: reports.length, [what]: reports.length })
  })
  it('answers of a proximity reader: none that is one is counted, and a card too long for it is told once', async () => {
    const desk = await fakeDesk({ allow: [{ name: 'prox', vendorId: 0x0c27, decoder: 'pcprox' }] })
    let answer = Buffer.alloc(3)
    let bits = 200
    desk.plug(device('a', { vendorId: 0x0c27 }), (command) => {
      const look = encodePcprox(0n, 0)
      if (answer.length === 3) return answer
      return command === 0x8f ? look.subarray(0, 8) : Buffer.from([bits, bits, 0, 0, 0, 0, 0, 0])
    })
    await desk.pass(2000)
    expect(desk.supervisor.counts()[0]?.counts.foreign).toBeGreaterThan(3)
    answer = Buffer.alloc(8)
    await desk.pass(3000)
    expect(desk.torn).toEqual([{ code: 'L-719' }])
    bits = 0
    await desk.pass(1000)
    bits = 200
    await desk.pass(1000)
    expect(desk.torn.length).toBe(2)
  })
})

it('every report of anything is told or counted, and the counts add up', () => {
  const kinds = ['hid-pos', 'keyboard-wedge', 'magnetic-stripe', 'pcprox', 'document'] as const
  const report = fc.oneof(
    fc.uint8Array({ maxLength: 70 }),
    fc.uint8Array({ minLength: 8, maxLength: 8 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    fc.uint8Array({ minLength: 64, maxLength: 64 }).map((bytes) => Uint8Array.from([2, ...bytes.subarray(1)])),
    fc.string({ unit: 'binary', maxLength: 90 }).map((text) => encodeHidPos(text, ']Q1')[0] ?? new Uint8Array(64)),
  )
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.array(report, { maxLength: 20 }), (decoder, reports) => {
      const it = createDecoder(ReaderRule.parse({ name: 'x', decoder }))
      for (const each of reports) {
        const before = it.pending()
        const scans = it.push(each)
        const took = it.took()
        if (scans.length > 0) expect(took === 'scan' || took.startsWith('L-')).toBe(true)
        else expect(took).not.toBe('scan')
        // What was under way and is no longer has ended in words or in a scan.
        if (before && !it.pending() && decoder !== 'magnetic-stripe')
          expect(['idle', 'part', 'foreign']).not.toContain(took)
        if (it.pending() && scans.length === 0 && !took.startsWith('L-'))
          expect(['part', 'foreign', 'idle']).toContain(took)
      }
    }),
    { numRuns: 2000 },
  )
})

it('a payload is a scan without control characters, a refusal, or nothing at all', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 700 }), fc.constantFrom(null, ']o1', ']Q1'), (raw, aim) => {
      const payload = payloadOf(raw, aim)
      if (payload === 'empty' || 'refused' in payload) return
      expect(payload.scan.text.length).toBeLessThanOrEqual(512)
      expect(/[^\P{Cc}\n]/u.test(payload.scan.text)).toBe(false)
      expect(payload.scan.told === true).toBe(aim !== null)
      if (aim !== null) expect(payload.scan.symbology).toBe(aim)
    }),
    { numRuns: 2000 },
  )
})

describe('a flood', () => {
  it('is cut off, counted and told once in ten seconds; the other reader goes on, and this one when it is calm again', async () => {
    const desk = await fakeDesk({
      allow: [rules.wedge, { name: 'scanner', vendorId: 0x2222, decoder: 'hid-pos' }],
      pairMs: 0,
    })
    const mad = desk.plug(device('a'))
    const good = desk.plug(device('b', { vendorId: 0x2222 }))
    await desk.pass(1000)
    const key = Buffer.from([0, 0, 0x1e, 0, 0, 0, 0, 0])
    const both = [key, Buffer.alloc(8)]
    for (let i = 0; i < 20; i++) {
      for (let n = 0; n < 500; n++) mad.send(...both)
      good.send(...encodeHidPos(`1000${i + 10}`, ']C0'))
      await desk.pass(50)
    }
    expect(desk.texts().length).toBe(20)
    expect(desk.torn.filter(({ code }) => code === 'L-718').length).toBe(1)
    const [counted] = desk.supervisor.counts()
    expect(counted?.counts.dropped).toBeGreaterThan(10_000)
    // Calm again: the rest of what was spoilt is no scan, the next one is.
    await desk.pass(5000)
    mad.send(...encodeKeyboardWedge('123456', 'us'))
    expect(desk.texts().at(-1)).toBe('123456')
  })
  it('in the middle of a scan leaves no half of it to join the next one', async () => {
    const desk = await fakeDesk({ allow: [rules.pos], pairMs: 0 })
    const reader = desk.plug(device('a'))
    await desk.pass(1000)
    const [half, rest] = encodeHidPos('9'.repeat(80), ']C0')
    if (half === undefined || rest === undefined) throw new Error('two reports')
    const status = Buffer.from([9, ...Buffer.alloc(63)])
    for (let i = 0; i < 3999; i++) reader.send(status)
    reader.send(half, rest)
    await desk.pass(100)
    reader.send(...encodeHidPos('123456', ']C0'))
    await desk.pass(2000)
    expect([desk.texts(), desk.torn]).toEqual([[], [{ code: 'L-718' }, { code: 'L-704' }]])
    reader.send(...encodeHidPos('123456', ']C0'))
    expect(desk.texts()).toEqual(['123456'])
  })
  it('of whole scans is cut off as well', async () => {
    const desk = await fakeDesk({ allow: [rules.pos], pairMs: 0 })
    const reader = desk.plug(device('a'))
    await desk.pass(1000)
    for (let i = 0; i < 1000; i++) reader.send(...encodeHidPos(`A${i + 1000}`, ']C0'))
    expect(desk.texts().length).toBe(100)
    expect(desk.torn).toEqual([{ code: 'L-718' }])
    expect(desk.supervisor.counts()[0]?.counts.dropped).toBe(900)
    await desk.pass(1000)
    reader.send(...encodeHidPos('B1000', ']C0'))
    expect(desk.texts().at(-1)).toBe('B1000')
  })
  it('of another code of a card that is passed over says nothing, and is counted', async () => {
    const rule = { ...rules.pos, cards: ['uid7-hex'], ignoreOthers: true }
    const { said, counts } = await read(rule, [
      ...encodeHidPos(`10LOT1${gs}21A`, ']d2'),
      ...encodeHidPos('6430098765432', ']E0'),
      ...encodeHidPos('04C4A7D1E2F380', ']C0'),
    ])
    expect(said).toEqual(['04C4A7D1E2F380'])
    expect(counts).toMatchObject({ reports: 3, scans: 2, passedOver: 1, refused: { 'L-715': 1 } })
  })
})
