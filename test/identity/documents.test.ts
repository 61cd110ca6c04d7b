/**
 * Documents: every check digit of every format holds, and a name on record is found in a machine-readable zone as ICAO
 * 9303 writes it.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  buildTd1,
  buildTd2,
  buildTd3,
  checkDigit,
  documentExpired,
  matchName,
  mrzLines,
  readMrz,
} from '../../src-main/identity/documents/index.ts'
import { classifyScan } from '../../src-main/identity/scans/index.ts'

const today = '2026-03-02'
const someone = {
  issuer: 'FIN',
  number: 'XA1234567',
  family: 'Meikäläinen',
  given: 'Maija Liisa',
  nationality: 'FIN',
  birthDate: '1990-02-03',
  expiryDate: '2031-01-01',
}
const builders = { TD1: buildTd1, TD2: buildTd2, TD3: buildTd3 } as const
const formats = ['TD1', 'TD2', 'TD3'] as const

/** The check digits and what each is over, written out from 9303 parts 4, 5 and 6: `[line, place, over]`. */
function everyDigit(
  format: (typeof formats)[number],
  lines: readonly string[],
): { at: readonly [number, number]; over: string }[] {
  const [a = '', b = ''] = lines
  switch (format) {
    case 'TD1':
      return [
        { at: [0, 14], over: a.slice(5, 14) },
        { at: [1, 6], over: b.slice(0, 6) },
        { at: [1, 14], over: b.slice(8, 14) },
        { at: [1, 29], over: a.slice(5, 30) + b.slice(0, 7) + b.slice(8, 15) + b.slice(18, 29) },
      ]
    case 'TD2':
      return [
        { at: [1, 9], over: b.slice(0, 9) },
        { at: [1, 19], over: b.slice(13, 19) },
        { at: [1, 27], over: b.slice(21, 27) },
        { at: [1, 35], over: b.slice(0, 10) + b.slice(13, 20) + b.slice(21, 35) },
      ]
    case 'TD3':
      return [
        { at: [1, 9], over: b.slice(0, 9) },
        { at: [1, 19], over: b.slice(13, 19) },
        { at: [1, 27], over: b.slice(21, 27) },
        { at: [1, 42], over: b.slice(28, 42) },
        { at: [1, 43], over: b.slice(0, 10) + b.slice(13, 20) + b.slice(21, 43) },
      ]
  }
}
const digitsHold = (format: (typeof formats)[number], lines: readonly string[]) =>
  everyDigit(format, lines).every(({ at: [line, place], over }) => {
    const digit = lines[line]?.[place]
    // An empty optional field of TD3 may carry `<` for its digit (9303 part 4, section 4.2.2.2).
    return digit === checkDigit(over) || (digit === '<' && /^<+$/.test(over))
  })

