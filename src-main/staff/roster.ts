/** The staff of this desk as the kiosk knows them: names sealed, badges as keyed tags, PIN records wrapped. */
import { StaffId, StaffRole } from '../../src-shared/domain.ts'
import type { StaffRecord } from '../../src-shared/hub-api.ts'
import type { Sqlite } from '../storage/index.ts'
import { unwrap, wrap, type WrappedOpeningKey, type WrapKey } from '../vault/index.ts'

export interface StaffMember {
  readonly id: StaffId
  readonly name: string
  readonly role: StaffRole
}

interface Row {
  id: string
  role: string
  name: Buffer
}

interface PinRow {
  salt: Buffer
  memory_kib: number
  passes: number
  opening_key: Buffer
  failures: number
  locked_until: number
}

export interface PinRecord extends WrappedOpeningKey {
  readonly failures: number
  readonly lockedUntil: number
}

export type Roster = ReturnType<typeof createRoster>

export function createRoster(db: Sqlite, cacheKey: WrapKey) {
  const byBadge = db.prepare<[Buffer], Row>('SELECT s.id, s.role, s.name FROM staff_badge b JOIN staff s ON s.id = b.staff WHERE b.tag = ? AND s.removed = 0')
  const byId = db.prepare<[string], Row>('SELECT id, role, name FROM staff WHERE id = ?')
  const upsert = db.prepare(
    'INSERT INTO staff (id, role, name) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET role = excluded.role, name = excluded.name, removed = 0',
  )
  const clearBadges = db.prepare('DELETE FROM staff_badge WHERE staff = ?')
  const addBadge = db.prepare('INSERT OR REPLACE INTO staff_badge (tag, staff) VALUES (?, ?)')
  const remove = db.prepare('UPDATE staff SET removed = 1 WHERE id = ?')
  const dropPin = db.prepare('DELETE FROM staff_pin WHERE staff = ?')
  const pin = db.prepare<[string], PinRow>('SELECT salt, memory_kib, passes, opening_key, failures, locked_until FROM staff_pin WHERE staff = ?')
  const setPin = db.prepare(
    `INSERT INTO staff_pin (staff, salt, memory_kib, passes, opening_key) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (staff) DO UPDATE SET salt = excluded.salt, memory_kib = excluded.memory_kib, passes = excluded.passes, opening_key = excluded.opening_key, failures = 0, locked_until = 0`,
  )
  const setFailures = db.prepare('UPDATE staff_pin SET failures = ?, locked_until = ? WHERE staff = ?')
  const anyPin = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM staff_pin')
  const ids = db.prepare<[], { id: string }>('SELECT id FROM staff WHERE removed = 0')
  const label = (id: string) => `lodge/staff/1|${id}`

  function fromRow(row: Row | undefined): StaffMember | null {
    if (row === undefined) return null
    const name = unwrap(cacheKey, label(row.id), row.name)
    if (name === null) throw new Error('a member of staff does not open')
    return { id: StaffId.parse(row.id), role: StaffRole.parse(row.role), name: name.toString('utf8') }
  }

  return {
    byBadgeTag: (tag: Buffer) => fromRow(byBadge.get(tag)),
    get: (id: StaffId) => fromRow(byId.get(id)),
    /** Inside the caller's transaction. */
    change(record: StaffRecord): void {
      upsert.run(record.id, record.role, wrap(cacheKey, label(record.id), Buffer.from(record.name)))
      clearBadges.run(record.id)
      for (const tag of record.badgeTags) addBadge.run(Buffer.from(tag, 'base64url'), record.id)
    },
    /** The person stays as a name for old entries; badge and PIN are gone at once. */
    remove(id: string): void {
      remove.run(id)
      clearBadges.run(id)
      dropPin.run(id)
    },
    ids: () => ids.all().map((row) => row.id),
    hasAnyPin: () => (anyPin.get()?.n ?? 0) > 0,
    pin(id: StaffId): PinRecord | null {
      const row = pin.get(id)
      if (row === undefined) return null
      return { salt: row.salt, memoryKib: row.memory_kib, passes: row.passes, wrapped: row.opening_key, failures: row.failures, lockedUntil: row.locked_until }
    },
    setPin(id: StaffId, record: WrappedOpeningKey): void {
      setPin.run(id, record.salt, record.memoryKib, record.passes, record.wrapped)
    },
    setFailures(id: StaffId, failures: number, lockedUntil: number): void {
      setFailures.run(failures, lockedUntil, id)
    },
  }
}
