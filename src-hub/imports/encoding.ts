/**
 * How the bytes of an uploaded file are letters: as spreadsheets in Finland write CSV. Whole lines are judged, so that
 * an error has its line. A file that is no text, or whose letters would silently become others, is refused.
 */
import { isAscii, isUtf8 } from 'node:buffer'
import { FileRefused } from './refused.ts'
import * as failures from '../../src-shared/failures/named.ts'

export type Encoding = 'utf-8' | 'windows-1252' | 'utf-16le' | 'utf-16be'

/** Bytes that windows-1252 has no letter for (Unicode's mapping table CP1252.TXT), and controls that no text has. */
const noLetter = (byte: number) =>
  [0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte) || (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)

/**
 * How files begin that people choose in place of a table as text: a workbook is itself a ZIP file, an older one an OLE
 * compound file; then PDF, RTF, gzip, SQLite.
 */
const otherFiles = [
  Buffer.from('504b0304', 'hex'),
  Buffer.from('504b0506', 'hex'),
  Buffer.from('d0cf11e0', 'hex'),
  Buffer.from('1f8b', 'hex'),
  ...['%PDF-', '{\\rtf', 'SQLite format 3'].map((text) => Buffer.from(text)),
]
/** Pages, and workbooks in XML. */
const markup = /^(?:\xef\xbb\xbf)?\s*<(?:\?xml|!doctype|html|head|meta|table|workbook)\b/i

function refuseOtherFiles(start: Buffer): void {
  const binary = otherFiles.some((begin) => start.subarray(0, begin.length).equals(begin))
  if (binary || markup.test(start.subarray(0, headBytes).toString('latin1')))
    throw new FileRefused({ code: failures.fileIsNoTable })
}

/**
 * Whether a line that is no UTF-8 is of an older encoding than windows-1252, in which its letters would be others and
 * nobody would notice: of the Macintosh (0x8A is ä, 0x8C å), where windows-1252 has a capital amid small letters; or of
 * MS-DOS, code page 850 (0x84 is ä, 0x94 ö, 0x86 å), where windows-1252 has a sign amid letters.
 */
const olderEncoding = /[a-z][\x8a\x8c]|[A-Za-z][\x8a\x8c][a-z]|[A-Za-z]\x84|[A-Za-z][\x86\x94][A-Za-z]/

/** So much of a file is looked at for zeros. */
const headBytes = 200

/** By its mark, or by its zeros: text in UTF-16 is every second byte zero where its letters are of Latin-1. */
function utf16Of(start: Buffer): Encoding | null {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le'
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be'
  const head = start.subarray(0, headBytes)
  const zeros = [0, 1].map((odd) => head.filter((byte, i) => i % 2 === odd && byte === 0).length)
  const many = head.length / 4
  if (head.length < 4 || Math.max(...zeros) < many || Math.min(...zeros) > 0) return null
  return (zeros[1] ?? 0) > 0 ? 'utf-16le' : 'utf-16be'
}

/**
 * Reads the file through. A file with a letter that is well-formed UTF-8 is UTF-8 to its end; one whose letters beyond
 * ASCII are all ill-formed as UTF-8 is windows-1252, as spreadsheets save CSV in Finland. Throws `FileRefused`: L-337
 * for another kind of file; L-633 naming the line, for a mixture, an older encoding, or a NUL.
 */
export async function encodingOf(chunks: AsyncIterable<Buffer>): Promise<Encoding> {
  let line = 1
  let wellFormed = 0
  let illFormed: number | null = null
  let hopeless = false
  let left: Buffer = Buffer.alloc(0)
  let first = true
  const judge = (whole: Buffer) => {
    if (isAscii(whole) && !whole.includes(0)) {
      for (let at = whole.indexOf(0x0a); at !== -1; at = whole.indexOf(0x0a, at + 1)) line += 1
      return
    }
    for (let from = 0; from < whole.length;) {
      const end = whole.indexOf(0x0a, from)
      const one = whole.subarray(from, end === -1 ? whole.length : end)
      // No text has it, in any encoding that is read a byte at a time; a database takes it for the end.
      if (one.includes(0)) throw new FileRefused({ code: failures.lettersUnknown, params: { row: line } })
      if (!isAscii(one)) {
        if (isUtf8(one)) wellFormed += 1
        else {
          illFormed ??= line
          hopeless ||= one.some(noLetter)
          if (olderEncoding.test(one.toString('latin1')))
            throw new FileRefused({ code: failures.lettersUnknown, params: { row: line } })
        }
      }
      if (end === -1) break
      line += 1
      from = end + 1
    }
  }
  for await (const chunk of chunks) {
    const all = left.length === 0 ? chunk : Buffer.concat([left, chunk])
    left = all
    if (first && all.length < headBytes) continue
    if (first) {
      refuseOtherFiles(all)
      const wide = utf16Of(all)
      if (wide !== null) return wide
      first = false
    }
    const end = all.lastIndexOf(0x0a) + 1
    judge(all.subarray(0, end))
    left = Buffer.from(all.subarray(end))
  }
  if (first) refuseOtherFiles(left)
  const wide = first ? utf16Of(left) : null
  if (wide !== null) return wide
  judge(left)
  if (illFormed === null) return 'utf-8'
  if (wellFormed > 0 || hopeless) throw new FileRefused({ code: failures.lettersUnknown, params: { row: illFormed } })
  return 'windows-1252'
}

/** The same file in UTF-8, without its mark. Throws `FileRefused`: L-633 for UTF-16 that is cut or ill-formed. */
export async function* asUtf8(chunks: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  let line = 1
  const decoded = (chunk?: Buffer) => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
    } catch {
      throw new FileRefused({ code: failures.lettersUnknown, params: { row: line } })
    }
  }
  for await (const chunk of chunks) {
    const text = decoded(chunk)
    const nul = text.indexOf('\0')
    if (nul !== -1)
      throw new FileRefused({
        code: failures.lettersUnknown,
        params: { row: line + text.slice(0, nul).split('\n').length - 1 },
      })
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) line += 1
    if (text !== '') yield Buffer.from(text)
  }
  const rest = decoded()
  if (rest !== '') yield Buffer.from(rest)
}
