/**
 * Names for search, folded in memory only. At rest they are sealed, and opening 100,000 of them takes seconds: it is done a
 * slice at a time, so that the desk goes on, and a search of what is folded touches no row but those it shows.
 */
import type { Sqlite } from '../storage/index.ts'
import { unwrap, type WrapKey } from '../vault/index.ts'
import { displayName, foldForSearch, type Person } from './person.ts'
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
  has(id: string, words: readonly string[]): boolean
  /** Those whose name, account or reference holds every word, the first issued first. */
  matches(words: readonly string[]): readonly { readonly id: string }[]
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
  let last: { readonly words: readonly string[]; readonly found: readonly Entry[] } | null = null

  function forget(id: string): void {
    if (folded.delete(id)) stale = true
  }

  function take({ id, person, issued_at: issuedAt }: Sealed): void {
    again.delete(id)
    forget(id)
    const bytes = unwrap(cacheKey, personLabel(id), person)
    // A row that was tampered with is not found by name; opening it says what is wrong.
    if (bytes === null) return
    const { name, account, requestReference } = JSON.parse(bytes.toString('utf8')) as Person
    const entry = { id, issuedAt, text: foldForSearch(`${displayName(name)} ${account} ${requestReference ?? ''}`) }
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

  const holds = (text: string, words: readonly string[]) => words.every((word) => text.includes(word))
  /** Whatever holds the new words holds the old ones. */
  const narrows = (words: readonly string[], old: readonly string[]) =>
    old.every((before) => words.some((word) => word.includes(before)))

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
    has: (id, words) => holds(folded.get(id)?.text ?? '', words),
    matches(words) {
      const everything = inOrder()
      const among = last !== null && narrows(words, last.words) ? last.found : everything
      const found: Entry[] = []
      const [first = '', ...rest] = words
      // Over a hundred thousand at the first letter: no function called for each.
      for (const entry of among)
        if (entry.text.includes(first) && (rest.length === 0 || holds(entry.text, rest))) found.push(entry)
      last = { words, found }
      return found
    },
  }
}
