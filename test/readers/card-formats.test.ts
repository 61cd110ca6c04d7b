/** Card formats: one card, many readers, one identity; and no misread card passes for another. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cardIdOf,
  CardFormatSetting,
  checkDigits,
  checks,
  encodeWiegand,
  knownFormats,
  wiegandFormats,
  wiegandNames,
} from '../../src-main/identity/card-formats/index.ts'
import { parseEngineConfig } from '../../src-main/engine/index.ts'
import { CardFormat, readAs } from '../../src-main/identity/card-formats/index.ts'
import { classifyScan } from '../../src-main/identity/scans/index.ts'
import {
  createDecoder,
  encodeHidPos,
  encodeKeyboardWedge,
  encodeMagneticStripe,
  encodePcprox,
  ReaderRule,
  ReadersConfig,
  type DecodedScan,
  type Decoder,
} from '../../src-main/readers/index.ts'
import { device, fakeDesk } from './fake-bus.ts'

const formats = (...names: string[]) => names.map((name) => CardFormatSetting.parse(name))
describe('a GS1 symbol without a separator in it is no card', () => {
  const today = '2026-03-02'
  const of = (text: string, symbology: string, cards: readonly CardFormat[] = []) => {
    const meaning = classifyScan({ text, symbology, cards }, today)
    return meaning.kind === 'unreadable' ? meaning.failure.code : meaning.kind
  }
  it.each([
    ['GS1-128', ']C1', '00395011015300000018'],
    ['GS1 DataBar', ']e0', '0109501101530003'],
    ['GS1 DataMatrix', ']d2', '010950110153000317140704'],
    ['GS1 QR Code', ']Q3', '8018641234567890123456'],
    ['GS1 QR Code with ECI', ']Q4', '8018641234567890123456'],
    ['GS1 DotCode', ']J1', '0195012345678903'],
  ])('%s %s', (_, symbology, text) => {
    expect(of(text, symbology)).toBe('L-715')
    expect(of(text, symbology, formats('plain', 'code128'))).toBe('L-715')
    const own = CardFormat.parse({ name: 'own', pattern: '\\d+', symbologies: [symbology] })
    expect(of(text, symbology, [...formats('ean'), own])).toBe('card')
    expect(of(text, `${symbology.slice(0, 2)}9`)).toBe('card')
  })
  it('the desk is told, and passes it over where other codes are passed over', async () => {
    for (const [ignoreOthers, told] of [
      [false, ['L-715']],
      [true, []],
    ] as const) {
      const rule = { name: 'reader', usagePage: 0x8c, decoder: 'hid-pos', ignoreOthers }
      const at = await fakeDesk({ allow: [rule], pairMs: 0 })
      const reader = at.plug(device('a'))
      await at.pass(1000)
      reader.send(...encodeHidPos('00395011015300000018', ']C1'))
      expect(at.scans.map((scan) => of(scan.text, scan.symbology ?? '', scan.cards))).toEqual(told)
      expect(at.supervisor.counts()[0]?.counts.passedOver).toBe(ignoreOthers ? 1 : 0)
    }
  })
})

const id = (text: string | DecodedScan, ...names: string[]) => {
  const read = cardIdOf(typeof text === 'string' ? { text } : text, formats(...names))
  return read.ok ? read.value : read.failure.code
}
const read = (decoder: Decoder, reports: readonly Uint8Array[]): DecodedScan => {
  const [scan] = reports.flatMap((report) => decoder.push(report))
  if (scan === undefined) throw new Error('no scan')
  return scan
}
const decoderOf = (fields: object) => createDecoder(ReaderRule.parse({ name: 'x', ...fields }))
const uidOf = (bytes: readonly number[]) => Buffer.from(bytes).toString('hex').toUpperCase()

describe('one card, any reader, one identity', () => {
  it.each([4, 7] as const)(
    'a Mifare id of %d bytes: hexadecimal or decimal, either byte order, keys, bar code or bits',
    (size) => {
      const name = `uid${size}`
      fc.assert(
        fc.property(fc.uint8Array({ minLength: size, maxLength: size }), (bytes) => {
          // A 7-byte id begins with its maker (ISO/IEC 14443-3); no reader shows the leading zeros of none.
          fc.pre(size === 4 || ((bytes[0] ?? 0) > 0 && (bytes[size - 1] ?? 0) > 0))
          fc.pre(bytes.some((byte) => byte !== 0))
          const plain = uidOf([...bytes])
          const back = uidOf([...bytes].reverse())
          const ids = [
            id(read(decoderOf({ decoder: 'keyboard-wedge' }), encodeKeyboardWedge(plain, 'us')), `${name}-hex`),
            id(
              read(
                decoderOf({ decoder: 'keyboard-wedge', layout: 'fi' }),
                encodeKeyboardWedge(back.toLowerCase(), 'fi'),
              ),
              `${name}-hex-reversed`,
            ),
            id(
              read(
                decoderOf({ decoder: 'keyboard-wedge' }),
                encodeKeyboardWedge(BigInt(`0x${plain}`).toString(), 'us', 'tab'),
              ),
              `${name}-decimal`,
            ),
            id(
              read(decoderOf({ decoder: 'hid-pos' }), encodeHidPos(BigInt(`0x${back}`).toString())),
              `${name}-decimal-reversed`,
            ),
            id(
              read(decoderOf({ decoder: 'hid-pos' }), encodeHidPos((plain.match(/../g) ?? []).join(':'))),
              `${name}-hex`,
            ),
            id(read(decoderOf({ decoder: 'pcprox' }), [encodePcprox(BigInt(`0x${plain}`), size * 8)]), `${name}-hex`),
            id(
              read(decoderOf({ decoder: 'pcprox' }), [encodePcprox(BigInt(`0x${back}`), size * 8)]),
              `${name}-hex-reversed`,
            ),
          ]
          expect(new Set(ids)).toEqual(new Set([plain]))
        }),
      )
    },
  )
  it('an EM card: ten hexadecimal digits, ten decimal ones, three and five', () => {
    // 0x0A001259E3: customer 0A, card 001259E3 = 0001202659; lowest 24 bits 12 | 59E3 = 018,23011.
    expect([id('0A001259E3', 'em-hex'), id('0001202659', 'em-decimal')]).toEqual(['001259E3', '001259E3'])
    expect([id('0A001259E3', 'em-hex-24'), id('0001202659', 'em-decimal-24'), id('018,23011', 'em-3-5')]).toEqual([
      '01823011',
      '01823011',
      '01823011',
    ])
  })
  it.each(wiegandNames)('Wiegand %s: with parity, without it, and every single wrong bit refused', (format) => {
    const sizes = wiegandFormats[format]
    const bits = sizes.facility + sizes.card
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** sizes.facility - 1 }),
        fc.integer({ min: 1, max: 2 ** sizes.card - 1 }),
        (facility, card) => {
          const whole = encodeWiegand(format, { facility, card })
          const asked = (value: bigint, count: number, name: string) =>
            id(read(decoderOf({ decoder: 'pcprox' }), [encodePcprox(value, count)]), name)
          const front =
            sizes.facility === 0 ? '' : String(facility).padStart(String(2 ** sizes.facility - 1).length, '0')
          const expected = front + String(card).padStart(String(2 ** sizes.card - 1).length, '0')
          expect(asked(whole, bits + 2, `wiegand-${format}`)).toBe(expected)
          expect(asked((whole >> 1n) & ((1n << BigInt(bits)) - 1n), bits, `wiegand-${format}-no-parity`)).toBe(expected)
          for (let bit = 0n; bit < BigInt(bits + 2); bit++) {
            const wrong = whole ^ (1n << bit)
            if (wrong !== 0n && (format === '26' || format === '34' || bit !== 18n))
              expect(asked(wrong, bits + 2, `wiegand-${format}`)).toBe('L-707')
          }
        },
      ),
      { numRuns: 50 },
    )
  })
  it('H10301 as a card in the field has it: raw 2006EC0C86 is facility 118, card 1603', () => {
    // The lowest 26 bits; above them stand HID's marker of the length.
    expect(encodeWiegand('26', { facility: 118, card: 1603 })).toBe(0x2006ec0c86n & ((1n << 26n) - 1n))
  })
  it('the same number on the stripe, in the bar code and typed', () => {
    const number = '211341234567' + (checkDigits.luhn('211341234567') ?? '')
    const ids = [
      id(
        read(decoderOf({ decoder: 'magnetic-stripe' }), [
          encodeMagneticStripe([null, `${number}=9912`, null], { lrc: true }),
        ]),
        'luhn',
      ),
      id(read(decoderOf({ decoder: 'hid-pos' }), encodeHidPos(number, ']F0')), 'luhn'),
      id(read(decoderOf({ decoder: 'keyboard-wedge' }), encodeKeyboardWedge(number, 'us')), 'luhn'),
    ]
    expect(new Set(ids)).toEqual(new Set([number]))
  })
})

describe('check digits', () => {
  it('of the standards’ own examples', () => {
    expect(checkDigits['code39-mod43']('CODE39')).toBe('W')
    expect(checkDigits.ean('629104150021')).toBe('3')
    expect(checkDigits.luhn('7992739871')).toBe('3')
  })
  it.each(['code39-mod43', 'ean', 'luhn'] as const)(
    '%s: no single wrong character is taken for a card, whatever other format would have it',
    (kind) => {
      const alphabet = kind === 'code39-mod43' ? '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ' : '0123456789'
      const name = kind
      const aim = { 'code39-mod43': ']A0', ean: ']E0', luhn: ']F0' }[kind]
      fc.assert(
        fc.property(
          fc.string({ unit: fc.constantFrom(...alphabet), minLength: 12, maxLength: 12 }),
          fc.nat(12),
          fc.constantFrom(...alphabet),
          (data, at, other) => {
            const digit = checkDigits[kind](data) ?? ''
            const whole = data + digit
            expect(checks(kind, whole)).toBe(true)
            const good = id({ text: whole, symbology: aim }, name, 'plain')
            // The check character may be a sign that is no part of an id.
            expect(good).toBe(kind === 'code39-mod43' ? data : whole)
            fc.pre(whole[at] !== other)
            expect(id({ text: whole.slice(0, at) + other + whole.slice(at + 1), symbology: aim }, name, 'plain')).toBe(
              'L-707',
            )
          },
        ),
      )
    },
  )
})

describe('the desk’s settings', () => {
  it('spell out a format of their own; an unknown name, step or pattern is refused with its place', () => {
    const own = {
      name: 'student',
      pattern: 'S\\d{7}',
      steps: [
        { do: 'slice', from: 1 },
        { do: 'pad', length: 8 },
        { do: 'prefix', text: 'ST' },
      ],
    }
    const config = ReadersConfig.parse({
      allow: [{ name: 'a', usagePage: 0x8c, decoder: 'hid-pos', cards: [own, 'uid7-hex'] }],
    })
    const cards = config.allow[0]?.cards ?? []
    expect(cardIdOf({ text: 's1234567' }, cards)).toEqual({ ok: true, value: 'ST01234567' })
    expect(cardIdOf({ text: '04a1b2c3d4e5f6' }, cards)).toEqual({ ok: true, value: '04A1B2C3D4E5F6' })
    expect(cardIdOf({ text: '123' }, cards)).toEqual({ ok: false, failure: { code: 'L-705' } })
    for (const bad of ['uid5-hex', { ...own, steps: [{ do: 'guess' }] }, { ...own, pattern: '(' }])
      expect(
        ReadersConfig.safeParse({ allow: [{ name: 'a', usagePage: 0x8c, decoder: 'hid-pos', cards: [bad] }] }).success,
      ).toBe(false)
  })
  it('refuse a pattern that cannot be matched in linear time with L-101 and its place, and none is slow for any text', () => {
    const settings = (pattern: string) => ({
      dataDir: '/nowhere',
      printer: { kind: 'none' },
      readers: {
        allow: [{ name: 'a', usagePage: 0x8c, decoder: 'hid-pos', cards: [{ name: 'x', pattern }] }],
      },
    })
    for (const bad of ['(', '(?=A)B', '(?<!A)B', '(A)\\1', '[', 'A{2000}', '*'])
      expect(parseEngineConfig(settings(bad)), bad).toMatchObject({
        ok: false,
        failure: { code: 'L-101', params: { where: expect.stringContaining('readers.allow.0.cards.0') as string } },
      })
    // Each would search for ages where a pattern backtracks.
    for (const pattern of ['(A+)+', '(A|A)*', '(.*)*B', '(A*)*', '([A-Z]+)*[0-9]', '(A?){200}A{200}']) {
      const format = CardFormat.parse({ name: 'x', pattern })
      const began = performance.now()
      readAs(format, { text: `${'A'.repeat(400)}!` })
      expect(performance.now() - began, pattern).toBeLessThan(1000)
    }
  })
  it('with no format any 4 to 32 letters and digits are a card, as before', () => {
    expect(cardIdOf({ text: ' 04:a1-b2.c3 ' }, [])).toEqual({ ok: true, value: '04A1B2C3' })
    for (const bad of ['123', 'x'.repeat(33), 'Åbo1234', '', '12 34  56'])
      expect(cardIdOf({ text: bad }, []).ok, bad).toBe(false)
  })
  it('no text makes any format throw or give what is no id', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 60 }),
        fc.constantFrom(...knownFormats.keys()),
        fc.option(fc.integer({ min: 0, max: 70 })),
        (text, name, bits) => {
          const got = cardIdOf({ text, bits: bits ?? undefined, symbology: ']A0' }, formats(name))
          if (got.ok) expect(got.value).toMatch(/^[0-9A-Z]{4,32}$/)
        },
      ),
    )
  })
})

describe('what is not a card', () => {
  it('a personal identity code is refused in every century, and what only looks like one is not', () => {
    for (const code of ['131052-308T', '131052A308T', '010594Y9032', '131052+308T', '131052-308t']) {
      const meaning = classifyScan({ text: code }, '2026-03-02')
      expect(meaning, code).toEqual({ kind: 'unreadable', failure: { code: 'L-709' } })
    }
    expect(classifyScan({ text: '131052-308U' }, '2026-03-02')).toEqual({ kind: 'card', id: '131052308U' })
    expect(classifyScan({ text: '311152-308T' }, '2026-03-02').kind).toBe('card')
  })
  it('a pickup code is one whatever the reader’s formats', () => {
    expect(classifyScan({ text: 'LODGE:7K2M9QXA', cards: formats('uid7-hex') }, '2026-03-02')).toEqual({
      kind: 'pickup-code',
      code: '7K2M9QXA',
    })
  })
})
