/**
 * The database itself refuses what promise P1 forbids of letters: raw SQL tries it, with no code of ours in between.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrations } from '../../src-main/storage/migrations.ts'
import { openStore, type Store } from '../../src-main/storage/index.ts'

let folder: string
let store: Store
const file = () => join(folder, 'kiosk.db')

const people = `
  INSERT INTO pickup (id, epoch_incarnation, epoch_n, state, recipient_class, channel, secret_kind, person, envelope, code_tag, issued_at, expires_at)
    VALUES ('letter', 'inc', 1, 'verified', 'student', 'registered-letter', 'password', x'00', x'01', x'02', 0, 9999),
           ('other', 'inc', 1, 'verified', 'student', 'porter', 'password', x'00', x'01', x'03', 0, 9999);
  INSERT INTO verification (id, pickup, epoch_incarnation, epoch_n, staff, session, proof, method, issuer_country, created_at, expires_at)
    VALUES ('v-letter', 'letter', 'inc', 1, 's1', 'x', 'passport', 'machine-read', 'FIN', 100, 200),
           ('v-other', 'other', 'inc', 1, 's1', 'x', 'passport', 'machine-read', 'FIN', 100, 200);`

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lodge-letters-'))
  const opened = openStore(file())
  if (!opened.ok) throw new Error(opened.failure.code)
  store = opened.value
  store.db.exec(people)
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

const approve = (
  values: { id?: string; pickup?: string; staff?: string; expires?: number; witness?: string | null } = {},
) => {
  const v = { id: 'a1', pickup: 'letter', staff: 's1', expires: 200, witness: 's2', ...values }
  store.db
    .prepare(
      "INSERT INTO dispatch_approval (id, pickup, epoch_incarnation, epoch_n, staff, session, created_at, expires_at) VALUES (?, ?, 'inc', 1, ?, 'x', 100, ?)",
    )
    .run(v.id, v.pickup, v.staff, v.expires)
  if (v.witness !== null) store.db.prepare('UPDATE dispatch_approval SET witness = ? WHERE id = ?').run(v.witness, v.id)
}
const slip = (
  values: {
    id?: string
    pickup?: string
    approval?: string | null
    verification?: string | null
    staff?: string
    at?: number
    n?: number
  } = {},
) => {
  const v = { id: 'slip', pickup: 'letter', approval: 'a1', verification: null, staff: 's1', at: 150, n: 1, ...values }
  store.db
    .prepare(
      "INSERT INTO slip (id, number, pickup, epoch_incarnation, epoch_n, verification, approval, staff, language, state, intended_at) VALUES (?, ?, ?, 'inc', ?, ?, ?, ?, 'fi', 'intended', ?)",
    )
    .run(v.id, `N-${v.id}`, v.pickup, v.n, v.verification, v.approval, v.staff, v.at)
}
const become = (id: string, state: string) =>
  store.db.prepare("UPDATE slip SET state = ?, settled_by = 's1', settled_at = 160 WHERE id = ?").run(state, id)
const post = (tracking = 'RR123456785FI', of = 'slip') =>
  store.db
    .prepare("INSERT INTO letter (pickup, slip, tracking, at, staff) VALUES ('letter', ?, ?, 160, 's1')")
    .run(of, tracking)

describe('the slip of a letter', () => {
  it('is written once against an approval by two, and spends it', () => {
    approve()
    slip()
    expect(store.db.prepare("SELECT spent FROM dispatch_approval WHERE id = 'a1'").get()).toEqual({ spent: 1 })
    become('slip', 'failed')
    expect(() => slip({ id: 'again' })).toThrow(/approval|verification/)
  })
  it.each<[string, Parameters<typeof approve>[0], Parameters<typeof slip>[0]]>([
    ['one pair of eyes', { witness: null }, {}],
    ['an approval that has run out', { expires: 150 }, {}],
    ['an approval of later', {}, { at: 99 }],
    ['somebody else’s approval', {}, { staff: 's2' }],
    ['another epoch', {}, { n: 2 }],
    ['a verification instead', {}, { approval: null, verification: 'v-letter' }],
    ['a verification beside it', {}, { verification: 'v-letter' }],
    ['nothing at all', {}, { approval: null }],
  ])('is refused with %s', (_, approval, values) => {
    approve(approval)
    expect(() => slip(values)).toThrow(/approval|CHECK|verification/)
  })
  it('no approval begins with two, is taken back, prolonged or exchanged; the first one is not the second', () => {
    expect(() =>
      store.db.exec(
        "INSERT INTO dispatch_approval (id, pickup, epoch_incarnation, epoch_n, staff, session, witness, created_at, expires_at) VALUES ('z','letter','inc',1,'s1','x','s2',100,200)",
      ),
    ).toThrow(/begins with one/)
    approve({ witness: null })
    expect(() => store.db.exec("UPDATE dispatch_approval SET witness = 's1'")).toThrow(/CHECK/)
    store.db.exec("UPDATE dispatch_approval SET witness = 's2'")
    expect(() => store.db.exec("UPDATE dispatch_approval SET witness = 's3'")).toThrow(/fixed/)
    expect(() => store.db.exec('UPDATE dispatch_approval SET expires_at = 9999')).toThrow(/fixed/)
    store.db.exec('UPDATE dispatch_approval SET void = 1')
    expect(() => store.db.exec('UPDATE dispatch_approval SET void = 0')).toThrow(/fixed/)
    expect(() => slip()).toThrow(/approval/)
    expect(() => store.db.exec('DELETE FROM dispatch_approval')).toThrow(/kept/)
  })
})

describe('what is no letter', () => {
  it('needs its verification as ever, and gets no approval', () => {
    expect(() => approve({ id: 'b', pickup: 'other' })).toThrow(/only letters/)
    expect(() => slip({ pickup: 'other', approval: null })).toThrow(/CHECK|verification/)
    slip({ pickup: 'other', approval: null, verification: 'v-other' })
    become('slip', 'printed')
    expect(() => become('slip', 'dispatched')).toThrow(/dispatched, and nothing else/)
    become('slip', 'handed-over')
  })
})

describe('a letter that goes', () => {
  beforeEach(() => {
    approve()
    slip()
    become('slip', 'printed')
  })
  it('is not handed over, and not dispatched without a number', () => {
    expect(() => become('slip', 'handed-over')).toThrow(/dispatched, and nothing else/)
    expect(() => become('slip', 'dispatched')).toThrow(/tracking number/)
    post()
    become('slip', 'dispatched')
    approve({ id: 'a2' })
    expect(() => slip({ id: 'second', approval: 'a2' })).toThrow(/handed over/)
  })
  it('keeps its number, and comes back once at most', () => {
    post()
    become('slip', 'dispatched')
    expect(() => store.db.exec("UPDATE letter SET tracking = 'RR000000005FI'")).toThrow(/fixed/)
    store.db.exec("UPDATE letter SET ended = 'delivered', ended_at = 1, ended_by = 's1'")
    store.db.exec("UPDATE letter SET ended = 'returned-by-post', ended_at = 2, ended_by = 's1'")
    expect(() => store.db.exec("UPDATE letter SET ended = 'delivered', ended_at = 3, ended_by = 's1'")).toThrow(/fixed/)
    expect(() => store.db.exec('DELETE FROM letter')).toThrow(/kept/)
  })
})

it('slips of a kiosk from before letters stay what they were, and keep their rules', () => {
  store.close()
  rmSync(file())
  const before = openStore(
    file(),
    migrations.filter(({ version }) => version < 8),
  )
  if (!before.ok) throw new Error(before.failure.code)
  before.value.db.exec(people.replace("'registered-letter'", "'porter'"))
  before.value.db
    .exec(`INSERT INTO slip (id, number, pickup, epoch_incarnation, epoch_n, verification, staff, language, state, intended_at)
    VALUES ('old', 'MYL-1', 'other', 'inc', 1, 'v-other', 's1', 'fi', 'intended', 150)`)
  before.value.close()
  const after = openStore(file())
  if (!after.ok) throw new Error(after.failure.code)
  store = after.value
  expect(store.db.prepare("SELECT number, verification, approval, state FROM slip WHERE id = 'old'").get()).toEqual({
    number: 'MYL-1',
    verification: 'v-other',
    approval: null,
    state: 'intended',
  })
  expect(store.db.pragma('foreign_keys', { simple: true })).toBe(1)
  expect(() => store.db.exec("UPDATE slip SET verification = 'v-letter' WHERE id = 'old'")).toThrow(/fixed/)
  expect(() => store.db.exec("DELETE FROM slip WHERE id = 'old'")).toThrow(/kept/)
  become('old', 'printed')
  become('old', 'handed-over')
})
