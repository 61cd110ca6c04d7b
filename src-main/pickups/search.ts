/**
 * Names for search, folded in memory only. At rest they are sealed, and opening 100,000 of them takes seconds: it is
 * done a slice at a time, so that the desk goes on, and a search of what is folded touches no row but those it shows.
 */
import { fullName } from '../../src-shared/domain/person-name.ts'
import { findsIn, searchText, type SearchQuery } from '../../src-shared/protocol/search-text.ts'
import type { Sqlite } from '../storage/index.ts'
import { unwrap, type WrapKey } from '../vault/index.ts'
import type { Person } from './person.ts'
import { personLabel } from './prepared.ts'

interface Sealed {
  n: number
  id: string
  person: Buffer
  issued_at: number
}

interface Entry {
  readonly id: string
  readonly issuedAt: number
  readonly text: string
}

export interface NameSearch {
  /** Folds up to so many names; false when none is left. */
  fold(count: number): boolean
  /** A pickup that was never here before: it comes with its slice, unless all of them are folded. */
  added(id: string): void
  /** The pickup was written: its person may be another spelling, or it is over. */
  renew(id: string): void
  has(id: string, query: SearchQuery): boolean
  /**
   * Those of whose names, former ones too, account and reference a word begins with each that is asked for; the first
   * issued first.
   */
  matches(query: SearchQuery): readonly { readonly id: string }[]
}

const byIssue = (a: Entry, b: Entry) => a.issuedAt - b.issuedAt

/** `live`: the list of live states, as SQL. */
export function createNameSearch(db: Sqlite, cacheKey: WrapKey, live: string): NameSearch {
  // The plus keeps SQLite off the index of states: by it, every slice would read and sort all that is left.
  const next = db.prepare<[number, number], Sealed>(
    `SELECT n, id, person, issued_at FROM pickup WHERE n > ? AND +state IN ${live} ORDER BY n LIMIT ?`,
  )
  const one = db.prepare<[string], Sealed>(
    `SELECT n, id, person, issued_at FROM pickup WHERE id = ? AND state IN ${live}`,
  )
  const folded = new Map<string, Entry>()
  const again = new Set<string>()
  let reached = 0
  let all = false
  /** `folded` by issue as of the last search, and what has come and gone since. */
  let ordered: Entry[] = []
  let fresh: Entry[] = []
  let stale = false
  /** The last search: whoever types on looks among what it found. */
  let last: { readonly query: SearchQuery; readonly found: readonly Entry[] } | null = null

  function forget(id: string): void {
    if (folded.delete(id)) stale = true
  }

  function take({ id, person, issued_at: issuedAt }: Sealed): void {
    again.delete(id)
    forget(id)
    const bytes = unwrap(cacheKey, personLabel(id), person)
    // A row that was tampered with is not found by name; opening it says what is wrong.
    if (bytes === null) return
    const { name, formerNames, account, requestReference } = JSON.parse(bytes.toString('utf8')) as Person
    const text = [...[name, ...formerNames].map(fullName), account, requestReference ?? ''].join(' ')
    const entry = { id, issuedAt, text: searchText(text) }
    folded.set(id, entry)
    fresh.push(entry)
  }

  function inOrder(): readonly Entry[] {
    if (!stale && fresh.length === 0) return ordered
    // A few changes cost one pass; sorting what is sorted already costs another.
    const kept = stale
      ? [...ordered, ...fresh].filter((entry) => folded.get(entry.id) === entry)
      : [...ordered, ...fresh]
    ordered = fresh.length === 0 ? kept : kept.sort(byIssue)
    fresh = []
    stale = false
    last = null
    return ordered
  }

  return {
    fold(count) {
      if (!all) {
        const rows = next.all(reached, count)
        for (const row of rows) take(row)
        reached = rows.at(-1)?.n ?? reached
        all = rows.length < count
        return !all || again.size > 0
      }
      let left = count
      for (const id of again) {
        if (left === 0) return true
        left -= 1
        const row = one.get(id)
        if (row === undefined) again.delete(id)
        else take(row)
      }
      return false
    },
    added(id) {
      if (all) again.add(id)
    },
    renew(id) {
      forget(id)
      again.add(id)
    },
    has: (id, query) => findsIn(folded.get(id)?.text ?? '', query),
    matches(query) {
      const everything = inOrder()
      const among = last !== null && narrows(query, last.query) ? last.found : everything
      const found: Entry[] = []
      const only = onlyPrefix(query)
      if (only === null) {
        for (const entry of among) if (findsIn(entry.text, query)) found.push(entry)
      } else {
        // Over a hundred thousand at the first letter: no function called for each.
        const beginning = ` ${only}`
        for (const entry of among) if (entry.text.includes(beginning)) found.push(entry)
      }
      last = { query, found }
      return found
    },
  }
}

/** Whatever is found by the new query was found by the old one: words are typed on, or added. */
const narrows = (query: SearchQuery, old: SearchQuery): boolean =>
  [...query, ...old].every((ways) => ways.length === 1) &&
  old.every(([before = []]) =>
    before.every((prefix) => query.some(([way = []]) => way.some((word) => word.startsWith(prefix)))),
  )

/** The one beginning that is asked for, where there is but one; null otherwise. */
function onlyPrefix(query: SearchQuery): string | null {
  const [ways, ...others] = query
  if (ways === undefined || others.length > 0 || ways.length !== 1 || ways[0]?.length !== 1) return null
  return ways[0][0] ?? null
}
