/** A document counts only where it was read off one: never out of a symbol, whatever the symbol says of itself. */
import { describe, expect, it } from 'vitest'
import { buildTd1, buildTd3 } from '../../src-main/identity/documents/index.ts'
import { classifyScan } from '../../src-main/identity/scans/index.ts'
import { createLearner, encodeDocument, encodeHidPos, encodeKeyboardWedge } from '../../src-main/readers/index.ts'
import { device, fakeDesk } from './fake-bus.ts'

const someone = {
  issuer: 'FIN',
  number: 'XQ7654321',
  family: 'Salo',
  given: 'Aino',
  nationality: 'FIN',
  birthDate: '1990-02-03',
  expiryDate: '2031-01-01',
}
const passport = buildTd3(someone)
const [one = '', two = ''] = passport
const text = passport.join('\r')
const today = '2026-03-02'
const page = { usagePage: 0x8c, decoder: 'hid-pos' } as const
const docs = { usagePage: 0x8c, decoder: 'document' } as const
const keys = { vendorId: 0x08ff, decoder: 'keyboard-wedge' } as const
const wedge = device('a', { vendorId: 0x08ff, productId: 9, usagePage: 1, usage: 6 })

/** What a desk makes of reports, and what it says of torn reads. */
async function desk(rule: object, reports: readonly Uint8Array[], info = device('a')): Promise<string[]> {
  const at = await fakeDesk({ allow: [{ name: 'reader', ...rule }], pairMs: 0 })
  const reader = at.plug(info)
  await at.pass(1000)
  reader.send(...reports)
  await at.pass(2000)
  return [
    ...at.scans.map((scan) => {
      const meaning = classifyScan(scan, today)
      return meaning.kind === 'unreadable' ? meaning.failure.code : meaning.kind
    }),
    ...at.torn.map(({ code }) => code),
  ]
}
const pos = (content: string, aim: string, layout?: 'newland' | 'microscan') => encodeHidPos(content, aim, layout)

