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

const slip = (
  values: Partial<
    Record<'id' | 'number' | 'pickup' | 'n' | 'verification' | 'staff' | 'state' | 'at', string | number>
  > = {},
) => {
  const v = {
    id: 'a',
    number: 'X-1',
    pickup: 'p1',
    n: 1,
    verification: 'v1',
    staff: 's1',
    state: 'intended',
    at: 150,
    ...values,
  }
  store.db
    .prepare(
      "INSERT INTO slip (id, number, pickup, epoch_incarnation, epoch_n, verification, staff, language, state, intended_at) VALUES (?, ?, ?, 'inc', ?, ?, ?, 'fi', ?, ?)",
    )
    .run(v.id, v.number, v.pickup, v.n, v.verification, v.staff, v.state, v.at)
}
const settle = (id: string, state: string) =>
  store.db.prepare('UPDATE slip SET state = ?, settled_by = ?, settled_at = 160 WHERE id = ?').run(state, 's1', id)
const outcome = (id: string, state: string) => store.db.prepare('UPDATE slip SET state = ? WHERE id = ?').run(state, id)

describe('under four eyes', () => {
  beforeEach(() => {
    store.db
      .exec(`INSERT INTO verification (id, pickup, epoch_incarnation, epoch_n, staff, session, proof, method, issuer_country, created_at, expires_at, four_eyes)
      VALUES ('f1', 'p1', 'inc', 1, 's1', 'x', 'passport', 'machine-read', 'FIN', 100, 200, 1)`)
  })
  it('a slip needs the second member of staff', () => {
    expect(() => slip({ verification: 'f1' })).toThrow(/second member of staff/)
    store.db.exec("UPDATE verification SET witness = 's2' WHERE id = 'f1'")
    slip({ verification: 'f1' })
    expect(store.db.prepare("SELECT state FROM slip WHERE id = 'a'").get()).toEqual({ state: 'intended' })
  })
  it.each([
    ['the one who verified is no witness', "UPDATE verification SET witness = staff WHERE id = 'f1'", /CHECK/],
    ['what policy asked for is not taken back', "UPDATE verification SET four_eyes = 0 WHERE id = 'f1'", /fixed/],
    [
      'a void verification gets no witness',
      "UPDATE verification SET void = 1 WHERE id = 'f1'; UPDATE verification SET witness = 's2' WHERE id = 'f1'",
      /fixed/,
    ],
    [
      'a witness is not exchanged',
      "UPDATE verification SET witness = 's2' WHERE id = 'f1'; UPDATE verification SET witness = 's3' WHERE id = 'f1'",
      /fixed/,
    ],
  ])('%s', (_, sql, refusal) => {
    expect(() => store.db.exec(sql)).toThrow(refusal)
  })
})

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

describe('REPLACE, which deletes without a delete', () => {
  const replaceSlip = (id: string, number: string, verification: string) =>
    store.db
      .prepare(
        "INSERT OR REPLACE INTO slip (id, number, pickup, epoch_incarnation, epoch_n, verification, staff, language, state, intended_at) VALUES (?, ?, 'p1', 'inc', 1, ?, 's1', 'fi', 'intended', 150)",
      )
      .run(id, number, verification)
  it('cannot put a slip in the place of an unsettled one, or take its number', () => {
    slip()
    expect(() => replaceSlip('a', 'X-1', 'v2')).toThrow(/slip/)
    expect(() => replaceSlip('b', 'X-2', 'v2')).toThrow(/slip/)
    expect(() => replaceSlip('b', 'X-1', 'v2')).toThrow(/slip/)
    outcome('a', 'failed')
    expect(() => replaceSlip('a', 'X-1', 'v2')).toThrow(/slip/)
    expect(store.db.prepare('SELECT id, state FROM slip').all()).toEqual([{ id: 'a', state: 'failed' }])
  })
  it('cannot make a spent or void verification a fresh one', () => {
    slip()
    store.db.exec("UPDATE verification SET void = 1 WHERE id = 'v2'")
    for (const id of ['v1', 'v2'])
      expect(() =>
        store.db.exec(
          `INSERT OR REPLACE INTO verification (id, pickup, epoch_incarnation, epoch_n, staff, session, proof, method, issuer_country, created_at, expires_at)
           VALUES ('${id}', 'p1', 'inc', 1, 's1', 'x', 'passport', 'machine-read', 'FIN', 100, 200)`,
        ),
      ).toThrow(/verification/)
    expect(store.db.prepare("SELECT spent, void FROM verification WHERE id IN ('v1', 'v2')").all()).toEqual([
      { spent: 1, void: 0 },
      { spent: 0, void: 1 },
    ])
  })
  it('cannot write over a ledger entry, or move one', () => {
    const write = (verb: string, seq: number) =>
      store.db.exec(
        `${verb} INTO ledger (seq, time, kind, pickup, bytes, hash, signature) VALUES (${seq}, 0, 'arrival', 'p1', '{}', zeroblob(32), 's')`,
      )
    write('INSERT', 1)
    expect(() => write('INSERT OR REPLACE', 1)).toThrow(/gap/)
    expect(() => write('REPLACE', 1)).toThrow(/gap/)
    expect(() => store.db.exec('UPDATE OR REPLACE ledger SET seq = 2')).toThrow(/append-only/)
  })
})

