/**
 * Somebody has the kiosk's disk and its keystore's key, writes to the database and puts it back (promise P7): no public
 * key of theirs gets a share of an opening key that is made afterwards, and no opening key of theirs passes for the
 * desk's own.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { done } from '../../src-main/demo/acts.ts'
import type { Session } from '../../src-main/staff/index.ts'
import { openShare, protectPublic, readPublic, sealShare, vouchFor, wrap } from '../../src-main/vault/index.ts'
import { countersign } from '../../src-shared/protocol/opening-link.ts'
import { newSealKeyPair, openEnvelope } from '../../src-shared/protocol/envelope.ts'
import { Epoch, KioskId, PickupId } from '../../src-shared/domain/index.ts'
import { ledgerFactsNow } from '../../src-shared/hub-api/ledger-entry.ts'
import { enrolledFolder, openRooms, person, type EnrolledFolder, type Rooms } from '../staff/rooms.ts'
import { startEngineDesk, type EngineDesk } from './engine.ts'
import { startInstitute, type HubHere, type Institute } from './hub.ts'
import { codeOf, value } from './wire.ts'

interface Pair {
  readonly publicKey: Buffer
  readonly privateKey: Buffer
}

/** What somebody with the keystore's key writes into a database that lies still. */
class Thief {
  readonly own: Pair
  readonly #db: Database.Database
  readonly #keystore: Buffer
  constructor(db: Database.Database, keystore: Buffer, own: Pair) {
    this.#db = db
    this.#keystore = keystore
    this.own = own
  }
  /** A key of their own in the place of a member's. */
  swap(staff: string): void {
    this.#db
      .prepare('UPDATE staff_pin SET public_key = ? WHERE staff = ?')
      .run(protectPublic(this.#keystore, staff, this.own.publicKey), staff)
  }
  /** A member of staff who never was, with a PIN record of their own; `like` is one who is. */
  join(staff: string, like: string): void {
    this.#db
      .prepare('INSERT INTO staff (id, role, name, removed) SELECT ?, role, name, removed FROM staff WHERE id = ?')
      .run(staff, like)
    const columns = this.#db.pragma('table_info(staff_pin)') as { name: string }[]
    const names = columns.map(({ name }) => name).join(', ')
    const copied = columns.map(({ name }) => (name === 'staff' ? '?' : name)).join(', ')
    this.#db
      .prepare(`INSERT INTO staff_pin (${names}) SELECT ${copied} FROM staff_pin WHERE staff = ?`)
      .run(staff, like)
    this.swap(staff)
  }
  owe(): void {
    this.#db.prepare('UPDATE kiosk SET rotation_owed = 1').run()
  }
  opening(): { n: number; publicKey: Buffer }[] {
    const rows = this.#db.prepare<[], { n: number; public_key: Buffer }>('SELECT * FROM opening_key ORDER BY n')
    return rows.all().map((row) => {
      const publicKey = readPublic(this.#keystore, 'opening', row.public_key)
      if (publicKey === null) throw new Error('not the keystore’s key')
      return { n: row.n, publicKey }
    })
  }
  publicKeyOf(staff: string): Buffer {
    const row = this.#db.prepare<[string], { public_key: Buffer }>('SELECT public_key FROM staff_pin WHERE staff = ?')
    return readPublic(this.#keystore, staff, row.get(staff)?.public_key ?? Buffer.alloc(0)) ?? Buffer.alloc(0)
  }
  /** An opening key of their own as the newest, with shares for everybody, so that it opens for them. */
  async plant(key: Pair): Promise<void> {
    const staff = this.#db.prepare<[], { staff: string }>('SELECT staff FROM staff_pin').all()
    const shares = await Promise.all(
      staff.map(async (one) => ({
        staff: one.staff,
        sealed: await sealShare(this.publicKeyOf(one.staff), one.staff, key.publicKey, key.privateKey),
      })),
    )
    const { lastInsertRowid } = this.#db
      .prepare('INSERT INTO opening_key (public_key, created_at) VALUES (?, 1)')
      .run(protectPublic(this.#keystore, 'opening', key.publicKey))
    for (const share of shares)
      this.#db.prepare('INSERT INTO opening_share VALUES (?, ?, ?)').run(lastInsertRowid, share.staff, share.sealed)
    this.#db.prepare('UPDATE kiosk SET opening_public = ?, opening_registered = 0').run(key.publicKey)
  }
  /** Successions from each true key to theirs, countersigned with the keys that they have, and with nothing. */
  async succeed(kiosk: string, key: Pair): Promise<void> {
    const insert = this.#db.prepare(
      'INSERT INTO opening_succession (staff, from_public, to_public, proof) VALUES (?, ?, ?, ?)',
    )
    for (const { staff } of this.#db.prepare<[], { staff: string }>('SELECT staff FROM staff_pin').all())
      for (const { publicKey } of this.opening()) {
        if (publicKey.equals(key.publicKey)) continue
        const step = { kiosk, from: publicKey, to: key.publicKey }
        const proof = await countersign(step, key.privateKey, this.publicKeyOf(staff))
        for (const forged of [proof, Buffer.alloc(48)]) insert.run(staff, publicKey, key.publicKey, forged)
      }
  }
  /** In place of the share of the newest key that lies here for somebody: one with a key that the thief knows. */
  async swapShare(staff: string, privateKey: Buffer): Promise<void> {
    const newest = this.opening().at(-1)
    if (newest === undefined) throw new Error('no opening key')
    const sealed = await sealShare(this.publicKeyOf(staff), staff, newest.publicKey, privateKey)
    this.#db.prepare('UPDATE opening_share SET sealed = ? WHERE key = ? AND staff = ?').run(sealed, newest.n, staff)
  }
  /** What a database from before there were vouches looks like. */
  forgetVouches(): void {
    this.#db.exec('UPDATE staff_pin SET root = NULL, vouch = NULL; DELETE FROM opening_succession')
  }
  /** Every share in the database that the thief's own key opens. */
  async opens(): Promise<number> {
    const shares = this.#db.prepare<[], { key: number; staff: string; sealed: Buffer }>('SELECT * FROM opening_share')
    let opened = 0
    for (const { key, staff, sealed } of shares.all()) {
      const of = this.opening().find(({ n }) => n === key)
      if (of !== undefined && (await openShare(this.own.privateKey, staff, of.publicKey, sealed)) !== null) opened += 1
    }
    return opened
  }
}

const chief = person('Ritva Esimies', 'supervisor', 'E0010000A1')
const porter = person('Kalle Portti', 'porter', 'E0010000B2')
const gone = person('Leo Lähtenyt', 'porter', 'E0010000C3')
const pins = { chief: '408216', porter: '739164', gone: '582047', other: '917350' }

describe('a kiosk’s database, written to with the keystore’s key', () => {
  let at: EnrolledFolder
  let rooms: Rooms
  let thief: Thief
  const enter = async (who: typeof chief, pin: string): Promise<Session> =>
    value(await rooms.signIn.enter(rooms.badge(who), pin))
  /** Every one of their acts lies between a stop and a start. */
  async function restart(): Promise<void> {
    rooms.close()
    rooms = openRooms(at)
    rooms.records.setHubFacts(ledgerFactsNow)
    thief = new Thief(rooms.store.db, at.keyEncryptionKey, thief.own)
    await Promise.resolve()
  }
  const told = () =>
    rooms.store.db
      .prepare<[], { bytes: string }>("SELECT bytes FROM ledger WHERE kind = 'keys-not-vouched' ORDER BY seq")
      .all()
      .map(({ bytes }) => (JSON.parse(bytes) as { facts: { staff: string[]; openingKey: boolean } }).facts)
      .map(({ staff, openingKey }) => ({ staff: staff.sort(), openingKey }))

  beforeEach(async () => {
    at = enrolledFolder()
    rooms = openRooms(at)
    rooms.records.setHubFacts(ledgerFactsNow)
    rooms.know(chief, porter, gone)
    value(await rooms.signIn.enrolFirst(rooms.badge(chief), pins.chief))
    await enter(chief, pins.chief)
    value(await rooms.signIn.enrol(rooms.badge(porter), pins.porter))
    value(await rooms.signIn.enrol(rooms.badge(gone), pins.gone))
    rooms.signIn.end('asked')
    thief = new Thief(rooms.store.db, at.keyEncryptionKey, await newSealKeyPair())
  })
  afterEach(() => {
    rooms.close()
    at.remove()
  })

  it('vouches for everybody who chose a PIN, through key after key, without anybody’s doing', async () => {
    for (const [who, pin] of [
      [chief, pins.chief],
      [porter, pins.porter],
      [chief, pins.chief],
    ] as const) {
      await enter(who, pin)
      expect(rooms.signIn.unvouched()).toEqual([])
      expect(rooms.signIn.lacksNewest()).toBe(false)
      expect(await rooms.signIn.rotate()).toBe(true)
      // The oldest go, as they do when their last envelope has gone.
      rooms.openingKeys.dropSpent()
    }
    // Away meanwhile: three successions lead from what they knew to what is in force.
    await enter(gone, pins.gone)
    expect(rooms.signIn.lacksNewest()).toBe(false)
    expect(await rooms.read(await enter(gone, pins.gone), await rooms.grant('Kolmas-1'))).toBe('Kolmas-1')
    expect(told()).toEqual([])
  })

  it('gives a swapped public key and a member who never was no share; names them once, and says who chooses a PIN anew', async () => {
    thief.swap(porter.id)
    thief.join('Z'.repeat(22), porter.id)
    await restart()
    await enter(chief, pins.chief)
    expect([...rooms.signIn.unvouched()].sort()).toEqual(['Z'.repeat(22), porter.id].sort())
    expect(await rooms.signIn.rotate()).toBe(true)
    expect(await thief.opens()).toBe(0)
    expect(told()).toEqual([{ staff: ['Z'.repeat(22), porter.id].sort(), openingKey: false }])
    // Who is vouched for has the new key, and whoever was not has it after they chose a PIN anew.
    const pickup = await rooms.grant('Uusi-1')
    expect(await rooms.read(await enter(gone, pins.gone), pickup)).toBe('Uusi-1')
    value(await rooms.signIn.enrol(rooms.badge(porter), pins.other))
    expect(rooms.signIn.unvouched()).toEqual(['Z'.repeat(22)])
    expect(await rooms.read(await enter(porter, pins.other), pickup)).toBe('Uusi-1')
    expect(rooms.signIn.lacksNewest()).toBe(false)
  })

  it('puts the public key of whoever signs in right, whose own key knows it, and says that it was another’s', async () => {
    thief.swap(porter.id)
    await restart()
    await enter(porter, pins.porter)
    expect(told()).toEqual([{ staff: [porter.id], openingKey: false }])
    await enter(chief, pins.chief)
    expect(rooms.signIn.unvouched()).toEqual([])
    await rooms.signIn.rotate()
    expect(await thief.opens()).toBe(0)
    expect(await rooms.read(await enter(porter, pins.porter), await rooms.grant('Oma-1'))).toBe('Oma-1')
  })

  it('believes no vouch by an opening key of theirs, and shows no letters of it', async () => {
    const planted = await newSealKeyPair()
    await thief.plant(planted)
    await thief.succeed(at.kiosk, planted)
    thief.swap(porter.id)
    thief.join('Z'.repeat(22), porter.id)
    for (const staff of [porter.id, 'Z'.repeat(22)])
      rooms.store.db
        .prepare('UPDATE staff_pin SET vouch = ? WHERE staff = ?')
        .run(vouchFor(planted.privateKey, { kiosk: at.kiosk, staff }, thief.own.publicKey), staff)
    await restart()
    expect(rooms.signIn.isWitnessed(planted.publicKey)).toBe(false)
    await enter(chief, pins.chief)
    expect(rooms.signIn.isWitnessed(planted.publicKey)).toBe(false)
    expect(told()).toEqual([{ staff: [porter.id, 'Z'.repeat(22)].sort(), openingKey: true }])
    // The desk's own key takes its place, vouched for by the one that the chief knows.
    expect(rooms.signIn.owesTrustedKey()).toBe(true)
    expect(await rooms.signIn.rotate(rooms.signIn.owesTrustedKey)).toBe(true)
    expect(rooms.signIn.owesTrustedKey()).toBe(false)
    expect(await thief.opens()).toBe(0)
    const newest = rooms.openingKeys.newest()
    expect(newest?.equals(planted.publicKey)).toBe(false)
    expect(rooms.signIn.isWitnessed(newest ?? Buffer.alloc(0))).toBe(true)
  })

  it('takes a share that holds another key than it says for none, so that a thief’s vouches count for nothing', async () => {
    const known = await newSealKeyPair()
    await thief.swapShare(chief.id, known.privateKey)
    thief.swap(porter.id)
    rooms.store.db
      .prepare('UPDATE staff_pin SET vouch = ? WHERE staff = ?')
      .run(vouchFor(known.privateKey, { kiosk: at.kiosk, staff: porter.id }, thief.own.publicKey), porter.id)
    await restart()
    const session = await enter(chief, pins.chief)
    expect(session.openingKeys).toEqual([])
    await rooms.signIn.rotate()
    expect(await thief.opens()).toBe(0)
  })

  it('with every root and vouch taken away is a database from before: whoever signs in first shares with nobody', async () => {
    thief.swap(porter.id)
    thief.forgetVouches()
    await restart()
    await enter(chief, pins.chief)
    expect(rooms.signIn.owesTrustedKey()).toBe(true)
    expect(await rooms.signIn.rotate(rooms.signIn.owesTrustedKey)).toBe(true)
    expect(await thief.opens()).toBe(0)
    expect(rooms.signIn.unvouched()).toHaveLength(2)
    expect(told()).toEqual([{ staff: [porter.id, gone.id].sort(), openingKey: false }])
    // A colleague keeps what they hold, makes no key over the one that they lack, and chooses a PIN anew.
    const pickup = await rooms.grant('Vanhasta-1')
    expect(await rooms.read(await enter(gone, pins.gone), pickup)).toBe(null)
    expect(rooms.signIn.lacksNewest()).toBe(true)
    expect(await rooms.signIn.rotate(rooms.signIn.owesTrustedKey)).toBe(false)
    // The one who holds it alone is given no new PIN by somebody who lacks it: nobody could open it any more.
    expect(await rooms.signIn.enrol(rooms.badge(chief), pins.other)).toEqual({ ok: false, failure: { code: 'L-436' } })
    expect(await rooms.read(await enter(chief, pins.chief), pickup)).toBe('Vanhasta-1')
    expect(rooms.signIn.owesTrustedKey()).toBe(false)
    value(await rooms.signIn.enrol(rooms.badge(gone), pins.gone))
    expect(await rooms.read(await enter(gone, pins.gone), pickup)).toBe('Vanhasta-1')
    expect(rooms.signIn.lacksNewest()).toBe(false)
  })

  it('after an update, a lone colleague makes the next key once the one who holds the newest alone was removed at the hub', async () => {
    thief.forgetVouches()
    await restart()
    await enter(chief, pins.chief)
    expect(await rooms.signIn.rotate(rooms.signIn.owesTrustedKey)).toBe(true)
    await enter(porter, pins.porter)
    expect(rooms.signIn.lacksNewest()).toBe(true)
    expect(await rooms.signIn.rotate()).toBe(false)
    rooms.store.transact(() => rooms.roster.remove(chief.id))
    expect(await rooms.signIn.rotate(rooms.roster.rotationOwed)).toBe(true)
    // By the PIN that they have: the key waits at the hub, and its letters stand on the screen.
    const newest = rooms.openingKeys.newest() ?? Buffer.alloc(0)
    expect(rooms.signIn.isWitnessed(newest)).toBe(true)
    expect(rooms.signIn.lacksNewest()).toBe(false)
    expect(await rooms.read(await enter(porter, pins.porter), await rooms.grant('Yksin-1'))).toBe('Yksin-1')
    expect(await thief.opens()).toBe(0)
  })

  it('with a root of another person’s, or one made with the keystore’s key, is one without', async () => {
    const roots = rooms.store.db.prepare<[string], { root: Buffer }>('SELECT root FROM staff_pin WHERE staff = ?')
    const forged = wrap(at.keyEncryptionKey, `lodge/own-root/1|${at.kiosk}|${chief.id}`, Buffer.alloc(64))
    for (const root of [roots.get(gone.id)?.root, forged]) {
      rooms.store.db.prepare('UPDATE staff_pin SET root = ? WHERE staff = ?').run(root, chief.id)
      await restart()
      await enter(chief, pins.chief)
      expect(rooms.signIn.owesTrustedKey()).toBe(true)
      rooms.signIn.end('asked')
    }
  })

  it.each(['before', 'after'])(
    'keeps its vouches through a changed PIN; a removed member’s row that comes back %s the next key has no share of it',
    async (when) => {
      await enter(porter, pins.porter)
      const own = value(await rooms.signIn.prove(rooms.badge(porter), pins.porter))
      value(await rooms.signIn.changePin(rooms.badge(porter), pins.other, own))
      await enter(chief, pins.chief)
      expect(rooms.signIn.unvouched()).toEqual([])
      // Somebody brings the removed member's row back from an old image.
      const row = rooms.store.db.prepare('SELECT * FROM staff_pin WHERE staff = ?').get(gone.id) as Record<
        string,
        unknown
      >
      rooms.store.transact(() => rooms.roster.remove(gone.id))
      if (when === 'after') expect(await rooms.signIn.rotate()).toBe(true)
      const names = Object.keys(row)
      rooms.store.db
        .prepare(`INSERT INTO staff_pin (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
        .run(...Object.values(row))
      await restart()
      await enter(porter, pins.other)
      expect(await rooms.signIn.rotate()).toBe(true)
      expect(rooms.store.db.prepare('SELECT count(*) FROM opening_share WHERE staff = ?').pluck().get(gone.id)).toBe(0)
    },
  )

  it('makes no PIN again for somebody who was removed while it was being changed', async () => {
    await enter(porter, pins.porter)
    const own = value(await rooms.signIn.prove(rooms.badge(porter), pins.porter))
    const changing = rooms.signIn.changePin(rooms.badge(porter), pins.other, own)
    rooms.store.transact(() => rooms.roster.remove(porter.id))
    expect(await changing).toEqual({ ok: false, failure: { code: 'L-404' } })
    expect(rooms.roster.pin(porter.id)).toBe(null)
  })

  it('comes back with the badge alone knowing what it knew', async () => {
    await enter(chief, pins.chief)
    rooms.signIn.end('locked')
    expect(rooms.signIn.resume(rooms.badge(chief))).not.toBe(null)
    expect(rooms.signIn.owesTrustedKey()).toBe(false)
    expect(rooms.signIn.lacksNewest()).toBe(false)
    expect(await rooms.signIn.rotate()).toBe(true)
    expect(await rooms.read(await enter(porter, pins.porter), await rooms.grant('Levosta-1'))).toBe('Levosta-1')
  })
})

describe('a real desk whose disk was carried off, written to and put back', () => {
  let institute: Institute
  let hub: HubHere
  let desk: EngineDesk
  beforeAll(async () => {
    institute = await startInstitute()
    hub = await institute.hub()
    desk = await startEngineDesk(institute, hub)
  })
  afterAll(async () => {
    await desk.end()
    await institute.stop()
  })

  it('makes its next opening key, and the thief opens none of what is sealed to it; an alarm rings, and the screen says what to do', async () => {
    const account = (i: number) => institute.accounts[i] ?? ''
    const lakeside = institute.desk('porter-lakeside')
    const waiting: PickupId[] = []
    for (let i = 0; i < 3; i++) waiting.push(await hub.as('agent').issue(account(i), lakeside, `Ennen-${i}`))
    await desk.signIn()
    for (const [i, pickup] of waiting.entries()) await desk.untilGranted(account(i), pickup)
    await desk.stop()

    const keystore = readFileSync(join(desk.dataDir, 'keystore.key'))
    const db = new Database(join(desk.dataDir, 'kiosk.db'))
    const thief = new Thief(db, keystore, await newSealKeyPair())
    const porter =
      db.prepare<[], { staff: string }>('SELECT staff FROM staff_pin ORDER BY rowid').all().at(-1)?.staff ?? ''
    thief.swap(porter)
    thief.join('Z'.repeat(22), porter)
    thief.owe()
    const before = thief.opening().length
    db.close()

    await desk.start()
    await desk.untilServing()
    await desk.signIn(desk.supervisor)
    const state = await desk.untilState('keys that nothing vouches for', ({ readiness }) =>
      readiness.reasons.some(({ code }) => code === 'L-434'),
    )
    expect(state.readiness.reasons.find(({ code }) => code === 'L-434')?.params).toEqual({ count: 2 })
    await expect
      .poll(async () => {
        done(await desk.api.syncNow({}))
        const { alarms } = await hub.as('supervisor').alarms()
        return alarms.map(({ kind }) => kind)
      })
      .toContain('keys-not-vouched')
    const after = await hub.as('agent').issue(account(4), lakeside, 'Varkauden-jalkeen')
    await desk.untilGranted(account(4), after)
    await desk.stop()

    const again = new Database(join(desk.dataDir, 'kiosk.db'))
    const later = new Thief(again, keystore, thief.own)
    expect(later.opening().length).toBeGreaterThan(before)
    expect(await later.opens()).toBe(0)
    const kiosk = KioskId.parse(again.prepare('SELECT kiosk FROM kiosk').pluck().get())
    const rows = again.prepare<[], { id: string; epoch_incarnation: string; epoch_n: number; envelope: Buffer }>(
      'SELECT id, epoch_incarnation, epoch_n, envelope FROM pickup WHERE length(envelope) > 0',
    )
    let tried = 0
    for (const row of rows.all()) {
      const epoch = Epoch.parse({ incarnation: row.epoch_incarnation, n: row.epoch_n })
      for (const key of [thief.own.privateKey, keystore]) {
        tried += 1
        await expect(
          openEnvelope(key, row.envelope, { pickup: PickupId.parse(row.id), kiosk, epoch }),
        ).rejects.toThrow()
      }
    }
    expect(tried).toBe(8)
    again.close()
    await desk.start()
    await desk.untilServing()
    await desk.signIn(desk.supervisor)
    expect(codeOf(await desk.api.addStaff({}))).toBe(null)
    desk.desk.reader.tap(desk.porter.badge)
    await desk.untilState(
      'a PIN to choose',
      ({ counter }) => counter.step === 'pin' && counter.purpose === 'choose-pin',
    )
    done(await desk.api.enterPin({ pin: desk.porter.pin }))
    await desk.signIn()
    await desk.untilGranted(account(4), after)
    const mine = await desk.untilState('a porter with the newest key', ({ staff }) => staff !== null)
    expect(mine.readiness.reasons.map(({ code }) => code)).not.toContain('L-435')
  })
})
