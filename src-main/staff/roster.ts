/** The staff of this desk as the kiosk knows them: names sealed, badges as keyed tags, PIN records wrapped. */
import { storedInstant } from '../../src-shared/domain/bounds.ts'
import { StaffId, StaffRole } from '../../src-shared/domain/index.ts'
import type { StaffRecord } from '../../src-shared/hub-api/index.ts'
import { DamagedRow, type Sqlite, stored } from '../storage/index.ts'
import { protectPublic, readPublic, unwrap, wrap, type PinWrapped, type WrapKey } from '../vault/index.ts'

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
  staff: string
  badge_tag: Buffer
  salt: Buffer
  memory_kib: number
  passes: number
  public_key: Buffer
  private_key: Buffer
  root: Buffer | null
  vouch: Buffer | null
  search_years: number
  failures: number
  locked_until: number
}

export interface NewPin extends PinWrapped {
  /** The badge it was chosen with: when the hub takes that badge away, the PIN goes with it. */
  readonly badgeTag: Buffer
  readonly publicKey: Buffer
  /** Core-years of a full search for this PIN on this computer. */
  readonly searchYears: number
  /** Which opening key this person knows to be true, sealed under their own key. null: none yet. */
  readonly root: Buffer | null
  /** What the newest opening key said of `publicKey` when it was made or the PIN chosen. null: nothing has. */
  readonly vouch: Buffer | null
}

/** Someone with a PIN here. `publicKey` is only as true as its vouch. */
export interface Holder {
  readonly staff: StaffId
  readonly publicKey: Buffer
  readonly vouch: Buffer | null
}

export interface PinRecord extends NewPin {
  readonly failures: number
  readonly lockedUntil: number
}

/** What the roster asks of the kiosk's database. */
function rosterStatements(db: Sqlite) {
  return {
    byBadge: db.prepare<[Buffer], Row>(
      'SELECT s.id, s.role, s.name FROM staff_badge b JOIN staff s ON s.id = b.staff WHERE b.tag = ? AND s.removed = 0',
    ),
    byId: db.prepare<[string], Row>('SELECT id, role, name FROM staff WHERE id = ?'),
    present: db.prepare<[], Row>('SELECT id, role, name FROM staff WHERE removed = 0'),
    upsert: db.prepare(
      'INSERT INTO staff (id, role, name) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET role = excluded.role, name = excluded.name, removed = 0',
    ),
    clearBadges: db.prepare('DELETE FROM staff_badge WHERE staff = ?'),
    addBadge: db.prepare('INSERT OR REPLACE INTO staff_badge (tag, staff) VALUES (?, ?)'),
    remove: db.prepare('UPDATE staff SET removed = 1 WHERE id = ?'),
    dropPin: db.prepare('DELETE FROM staff_pin WHERE staff = ?'),
    pin: db.prepare<[string], PinRow>('SELECT * FROM staff_pin WHERE staff = ?'),
    pins: db.prepare<[], PinRow>('SELECT p.* FROM staff_pin p JOIN staff s ON s.id = p.staff WHERE s.removed = 0'),
    setPin: db.prepare(
      `INSERT INTO staff_pin (staff, badge_tag, salt, memory_kib, passes, public_key, private_key, search_years, root, vouch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (staff) DO UPDATE SET badge_tag = excluded.badge_tag, salt = excluded.salt, memory_kib = excluded.memory_kib, passes = excluded.passes, public_key = excluded.public_key,
         private_key = excluded.private_key, search_years = excluded.search_years, root = excluded.root, vouch = excluded.vouch, failures = 0, locked_until = 0`,
    ),
    dropShares: db.prepare('DELETE FROM opening_share WHERE staff = ?'),
    owe: db.prepare('UPDATE kiosk SET rotation_owed = 1'),
    owed: db.prepare<[], { rotation_owed: number }>('SELECT rotation_owed FROM kiosk'),
    paid: db.prepare('UPDATE kiosk SET rotation_owed = 0'),
    setFailures: db.prepare('UPDATE staff_pin SET failures = ?, locked_until = ? WHERE staff = ?'),
    setRoot: db.prepare('UPDATE staff_pin SET root = ? WHERE staff = ?'),
    setVouch: db.prepare('UPDATE staff_pin SET vouch = ? WHERE staff = ?'),
    setPublic: db.prepare('UPDATE staff_pin SET public_key = ? WHERE staff = ?'),
    anyPin: db.prepare<[], { n: number }>('SELECT count(*) AS n FROM staff_pin'),
    pinCounts: db.prepare<[number], { total: number; enough: number }>(
      'SELECT count(*) AS total, coalesce(sum(p.search_years >= ?), 0) AS enough FROM staff_pin p JOIN staff s ON s.id = p.staff WHERE s.removed = 0',
    ),
    ids: db.prepare<[], { id: string }>('SELECT id FROM staff WHERE removed = 0'),
  }
}

/** The role is sealed in with the name: nobody becomes a supervisor by a pen on the disk. */
const label = (id: string, role: string) => `lodge/staff/2|${id}|${role}`

