/** The rows of an uploaded file, one after another, whatever its size: strict UTF-8, `;` or `,` as its header has it. */
import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { importMaxRows } from '../../src-shared/agent-api/imports.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/result.ts'

/** Ends the reading with a failure of the whole file. */
export class FileRefused extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.code)
    this.failure = failure
  }
}

const bom = Buffer.from([0xef, 0xbb, 0xbf])

/** Counts lines while it checks that every byte is UTF-8: the failure names the row. */
async function* checked(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let row = 1
  for await (const chunk of chunks) {
    try {
      decoder.decode(chunk, { stream: true })
    } catch {
      throw new FileRefused({ code: 'L-633', params: { row: row + badLine(chunk) } })
    }
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, at + 1)) row += 1
    yield chunk
  }
  try {
    decoder.decode()
  } catch {
    throw new FileRefused({ code: 'L-633', params: { row } })
  }
}

/** How many lines of a chunk are whole and well-formed before the bad one. */
function badLine(chunk: Buffer): number {
  let lines = 0
  for (let from = 0; from < chunk.length; lines++) {
    const end = chunk.indexOf(0x0a, from)
    const line = chunk.subarray(from, end === -1 ? chunk.length : end)
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(line)
    } catch {
      // The first line may only look bad: its beginning was in the chunk before.
      if (lines > 0 || from > 0 || !startsInside(line)) return lines
    }
    if (end === -1) break
    from = end + 1
  }
  return lines
}
const startsInside = (line: Buffer) => ((line[0] ?? 0) & 0xc0) === 0x80

/** What separates the header's cells: outside of quotation marks, whichever comes more often. */
function delimiterOf(start: Buffer): ';' | ',' | '\t' {
  const [header = ''] = start.toString('utf8').split(/\r?\n/, 1)
  const bare = header.replaceAll(/"[^"]*"/g, '')
  const count = (mark: string) => bare.split(mark).length - 1
  if (count('\t') > count(';') && count('\t') > count(',')) return '\t'
  return count(';') >= count(',') && count(';') > 0 ? ';' : ','
}

/** Yields each row's cells with its number (the header is row 1). Throws `FileRefused`: L-632, L-633, L-642. */
export async function* rowsOf(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<{ readonly row: number; readonly cells: readonly string[] }> {
  const source = checked(chunks)[Symbol.asyncIterator]()
  const first = await source.next()
  if (first.done === true) return
  let start = first.value
  if (start.subarray(0, 3).equals(bom)) start = start.subarray(3)
  async function* rest(): AsyncIterable<Buffer> {
    yield start
    for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value
  }
  const parser = parse({
    delimiter: delimiterOf(start),
    relax_column_count: false,
    skip_empty_lines: true,
    max_record_size: 16_384,
    info: true,
  })
  const reading = Readable.from(rest(), { objectMode: false })
  reading.on('error', (error) => parser.destroy(error))
  reading.pipe(parser)
  let row = 0
  try {
    for await (const record of parser as AsyncIterable<{ record: string[] }>) {
      row += 1
      if (row - 1 > importMaxRows) throw new FileRefused({ code: 'L-632', params: { max: importMaxRows } })
      yield { row, cells: record.record }
    }
  } catch (error) {
    if (error instanceof CsvError) throw new FileRefused({ code: 'L-642', params: { row: row + 1 } })
    throw error
  } finally {
    reading.destroy()
  }
}

/** `work`, with a refusal of the file as a value. */
export async function refusable<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work())
  } catch (error) {
    if (error instanceof FileRefused) return fail(error.failure.code, error.failure.params)
    throw error
  }
}
