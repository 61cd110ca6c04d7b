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
}

export interface NameSearch {
  /** Folds up to so many names; false when none is left. */
  fold(count: number): boolean
  /** The pickup was written: its person may be another spelling, or it is over. */
  renew(id: string): void
  has(id: string, words: readonly string[]): boolean
  /** Ids whose name, account or reference holds every word. */
  matches(words: readonly string[]): string[]
}

/** `live`: the list of live states, as SQL. */
export function createNameSearch(db: Sqlite, cacheKey: WrapKey, live: string): NameSearch {
  // The plus keeps SQLite off the index of states: by it, every slice would read and sort all that is left.
  const next = db.prepare<[number, number], Sealed>(`SELECT n, id, person FROM pickup WHERE n > ? AND +state IN ${live} ORDER BY n LIMIT ?`)
  const one = db.prepare<[string], Sealed>(`SELECT n, id, person FROM pickup WHERE id = ? AND state IN ${live}`)
  const folded = new Map<string, string>()
  const again = new Set<string>()
  let reached = 0
  let all = false

  function take({ id, person }: Sealed): void {
    again.delete(id)
    const bytes = unwrap(cacheKey, personLabel(id), person)
    // A row that was tampered with is not found by name; opening it says what is wrong.
    if (bytes === null) return
    const { name, account, requestReference } = JSON.parse(bytes.toString('utf8')) as Person
    folded.set(id, foldForSearch(`${displayName(name)} ${account} ${requestReference ?? ''}`))
  }
  const holds = (text: string, words: readonly string[]) => words.every((word) => text.includes(word))

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
    renew(id) {
      folded.delete(id)
      again.add(id)
    },
    has: (id, words) => holds(folded.get(id) ?? '', words),
    matches(words) {
      const found: string[] = []
      for (const [id, text] of folded) if (holds(text, words)) found.push(id)
      return found
    },
  }
}
