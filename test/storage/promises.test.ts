/** The database itself refuses what promise P1 forbids: raw SQL tries it, with no code of ours in between. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore, type Store } from '../../src-main/storage/index.ts'

let folder: string
let store: Store

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lodge-'))
  const opened = openStore(join(folder, 'kiosk.db'))
  if (!opened.ok) throw new Error(opened.failure.code)
  store = opened.value
  store.db.exec(`
    INSERT INTO pickup (id, epoch_incarnation, epoch_n, state, recipient_class, channel, secret_kind, person, envelope, code_tag, issued_at, expires_at)
      VALUES ('p1', 'inc', 1, 'verified', 'student', 'porter', 'password', x'00', x'01', x'02', 0, 9999),
             ('p2', 'inc', 1, 'arrived', 'student', 'porter', 'password', x'00', x'01', x'03', 0, 9999);
    INSERT INTO verification (id, pickup, epoch_incarnation, epoch_n, staff, session, proof, method, issuer_country, created_at, expires_at)
      VALUES ('v1', 'p1', 'inc', 1, 's1', 'x', 'passport', 'machine-read', 'FIN', 100, 200),
             ('v2', 'p1', 'inc', 1, 's1', 'x', 'passport', 'machine-read', 'FIN', 100, 200),
             ('v3', 'p1', 'inc', 1, 's1', 'x', 'passport', 'machine-read', 'FIN', 100, 200),
             ('v4', 'p1', 'inc', 1, 's1', 'x', 'passport', 'machine-read', 'FIN', 100, 200)`)
})

afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

const slip = (values: Partial<Record<'id' | 'number' | 'pickup' | 'n' | 'verification' | 'staff' | 'state' | 'at', string | number>> = {}) => {
  const v = { id: 'a', number: 'X-1', pickup: 'p1', n: 1, verification: 'v1', staff: 's1', state: 'intended', at: 150, ...values }
  store.db
    .prepare(
      "INSERT INTO slip (id, number, pickup, epoch_incarnation, epoch_n, verification, staff, language, state, intended_at) VALUES (?, ?, ?, 'inc', ?, ?, ?, 'fi', ?, ?)",
    )
    .run(v.id, v.number, v.pickup, v.n, v.verification, v.staff, v.state, v.at)
}
const settle = (id: string, state: string) => store.db.prepare('UPDATE slip SET state = ?, settled_by = ?, settled_at = 160 WHERE id = ?').run(state, 's1', id)
const outcome = (id: string, state: string) => store.db.prepare('UPDATE slip SET state = ? WHERE id = ?').run(state, id)

describe('a slip-intended needs its verification', () => {
  it('is written once with a fresh verification, and spends it', () => {
    slip()
    expect(store.db.prepare("SELECT spent FROM verification WHERE id = 'v1'").get()).toEqual({ spent: 1 })
    outcome('a', 'failed')
    expect(() => slip({ id: 'b', number: 'X-2' })).toThrow(/verification/)
  })
  it.each([
    ['no such verification', { verification: 'nope' }],
    ['expired', { at: 200 }],
    ['before the verification was made', { at: 99 }],
    ['another member of staff', { staff: 's2' }],
    ['another pickup', { pickup: 'p2' }],
    ['another epoch', { n: 2 }],
    ['born already printed', { state: 'printed' }],
  ])('refuses one with %s', (_, values) => {
    expect(() => slip(values)).toThrow(/verification|intended/)
  })
  it('refuses a void verification, and one cannot be unvoided, unspent or prolonged', () => {
    store.db.exec("UPDATE verification SET void = 1 WHERE id = 'v1'")
    expect(() => slip()).toThrow(/verification/)
    expect(() => store.db.exec("UPDATE verification SET void = 0 WHERE id = 'v1'")).toThrow(/fixed/)
    expect(() => store.db.exec("UPDATE verification SET expires_at = 9999 WHERE id = 'v2'")).toThrow(/fixed/)
    slip({ verification: 'v2' })
    expect(() => store.db.exec("UPDATE verification SET spent = 0 WHERE id = 'v2'")).toThrow(/fixed/)
    expect(() => store.db.exec("DELETE FROM verification WHERE id = 'v2'")).toThrow()
  })
  it('refuses a pickup that is not verified, or is to be revoked', () => {
    store.db.exec("UPDATE pickup SET revoke_pending = 1 WHERE id = 'p1'")
    expect(() => slip()).toThrow(/not verified/)
  })
  it('refuses a second slip while one is unsettled, and any after a handover', () => {
    slip()
    expect(() => slip({ id: 'b', number: 'X-2', verification: 'v2' })).toThrow()
    outcome('a', 'printed')
    expect(() => slip({ id: 'b', number: 'X-2', verification: 'v2' })).toThrow()
    settle('a', 'handed-over')
    expect(() => slip({ id: 'b', number: 'X-2', verification: 'v2' })).toThrow(/handed over/)
  })
  it('lets spoiled and nothing-came-out share one further print', () => {
    for (const [i, state] of ['spoiled', 'nothing-came-out'].entries()) {
      slip({ id: `s${i}`, number: `X-${i}`, verification: `v${i + 1}` })
      outcome(`s${i}`, 'uncertain')
      settle(`s${i}`, state)
    }
    expect(() => slip({ id: 's3', number: 'X-3', verification: 'v3' })).toThrow(/no further slip/)
  })
  it('lets no slip go back, vanish or be settled without a name', () => {
    slip()
    outcome('a', 'printed')
    expect(() => outcome('a', 'failed')).toThrow(/go back/)
    expect(() => outcome('a', 'handed-over')).toThrow(/go back/)
    expect(() => store.db.exec('DELETE FROM slip')).toThrow(/kept/)
  })
})

describe('the ledger', () => {
  const entry = (seq: number, kind = 'arrival', slipId: string | null = null) =>
    store.db
      .prepare("INSERT INTO ledger (seq, time, kind, pickup, slip, bytes, hash, signature) VALUES (?, 0, ?, 'p1', ?, '{}', zeroblob(32), 's')")
      .run(seq, kind, slipId)
  it('has no gap, no edit and no cut', () => {
    entry(1)
    expect(() => entry(3)).toThrow(/gap/)
    entry(2)
    expect(() => store.db.exec("UPDATE ledger SET bytes = 'x'")).toThrow(/append-only/)
    expect(() => store.db.exec('DELETE FROM ledger WHERE seq = 2')).toThrow(/append-only/)
  })
  it('has no slip entry without the slip in that very state', () => {
    expect(() => entry(1, 'slip-intended', 'a')).toThrow()
    slip()
    entry(1, 'slip-intended', 'a')
    expect(() => entry(2, 'slip-printed', 'a')).toThrow(/without its slip/)
    expect(() => entry(2, 'handed-over', 'a')).toThrow(/without its slip/)
  })
})

describe('opening', () => {
  it('is refused to a second engine while the first holds the database (L-802)', () => {
    expect(openStore(join(folder, 'kiosk.db'))).toEqual({ ok: false, failure: { code: 'L-802' } })
  })
  it('is refused for a database from the future, which is left as it was (L-801)', () => {
    const file = join(folder, 'future.db')
    const future = new Database(file)
    future.exec('CREATE TABLE later (x); PRAGMA user_version = 999')
    future.close()
    expect(openStore(file)).toEqual({ ok: false, failure: { code: 'L-801' } })
    const again = new Database(file, { readonly: true })
    expect(again.prepare("SELECT count(*) AS n FROM sqlite_master WHERE name = 'later'").get()).toEqual({ n: 1 })
    again.close()
  })
  it('is refused for a file that is not a database (L-804)', () => {
    const file = join(folder, 'rubbish.db')
    writeFileSync(file, 'this is no database at all, only text that is long enough to be read as a header '.repeat(20))
    expect(openStore(file)).toEqual({ ok: false, failure: { code: 'L-804' } })
  })
  it('is refused where nothing can be written (L-803)', () => {
    expect(openStore(join(folder, 'no', 'such', 'folder.db'))).toEqual({ ok: false, failure: { code: 'L-803' } })
  })
})