describe('promise P1, clause by clause, where foreign keys are switched off too', () => {
  beforeEach(() => {
    store.db.pragma('foreign_keys = OFF')
  })
  const verification = (
    values: Partial<Record<'id' | 'pickup' | 'n' | 'staff' | 'from' | 'to' | 'spent', string | number>> = {},
  ) => {
    const v = { id: 'v9', pickup: 'p1', n: 1, staff: 's1', from: 100, to: 200, spent: 0, ...values }
    store.db
      .prepare(
        "INSERT INTO verification (id, pickup, epoch_incarnation, epoch_n, staff, session, proof, method, issuer_country, created_at, expires_at, spent) VALUES (?, ?, 'inc', ?, ?, 'x', 'passport', 'machine-read', 'FIN', ?, ?, ?)",
      )
      .run(v.id, v.pickup, v.n, v.staff, v.from, v.to, v.spent)
  }
  it.each([
    ['durable: a verification that is not there', {}, { verification: 'nope' }],
    ['unspent: one that was born spent', { spent: 1 }, { verification: 'v9' }],
    ['unexpired: one past its end', { to: 149 }, { verification: 'v9' }],
    ['of that recipient: one of another pickup', { pickup: 'p2' }, { verification: 'v9' }],
    ['of that grant: one of an earlier epoch', { n: 2 }, { verification: 'v9' }],
    ['by the signed-in member of staff: one of a colleague', { staff: 's2' }, { verification: 'v9' }],
  ])('refuses a slip under %s', (_, made, asked) => {
    verification(made)
    expect(() => slip(asked)).toThrow(/verification/)
  })
  it('refuses a slip for a pickup that is not here, or whose grant has gone on', () => {
    verification({ pickup: 'gone' })
    expect(() => slip({ pickup: 'gone', verification: 'v9' })).toThrow(/not verified/)
    store.db.exec("UPDATE pickup SET epoch_n = 2 WHERE id = 'p1'")
    expect(() => slip()).toThrow(/not verified/)
  })
  it.each([
    'waiting',
    'arrived',
    'printing',
    'printed',
    'failed',
    'uncertain',
    'handed-over',
    'returned',
    'revoked',
    'burned',
    'dispatched',
  ])('refuses a slip for a pickup that is %s', (state) => {
    store.db.prepare("UPDATE pickup SET state = ? WHERE id = 'p1'").run(state)
    expect(() => slip()).toThrow(/not verified/)
  })
  it.each(['pickup', 'epoch_n', 'staff', 'session', 'proof', 'method', 'issuer_country', 'created_at', 'expires_at'])(
    'lets nobody change the %s of a recorded verification',
    (column) => {
      const value = ['epoch_n', 'created_at', 'expires_at'].includes(column) ? 7 : "'p2'"
      expect(() => store.db.exec(`UPDATE verification SET ${column} = ${value} WHERE id = 'v1'`)).toThrow(/fixed/)
    },
  )
})