function fromRow(cacheKey: WrapKey, row: Row | undefined): StaffMember | null {
  if (row === undefined) return null
  const name = unwrap(cacheKey, label(row.id, row.role), row.name)
  if (name === null) throw new DamagedRow('a member of staff does not open')
  return { id: stored(StaffId, row.id), role: stored(StaffRole, row.role), name: name.toString('utf8') }
}

function publicKeyOf(keyEncryptionKey: Uint8Array, row: PinRow): Buffer {
  const key = readPublic(keyEncryptionKey, row.staff, row.public_key)
  if (key === null) throw new DamagedRow('a member of staff’s key is not their own')
  return key
}

export type Roster = ReturnType<typeof createRoster>

export function createRoster(db: Sqlite, cacheKey: WrapKey, keyEncryptionKey: Uint8Array) {
  const rows = rosterStatements(db)

  /**
   * The PIN and its shares go at once; whoever had them has no part in the next opening key, which is owed from now.
   */
  function forgetPin(id: string): boolean {
    if (rows.pin.get(id) === undefined) return false
    rows.dropShares.run(id)
    rows.dropPin.run(id)
    rows.owe.run()
    return true
  }

  return {
    byBadgeTag: (tag: Buffer) => fromRow(cacheKey, rows.byBadge.get(tag)),
    /** Who can sign in here, and how many of them with a PIN worth at least so many core-years. */
    pinCounts(floorYears: number): { all: number; enough: number } {
      const row = rows.pinCounts.get(floorYears)
      return { all: row?.total ?? 0, enough: row?.enough ?? 0 }
    },
    get: (id: StaffId) => fromRow(cacheKey, rows.byId.get(id)),
    /** Who may sign in here, by name. */
    present: (): StaffMember[] =>
      rows.present
        .all()
        .flatMap((row) => fromRow(cacheKey, row) ?? [])
        .sort((a, b) => a.name.localeCompare(b.name, 'fi')),
    /** Inside the caller's transaction. A badge that is gone takes the PIN chosen with it along (a lost badge). */
    change(record: StaffRecord): void {
      rows.upsert.run(record.id, record.role, wrap(cacheKey, label(record.id, record.role), Buffer.from(record.name)))
      rows.clearBadges.run(record.id)
      const tags = record.badgeTags.map((tag) => Buffer.from(tag, 'base64url'))
      for (const tag of tags) rows.addBadge.run(tag, record.id)
      const known = rows.pin.get(record.id)
      if (known !== undefined && !tags.some((tag) => tag.equals(known.badge_tag))) forgetPin(record.id)
    },
    /** The person stays as a name for old entries; badge and PIN are gone at once. */
    remove(id: string): void {
      rows.remove.run(id)
      rows.clearBadges.run(id)
      forgetPin(id)
    },
    forgetPin,
    /** Somebody lost their share: new grants need a key that they never had. */
    rotationOwed: () => (rows.owed.get()?.rotation_owed ?? 0) === 1,
    rotationDone: () => void rows.paid.run(),
    ids: () => rows.ids.all().map((row) => row.id),
    hasAnyPin: () => (rows.anyPin.get()?.n ?? 0) > 0,
    pin(id: StaffId): PinRecord | null {
      const row = rows.pin.get(id)
      if (row === undefined) return null
      return {
        badgeTag: row.badge_tag,
        salt: row.salt,
        memoryKib: row.memory_kib,
        passes: row.passes,
        publicKey: publicKeyOf(keyEncryptionKey, row),
        wrapped: row.private_key,
        searchYears: row.search_years,
        root: row.root,
        vouch: row.vouch,
        failures: row.failures,
        lockedUntil: storedInstant(row.locked_until) ?? 0,
      }
    },
    /** Everyone with a PIN here. Opening keys are shared with those whose public key is vouched for. */
    holders: (): Holder[] =>
      rows.pins.all().map((row) => ({
        staff: stored(StaffId, row.staff),
        publicKey: publicKeyOf(keyEncryptionKey, row),
        vouch: row.vouch,
      })),
    setRoot: (id: StaffId, root: Buffer) => void rows.setRoot.run(root, id),
    setVouch: (id: StaffId, vouch: Buffer) => void rows.setVouch.run(vouch, id),
    /** In place of one that was not this person's. */
    setPublicKey: (id: StaffId, publicKey: Buffer) =>
      void rows.setPublic.run(protectPublic(keyEncryptionKey, id, publicKey), id),
    setPin(id: StaffId, record: NewPin): void {
      const kept = protectPublic(keyEncryptionKey, id, record.publicKey)
      rows.setPin.run(
        id,
        record.badgeTag,
        record.salt,
        record.memoryKib,
        record.passes,
        kept,
        record.wrapped,
        record.searchYears,
        record.root,
        record.vouch,
      )
    },
    setFailures(id: StaffId, failures: number, lockedUntil: number): void {
      rows.setFailures.run(failures, lockedUntil, id)
    },
  }
}
