import fc from 'fast-check'
import jsQR from 'jsqr'
import { describe, expect, it } from 'vitest'
import { PrinterState } from '../../src-shared/kiosk-api/index.ts'
import {
  birthDateFromDigits,
  clockTime,
  commonCountries,
  countryName,
  deskToday,
  maskedBirthDate,
  printerTone,
  secondsLeft,
  timeOrDate,
} from '../../src-renderer/wording/index.ts'
import { qrPath } from '../../src-renderer/wording/qr-path.ts'

describe('the birth date keyed from a document', () => {
  const today = '2026-03-02'

  it('reads every real date, day first', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1900-01-01'), max: new Date('2026-03-01'), noInvalidDate: true }),
        (date) => {
          const text = date.toISOString().slice(0, 10)
          const [year = '', month = '', day = ''] = text.split('-')
          expect(birthDateFromDigits(`${day}${month}${year}`, today)).toBe(text)
        },
      ),
    )
  })

  it('refuses what is no date, what is yet to come, and what is unfinished', () => {
    for (const digits of [
      '30021999',
      '29022023',
      '00131990',
      '01001990',
      '01131990',
      '32011990',
      '03032026',
      '01011800',
      '0101199',
      '010119900',
      'ab011990',
      '',
    ])
      expect(birthDateFromDigits(digits, today), digits).toBeNull()
    expect(birthDateFromDigits('29022024', today)).toBe('2024-02-29')
    expect(birthDateFromDigits('02032026', today)).toBe('2026-03-02')
  })

  it('keeps as unknown what a document gives as zeros: the day, or day and month', () => {
    expect(birthDateFromDigits('00011990', today)).toBe('1990-01')
    expect(birthDateFromDigits('00001990', today)).toBe('1990')
    for (const digits of ['00042026', '00002027', '00001800', '00000000'])
      expect(birthDateFromDigits(digits, today)).toBeNull()
  })

  it('shows what is keyed in its place', () => {
    expect(maskedBirthDate('')).toBe('__.__.____')
    expect(maskedBirthDate('2412')).toBe('24.12.____')
    expect(maskedBirthDate('24121999')).toBe('24.12.1999')
  })

  it('takes the desk’s date, not the computer’s or Greenwich’s', () => {
    expect(deskToday(Date.UTC(2026, 2, 1, 22, 30))).toBe('2026-03-02')
    expect(deskToday(Date.UTC(2026, 6, 1, 21, 30))).toBe('2026-07-02')
  })
})

describe('times', () => {
  it('are Helsinki’s on both sides of a change of the clock', () => {
    expect(clockTime(Date.UTC(2026, 2, 29, 0, 59), 'en')).toBe('02:59')
    expect(clockTime(Date.UTC(2026, 2, 29, 1, 0), 'en')).toBe('04:00')
    expect(clockTime(Date.UTC(2026, 2, 2, 22, 5), 'en')).toBe('00:05')
    expect(clockTime(Date.UTC(2026, 2, 2, 7, 41), 'fi')).toBe('09.41')
  })

  it('carry their date when they are not of today', () => {
    const now = Date.UTC(2026, 2, 2, 8, 0)
    expect(timeOrDate(now - 60_000, now, 'en')).toBe('09:59')
    expect(timeOrDate(now - 24 * 3_600_000, now, 'fi')).toBe('1.3.2026 10.00')
  })

  it('count down to zero and stay there', () => {
    expect(secondsLeft(10_000, 5_500)).toBe(5)
    expect(secondsLeft(10_000, 10_001)).toBe(0)
  })
})

describe('the QR code', () => {
  it('reads back as the address it was made of', () => {
    const address = 'https://salasana.suvanto.example/itsepalvelu?kieli=fi'
    const { path, size } = qrPath(address)
    const scale = 4
    const width = (size + 8) * scale
    const pixels = new Uint8ClampedArray(width * width * 4).fill(255)
    for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
      for (let dy = 0; dy < scale; dy += 1) {
        for (let dx = 0; dx < scale; dx += 1) {
          const at = (((Number(y) + 4) * scale + dy) * width + (Number(x) + 4) * scale + dx) * 4
          pixels.fill(0, at, at + 3)
        }
      }
    }
    const read = (jsQR as unknown as typeof jsQR.default)(pixels, width, width)
    expect(read?.data).toBe(address)
  })
})

describe('countries and lights', () => {
  it('offers Finland first, and codes as ICAO 9303 writes them', () => {
    expect(commonCountries[0]?.code).toBe('FIN')
    for (const { code } of commonCountries) expect(code).toMatch(/^[A-Z]{1,3}$/)
    expect(countryName('D', 'fi')).toBe('Saksa')
    expect(countryName('SWE', 'sv')).toBe('Sverige')
    expect(countryName('XXA', 'en')).toBe('XXA')
  })

  it('shows no printer as good that cannot be relied on', () => {
    expect(PrinterState.options.filter((state) => printerTone(state) === 'good')).toEqual(['ready'])
  })
})