describe('lines with right check digits', () => {
  it.each([
    ['a QR code on a phone', page, pos(text, ']Q1'), 'L-326'],
    ['a QR code with ECI', page, pos(text, ']Q4'), 'L-326'],
    ['a Data Matrix', page, pos(text, ']d1'), 'L-326'],
    ['an Aztec code', page, pos(text, ']z0'), 'L-326'],
    ['PDF417', page, pos(text, ']L0'), 'L-326'],
    ['Code 128', page, pos(text, ']C0'), 'L-326'],
    ['no identifier at all', page, pos(text, '   '), 'L-326'],
    ['keys, as the reader says', page, pos(text, ']Z0'), 'L-326'],
    ['a symbol that claims to be OCR in its text', page, pos(`]o1${text}`, ']Q1'), 'L-326'],
    ['the same where the reader sends no identifiers', page, pos(`]o1${text}`, '   '), 'L-326'],
    ['the same with another layout', { ...page, posLayout: 'newland' }, pos(`]o1${text}`, '', 'newland'), 'L-326'],
    ['OCR, in the field for it', page, pos(text, ']o1'), 'document'],
    ['OCR in another variant', page, pos(text, ']o2'), 'document'],
    ['OCR, with the identifier before the data as well', page, pos(`]o1${text}`, ']o1'), 'document'],
    ['a declared reader, without identifiers', { ...page, documents: true }, pos(text, '   '), 'document'],
    ['a declared reader that says OCR', { ...page, documents: true }, pos(text, ']o1'), 'document'],
    ['a declared reader that says "other"', { ...page, documents: true }, pos(text, ']X0'), 'document'],
    ['a QR code before a declared reader', { ...page, documents: true }, pos(text, ']Q1'), 'L-326'],
    ['a Data Matrix before a declared reader', { ...page, documents: true }, pos(text, ']d2'), 'L-326'],
    ['a QR code that says OCR, before one', { ...page, documents: true }, pos(`]o1${text}`, ']Q1'), 'L-326'],
    [
      'typed identifiers of a QR code, before one',
      { ...page, documents: true, posLayout: 'newland' },
      pos(`]Q1${text}`, '', 'newland'),
      'L-326',
    ],
    ['a reader of documents by its kind', docs, encodeDocument(passport), 'document'],
    ['lines joined in one', page, pos(passport.join(''), ']Q1'), 'L-326'],
    ['lower case', page, pos(text.toLowerCase(), ']Q1'), 'L-326'],
    ['a wrong check digit out of a symbol', page, pos(text.replace(/.$/, 'X'), ']Q1'), 'L-326'],
    ['a wrong check digit by OCR', page, pos(text.replace(/.$/, 'X'), ']o1'), 'L-303'],
    ['a driving licence by OCR', page, pos('D1FRA13AA000026181231MARTIN<<9', ']o1'), 'L-304'],
    ['one that fills its line', page, pos('D1NLD15094962111659VW87Z78NB84', ']o1'), 'L-304'],
    ['one off a document reader', docs, encodeDocument(['D1NLD15094962111659VW87Z78NB84']), 'L-304'],
    ['one with a filler off a document reader', docs, encodeDocument(['D1FRA13AA000026181231MARTIN<<9']), 'L-304'],
    ['one in lower case', page, pos('d1nld15094962111659vw87z78nb84', ']o1'), 'L-304'],
    ['one out of a symbol', page, pos('D1NLD15094962111659VW87Z78NB84', ']Q1'), 'L-326'],
    ['one misread', page, pos('D1FRA13AA000026181231MARTIN<<8', ']o1'), 'L-303'],
    ['one line of a card that fills it', page, pos('IDPER0000000011ABC123456789012', ']C0'), 'L-704'],
  ])('%s', async (_, rule, reports, expected) => {
    expect(await desk(rule, reports)).toEqual([expected])
  })
  it('typed by a keyboard wedge: only where it was declared, and not with the identifier of a symbol', async () => {
    const typed = (content: string) => encodeKeyboardWedge(content, 'us')
    const lines = passport.join('\n')
    expect(await desk(keys, typed(lines), wedge)).toEqual(['L-326'])
    expect(await desk(keys, typed(`]o1${one}\n]o1${two}`), wedge)).toEqual(['L-326'])
    expect(await desk({ ...keys, documents: true }, typed(lines), wedge)).toEqual(['document'])
    expect(await desk({ ...keys, documents: true }, typed(`]o1${one}\n]o1${two}`), wedge)).toEqual(['document'])
    expect(await desk({ ...keys, documents: true }, typed(`]Q1${one}\n]Q1${two}`), wedge)).toEqual(['L-326'])
  })
  describe('after the one identifier that a reader types before a symbol, its other lines are no document', () => {
    const typed = (content: string) => encodeKeyboardWedge(content, 'us')
    const declared = { ...keys, documents: true }
    const byKind = { usagePage: 0x8c, decoder: 'document' }
    const lines = `${one}\n${two}`
    it.each([
      ['an empty first line', `]Q1\n${lines}`, ['L-326']],
      ['many empty lines', `]Q1\n\n\n${lines}`, ['L-326']],
      ['another first line', `]Q1X\n${lines}`, ['L-705', 'L-326']],
      ['lines that claim to be OCR', `]Q1\n]o1${one}\n]o1${two}`, ['L-326']],
      ['lines that claim to be no bar code', `]Q1X\n]Z0${one}\n]X0${two}`, ['L-705', 'L-326']],
      ['a first line that is too long', `]Q1${'7'.repeat(600)}\n${lines}`, ['L-326', 'L-714']],
      ['a first line that is an envelope', `]Q1[)>\n${lines}`, ['L-326', 'L-716']],
      ['one identifier before the lines', `]Q1${lines}`, ['L-326']],
      ['OCR with one identifier before its lines', `]o1${lines}`, ['document']],
      ['OCR with an identifier a line', `]o1${one}\n]o1${two}`, ['document']],
    ])('%s', async (_, content, expected) => {
      expect(await desk(declared, typed(content), wedge)).toEqual(expected)
      if (content.length < 128) expect(await desk(byKind, encodeDocument(content.split('\n')))).toEqual(expected)
    })
    it('a key that is no character in the first line does not hide its identifier', async () => {
      const f5 = Buffer.from([0, 0, 0x3e, 0, 0, 0, 0, 0])
      const first = [...typed(']Q1').slice(0, -2), f5, ...typed('')]
      expect(await desk(declared, [...first, ...typed(lines)], wedge)).toEqual(['L-326', 'L-704'])
    })
    it('a reader that types identifiers types them before documents too, from then on and after a pause', async () => {
      const at = await fakeDesk({ allow: [{ name: 'reader', ...declared }], pairMs: 0, debounceMs: 0 })
      const reader = at.plug(wedge)
      await at.pass(1000)
      const kinds = () => at.scans.splice(0).map((scan) => classifyScan(scan, today).kind)
      reader.send(...typed(lines))
      expect(kinds()).toEqual(['document'])
      await at.pass(2000)
      reader.send(...typed(']C004A1B2C3D4E5F6'))
      expect(kinds()).toEqual(['card'])
      // In the same burst whatever claims to be OCR is the symbol's.
      reader.send(...typed(`]o1${one}\n]o1${two}`))
      expect(kinds()).toEqual(['unreadable'])
      await at.pass(2000)
      reader.send(...typed(lines))
      expect(kinds()).toEqual(['unreadable'])
      await at.pass(2000)
      reader.send(...typed(`]o1${lines}`))
      expect(kinds()).toEqual(['document'])
    })
    it('the same of a reader whose reports have no field for identifiers', async () => {
      const rule = { ...page, documents: true, posLayout: 'newland' }
      const of = (content: string) => pos(content, '', 'newland')
      expect(await desk(rule, [...of(']Q1'), ...of(one), ...of(two)])).toEqual(['L-335'])
      expect(await desk(rule, of(`]Q1\r${text}`))).toEqual(['L-326'])
      expect(await desk(rule, [...of(`]o1${one}`), ...of(`]o1${two}`)])).toEqual(['document'])
    })
  })
  describe('a reader that types no identifiers, after a symbol whose text begins like one', () => {
    const us = (content: string) => encodeKeyboardWedge(content, 'us')
    const newland = (content: string) => pos(content.replaceAll('\n', '\r'), '', 'newland')
    const lines = (content: string) => encodeDocument(content.split('\n'))
    const whole = `${one}\n${two}`
    const posRule = { ...page, documents: true, posLayout: 'newland' as const }
    const kinds = [
      ['keys', { ...keys, documents: true }, us, wedge],
      ['HID POS without a field', posRule, newland, device('a')],
      ['reports of lines', { usagePage: 0x8c, decoder: 'document' }, lines, device('a')],
    ] as const
    /** Each read after a silence of its own; what the desk makes of all of them. */
    async function reads(
      rule: object,
      of: (content: string) => readonly Uint8Array[],
      info: ReturnType<typeof device>,
      contents: readonly string[],
    ): Promise<string[]> {
      const at = await fakeDesk({ allow: [{ name: 'reader', ...rule }], pairMs: 0, debounceMs: 0 })
      const reader = at.plug(info)
      await at.pass(1000)
      for (const content of contents) {
        reader.send(...of(content))
        await at.pass(2000)
      }
      return at.scans.map((scan) => {
        const meaning = classifyScan(scan, today)
        return meaning.kind === 'unreadable' ? meaning.failure.code : meaning.kind
      })
    }
    it.each(kinds)(
      '%s: is told to read it again, and the third document in a row is one',
      async (_, rule, of, info) => {
        const again = [whole, whole, whole, whole]
        expect(await reads(rule, of, info, [whole, ']Q1HELLO-WORLD-5', ...again])).toEqual([
          ...['document', 'card', 'L-335', 'L-335', 'document', 'document'],
        ])
      },
    )
    it.each(kinds)('%s: cards and badges without an identifier count as well', async (_, rule, of, info) => {
      const contents = [']Q1HELLO-WORLD-5', '04A1B2C3D4E5F6', '04A1B2C3D4E5F7', whole]
      expect(await reads(rule, of, info, contents)).toEqual(['card', 'card', 'card', 'document'])
    })
    it.each(kinds)('%s: no symbol of a reader that does type them comes of it', async (_, rule, of, info) => {
      // However often a phone is shown, the reader begins each read with the symbol's identifier.
      const phone = [`]Q1\n${whole}`, `]Q1${whole}`, `]Q1X9X9X9\n\n${whole}`, `]d2\n${whole}`]
      const shown = [...phone, ...phone, ...phone]
      for (const made of await reads(rule, of, info, shown)) expect(['card', 'L-326', 'L-704', 'L-705']).toContain(made)
      // A read of something else between them starts nothing: the count begins anew with each identifier.
      const mixed = [
        '04A1B2C3D4E5F6',
        ...phone,
        '04A1B2C3D4E5F6',
        '04A1B2C3D4E5F7',
        ...phone,
        '04A1B2C3D4E5F6',
        ...phone,
      ]
      for (const made of await reads(rule, of, info, mixed)) expect(made).not.toBe('document')
    })
    it.each(kinds)('%s: lines of one read count once, however many', async (_, rule, of, info) => {
      const at = await fakeDesk({ allow: [{ name: 'reader', ...rule }], pairMs: 0, debounceMs: 0 })
      const reader = at.plug(info)
      await at.pass(1000)
      reader.send(...of(']Q1HELLO-WORLD-5'))
      await at.pass(2000)
      // A symbol's rest, after the machine stood still once in its middle: no silence between its lines.
      for (let n = 0; n < 6; n++) reader.send(...of('04A1B2C3D4E5F6'), ...of(whole))
      expect(at.scans.map((scan) => classifyScan(scan, today).kind)).not.toContain('document')
    })
  })
  it('a line out of a symbol and a line by OCR are no document, in either order, and the desk is told', async () => {
    const mixed = (first: string, second: string) =>
      desk({ ...page, documents: true }, [...pos(`${one}\r`, first), ...pos(`${two}\r`, second)])
    // What was begun is told as broken off; the line that is left is no first line, and no card.
    expect(await mixed(']Q1', ']o1')).toEqual(['L-303', 'L-704'])
    expect(await mixed(']o1', ']Q1')).toEqual(['L-326', 'L-704'])
    expect(await mixed('   ', ']o1')).toEqual(['L-303', 'L-704'])
    expect(await mixed(']o1', ']o1')).toEqual(['document'])
  })
  it('a document cut off by a card, by silence or by unplugging is told, and the next one is whole', async () => {
    const at = await fakeDesk({ allow: [{ name: 'reader', ...page }], pairMs: 0 })
    const reader = at.plug(device('a'))
    await at.pass(1000)
    reader.send(...pos(one, ']o1'), ...pos('04A1B2C3D4E5F6', ']C0'))
    expect([at.texts(), at.torn]).toEqual([['04A1B2C3D4E5F6'], [{ code: 'L-704' }]])
    reader.send(...pos(one, ']o1'))
    await at.pass(2000)
    expect(at.torn).toEqual([{ code: 'L-704' }, { code: 'L-704' }])
    reader.send(...pos(one, ']o1'))
    reader.vanish()
    at.unplug('a')
    await at.pass(3000)
    expect(at.torn.length).toBe(3)
    const again = at.plug(device('a'))
    await at.pass(2000)
    again.send(...pos(two, ']o1'), ...pos(one, ']o1'), ...pos(two, ']o1'))
    expect(at.scans.filter((scan) => classifyScan(scan, today).kind === 'document').length).toBe(1)
  })
  it('a first line without a filler begins a document, and no card of thirty characters does', async () => {
    const lines = buildTd1({ ...someone, issuer: 'PER', number: '000000001' })
    const full = ['IDPER0000000011ABC123456789012', lines[1] ?? '', lines[2] ?? '']
    const at = await fakeDesk({ allow: [{ name: 'reader', ...page }], pairMs: 0 })
    const reader = at.plug(device('a'))
    await at.pass(1000)
    for (const line of full) reader.send(...pos(line, ']o1'))
    expect(at.texts()).toEqual([full.join('\n')])
    // An issuer that is none, a wrong check digit, a digit for a letter: numbers of cards.
    for (const card of [
      'IDPEX0000000011ABC123456789012',
      'IDPER0000000012ABC123456789012',
      'I1PER00000000A6ABC12345678901',
    ]) {
      reader.send(...pos(card, ']C0'))
      expect(at.texts().at(-1)).toBe(card)
    }
  })
})

describe('learning', () => {
  const learn = (reports: readonly Uint8Array[]) => {
    const learner = createLearner(device('a'), () => today)
    for (let i = 0; i < 3; i++) {
      for (const report of reports) learner.push(report)
      learner.silence()
    }
    return learner.state()
  }
  it.each([
    ['a passport by OCR', pos(text, ']o1'), true, 'document'],
    ['a passport without identifiers', pos(text, '   '), true, 'document'],
    ['a QR code of a passport', pos(text, ']Q1'), undefined, 'unreadable'],
    ['a card', pos('04A1B2C3D4E5F6', ']C0'), undefined, 'card'],
  ])('%s', (_, reports, documents, kind) => {
    const { suggestion, reads } = learn(reports)
    expect(suggestion?.['documents']).toBe(documents)
    expect(reads.map((read) => read.kind)).toEqual([kind, kind, kind])
  })
})
