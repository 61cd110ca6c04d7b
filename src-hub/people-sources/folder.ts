/**
 * People from CSV files that are laid into a folder on the hub's machine: the newest file is read, with the columns of
 * an import (docs/import.md) and people alone. Names of folders are chosen in the console, the place that they lie in
 * is not.
 */
import { constants } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FolderSourceSettings, PersonField } from '../../src-shared/hub-api/agent/people-sources.ts'
import { shownText } from '../../src-shared/domain/human-text.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { columnOf, isCellError, refusable, FileRefused, rowsOf, valueOf, type Column } from '../imports/index.ts'
import type { Said, Unread } from './plan.ts'
import type { SourceReading } from './port.ts'
import { accountOf, readFacts } from './values.ts'

/** A file that was written so shortly ago may not be finished, ms. */
const settleMs = 3000

const fields: Readonly<Partial<Record<Column, PersonField>>> = {
  class: 'class',
  family: 'family',
  given: 'given',
  former_names: 'formerNames',
  language: 'language',
  birth_date: 'birthDate',
  sponsor: 'sponsor',
  valid_until: 'validUntil',
  cards: 'cards',
}
/** Several values in one cell stand between these. */
const several: ReadonlySet<PersonField> = new Set(['formerNames', 'cards'])
const identityNames = new Set(['identity_code', 'henkilötunnus', 'personbeteckning'])

type Head = { readonly column: Column | 'identity_code'; readonly field: PersonField | 'account' }

function headOf(cell: string): Head | null {
  const { column, named } = columnOf(cell)
  if (column === 'account') return { column, field: 'account' }
  const field = column === null ? undefined : fields[column]
  if (column !== null && field !== undefined) return { column, field }
  return identityNames.has(named) ? { column: 'identity_code', field: 'identityCode' } : null
}

/** L-634 for a column that is unknown, twice there, or missing. */
function headsOf(cells: readonly string[]): readonly Head[] {
  const refuse = (column: string): never => {
    throw new FileRefused(fail(failures.columnUnusable, { column }).failure)
  }
  const heads = cells.map((cell) => headOf(cell) ?? refuse([...shownText(cell)].slice(0, 40).join('')))
  const names = heads.map(({ column }) => column)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) return refuse(twice)
  return names.includes('account') ? heads : refuse('account')
}

function readRow(
  heads: readonly Head[],
  cells: readonly string[],
  place: string,
  own: readonly PersonField[],
): Said | Unread {
  const raw: Partial<Record<PersonField, readonly string[]>> = {}
  let written = ''
  let broken: string | null = null
  heads.forEach(({ column, field }, i) => {
    const text = (cells[i] ?? '').trim().normalize('NFC')
    if (isCellError(text)) broken ??= field
    if (field === 'account') written = text
    else {
      const value = column === 'identity_code' ? text : valueOf(column, text)
      raw[field] = value === '' ? [] : several.has(field) ? value.split('|') : [value]
    }
  })
  const account = accountOf(written)
  if (account === null)
    return { key: '', place, account: '', failure: fail(failures.attributeUnusable, { field: 'account' }).failure }
  const key = account.toLowerCase()
  if (broken !== null)
    return { key, place, account, failure: fail(failures.attributeUnusable, { field: broken }).failure }
  const facts = readFacts(raw, own)
  return facts.ok ? { key, place, account, facts: facts.value } : { key, place, account, failure: facts.failure }
}

interface Found {
  readonly path: string
  readonly name: string
  readonly mark: string
  readonly settled: boolean
}

const markOf = (name: string, { size, mtimeMs }: { size: number; mtimeMs: number }) => `${name}|${size}|${mtimeMs}`

/** The newest file of the folder; null where there is none. */
async function newest(base: string, folder: string): Promise<Found | null> {
  const at = join(base, folder)
  const entries = await readdir(at, { withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile() && /\.csv$/i.test(entry.name) && !entry.name.startsWith('.'))
  const found = await Promise.all(
    files.map(async ({ name }) => ({ name, ...(await stat(join(at, name)).catch(() => null)) })),
  )
  const [first] = found
    .flatMap((file) => ('mtimeMs' in file && file.mtimeMs !== undefined && file.size !== undefined ? [file] : []))
    .sort((a, b) => Number(b.mtimeMs) - Number(a.mtimeMs) || (a.name < b.name ? 1 : -1))
  if (first?.mtimeMs === undefined || first.size === undefined) return null
  const mark = markOf(first.name, { size: Number(first.size), mtimeMs: Number(first.mtimeMs) })
  const settled = Math.abs(Date.now() - Number(first.mtimeMs)) > settleMs
  return { path: join(at, first.name), name: first.name, mark, settled }
}

export interface FolderReader {
  /** The mark of a file that is there and finished; null: there is nothing to read. */
  peek(): Promise<string | null>
  /** `since`: the mark of the file that was read last; null reads whatever is there. */
  read(since: string | null): Promise<Result<SourceReading>>
}

export function createFolderReader(base: string, settings: FolderSourceSettings): FolderReader {
  const { folder, complete, own } = settings

  async function rows(file: Found): Promise<{ said: Said[]; unread: Unread[] }> {
    const said: Said[] = []
    const unread: Unread[] = []
    let heads: readonly Head[] | null = null
    async function* bytes(): AsyncGenerator<Buffer> {
      // A link could lead to what is nobody's but the hub's.
      const handle = await open(file.path, constants.O_RDONLY | constants.O_NOFOLLOW)
      try {
        for await (const chunk of handle.createReadStream({ autoClose: false })) yield chunk as Buffer
      } finally {
        await handle.close()
      }
    }
    for await (const { line, cells } of rowsOf(bytes)) {
      if (heads === null) {
        heads = headsOf(cells)
        continue
      }
      const row = readRow(heads, cells, `${file.name}:${line}`, own)
      if ('failure' in row) unread.push(row)
      else said.push(row)
    }
    if (heads === null) throw new FileRefused(fail(failures.columnUnusable, { column: 'account' }).failure)
    return { said, unread }
  }

  return {
    async peek() {
      const file = await newest(base, folder)
      return file === null || !file.settled ? null : file.mark
    },
    async read(since) {
      const file = await newest(base, folder)
      if (file === null) return fail(failures.sourceFileMissing, { folder })
      if (file.mark === since) return fail(failures.sourceFileUnchanged)
      let read
      try {
        read = await refusable(() => rows(file))
      } catch (error) {
        const code = (error as { code?: unknown }).code
        if (typeof code !== 'string') throw error
        return fail(failures.sourceFileMissing, { folder })
      }
      if (!read.ok) return read
      // Whoever writes it is not done yet.
      const now = await stat(file.path).catch(() => null)
      if (now === null || markOf(file.name, now) !== file.mark)
        return fail(failures.sourceCutOff, { why: 'the file is still being written' })
      return ok({ ...read.value, whole: complete, mark: file.mark })
    },
  }
}
