/**
 * Every decoder: what a device sends for a text, cut and mixed as devices do, comes out as that text and as nothing
 * else.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildTd1, buildTd2, buildTd3 } from '../../src-main/identity/documents/index.ts'
import {
  createDecoder,
  createDocumentDecoder,
  createHidPosDecoder,
  createKeyboardWedgeDecoder,
  createMagneticStripeDecoder,
  createPcproxDecoder,
  encodeDocument,
  encodeHidPos,
  encodeKeyboardWedge,
  encodeMagneticStripe,
  encodePcprox,
  hidPosLayoutNames,
  joinMrzLines,
  ReaderRule,
  type Decoder,
} from '../../src-main/readers/index.ts'

const feed = (decoder: Decoder, reports: readonly Uint8Array[]) => reports.flatMap((report) => decoder.push(report))
const texts = (decoder: Decoder, reports: readonly Uint8Array[]) => feed(decoder, reports).map(({ text }) => text)
const hex = (bytes: string) => Buffer.from(bytes.replaceAll(' ', ''), 'hex')
const rule = (fields: object) => ReaderRule.parse({ name: 'x', ...fields })

const barCode = fc
  .string({
    unit: fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcxyz<-./$+% åÄö€'),
    minLength: 1,
    maxLength: 150,
  })
  .map((text) => text.trim())
const typeable = {
  us: '0123456789ABCXYZabcxyz -_=+[]{}\\|;:\'",.<>/?!@#$%^&*()`~',
  fi: '0123456789ABCXYZabcxyz åäöÅÄÖ+-_.,:;<>|\'*§½!"#¤%&/()=?@£$€{[]}\\éèêëñÉÜüã´`^~¨µ',
} as const
const cards = (layout: 'us' | 'fi') =>
  fc.string({ unit: fc.constantFrom(...typeable[layout]), minLength: 1, maxLength: 60 }).map((text) => text.trim())

describe('HID POS scanners', () => {
  it.each(hidPosLayoutNames)(
    '%s: any text in any number of reports comes out whole, and so does the one after it',
    (layout) => {
      fc.assert(
        fc.property(
          fc.array(
            barCode.filter((text) => text !== '' && !text.startsWith(']')),
            { minLength: 1, maxLength: 4 },
          ),
          (scans) => {
            const decoder = createHidPosDecoder(layout)
            expect(
              texts(
                decoder,
                scans.flatMap((text) => encodeHidPos(text, ']C0', layout)),
              ),
            ).toEqual(scans)
            expect(decoder.pending()).toBe(false)
          },
        ),
      )
    },
  )
  it('the two reports of the maker’s manual: 60 bytes of a boarding pass (Access-IS LSR118, B.1.1)', () => {
    const first = Buffer.concat([
      hex('02 38 5d 51 30'),
      Buffer.from('M1GATHERGOOD/MICHAEL YABCDEF LHRDURAK 3542 052Y003D23  s'.padEnd(56, 'x').slice(0, 56)),
      hex('73 00 01'),
    ])
    const second = Buffer.alloc(64)
    hex('02 04 5d 51 30').copy(second)
    second.write('0100', 5)
    const [scan] = feed(createHidPosDecoder(), [first, second])
    expect(scan?.symbology).toBe(']Q0')
    expect(scan?.text).toHaveLength(60)
    expect(scan?.text.endsWith('0100')).toBe(true)
  })
  it('drops a scanner’s CR, LF or TAB, and takes a code identifier that it put before the data', () => {
    for (const end of ['\r', '\n', '\r\n', '\t', ''])
      expect(texts(createHidPosDecoder(), encodeHidPos(`12345678${end}`))).toEqual(['12345678'])
    expect(feed(createHidPosDecoder(), encodeHidPos(']A012345', ']A0'))).toEqual([
      { text: '12345', symbology: ']A0', told: true },
    ])
    expect(feed(createHidPosDecoder('newland'), encodeHidPos(']C012345', '', 'newland'))).toEqual([
      { text: '12345', symbology: ']C0' },
    ])
  })
  it('works where the system strips the report id, and passes over the device’s other reports', () => {
    const reports = encodeHidPos('x'.repeat(70))
    expect(
      texts(
        createHidPosDecoder(),
        reports.map((report) => report.subarray(1)),
      ),
    ).toEqual(['x'.repeat(70)])
    const status = Buffer.alloc(64)
    status[0] = 6
    const [first, second] = reports
    if (first === undefined || second === undefined) throw new Error('two reports')
    expect(texts(createHidPosDecoder(), [status, first, status, second])).toEqual(['x'.repeat(70)])
  })
  it('a torn, oversize or dropped report spoils its scan to the end: never a part of it', () => {
    const scan = encodeHidPos('A'.repeat(56) + 'B'.repeat(56) + 'C'.repeat(10))
    const whole = ['A'.repeat(56) + 'B'.repeat(56) + 'C'.repeat(10)]
    for (const [i, report] of scan.entries()) {
      const longer = Buffer.from(report)
      longer[1] = 57 + i
      for (const bad of [report.subarray(0, 20), Buffer.concat([report, report]), Buffer.alloc(0), longer]) {
        const decoder = createHidPosDecoder()
        const rest = scan.slice(i + 1)
        expect(texts(decoder, [...scan.slice(0, i), bad, ...rest])).toEqual([])
        // The last report was the torn one: only silence says that nothing more comes.
        if (rest.length === 0) expect(decoder.pending()).toBe(true)
        decoder.reset()
        expect(texts(decoder, scan)).toEqual(whole)
      }
    }
  })
  it('a scan that begins on one screen and ends on the next is none', () => {
    const decoder = createHidPosDecoder()
    const [first, ...rest] = encodeHidPos('9'.repeat(100))
    if (first === undefined) throw new Error('reports')
    decoder.push(first)
    decoder.spoil()
    expect(texts(decoder, rest)).toEqual([])
    expect(texts(decoder, encodeHidPos('12345'))).toEqual(['12345'])
  })
  it('512 characters are a scan, 513 are not, and control characters are not', () => {
    expect(texts(createHidPosDecoder(), encodeHidPos('7'.repeat(512)))).toHaveLength(1)
    expect(texts(createHidPosDecoder(), encodeHidPos('7'.repeat(513)))).toEqual([])
    for (const control of ['\x1b', '\x07', '\x1d', '\x7f', '\x85'])
      expect(texts(createHidPosDecoder(), encodeHidPos(`123${control}45`))).toEqual([])
  })
})

describe('keyboard wedges', () => {
  it.each(['us', 'fi'] as const)('%s: what can be typed comes out as typed, dead keys and AltGr included', (layout) => {
    fc.assert(
      fc.property(
        fc.array(
          // `]C0` at the beginning is an AIM identifier (ISO/IEC 15424), which is no part of the text.
          cards(layout).filter((text) => text !== '' && !/^\][A-Za-z]/.test(text)),
          { minLength: 1, maxLength: 3 },
        ),
        fc.constantFrom('enter', 'tab', 'keypad-enter'),
        (scans, end) => {
          const decoder = createKeyboardWedgeDecoder(layout)
          expect(
            texts(
              decoder,
              scans.flatMap((text) => encodeKeyboardWedge(text, layout, end)),
            ),
          ).toEqual(scans)
          expect(decoder.pending()).toBe(false)
        },
      ),
    )
  })
  it('reports recorded key by key: Shift held over several keys, the next key down before the last is up', () => {
    // Shift+A, then B while A is still held, both up, 1 and 2 new in one report, Enter.
    const reports = [
      '02 00 04 00 00 00 00 00',
      '02 00 04 05 00 00 00 00',
      '00 00 00 00 00 00 00 00',
      '00 00 1e 1f 00 00 00 00',
      '00 00 28 00 00 00 00 00',
    ]
    expect(texts(createKeyboardWedgeDecoder('us'), reports.map(hex))).toEqual(['AB12'])
  })
  it('a report id in front, auto-repeat of a held key, and Caps Lock on and off', () => {
    const keys = encodeKeyboardWedge('1234', 'us').map((report) => Buffer.concat([Buffer.from([1]), report]))
    expect(
      texts(
        createKeyboardWedgeDecoder('us'),
        keys.flatMap((report) => [report, report]),
      ),
    ).toEqual(['1234'])
    const caps = [hex('0000390000000000'), Buffer.alloc(8)]
    expect(
      texts(createKeyboardWedgeDecoder('us'), [
        ...caps,
        ...encodeKeyboardWedge('aB1', 'us'),
        ...caps,
        ...encodeKeyboardWedge('aB1', 'us'),
      ]),
    ).toEqual(['Ab1', 'aB1'])
  })
  it('AltGr as left Control and left Alt, and Alt with a number on the keypad', () => {
    expect(
      texts(createKeyboardWedgeDecoder('fi'), [
        hex('05001f0000000000'),
        Buffer.alloc(8),
        ...encodeKeyboardWedge('1', 'fi'),
      ]),
    ).toEqual(['@1'])
    // Alt held: 0, 6, 5; Alt up: "A".
    const alt = [
      '0400620000000000',
      '0400000000000000',
      '04005e0000000000',
      '0400000000000000',
      '04005d0000000000',
      '0400000000000000',
      '0000000000000000',
    ]
    expect(texts(createKeyboardWedgeDecoder('us'), [...alt.map(hex), ...encodeKeyboardWedge('7', 'us')])).toEqual([
      'A7',
    ])
  })
  it('a roll-over report, a torn report, a command key: the scan is spoilt to its Enter, the next is whole', () => {
    for (const bad of [
      '0000010101010101',
      '00000101010101',
      '',
      '0100040000000000',
      '00003e0000000000',
      '8000040000000000',
    ]) {
      const decoder = createKeyboardWedgeDecoder('us')
      const [a, b, ...rest] = encodeKeyboardWedge('123456', 'us')
      if (a === undefined || b === undefined) throw new Error('reports')
      expect(texts(decoder, [a, b, hex(bad), Buffer.alloc(8), ...rest]), bad).toEqual([])
      expect(texts(decoder, encodeKeyboardWedge('123456', 'us')), bad).toEqual(['123456'])
    }
  })
  it('10,000 characters without Enter: nothing, then the next scan', () => {
    const decoder = createKeyboardWedgeDecoder('us')
    expect(texts(decoder, encodeKeyboardWedge('1'.repeat(10_000), 'us').slice(0, -2))).toEqual([])
    expect(decoder.pending()).toBe(true)
    expect(texts(decoder, encodeKeyboardWedge('', 'us'))).toEqual([])
    expect(texts(decoder, encodeKeyboardWedge('123456', 'us'))).toEqual(['123456'])
  })
  it('half a scan dropped with the screen: its rest is not a card', () => {
    const decoder = createKeyboardWedgeDecoder('us')
    const keys = encodeKeyboardWedge('12345678', 'us')
    feed(decoder, keys.slice(0, 7))
    decoder.spoil()
    expect(texts(decoder, keys.slice(7))).toEqual([])
    expect(texts(decoder, keys)).toEqual(['12345678'])
  })
})

describe('magnetic stripes', () => {
  const track2 = fc.tuple(
    fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 19 }),
    fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 15 }),
  )
  it('track 2: the number before the separator and nothing else, with and without LRC and report id', () => {
    fc.assert(
      fc.property(track2, fc.boolean(), fc.boolean(), ([number, rest], lrc, numbered) => {
        const report = encodeMagneticStripe([null, `${number}=${rest}`, null], { lrc })
        expect(
          texts(createMagneticStripeDecoder(), [numbered ? Buffer.concat([Buffer.from([1]), report]) : report]),
        ).toEqual([number])
      }),
    )
  })
  it('track 1 and 3, by the desk’s settings', () => {
    const report = encodeMagneticStripe(['B1234567^MEIKALAINEN/MAIJA^2512', '1234', '99887766=1'], { lrc: true })
    expect(texts(createMagneticStripeDecoder({ track: 1 }), [report])).toEqual(['B1234567'])
    expect(texts(createMagneticStripeDecoder({ track: 3 }), [report])).toEqual(['99887766'])
  })
  it('no change of one bit of a track with LRC is read as another card', () => {
    const report = encodeMagneticStripe([null, '4571736012345678=25121010000012300000', null], { lrc: true })
    const length = report[4] ?? 0
    for (let at = 117; at < 117 + length; at++)
      for (let bit = 0; bit < 8; bit++) {
        const bad = Buffer.from(report)
        bad[at] = (bad[at] ?? 0) ^ (1 << bit)
        expect(texts(createMagneticStripeDecoder(), [bad]).filter((text) => text !== '4571736012345678')).toEqual([])
      }
  })
  it('a track that the reader could not decode, a length past its field, a torn report: a failed swipe, told by silence', () => {
    const good = encodeMagneticStripe([null, '12345', null])
    const status = Buffer.from(good)
    status[1] = 1
    const long = Buffer.from(good)
    long[4] = 111
    const unframed = Buffer.from(good)
    unframed[117] = 0x31
    for (const bad of [status, long, unframed, good.subarray(1, 200), Buffer.alloc(337), Buffer.alloc(0)]) {
      const decoder = createMagneticStripeDecoder()
      expect(texts(decoder, [bad])).toEqual([])
      expect(decoder.pending()).toBe(true)
      expect(texts(decoder, [good])).toEqual(['12345'])
      expect(decoder.pending()).toBe(false)
    }
  })
})

describe('rf IDEAS pcProx', () => {
  it('any bits come out as their value, once while the card lies there and again when it comes back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 64 }), fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }), (bits, random) => {
        const value = random & ((1n << BigInt(bits)) - 1n)
        fc.pre(value !== 0n)
        const decoder = createPcproxDecoder()
        const look = encodePcprox(value, bits)
        const none = encodePcprox(0n, 0)
        const scans = feed(decoder, [none, look, look, look, none, look])
        expect(scans.map((scan) => [BigInt(`0x${scan.text}`), scan.bits])).toEqual([
          [value, bits],
          [value, bits],
        ])
      }),
    )
  })
  it('answers as the reader sends them: least significant byte first, the count twice', () => {
    expect(feed(createPcproxDecoder(), [hex('6d 0b 2d 02 00 00 00 00 1a 1a 00 00 00 00 00 00')])).toEqual([
      { text: '22D0B6D', symbology: null, bits: 26 },
    ])
    for (const bad of [
      '6d 0b 2d 02 00 00 00 00 1a 1b 00 00 00 00 00 00',
      '6d 0b',
      '6d 0b 2d 02 00 00 00 00 41 41 00 00 00 00 00 00',
    ])
      expect(feed(createPcproxDecoder(), [hex(bad)])).toEqual([])
  })
})

describe('document readers', () => {
  const someone = {
    issuer: 'FIN',
    number: 'X1234567',
    family: 'Meikäläinen',
    given: 'Maija Liisa',
    nationality: 'FIN',
    birthDate: '1990-02-03',
    expiryDate: '2031-01-01',
  }
  const documents = [buildTd1(someone), buildTd2(someone), buildTd3(someone)]
  it('lines in a stream of reports, however they are cut, ended and framed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...documents),
        fc.integer({ min: 6, max: 80 }),
        fc.constantFrom('\r', '\n', '\r\n', '\n\r'),
        fc.boolean(),
        fc.constantFrom(
          { reportId: null, lengthAt: 0, dataAt: 1 },
          { reportId: 4, lengthAt: 1, dataAt: 2 },
          { reportId: null, lengthAt: null, dataAt: 0 },
        ),
        (lines, reportSize, lineEnd, frame, options) => {
          const decoder = createDocumentDecoder(options)
          const reports = encodeDocument(lines, options, { reportSize, lineEnd, frame })
          expect(texts(decoder, [...reports, ...reports])).toEqual([lines.join('\n'), lines.join('\n')])
          expect(decoder.pending()).toBe(false)
        },
      ),
    )
  })
  it('lines typed by a wedge or sent as bar codes, one at a time, become one document; a card between them stays a card', () => {
    for (const lines of documents) {
      const wedge = createDecoder(rule({ decoder: 'keyboard-wedge', layout: 'fi' }))
      expect(
        texts(
          wedge,
          lines.flatMap((line) => encodeKeyboardWedge(line, 'fi')),
        ),
      ).toEqual([lines.join('\n')])
      const scanner = createDecoder(rule({ decoder: 'hid-pos' }))
      expect(
        texts(
          scanner,
          lines.flatMap((line) => encodeHidPos(line, ']o3')),
        ),
      ).toEqual([lines.join('\n')])
      const [first = ''] = lines
      expect(
        texts(scanner, [...encodeHidPos(first), ...encodeHidPos('E001000001'), ...encodeHidPos('E001000001')]),
      ).toEqual(['E001000001', 'E001000001'])
    }
  })
  it('an oversize line, a length past the report, a torn line: nothing, until a new frame or silence', () => {
    const decoder = createDocumentDecoder()
    expect(texts(decoder, encodeDocument(['X'.repeat(10_000)]))).toEqual([])
    expect(texts(decoder, [Buffer.from([200, 1, 2, 3])])).toEqual([])
    expect(decoder.pending()).toBe(true)
    const [lines] = documents.slice(2)
    expect(texts(decoder, encodeDocument(lines ?? [], undefined, { frame: true }))).toEqual([lines?.join('\n')])
  })
  it('the wrapper forgets half a document with the screen', () => {
    const decoder = joinMrzLines(createHidPosDecoder())
    const [one = '', two = ''] = documents[2] ?? []
    feed(decoder, encodeHidPos(one))
    expect(decoder.pending()).toBe(true)
    decoder.spoil()
    expect(texts(decoder, encodeHidPos(two))).toEqual([two])
    expect(decoder.pending()).toBe(false)
  })
})

it('no decoder throws at anything, and none gives control characters or more than 512 of them', () => {
  const rules = [
    rule({ decoder: 'hid-pos' }),
    rule({ decoder: 'hid-pos', posLayout: 'newland' }),
    rule({ decoder: 'hid-pos', posLayout: 'microscan' }),
    rule({ decoder: 'keyboard-wedge' }),
    rule({ decoder: 'keyboard-wedge', layout: 'fi' }),
    rule({ decoder: 'magnetic-stripe' }),
    rule({ decoder: 'pcprox' }),
    rule({ decoder: 'document' }),
  ]
  for (const each of rules) {
    const decoder = createDecoder(each)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (report) => {
        for (const { text } of decoder.push(report)) {
          expect(text).not.toMatch(/[^\P{Cc}\n]/u)
          expect(text.length).toBeLessThanOrEqual(512)
        }
      }),
    )
  }
})