const people = fc.record({
  family: fc.constantFrom('Mäki', 'Ahlström-Niemi', "O'Brien", 'Öberg', 'Åström', 'van der Berg', 'Saarinen'),
  given: fc.constantFrom('Aino', 'Päivi Anneli', 'Jean-Luc', 'Björn', 'Åke', 'Ivo'),
  number: fc.string({ unit: fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'), minLength: 6, maxLength: 9 }),
  birthDate: fc
    .date({ min: new Date('1930-01-01'), max: new Date('2010-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  expiryDate: fc
    .date({ min: new Date('2020-01-01'), max: new Date('2040-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
})

describe.each(formats)('%s', (format) => {
  it('reads back what was written, however the lines end or are joined, in either case', () => {
    fc.assert(
      fc.property(
        people,
        fc.constantFrom('\n', '\r', '\r\n', '\n\r', '\r\r\n', ''),
        fc.boolean(),
        fc.boolean(),
        (who, end, lower, trailing) => {
          const lines = builders[format]({ ...someone, ...who })
          expect(digitsHold(format, lines)).toBe(true)
          const text = lines.join(end) + (trailing ? end : '')
          const meaning = classifyScan({ text: lower ? text.toLowerCase() : text, offDocument: true }, today)
          if (meaning.kind !== 'document') throw new Error(JSON.stringify(meaning))
          const { document } = meaning
          expect(document).toMatchObject({
            format,
            issuerCountry: 'FIN',
            birthDate: who.birthDate,
            expiry: { kind: 'date', first: who.expiryDate, last: who.expiryDate },
          })
          expect(matchName(document, { family: who.family, given: who.given }, [])).not.toBeNull()
          expect(documentExpired(document, today)).toBe(who.expiryDate < today)
          // The number goes no further.
          expect(JSON.stringify(document)).not.toContain(who.number)
        },
      ),
    )
  })
  it('no change of one character is accepted with a wrong check digit: all of them, at every place', () => {
    const lines = builders[format](someone)
    let tried = 0
    let accepted = 0
    for (const [row, line] of lines.entries())
      for (let at = 0; at < line.length; at++)
        for (const other of '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<') {
          if (other === line[at]) continue
          const changed = lines.map((each, i) => (i === row ? each.slice(0, at) + other + each.slice(at + 1) : each))
          tried += 1
          const meaning = classifyScan({ text: changed.join('\n'), offDocument: true }, today)
          expect(meaning.kind).not.toBe('card')
          if (meaning.kind !== 'document') continue
          accepted += 1
          expect(digitsHold(format, changed), changed.join('/')).toBe(true)
        }
    expect(tried).toBe(lines.join('').length * 36)
    // Names and countries carry no digit, so some changes are documents of another name.
    expect(accepted).toBeLessThan(tried / 2)
  })
  it('rubbish in its shape is refused with a code, and never thrown at', () => {
    const sizes = builders[format](someone).map(({ length }) => length)
    fc.assert(
      fc.property(
        fc.tuple(
          ...sizes.map((length) =>
            fc.string({ unit: fc.constantFrom(...'0123456789ABC<<<<<<P'), minLength: length, maxLength: length }),
          ),
        ),
        (lines) => {
          const meaning = classifyScan({ text: lines.join('\n'), offDocument: true }, today)
          if (meaning.kind === 'document') expect(digitsHold(format, lines)).toBe(true)
          else expect(meaning).toMatchObject({ kind: 'unreadable' })
        },
      ),
    )
  })
})

describe('bad machine-readable zones', () => {
  const [one = '', two = ''] = buildTd3(someone)
  it.each([
    ['one line', one],
    ['a line short of a character', `${one}\n${two.slice(1)}`],
    ['three lines of a passport', `${one}\n${two}\n${two}`],
    ['mixed case', `${one.toLowerCase()}\n${two}`],
    ['blanks for fillers', `${one}\n${two}`.replaceAll('<', ' ')],
    ['87 joined characters', (one + two).slice(1)],
    ['letters outside A-Z', `${one.replace('M', 'Ä')}\n${two}`],
    ['an unknown kind of document', `${one.replace('P', 'X')}\n${two}`],
    ['a visa', `V${one.slice(1)}\n${two}`],
  ])('%s: refused with a code, never a card', (_, text) => {
    const meaning = classifyScan({ text, offDocument: true }, today)
    if (meaning.kind !== 'unreadable') throw new Error(meaning.kind)
    expect(['L-303', 'L-304', 'L-325', 'L-705']).toContain(meaning.failure.code)
  })
  it('88 joined characters are two lines of 44', () => {
    expect(mrzLines(one + two)).toEqual([one, two])
  })
  it('the specimens of ICAO 9303 are read once they name a real State, a long document number included', () => {
    // Utopia issues nothing; its code is under no check digit.
    const real = (lines: readonly string[]) => lines.map((line) => line.replace('UTO', 'SWE'))
    const passport = ['P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<', 'L898902C36UTO7408122F1204159ZE184226B<<<<<10']
    expect(readMrz(passport, '2011-01-01')).toEqual({ ok: false, failure: { code: 'L-325' } })
    expect(readMrz(real(passport), '2011-01-01')).toMatchObject({
      ok: true,
      value: {
        family: 'ERIKSSON',
        given: 'ANNA MARIA',
        birthDate: '1974-08-12',
        expiry: { kind: 'date', last: '2012-04-15' },
      },
    })
    const card = ['I<UTOD231458907<<<<<<<<<<<<<<<', '7408122F1204159UTO<<<<<<<<<<<6', 'ERIKSSON<<ANNA<MARIA<<<<<<<<<<']
    expect(readMrz(real(card), '2011-01-01')).toMatchObject({
      ok: true,
      value: { format: 'TD1', kind: 'identity-card' },
    })
    const long = ['I<UTOD23145890<7349<<<<<<<<<<<', '3407127M9507122UTO<<<<<<<<<<<2', 'STEVENSON<<PETER<JOHN<<<<<<<<<']
    expect(readMrz(real(long), '1994-01-01')).toMatchObject({ ok: true, value: { family: 'STEVENSON' } })
  })
})

describe('two-digit years', () => {
  const dates = (birth: string, expiry: string, on: string) => {
    const read = readMrz(buildTd3({ ...someone, birthDate: birth, expiryDate: expiry }), on)
    if (!read.ok) return read.failure.code
    return [read.value.birthDate, read.value.expiry.kind === 'date' ? read.value.expiry.last : read.value.expiry.kind]
  }
  it('a birth is never in the future, an expiry within fifty years of the desk’s date', () => {
    expect(dates('1926-03-03', '2031-01-01', '2026-03-02')).toEqual(['1926-03-03', '2031-01-01'])
    expect(dates('2026-03-02', '2031-01-01', '2026-03-02')).toEqual(['2026-03-02', '2031-01-01'])
    expect(dates('1990-02-03', '1999-12-30', '2026-03-02')).toEqual(['1990-02-03', '1999-12-30'])
    expect(dates('2080-02-03', '2105-01-01', '2098-03-02')).toEqual(['2080-02-03', '2105-01-01'])
  })
  it('a document is good through its last day, at the desk’s own date', () => {
    const read = readMrz(buildTd3({ ...someone, expiryDate: '2026-03-02' }), today)
    if (!read.ok) throw new Error(read.failure.code)
    expect([documentExpired(read.value, '2026-03-02'), documentExpired(read.value, '2026-03-03')]).toEqual([
      false,
      true,
    ])
  })
  it('a day that does not exist is unreadable', () => {
    const [one = '', two = ''] = buildTd3(someone)
    for (const birth of ['900230', '9<0203', '901301', '900232', '90<203']) {
      const second = two.slice(0, 13) + birth + checkDigit(birth) + two.slice(20, 43)
      const composite = checkDigit(second.slice(0, 10) + second.slice(13, 20) + second.slice(21, 43))
      expect(readMrz([one, second + composite], today), birth).toEqual({ ok: false, failure: { code: 'L-303' } })
    }
  })
})

describe('names', () => {
  const inDocument = (family: string, given: string, truncated = false) => ({ family, given, truncated })
  it.each([
    ['Åström', 'ASTROM', 'exact'],
    ['Åström', 'AASTROEM', 'exact'],
    ['Mäki', 'MAEKI', 'exact'],
    ['Mäki', 'MAKI', 'exact'],
    ['Ahlström-Niemi', 'AHLSTROEM NIEMI', 'exact'],
    ['Ahlström-Niemi', 'NIEMI AHLSTROM', 'tolerant'],
    ["O'Brien", 'OBRIEN', 'exact'],
    ['O’Brien', 'OBRIEN', 'exact'],
    ['Müller', 'MUELLER', 'exact'],
    ['Mäki', 'MAKINEN', null],
    ['Mäkinen', 'MAKI', null],
  ] as const)('%s in a document as %s: %s', (record, document, expected) => {
    expect(matchName(inDocument(document, 'AINO'), { family: record, given: 'Aino' }, [])).toBe(expected)
  })
  it('former names match tolerantly; another person of the same family does not', () => {
    expect(
      matchName(inDocument('VIRTANEN', 'AINO'), { family: 'Salo', given: 'Aino' }, [
        { family: 'Virtanen', given: 'Aino' },
      ]),
    ).toBe('tolerant')
    expect(
      matchName(inDocument('VIRTANEN', 'EERO'), { family: 'Salo', given: 'Aino' }, [
        { family: 'Virtanen', given: 'Aino' },
      ]),
    ).toBeNull()
  })
  it('a name too long for its field is compared as far as it goes', () => {
    const long = { family: 'Papandropoulous-Konstantinopoulos', given: 'Jonathon Alec Maximilian' }
    const lines = buildTd1({ ...someone, ...long })
    const read = readMrz(lines, today)
    if (!read.ok) throw new Error(read.failure.code)
    expect(read.value.truncated).toBe(true)
    expect(matchName(read.value, long, [])).toBe('tolerant')
    expect(matchName(read.value, { family: 'Papandreou', given: 'Jonathon' }, [])).toBeNull()
  })
})
