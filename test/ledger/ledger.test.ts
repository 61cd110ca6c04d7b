/**
 * P8 at the kiosk: an edited, cut, reordered or foreign entry is noticed; and what cannot be noticed is shown, not
 * hidden.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import Database from 'better-sqlite3'
import { LedgerEntry } from '../../src-shared/hub-api/ledger-entry.ts'
import { chainHash, verifyHash } from '../../src-shared/protocol/ledger-chain.ts'
import { createLedger } from '../../src-main/ledger/index.ts'
import { newSigningKey } from '../../src-main/vault/index.ts'
import { enrolledFolder, openRooms, person, type EnrolledFolder, type Rooms } from '../staff/rooms.ts'

let at: EnrolledFolder
let rooms: Rooms
const who = person('Ritva Esimies', 'supervisor', 'E0010000A1')

beforeEach(() => {
  at = enrolledFolder()
  rooms = openRooms(at)
  for (let i = 0; i < 8; i++)
    rooms.store.transact(() =>
      rooms.ledger.append({ kind: 'staff-signed-out', actor: who.id, facts: { cause: 'asked' } }),
    )
})
afterEach(() => {
  rooms.close()
  at.remove()
})

/** With the file in hand, triggers are no obstacle. */
function tamper(sql: string): void {
  rooms.close()
  const db = new Database(at.file)
  for (const { name } of db.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").all() as {
    name: string
  }[])
    db.exec(`DROP TRIGGER ${name}`)
  db.exec(sql)
  db.close()
  rooms = openRooms(at)
}
const bad = () => rooms.ledger.verifyFrom(0, 'all').bad

describe('the ledger', () => {
  it('is a chain of signed, canonical entries that anyone with the public key can check', () => {
    let prev = '0'.repeat(64)
    for (const { bytes, signature } of rooms.ledger.after(0, 100)) {
      const hash = chainHash(prev, bytes)
      expect(LedgerEntry.parse(JSON.parse(bytes)).prev).toBe(prev)
      expect(verifyHash(rooms.keys.publicKey, hash, signature)).toBe(true)
      prev = hash.toString('hex')
    }
    expect(rooms.ledger.head()).toEqual({ seq: 8, hash: prev })
    expect(bad()).toBe(null)
  })
  it('shows an edited entry', () => {
    tamper("UPDATE ledger SET bytes = replace(bytes, 'asked', 'locked') WHERE seq = 4")
    expect(bad()).toBe(4)
  })
  it('shows it a piece at a time too', () => {
    tamper("UPDATE ledger SET bytes = replace(bytes, 'asked', 'locked') WHERE seq = 6")
    expect(rooms.ledger.verifyFrom(0, 'head', 3)).toEqual({ bad: null, next: 3 })
    expect(rooms.ledger.verifyFrom(3, 'head', 3)).toEqual({ bad: 6, next: 5 })
  })
  it('shows a deleted entry', () => {
    tamper('DELETE FROM ledger WHERE seq = 4')
    expect(bad()).toBe(5)
  })
  it('shows swapped entries', () => {
    tamper(
      'UPDATE ledger SET seq = -1 WHERE seq = 4; UPDATE ledger SET seq = 4 WHERE seq = 5; UPDATE ledger SET seq = 5 WHERE seq = -1',
    )
    expect(bad()).toBe(4)
  })
  it('shows an entry rewritten with its hash and all hashes after it, but signed by another key', () => {
    const forger = createLedger(rooms.store.db, { signKey: newSigningKey().key, publicKey: rooms.keys.publicKey }, () =>
      Date.now(),
    )
    rooms.store.transact(() => forger.append({ kind: 'staff-signed-out', actor: who.id, facts: { cause: 'asked' } }))
    expect(rooms.ledger.verifyFrom(0, 'head').bad).toBe(9)
  })
  it('cannot show a cut tail by itself: only the hub, which has acknowledged it, can', () => {
    tamper('DELETE FROM ledger WHERE seq > 5')
    expect(bad()).toBe(null)
    expect(rooms.ledger.head().seq).toBe(5)
  })
  it('takes no entry with a fact that the contract does not know', () => {
    expect(() => rooms.ledger.append({ kind: 'arrival', facts: { by: 'card', name: 'Aino' } as never })).toThrow()
  })
})
