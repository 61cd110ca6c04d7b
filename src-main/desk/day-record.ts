/** When the desk was last opened by its checklist, and when its printer last proved itself with a test slip. */
import type { Sqlite } from '../storage/index.ts'

export interface DayRecord {
  /** ms since 1970; 0: never. */
  openedAt(): number
  printedAt(): number
  /** Inside the caller's transaction. */
  opened(at: number): void
  printed(at: number): void
}

export function createDayRecord(db: Sqlite): DayRecord {
  const read = db.prepare<[], { opened_at: number; printed_at: number }>('SELECT opened_at, printed_at FROM desk_day')
  const setOpened = db.prepare(
    'INSERT INTO desk_day (one, opened_at) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET opened_at = excluded.opened_at',
  )
  const setPrinted = db.prepare(
    'INSERT INTO desk_day (one, printed_at) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET printed_at = excluded.printed_at',
  )
  return {
    openedAt: () => read.get()?.opened_at ?? 0,
    printedAt: () => read.get()?.printed_at ?? 0,
    opened: (at) => void setOpened.run(at),
    printed: (at) => void setPrinted.run(at),
  }
}
