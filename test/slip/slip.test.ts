import fc from 'fast-check'
import iconv from 'iconv-lite'
import jsqr from 'jsqr'
import { expect, test } from 'vitest'
import { slipPixels } from '../../src-main/printers/simulated/index.ts'
import { codePages, encodeSecret, layoutSlip, type SlipContent } from '../../src-main/slip/index.ts'
import { tableOf } from '../../src-main/slip/code-pages.ts'
import { content, onPaper, readSecret } from './on-paper.ts'

const readQr = jsqr as unknown as (data: Uint8ClampedArray, width: number, height: number) => { data: string } | null
const papers = [58, 80] as const
const languages = ['fi', 'sv', 'en'] as const

function slip(secret: string, paper: 58 | 80 = 80, change: Partial<SlipContent> = {}, powerOnSet = 0) {
  const made = layoutSlip({ ...content, ...change }, Buffer.from(secret), paper)
  if (!made.ok) return made.failure.code
  const strips = onPaper(Buffer.concat([made.value.header, made.value.body]), paper, powerOnSet)
  expect(strips).toHaveLength(1)
  const [strip] = strips
  if (strip === undefined) throw new Error('no slip')
  return strip
}

test('the hard password is printed exactly, on every paper, in every language, whatever set the printer wakes up in', () => {
  for (const paper of papers)
    for (const language of languages)
      for (let set = 0; set <= 10; set++) {
        const strip = slip('Åäö€ž{|}~^`@#', paper, { language }, set)
        if (typeof strip === 'string') throw new Error(strip)
        expect(readSecret(strip)).toBe('Åäö€ž{|}~^`@#')
      }
})

test('our own code page tables agree with another implementation, letter by letter', () => {
  for (const page of codePages) {
    for (const [point, byte] of tableOf(page))
      expect(iconv.decode(Buffer.from([byte]), page)).toBe(String.fromCodePoint(point))
    expect(tableOf(page).size).toBeGreaterThan(210)
  }
})

const repertoire = [...new Set(codePages.flatMap((page) => [...tableOf(page).keys()]))]
  .filter((point) => point !== 0x20)
  .map((p) => String.fromCodePoint(p))

test('any password over the printable letters comes back exact from paper, or is refused', () => {
  let printed = 0
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...repertoire), { minLength: 1, maxLength: 40 }),
      fc.constantFrom(...papers),
      (letters, paper) => {
        const strip = slip(letters.join(''), paper)
        if (strip === 'L-505') {
          expect(codePages.some((page) => letters.every((l) => tableOf(page).has(l.codePointAt(0) ?? 0)))).toBe(false)
          return
        }
        if (typeof strip === 'string') throw new Error(strip)
        printed += 1
        expect(readSecret(strip)).toBe(letters.join(''))
      },
    ),
    { numRuns: 150 },
  )
  for (const page of codePages)
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...[...tableOf(page).keys()].filter((p) => p !== 0x20)), {
          minLength: 1,
          maxLength: 60,
        }),
        fc.constantFrom(...papers),
        (points, paper) => {
          const strip = slip(String.fromCodePoint(...points), paper)
          if (typeof strip === 'string') throw new Error(strip)
          printed += 1
          expect(readSecret(strip)).toBe(String.fromCodePoint(...points))
        },
      ),
      { numRuns: 60 },
    )
  expect(printed).toBeGreaterThanOrEqual(180)
})

test('a password that cannot be printed exactly is refused: other scripts, controls, torn UTF-8, combining marks', () => {
  for (const secret of [
    'пароль',
    'a\u0000b',
    'a\nb',
    'a\u001b@b',
    'a\u0308',
    'ab\u00adc',
    'a\u00a0b',
    '😀',
    '',
    'ůß中',
  ])
    expect(slip(secret)).toBe('L-505')
  for (const bytes of [[0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xff], [0xe0, 0x80, 0xaf]])
    expect(encodeSecret(Uint8Array.from(bytes))).toBeNull()
})

test('the header holds no byte of the secret: it is the same whatever the secret is', () => {
  const one = layoutSlip(content, Buffer.from('Kissa-9081'), 80)
  const other = layoutSlip(content, Buffer.from('žŐ'), 80)
  if (!one.ok || !other.ok) throw new Error('refused')
  // The second cannot share windows1252, so even the page chosen for the secret stays out of the header.
  expect(one.value.header).toEqual(other.value.header)
})