describe('promise P3, clause by clause', () => {
  const states = [
    'intended',
    'printed',
    'failed',
    'uncertain',
    'handed-over',
    'spoiled',
    'missing',
    'nothing-came-out',
  ] as const
  const allowed: Readonly<Record<string, readonly string[]>> = {
    intended: ['printed', 'failed', 'uncertain'],
    printed: ['handed-over', 'spoiled', 'missing', 'nothing-came-out'],
    uncertain: ['handed-over', 'spoiled', 'missing', 'nothing-came-out'],
  }
  const bring = (state: string) => {
    slip()
    if (state === 'intended') return
    outcome('a', state === 'printed' || state === 'failed' ? state : 'uncertain')
    if (!['printed', 'failed', 'uncertain'].includes(state)) settle('a', state)
  }
  it.each(states.flatMap((from) => states.map((to) => [from, to] as const)))('a slip from %s to %s', (from, to) => {
    bring(from)
    if (allowed[from]?.includes(to) === true) expect(() => settle('a', to)).not.toThrow()
    else expect(() => settle('a', to)).toThrow(/go back/)
  })
  it.each([
    'id',
    'number',
    'pickup',
    'verification',
    'epoch_incarnation',
    'staff',
    'language',
    'intended_at',
    'epoch_n',
  ])('lets nobody change the %s of a slip', (column) => {
    slip()
    const value = column === 'intended_at' || column === 'epoch_n' ? 7 : "'z'"
    expect(() => store.db.exec(`UPDATE slip SET ${column} = ${value}, state = 'printed' WHERE id = 'a'`)).toThrow(
      /fixed/,
    )
  })
  it('keeps who settled a slip, and when', () => {
    bring('spoiled')
    expect(() => store.db.exec("UPDATE slip SET settled_by = 's2'")).toThrow()
    expect(() => store.db.exec('UPDATE slip SET settled_at = 1')).toThrow()
    expect(() => store.db.exec("UPDATE slip SET code = 'L-501'")).toThrow()
  })
  it('gives no slip after a missing one of the same grant', () => {
    bring('missing')
    expect(() => slip({ id: 'b', number: 'X-2', verification: 'v2' })).toThrow(/burned/)
  })
  it.each([
    ['slip-intended', 'intended'],
    ['slip-printed', 'printed'],
    ['slip-failed', 'failed'],
    ['slip-uncertain', 'uncertain'],
    ['handed-over', 'handed-over'],
    ['slip-spoiled', 'spoiled'],
    ['slip-missing', 'missing'],
    ['slip-nothing-came-out', 'nothing-came-out'],
  ])('has one %s entry for a slip, never two', (kind, state) => {
    bring(state)
    const entry = (seq: number) =>
      store.db.exec(
        `INSERT INTO ledger (seq, time, kind, pickup, slip, bytes, hash, signature) VALUES (${seq}, 0, '${kind}', 'p1', 'a', '{}', zeroblob(32), 's')`,
      )
    entry(1)
    expect(() => entry(2)).toThrow(/UNIQUE|slip/)
  })
})

