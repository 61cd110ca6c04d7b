/**
 * The secret on its way to paper: from its UTF-8 Buffer to code page bytes, without ever being a string. Checked by a
 * round trip: the bytes must decode to exactly the same code points, or nothing is printed (L-505).
 */
import { wipeable, wipeablePoints } from '../../src-shared/protocol/wipeable.ts'
import { codePages, tableOf, type CodePage } from './code-pages.ts'

export interface SecretBytes {
  readonly page: CodePage
  /** One byte per character. The caller wipes it. */
  readonly bytes: Buffer
}

/** Decodes strict UTF-8 (RFC 3629) into code points; null for anything malformed. */
export function decodeUtf8(utf8: Uint8Array): Uint32Array | null {
  const points = wipeablePoints(utf8.length)
  let count = 0
  for (let i = 0; i < utf8.length;) {
    const first = utf8[i] ?? 0
    const size =
      first < 0x80
        ? 1
        : first >= 0xc2 && first <= 0xdf
          ? 2
          : first >= 0xe0 && first <= 0xef
            ? 3
            : first >= 0xf0 && first <= 0xf4
              ? 4
              : 0
    if (size === 0 || i + size > utf8.length) return wiped(points)
    let point = size === 1 ? first : first & (0xff >> (size + 1))
    for (let k = 1; k < size; k++) {
      const next = utf8[i + k] ?? 0
      if ((next & 0xc0) !== 0x80) return wiped(points)
      point = (point << 6) | (next & 0x3f)
    }
    if (
      (size === 3 && point < 0x800) ||
      (size === 4 && (point < 0x10000 || point > 0x10ffff)) ||
      (point >= 0xd800 && point <= 0xdfff)
    )
      return wiped(points)
    points[count++] = point
    i += size
  }
  const exact = wipeablePoints(count)
  exact.set(points.subarray(0, count))
  points.fill(0)
  return exact
}

function wiped(points: Uint32Array): null {
  points.fill(0)
  return null
}

/**
 * The first code page that prints every character exactly; null when none does, or for an empty or malformed secret.
 */
export function encodeSecret(utf8: Uint8Array, pages: readonly CodePage[] = codePages): SecretBytes | null {
  const points = decodeUtf8(utf8)
  if (points === null || points.length === 0) return null
  try {
    for (const page of pages) {
      const table = tableOf(page)
      if (!points.every((point) => table.has(point))) continue
      const bytes = wipeable(points.length)
      points.forEach((point, i) => {
        bytes[i] = table.get(point) ?? 0
      })
      if (roundTrips(points, bytes, table)) return { page, bytes }
      bytes.fill(0)
    }
    return null
  } finally {
    points.fill(0)
  }
}

function roundTrips(points: Uint32Array, bytes: Buffer, table: ReadonlyMap<number, number>): boolean {
  const back = new Map([...table].map(([point, byte]) => [byte, point]))
  return bytes.every((byte, i) => back.get(byte) === points[i])
}