test('a caller’s buffer is left as it was', () => {
  const secret = Buffer.from('Kissa-9081')
  layoutSlip(content, secret, 58)
  expect(secret.toString()).toBe('Kissa-9081')
})

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 500 }),
  fc.string({ unit: 'grapheme', maxLength: 500 }),
  fc
    .array(
      fc.constantFrom(
        '\u001b@',
        '\u001d(k',
        '\u001dV\u0000',
        '\u0010\u0004\u0001',
        '\u0018',
        '\n',
        '\u202e',
        '\u200f',
        '👩‍👩‍👧',
        'x',
        '\u009b',
        '\ud800',
      ),
      {
        maxLength: 250,
      },
    )
    .map((p) => p.join('')),
)

test('no name, account, desk or reference can command the printer, however hostile', () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, fc.constantFrom(...papers), (name, account, reference, paper) => {
      const strip = slip('Kissa-9081', paper, {
        recipient: name,
        organisation: name,
        desk: account,
        account,
        requestReference: reference,
        validUntil: reference,
        slipNumber: account,
      })
      if (typeof strip === 'string') throw new Error(strip)
      expect(readSecret(strip)).toBe('Kissa-9081')
      // One QR code, nothing upside down or inverted, every mark on the paper: the slip is only its own template.
      expect(strip.marks.filter((mark) => mark.kind === 'dots')).toHaveLength(1)
      expect(strip.marks.some((mark) => mark.kind === 'text' && (mark.style.invert || mark.style.underline))).toBe(
        false,
      )
      expect(strip.text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u)
    }),
    { numRuns: 150 },
  )
})

test('no line of a slip is wider than its paper', () => {
  for (const paper of papers)
    for (const language of languages)
      for (const kind of ['password', 'activation-code'] as const) {
        const strip = slip('Kissa-9081-Koira-7762-Hauki-5512', paper, { language, secretKind: kind })
        if (typeof strip === 'string') throw new Error(strip)
        const starts = new Set(strip.marks.map((mark) => mark.y))
        expect(starts.size).toBeGreaterThan(12)
        for (const mark of strip.marks) {
          const width = mark.kind === 'text' ? [...mark.text].length * 12 * mark.style.wide : mark.width * mark.module
          expect(mark.x + width).toBeLessThanOrEqual(strip.width)
        }
      }
})

test('each character has its class below it: 0 and O, 1 and l and I are told apart', () => {
  const strip = slip('0O1lI#ä', 80, { language: 'en' })
  if (typeof strip === 'string') throw new Error(strip)
  const lines = strip.text.split('\n')
  expect(lines[lines.indexOf('0O1lI#ä') + 1]).toBe('9 A 9 a A # a')
  expect(strip.text).toContain('9 = digit')
})

test('the QR code on the pictured slip reads as the address, and only the address', async () => {
  for (const paper of papers) {
    const strip = slip('Åäö€ž{|}~^`@#', paper)
    if (typeof strip === 'string') throw new Error(strip)
    const { data, width, height } = await slipPixels(strip)
    expect(readQr(data, width, height)?.data).toBe(content.changeAddress)
  }
})

test('a logo stands above everything, dot by dot as it was given, and the institution’s own words at the end; neither touches the secret', () => {
  const dots = Buffer.alloc(8 * 20, 0xaa)
  const logo = { width: 64, height: 20, dots: dots.toString('base64') }
  for (const paper of papers) {
    const plain = slip('Ab3#', paper)
    const strip = slip('Ab3#', paper, { logo, note: 'Neuvonta ma–to 8–20 \u001b@' })
    if (typeof strip === 'string' || typeof plain === 'string') throw new Error('not printed')
    expect(readSecret(strip)).toBe('Ab3#')
    expect(strip.text).toContain('Neuvonta ma–to 8–20')
    expect(strip.text.indexOf('Neuvonta')).toBeGreaterThan(strip.text.indexOf('Hävitä'))
    const made = layoutSlip({ ...content, logo }, Buffer.from('Ab3#'), paper)
    if (!made.ok) throw new Error(made.failure.code)
    const raster = Buffer.concat([Buffer.from([0x1d, 0x76, 0x30, 0x00, 8, 0, 20, 0]), dots])
    expect(made.value.header.indexOf(raster)).toBe(5)
    expect(made.value.body.indexOf(raster)).toBe(-1)
    // Nothing of the logo is taken for text.
    expect(strip.text.split('\n').filter((line) => line.includes('ª'))).toEqual([])
  }
})
