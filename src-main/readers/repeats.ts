/**
 * Tells a second read of the same card, and the second code of one card, from a new scan. Keeps digests, never a card's
 * number.
 */
import { createHmac, randomBytes } from 'node:crypto'

export interface Repeats {
  /**
   * `again`: what this reader, or any reader, read last, within the debounce time; `pair`: something else from the same
   * reader right after a read.
   */
  judge(reader: string, identity: string, at: number): 'new' | 'again' | 'pair'
  forget(reader: string): void
}

interface Read {
  readonly digest: string
  at: number
}

export function createRepeats({
  debounceMs,
  pairMs,
}: {
  readonly debounceMs: number
  readonly pairMs: number
}): Repeats {
  const key = randomBytes(32)
  const byReader = new Map<string, Read>()
  let latest: Read | null = null
  return {
    judge(reader, identity, at) {
      const digest = createHmac('sha256', key).update(identity).digest('base64')
      const mine = byReader.get(reader) ?? null
      const known =
        [mine, latest].find((read) => read !== null && read.digest === digest && at - read.at < debounceMs) ?? null
      if (known !== null) {
        // A card that stays on its reader goes on being the same read.
        known.at = at
        byReader.set(reader, known)
        return 'again'
      }
      if (mine !== null && mine.digest !== digest && at - mine.at < pairMs) return 'pair'
      latest = { digest, at }
      byReader.set(reader, latest)
      return 'new'
    },
    forget(reader) {
      byReader.delete(reader)
    },
  }
}