describe('the ledger', () => {
  const entry = (seq: number, kind = 'arrival', slipId: string | null = null) =>
    store.db
      .prepare(
        "INSERT INTO ledger (seq, time, kind, pickup, slip, bytes, hash, signature) VALUES (?, 0, ?, 'p1', ?, '{}', zeroblob(32), 's')",
      )
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

describe('a walk-in', () => {
  beforeEach(() => {
    store.db.exec(`
      INSERT INTO pickup (id, epoch_incarnation, epoch_n, state, recipient_class, channel, secret_kind, person, envelope, code_tag, issued_at, expires_at)
        VALUES ('w1', 'inc', 1, 'verified', 'student', 'helpdesk', 'password', x'00', x'01', x'04', 0, 9999);
      INSERT INTO walk_in (id, recipient, staff, session, proof, method, issuer_country, created_at, expires_at, four_eyes, state)
        VALUES ('k1', 'r1', 's1', 'x', 'passport', 'machine-read', 'FIN', 100, 200, 0, 'verified'), ('k2', 'r2', 's1', 'x', 'passport', 'machine-read', 'FIN', 100, 200, 0, 'verified')`)
  })
  const issued = (id = 'k1', pickup = 'w1') =>
    store.db.prepare("UPDATE walk_in SET state = 'issued', pickup = ? WHERE id = ?").run(pickup, id)
  const bound = (
    values: Partial<
      Record<
        'pickup' | 'staff' | 'session' | 'proof' | 'method' | 'country' | 'from' | 'until' | 'walkIn' | 'id',
        string | number
      >
    > = {},
  ) => {
    const v = {
      ...{
        id: 'b1',
        pickup: 'w1',
        staff: 's1',
        session: 'x',
        proof: 'passport',
        method: 'machine-read',
        country: 'FIN',
        from: 100,
        until: 200,
        walkIn: 'k1',
      },
      ...values,
    }
    store.db
      .prepare(
        `INSERT INTO verification (id, pickup, epoch_incarnation, epoch_n, staff, session, proof, method, issuer_country, created_at, expires_at, walk_in)
         VALUES (?, ?, 'inc', 1, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(v.id, v.pickup, v.staff, v.session, v.proof, v.method, v.country, v.from, v.until, v.walkIn)
  }

  it('is spent by the usual release, once', () => {
    issued()
    expect(() => slip({ pickup: 'w1', verification: 'b1' })).toThrow(/without an unspent/)
    bound()
    slip({ pickup: 'w1', verification: 'b1' })
    expect(store.db.prepare("SELECT spent FROM verification WHERE id = 'b1'").get()).toEqual({ spent: 1 })
    expect(() => bound({ id: 'b2' })).toThrow(/bound already|UNIQUE/)
  })
  it.each([
    ['one that is not issued for', {}, false],
    ['another pickup', { pickup: 'p1' }, true],
    ['another member of staff', { staff: 's2' }, true],
    ['another session', { session: 'y' }, true],
    ['another proof', { proof: 'driving-licence' }, true],
    ['another method', { method: 'by-eye' }, true],
    ['another country', { country: 'SWE' }, true],
    ['an earlier time', { from: 90 }, true],
    ['a longer life', { until: 9999 }, true],
    ['nothing that was recorded', { walkIn: 'k9' }, true],
    ['a walk-in of somebody else', { walkIn: 'k2' }, true],
  ])('is not bound to %s', (_, values, first) => {
    if (first) issued()
    expect(() => bound(values)).toThrow(/not its walk-in|FOREIGN KEY/)
  })
  it('that is over prints nothing, whatever verification there is', () => {
    issued()
    bound()
    store.db.exec("UPDATE walk_in SET state = 'abandoned' WHERE id = 'k1'")
    expect(() => slip({ pickup: 'w1', verification: 'b1' })).toThrow(/that is over/)
    expect(() => store.db.exec("UPDATE walk_in SET state = 'issued' WHERE id = 'k1'")).toThrow(/go back/)
  })
  it.each([
    [
      'begins anywhere but at its verification',
      "INSERT INTO walk_in SELECT 'k3', recipient, staff, session, proof, method, issuer_country, created_at, expires_at, four_eyes, 'issued', 'w1', expiry FROM walk_in WHERE id = 'k1'",
    ],
    [
      'is written over',
      "INSERT OR REPLACE INTO walk_in SELECT id, 'r9', staff, session, proof, method, issuer_country, created_at, 9999, four_eyes, 'verified', NULL FROM walk_in WHERE id = 'k1'",
    ],
    ['is deleted', "DELETE FROM walk_in WHERE id = 'k1'"],
    ['becomes another person’s', "UPDATE walk_in SET recipient = 'r9', state = 'abandoned' WHERE id = 'k1'"],
    ['lives longer', "UPDATE walk_in SET expires_at = 9999, state = 'abandoned' WHERE id = 'k1'"],
    ['changes hands', "UPDATE walk_in SET staff = 's2', state = 'abandoned' WHERE id = 'k1'"],
    ['is done without a slip of its own to be done with', "UPDATE walk_in SET state = 'done' WHERE id = 'k1'"],
    ['takes another one’s pickup', "UPDATE OR REPLACE walk_in SET state = 'issued', pickup = 'w1' WHERE id = 'k2'"],
    ['lends its verification to another', "UPDATE verification SET walk_in = 'k1' WHERE id = 'v1'"],
    [
      'is proved by e-ID alone',
      "INSERT INTO walk_in VALUES ('k3', 'r1', 's1', 'x', 'e-id', 'e-id', 'FIN', 100, 200, 0, 'verified', NULL, NULL)",
    ],
  ])('never %s', (_, sql) => {
    issued()
    expect(() => store.db.exec(sql)).toThrow()
  })
})

describe('what was seen of an expiry', () => {
  const seen = (id: string, method: string, expiry: string | null) =>
    store.db
      .prepare(
        `INSERT INTO verification (id, pickup, epoch_incarnation, epoch_n, staff, session, proof, method, issuer_country, created_at, expires_at, expiry)
         VALUES (?, 'p1', 'inc', 1, 's1', 'x', 'passport', ?, 'FIN', 100, 200, ?)`,
      )
      .run(id, method, expiry)
  it.each(['valid', 'none', 'permanent'])('a machine has seen: %s', (expiry) => {
    seen('x1', 'machine-read', expiry)
    expect(() => seen('x2', 'by-eye', expiry)).toThrow(/cannot have seen/)
  })
  it('the eye has seen it by eye, and a machine never so; nothing else is a word for it', () => {
    seen('x1', 'by-eye', 'by-eye')
    expect(() => seen('x2', 'machine-read', 'by-eye')).toThrow(/cannot have seen/)
    expect(() => seen('x3', 'machine-read', 'no-document')).toThrow(/cannot have seen/)
    expect(() => seen('x4', 'machine-read', 'expired')).toThrow(/CHECK/)
  })
  it('is fixed, and a walk-in’s verification says what the walk-in said', () => {
    seen('x1', 'machine-read', 'none')
    expect(() => store.db.exec("UPDATE verification SET expiry = 'valid' WHERE id = 'x1'")).toThrow(/fixed/)
    store.db.exec(`
      INSERT INTO walk_in (id, recipient, staff, session, proof, method, issuer_country, created_at, expires_at, four_eyes, expiry, state)
        VALUES ('k1', 'r1', 's1', 'x', 'passport', 'machine-read', 'FIN', 100, 200, 0, 'permanent', 'verified');
      UPDATE walk_in SET state = 'issued', pickup = 'p1' WHERE id = 'k1'`)
    expect(() => store.db.exec("UPDATE walk_in SET expiry = 'valid' WHERE id = 'k1'")).toThrow(/fixed/)
    const bind = (expiry: string | null) =>
      store.db
        .prepare(
          `INSERT INTO verification (id, pickup, epoch_incarnation, epoch_n, staff, session, proof, method, issuer_country, created_at, expires_at, walk_in, expiry)
           VALUES ('b1', 'p1', 'inc', 1, 's1', 'x', 'passport', 'machine-read', 'FIN', 100, 200, 'k1', ?)`,
        )
        .run(expiry)
    expect(() => bind('valid')).toThrow(/not its walk-in/)
    expect(() => bind(null)).toThrow(/not its walk-in/)
    bind('permanent')
  })
})

describe('a verification by e-ID', () => {
  const eId = (attempt: string, pickup = 'p1', at = 100) =>
    store.db
      .prepare("INSERT INTO e_id (attempt, pickup, staff, session, proved_at) VALUES (?, ?, 's1', 'x', ?)")
      .run(attempt, pickup, at)
  const proved = (
    id: string,
    attempt: string | null,
    { pickup = 'p1', staff = 's1', proof = 'e-id', method = 'e-id', at = 100 } = {},
  ) =>
    store.db
      .prepare(
        `INSERT INTO verification (id, pickup, epoch_incarnation, epoch_n, staff, session, proof, method, issuer_country, created_at, expires_at, e_id)
         VALUES (?, ?, 'inc', 1, ?, 'x', ?, ?, 'FIN', ?, 200, ?)`,
      )
      .run(id, pickup, staff, proof, method, at, attempt)

  it('is spent like any other, and its e-ID serves once', () => {
    eId('a1')
    proved('e1', 'a1')
    slip({ verification: 'e1' })
    expect(() => proved('e2', 'a1')).toThrow(/has been used|UNIQUE/)
  })
  it.each([
    ['no e-ID at all', null, {}],
    ['one that nobody saw', 'a9', {}],
    ['one of another pickup', 'a1', { pickup: 'p2' }],
    ['another member of staff', 'a1', { staff: 's2' }],
    ['another time', 'a1', { at: 150 }],
    ['a document', 'a1', { proof: 'passport' }],
    ['the eyes of staff', 'a1', { method: 'by-eye' }],
  ])('is refused with %s', (_, attempt, values) => {
    eId('a1')
    expect(() => proved('e1', attempt, values)).toThrow(/without its e-ID|FOREIGN KEY/)
  })
  it('rests on a row that nobody changes, replaces or deletes', () => {
    eId('a1')
    expect(() => store.db.exec("UPDATE e_id SET pickup = 'p2' WHERE attempt = 'a1'")).toThrow(/fixed/)
    expect(() => store.db.exec("INSERT OR REPLACE INTO e_id VALUES ('a1', 'p2', 's1', 'x', 100)")).toThrow(
      /there already/,
    )
    expect(() => store.db.exec("DELETE FROM e_id WHERE attempt = 'a1'")).toThrow(/kept/)
  })
})
