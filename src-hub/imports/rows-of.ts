/**
 * The rows of an uploaded file, one after another, whatever its size. Separated by `;`, `,` or tab, as its header has
 * it or a first line `sep=` says. Every position is the parser's: the line of the file where a row begins, empty lines
 * and line breaks in cells counted.
 */
import { Readable } from 'node:stream'
import { CsvError, parse, type Info } from 'csv-parse'
import { importMaxRows } from '../../src-shared/hub-api/agent/imports.ts'
import { asUtf8, encodingOf } from './encoding.ts'
import { FileRefused } from './refused.ts'
import * as failures from '../../src-shared/failures/named.ts'

export interface FileRow {
  /** From 1. */
  readonly line: number
  /** As many as the header has. */
  readonly cells: readonly string[]
}

type Delimiter = ';' | ',' | '\t'

/** What separates the header's cells: outside of quotation marks, whichever comes more often. */
function delimiterOf(header: string): Delimiter {
  const bare = header.replaceAll(/"[^"]*"/g, '')
  const count = (mark: string) => bare.split(mark).length - 1
  if (count('\t') > count(';') && count('\t') > count(',')) return '\t'
  return count(';') >= count(',') && count(';') > 0 ? ';' : ','
}

/** A spreadsheet's own first line: what separates cells. */
const sepLine = /^"?sep=([;,\t])"?[;,\t\s]*$/i

/** What the beginning of the file says of it: what separates cells, and how many bytes a `sep=` line takes. */
function beginningOf(start: Buffer): { delimiter: Delimiter; skip: number } {
  const lines = start.toString('utf8').split(/\r\n|\n|\r/)
  const said = sepLine.exec(lines[0] ?? '')?.[1]
  if (said !== undefined) {
    const end = start.findIndex((byte) => byte === 0x0a || byte === 0x0d)
    const both = start[end] === 0x0d && start[end + 1] === 0x0a
    return { delimiter: said as Delimiter, skip: end === -1 ? start.length : end + (both ? 2 : 1) }
  }
  return { delimiter: delimiterOf(lines.find((line) => line.trim() !== '') ?? ''), skip: 0 }
}

/** Enough of the file to hold its header. */
const headerBytes = 16_384

async function* withBeginning(chunks: AsyncIterable<Buffer>, begin: (start: Buffer) => number): AsyncGenerator<Buffer> {
  let start: Buffer | null = Buffer.alloc(0)
  for await (const chunk of chunks) {
    if (start === null) {
      yield chunk
      continue
    }
    start = Buffer.concat([start, chunk])
    if (start.length < headerBytes) continue
    yield start.subarray(begin(start))
    start = null
  }
  if (start !== null) yield start.subarray(begin(start))
}

const isEmpty = (cell: string) => cell.trim() === ''

function withoutEmptyEnd(cells: readonly string[]): readonly string[] {
  const last = cells.findLastIndex((cell) => !isEmpty(cell))
  return cells.slice(0, last + 1)
}

/**
 * Cells as many as the header has; null for a row of separators alone. L-642 where there are fewer, or more that are
 * not empty.
 */
function fitted(cells: readonly string[], line: number, columns: number): readonly string[] | null {
  if (cells.every(isEmpty)) return null
  if (cells.length < columns || cells.slice(columns).some((cell) => !isEmpty(cell)))
    throw new FileRefused({ code: failures.rowUnreadable, params: { row: line } })
  return cells.slice(0, columns)
}

async function* parsed(chunks: AsyncIterable<Buffer>): AsyncGenerator<FileRow> {
  let before = 0
  /** Where the last row ended, and how many empty lines there had been: a row that cannot be read begins after it. */
  let ended = { lines: 0, empty: 0 }
  let parser: ReturnType<typeof parse> | null = null
  const source = withBeginning(chunks, (start) => {
    const { delimiter, skip } = beginningOf(start)
    before = skip === 0 ? 0 : 1
    parser = parse({
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: 16_384,
      info: true,
      on_record: (cells, { lines, empty_lines: empty }) => {
        ended = { lines, empty }
        return cells
      },
    })
    return skip
  })[Symbol.asyncIterator]()
  const first = await source.next()
  if (first.done === true || parser === null) return
  const reader: ReturnType<typeof parse> = parser
  async function* bytes(): AsyncGenerator<Buffer> {
    if (first.done !== true) yield first.value
    for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value
  }
  const reading = Readable.from(bytes(), { objectMode: false })
  reading.on('error', (error) => reader.destroy(error))
  reading.pipe(reader)
  try {
    for await (const { record: cells, info } of reader as AsyncIterable<{ record: string[]; info: Info }>) {
      const breaks = cells.reduce((sum, cell) => sum + cell.split(/\r\n|\n|\r/).length - 1, 0)
      yield { line: before + info.lines - breaks, cells }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const empty = 'empty_lines' in error && typeof error.empty_lines === 'number' ? error.empty_lines : ended.empty
    throw new FileRefused({
      code: failures.rowUnreadable,
      params: { row: before + ended.lines + 1 + empty - ended.empty },
    })
  } finally {
    reading.destroy()
  }
}

/**
 * Yields the header, then each row. Rows of separators alone are passed over, and so are empty cells at the end of a
 * row that the header has no column for. `open` begins the file anew. Throws `FileRefused`: L-632, L-633, L-642.
 */
export async function* rowsOf(open: () => AsyncIterable<Buffer>): AsyncGenerator<FileRow> {
  const encoding = await encodingOf(open())
  let columns: number | null = null
  let rows = 0
  for await (const { line, cells } of parsed(asUtf8(open(), encoding))) {
    if (columns === null) {
      const header = withoutEmptyEnd(cells)
      if (header.length === 0) continue
      columns = header.length
      yield { line, cells: header }
      continue
    }
    const fit = fitted(cells, line, columns)
    if (fit === null) continue
    rows += 1
    if (rows > importMaxRows) throw new FileRefused({ code: failures.tooManyRows, params: { max: importMaxRows } })
    yield { line, cells: fit }
  }
}
