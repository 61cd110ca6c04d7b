/**
 * Text as strokes on a US keyboard, by QEMU's names of keys (QKeyCode). Each stroke is pressed together, then let go.
 */
const plain: Readonly<Record<string, string>> = {
  ' ': 'spc',
  '-': 'minus',
  ',': 'comma',
  '.': 'dot',
  '/': 'slash',
  '\n': 'ret',
}
const shifted: Readonly<Record<string, string>> = { '<': 'comma', '>': 'dot', ':': 'semicolon', '?': 'slash', '%': '5' }

export function strokesOf(text: string): string[][] {
  return [...text].map((character) => {
    const under = shifted[character]
    if (under !== undefined) return ['shift', under]
    if (/[A-Z]/.test(character)) return ['shift', character.toLowerCase()]
    const key = /[a-z0-9]/.test(character) ? character : plain[character]
    if (key === undefined) throw new RangeError('no key for this character')
    return [key]
  })
}
