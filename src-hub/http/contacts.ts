/**
 * When each kiosk was last heard: for people to see, so it is written for many at once and may lose its last seconds.
 */
import { sql } from 'kysely'
import type { Db } from '../database/index.ts'

const flushMs = 3000

export interface Contacts {
  heard(kiosk: string, at: number): void
  start(): void
  stop(): Promise<void>
}

export function createContacts(db: Db): Contacts {
  let heard = new Map<string, number>()
  let timer: NodeJS.Timeout | null = null
  let writing: Promise<void> = Promise.resolve()

  async function write(): Promise<void> {
    if (heard.size === 0) return
    const rows = [...heard].sort(([a], [b]) => (a < b ? -1 : 1))
    heard = new Map()
    try {
      await sql`UPDATE kiosk k SET last_contact = t.at FROM unnest(${rows.map(([id]) => id)}::text[], ${rows.map(([, at]) => at)}::bigint[]) AS t(id, at)
        WHERE k.id = t.id AND coalesce(k.last_contact, 0) < t.at`.execute(db)
    } catch {
      // Seen again at the next poll: nothing depends on it.
    }
  }

  return {
    heard: (kiosk, at) => void heard.set(kiosk, at),
    start() {
      timer = setInterval(() => {
        writing = writing.then(write)
      }, flushMs)
    },
    async stop() {
      if (timer !== null) clearInterval(timer)
      await writing
      await write()
    },
  }
}
