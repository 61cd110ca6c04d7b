/**
 * Centuries and unknown parts of the dates in a machine-readable zone: rules that hold for every date and every day at
 * the desk.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { birthOf, birthStanding, birthsOf, expiryOf, expirySeen } from '../../src-main/identity/documents/index.ts'
import {
  agreeingForms,
  bearsOut,
  BirthDate,
  knownForms,
  wholeDates,
  withoutUnknown,
} from '../../src-shared/domain/birth-date.ts'
import { birthTag } from '../../src-shared/protocol/tags.ts'

const days = (from: string, to: string) =>
  fc
    .date({ min: new Date(from), max: new Date(to), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10))
const today = days('2024-01-01', '2090-12-31')
const short = (date: string) => date.slice(2).replaceAll('-', '')
const added = (date: string, years: number) => `${Number(date.slice(0, 4)) + years}${date.slice(4)}`
const real = (date: string) => !Number.isNaN(Date.parse(date)) && new Date(date).toISOString().slice(0, 10) === date
const key = Buffer.alloc(32, 7)

describe('birth', () => {
  it('of anybody alive is among what the two digits may mean, the youngest first, and never in the future', () => {
    fc.assert(
      fc.property(today, fc.integer({ min: 0, max: 119 }), fc.integer({ min: 0, max: 364 }), (now, age, day) => {
        const born = new Date(Date.parse(now) - day * 86_400_000)
        born.setUTCFullYear(born.getUTCFullYear() - age)
        const date = born.toISOString().slice(0, 10)
        const read = birthOf(short(date), now)
        if (read === null) throw new Error('no date')
        const births = birthsOf(read)
        expect(births).toContain(date)
        expect([...births].sort().reverse()).toEqual(births)
        for (const each of births) expect(each <= now && each > added(now, -127)).toBe(true)
      }),
    )
  })
  it('with unknown parts gives what is known, and a record that knows more is never borne out', () => {
    fc.assert(
      fc.property(days('1930-01-01', '2020-12-31'), fc.constantFrom('<<', '00'), (date, none) => {
        const [yy, mm] = [short(date).slice(0, 2), short(date).slice(2, 4)]
        const month = birthOf(`${yy}${mm}${none}`, '2026-03-02')
        const year = birthOf(`${yy}${none}${none}`, '2026-03-02')
        if (month === null || year === null) throw new Error('no date')
        // Two zeros for a year as well would be no date at all.
        if (`${yy}${none}${none}` !== '000000') expect(birthsOf(year)).toContain(date.slice(0, 4))
        expect(birthsOf(month)).toContain(date.slice(0, 7))
        const onRecord = (record: string) => birthTag(key, record)
        expect(birthStanding(key, month, onRecord(date.slice(0, 7)))).toBe('whole')
        expect(birthStanding(key, month, onRecord(date.slice(0, 4)))).toBe('whole')
        expect(birthStanding(key, month, onRecord(date))).toBe('short')
        expect(birthStanding(key, year, onRecord(date))).toBe('short')
        expect(birthStanding(key, year, onRecord(date.slice(0, 7)))).toBe('short')
        expect(birthStanding(key, month, onRecord(added(date, 1)))).toBeNull()
        expect(birthStanding(key, month, null)).toBeNull()
      }),
      { numRuns: 30 },
    )
  })
  it('wholly unknown bears out nothing, and is short of whatever is on record', () => {
    for (const text of ['<<<<<<', '000000', '<<0714', '<<<<14'])
      expect(birthOf(text, '2026-03-02'), text).toEqual({ birthDate: null, orBorn: null })
    const none = { birthDate: null, orBorn: null }
    expect(birthStanding(key, none, birthTag(key, '1985-07-14'))).toBe('short')
    expect(birthStanding(key, none, birthTag(key, '1985'))).toBe('short')
  })
  it('is no date where it is none: a misread, never a guess', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789<'), minLength: 6, maxLength: 6 }), (text) => {
        const read = birthOf(text, '2026-03-02')
        for (const date of read === null ? [] : birthsOf(read)) {
          expect(BirthDate.safeParse(date).success, `${text} ${date}`).toBe(true)
          if (date.length === 10) expect(real(date), text).toBe(true)
        }
      }),
      { numRuns: 3000 },
    )
  })
})

describe('what is known of a birth date', () => {
  it('a partial date stands for every whole one in it, and for no other', () => {
    fc.assert(
      fc.property(days('1900-01-01', '2030-12-31'), fc.constantFrom(4, 7, 10), (date, length) => {
        const known = date.slice(0, length)
        const whole = wholeDates(known)
        expect(whole).toContain(date)
        for (const each of whole) {
          expect(real(each)).toBe(true)
          expect(bearsOut(each, known)).toBe(true)
        }
        expect(new Set(whole).size).toBe(whole.length)
        if (length < 10) expect(bearsOut(known, date)).toBe(false)
        expect(knownForms(known).every((form) => known.startsWith(form))).toBe(true)
      }),
    )
  })
  it('what may be on record of one person agrees either way round, and three texts agree with a whole date', () => {
    const known = fc
      .tuple(days('1980-01-01', '1981-12-31'), fc.constantFrom(4, 7, 10))
      .map(([date, length]) => date.slice(0, length))
    fc.assert(
      fc.property(known, known, (one, other) => {
        const agree = one.startsWith(other) || other.startsWith(one)
        expect(agreeingForms(one).includes(other)).toBe(agree)
        expect(agreeingForms(one).every((form) => BirthDate.safeParse(form).success)).toBe(true)
        if (one.length === 10) expect(agreeingForms(one).length).toBe(3)
        expect(agreeingForms(one).length).toBeLessThanOrEqual(379)
      }),
    )
  })
  it.each([
    ['1985-00-00', '1985'],
    ['1985-07-00', '1985-07'],
    [' 1985-07 ', '1985-07'],
    ['1985-07-14', '1985-07-14'],
    ['0000-00-00', '0000'],
    ['1985-00-14', '1985-00-14'],
  ])('%s in a register', (text, expected) => expect(withoutUnknown(text)).toBe(expected))
  it.each(['1985', '1985-12', '1985-12-31', '2000-02-29'])('%s can be on record', (text) => {
    expect(BirthDate.safeParse(text).success).toBe(true)
  })
  it.each(['85', '1985-13', '1985-00', '1985-2', '1985-02-30', '1985-', '1985-07-', 'x', ''])('%s cannot', (text) => {
    expect(BirthDate.safeParse(text).success).toBe(false)
  })
})

describe('expiry', () => {
  it('of a document in use is read in its own century; valid through its day, expired after it', () => {
    fc.assert(
      fc.property(today, fc.integer({ min: -40 * 365, max: 15 * 365 }), (now, off) => {
        const date = new Date(Date.parse(now) + off * 86_400_000).toISOString().slice(0, 10)
        const expiry = expiryOf(short(date), now)
        if (expiry === null) throw new Error('no date')
        if (expiry.kind === 'permanent') {
          expect(['991231', '990101']).toContain(short(date))
          return
        }
        expect(expiry).toEqual({ kind: 'date', first: date, last: date })
        expect(expirySeen(expiry, now)).toBe(date < now ? 'expired' : 'valid')
      }),
    )
  })
  it('is never "expired" while a day that it may mean is still to come', () => {
    fc.assert(
      fc.property(
        today,
        fc.string({ unit: fc.constantFrom(...'0123456789<'), minLength: 6, maxLength: 6 }),
        (now, text) => {
          const expiry = expiryOf(text, now)
          if (expiry?.kind !== 'date') return
          expect(expiry.first <= expiry.last).toBe(true)
          expect(real(expiry.last) && real(expiry.first), text).toBe(true)
          const seen = expirySeen(expiry, now)
          if (seen === 'expired') expect(expiry.last < now).toBe(true)
          if (seen === 'valid') expect(expiry.first >= now).toBe(true)
        },
      ),
      { numRuns: 3000 },
    )
  })
  it.each([
    ['<<<<<<', '2026-03-02', 'none'],
    ['991231', '2026-03-02', 'permanent'],
    ['990101', '2026-03-02', 'permanent'],
    ['999999', '2026-03-02', 'permanent'],
    ['999999', '2090-03-02', 'permanent'],
    ['991231', '2078-03-02', 'permanent'],
    ['991231', '2085-03-02', 'valid'],
    ['991231', '1995-03-02', 'valid'],
    ['990102', '2026-03-02', 'expired'],
    ['000000', '2026-03-02', 'none'],
    ['<<<<<<', '2026-03-02', 'none'],
    ['2603<<', '2026-03-02', 'none'],
    ['26<<<<', '2026-03-02', 'none'],
    ['27<<<<', '2026-03-02', 'valid'],
    ['25<<<<', '2026-03-02', 'expired'],
    ['2602<<', '2026-03-02', 'expired'],
    ['2604<<', '2026-03-02', 'valid'],
  ])('%s on %s: %s', (text, now, seen) => {
    const expiry = expiryOf(text, now)
    expect(expiry === null ? null : expirySeen(expiry, now)).toBe(seen)
  })
  it.each(['260230', '261301', '260132', '2<0101', 'ABCDEF', '<<0101'])('%s is no expiry', (text) => {
    expect(expiryOf(text, '2026-03-02')).toBeNull()
  })
})
