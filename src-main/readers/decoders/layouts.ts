/**
 * Keyboard layouts as data: HID usage (HID Usage Tables 1.5, section 10, Keyboard/Keypad page 0x07) to character,
 * plain, with Shift and with AltGr. US, and Finnish/Swedish (SFS 5966, annex 1; SS 66 22 41 has the same keys). A dead
 * key carries a combining mark (U+0300..036F): it joins the next letter.
 */
export interface Layout {
  readonly plain: ReadonlyMap<number, string>
  readonly shift: ReadonlyMap<number, string>
  readonly altGr: ReadonlyMap<number, string>
}

function letters(): [number, string][] {
  return [...'abcdefghijklmnopqrstuvwxyz'].map((letter, i) => [0x04 + i, letter])
}

function row(first: number, characters: string): [number, string][] {
  return [...characters].map((character, i) => [first + i, character])
}

/** Keypad digits from 1 to 9 and 0 sit at 0x59..0x62. */
const keypad: [number, string][] = [[0x54, '/'], [0x55, '*'], [0x56, '-'], [0x57, '+'], ...row(0x59, '1234567890')]
const upper = letters().map(([usage, letter]): [number, string] => [usage, letter.toUpperCase()])

const us: Layout = {
  plain: new Map([
    ...letters(),
    ...row(0x1e, '1234567890'),
    [0x2c, ' '],
    ...row(0x2d, '-=[]\\'),
    ...row(0x33, ";'`,./"),
    [0x63, '.'],
    ...keypad,
  ]),
  shift: new Map([
    ...upper,
    ...row(0x1e, '!@#$%^&*()'),
    [0x2c, ' '],
    ...row(0x2d, '_+{}|'),
    ...row(0x33, ':"~<>?'),
    ...keypad,
  ]),
  altGr: new Map(),
}

const acute = '\u0301'
const grave = '\u0300'
const diaeresis = '\u0308'
const circumflex = '\u0302'
const tilde = '\u0303'

const fi: Layout = {
  plain: new Map([
    ...letters(),
    ...row(0x1e, '1234567890'),
    [0x2c, ' '],
    [0x2d, '+'],
    [0x2e, acute],
    [0x2f, 'å'],
    [0x30, diaeresis],
    // The key between Ä and Enter reports 0x32 from an ISO keyboard and 0x31 from an ANSI one.
    [0x31, "'"],
    [0x32, "'"],
    [0x33, 'ö'],
    [0x34, 'ä'],
    [0x35, '§'],
    [0x36, ','],
    [0x37, '.'],
    [0x38, '-'],
    [0x63, ','],
    [0x64, '<'],
    ...keypad,
  ]),
  shift: new Map([
    ...upper,
    ...row(0x1e, '!"#¤%&/()='),
    [0x2c, ' '],
    [0x2d, '?'],
    [0x2e, grave],
    [0x2f, 'Å'],
    [0x30, circumflex],
    [0x31, '*'],
    [0x32, '*'],
    [0x33, 'Ö'],
    [0x34, 'Ä'],
    [0x35, '½'],
    [0x36, ';'],
    [0x37, ':'],
    [0x38, '_'],
    [0x64, '>'],
    ...keypad,
  ]),
  altGr: new Map([
    [0x1f, '@'],
    [0x20, '£'],
    [0x21, '$'],
    [0x22, '€'],
    [0x24, '{'],
    [0x25, '['],
    [0x26, ']'],
    [0x27, '}'],
    [0x2d, '\\'],
    [0x30, tilde],
    [0x64, '|'],
    [0x08, '€'],
    [0x10, 'µ'],
  ]),
}

export const layouts = { us, fi } as const
export type LayoutName = keyof typeof layouts

/** What a dead key types when a space or nothing that it joins follows. */
const spacing: Readonly<Record<string, string>> = {
  [acute]: '´',
  [grave]: '`',
  [diaeresis]: '¨',
  [circumflex]: '^',
  [tilde]: '~',
}

export const isDead = (character: string): boolean => character in spacing

/** A dead key and the character after it: one letter where Unicode has it, the mark alone before a space, else both. */
export function joinDead(mark: string, next: string): string {
  const alone = spacing[mark] ?? ''
  if (next === ' ' || next === mark) return alone
  const joined = (next + mark).normalize('NFC')
  return joined.length === 1 ? joined : alone + (spacing[next] ?? next)
}

/** The key presses for a character: `[map, usage]` of each; null where the layout lacks it. */
export function keysFor(layout: LayoutName, character: string): readonly (readonly [keyof Layout, number])[] | null {
  const direct = keyOf(layout, character)
  if (direct !== null) return [direct]
  const mark = Object.keys(spacing).find((each) => spacing[each] === character)
  const [base = '', accent, ...rest] = mark === undefined ? character.normalize('NFD') : [' ', mark]
  if (accent === undefined || rest.length > 0) return null
  const dead = keyOf(layout, accent)
  const letter = keyOf(layout, base)
  return dead === null || letter === null ? null : [dead, letter]
}

function keyOf(layout: LayoutName, character: string): readonly [keyof Layout, number] | null {
  for (const map of ['plain', 'shift', 'altGr'] as const)
    for (const [usage, value] of layouts[layout][map]) if (value === character) return [map, usage]
  return null
}
