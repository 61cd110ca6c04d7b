/** The queue of a desk: which pickups are shown, in which order, and how many there are. */
import { searchQuery, type SearchQuery } from '../../src-shared/protocol/search-text.ts'
import type { Row } from './rows.ts'
import type { Cached } from './taking.ts'

export interface QueueFilter {
  /** `today`: who has come or been granted since midnight, whatever became of it. */
  readonly filter: 'arrived' | 'waiting' | 'today' | 'all'
  readonly search: string
  readonly limit: number
}

/** `midnight`: when the desk's day began, ms since 1970. */
export function queueOf(
  cached: Cached,
  { filter, search, limit }: QueueFilter,
  midnight: number,
): { rows: Row[]; total: number } {
  const { rows, names } = cached
  const query = searchQuery(search)
  while (query.length > 0 && names.fold(Number.MAX_SAFE_INTEGER));
  if (filter !== 'today') return inQueue(cached, filter, query, limit)
  const ids = rows.today.all(midnight, midnight).filter((id) => query.length === 0 || names.has(id, query))
  return { rows: ids.slice(0, limit).flatMap((id) => rows.byId.get(id) ?? []), total: ids.length }
}

/** Rows in the order of the queue, and how many there are. */
function inQueue(
  { rows, names, tally }: Cached,
  filter: Exclude<QueueFilter['filter'], 'today'>,
  query: SearchQuery,
  limit: number,
): { rows: Row[]; total: number } {
  const first = filter === 'waiting' ? [] : rows.begun.all()
  if (query.length === 0) {
    const last = filter === 'arrived' ? [] : rows.waiting.all(limit)
    const total = filter === 'arrived' ? first.length : first.length + (tally.read().get('waiting') ?? 0)
    return { rows: [...first, ...last].slice(0, limit), total }
  }
  const found = first.filter((row) => names.has(row.id, query))
  if (filter === 'arrived') return { rows: found.slice(0, limit), total: found.length }
  const others = new Set((filter === 'waiting' ? rows.begun.all() : first).map((row) => row.id))
  const matches = names.matches(query)
  const among = [...others].filter((id) => names.has(id, query)).length
  const total = found.length + matches.length - among
  for (const { id } of matches) {
    if (found.length >= limit) break
    const row = others.has(id) ? undefined : rows.byId.get(id)
    if (row !== undefined) found.push(row)
  }
  return { rows: found.slice(0, limit), total }
}
