/**
 * Keyboard layouts as data: HID usage (HID Usage Tables 1.5, section 10, Keyboard/Keypad page 0x07) to character,
 * plain, with Shift and with AltGr. US, and Finnish/Swedish (SFS 5966 basic positions).
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

const keypad: [number, string][] = [[0x54, '/'], [0x55, '*'], [0x56, '-'], [0x57, '+'], ...row(0x59, '1234567890')]
const upper = letters().map(([usage, letter]): [number, string] => [usage, letter.toUpperCase()])

const us: Layout = {
  plain: new Map([...letters(), ...row(0x1e, '1234567890'), [0x2c, ' '], ...row(0x2d, '-=[]\\'), ...row(0x33, ";'`,./"), ...keypad]),
  shift: new Map([...upper, ...row(0x1e, '!@#$%^&*()'), [0x2c, ' '], ...row(0x2d, '_+{}|'), ...row(0x33, ':"~<>?'), ...keypad]),
  altGr: new Map(),
}

const fi: Layout = {
  plain: new Map([
    ...letters(),
    ...row(0x1e, '1234567890'),
    [0x2c, ' '],
    [0x2d, '+'],
    [0x2f, 'å'],
    [0x32, "'"],
    [0x33, 'ö'],
    [0x34, 'ä'],
    [0x35, '§'],
    [0x36, ','],
    [0x37, '.'],
    [0x38, '-'],
    [0x64, '<'],
    ...keypad,
  ]),
  shift: new Map([
    ...upper,
    ...row(0x1e, '!"#¤%&/()='),
    [0x2c, ' '],
    [0x2d, '?'],
    [0x2f, 'Å'],
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
    [0x64, '|'],
    [0x08, '€'],
  ]),
}

export const layouts = { us, fi } as const
export type LayoutName = keyof typeof layouts
