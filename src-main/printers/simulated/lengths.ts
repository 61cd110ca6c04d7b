/** Fixed lengths, after the two command bytes, of commands that this machine accepts and does not draw. */
export const escSkips: Readonly<Record<number, number>> = {
  0x20: 1,
  0x2d: 0,
  0x4d: 1,
  0x47: 1,
  0x63: 2,
  0x70: 3,
  0x7b: 1,
  0x55: 1,
  0x56: 1,
  0x3d: 1,
  0x24: 2,
  0x5c: 2,
  0x69: 0,
  0x6d: 0,
}
export const gsSkips: Readonly<Record<number, number>> = {
  0x4c: 2,
  0x57: 2,
  0x62: 1,
  0x66: 1,
  0x68: 1,
  0x77: 1,
  0x48: 1,
  0x50: 2,
  0x61: 1,
}
