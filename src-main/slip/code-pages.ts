/**
 * The code pages a slip may be printed in, as tables from code point to byte, and their `ESC t n` numbers on Epson
 * printers (ESC/POS Command Reference, ESC t). Tables come from iconv-lite, byte by byte, once.
 */
import iconv from 'iconv-lite'

export type CodePage = 'windows1252' | 'cp858' | 'cp852'
export const codePages: readonly CodePage[] = ['windows1252', 'cp858', 'cp852']
const numbers: Readonly<Record<CodePage, number>> = { windows1252: 16, cp858: 19, cp852: 18 }

const tables = new Map<CodePage, ReadonlyMap<number, number>>()

/** Printable code points of a page: ASCII 0x20-0x7E as itself (with `ESC R 0`), and the page's upper half. */
export function tableOf(page: CodePage): ReadonlyMap<number, number> {
  const known = tables.get(page)
  if (known !== undefined) return known
  const table = new Map<number, number>()
  for (let byte = 0x20; byte <= 0xff; byte++) {
    if (byte === 0x7f) continue
    const text = iconv.decode(Buffer.from([byte]), page)
    const point = text.codePointAt(0)
    // Unassigned places decode to U+FFFD or to a C1 control: neither is a letter on paper. Nor is a soft hyphen or a hard space.
    if (point === undefined || text.length !== 1 || point === 0xfffd || (point >= 0x7f && point <= 0xa0) || point === 0xad) continue
    if (!table.has(point)) table.set(point, byte)
  }
  tables.set(page, table)
  return table
}

/** `ESC R 0` (international set U.S.A.) and `ESC t n`: after a power cycle a printer may start in another. */
export function selectCodePage(page: CodePage): Buffer {
  return Buffer.from([0x1b, 0x52, 0x00, 0x1b, 0x74, numbers[page]])
}
