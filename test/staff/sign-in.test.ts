/**
 * Sign-in as the people at the desk and a security officer would notice it: real database, real keys, a clock of the
 * test's own.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { longestSincePinMs, type Session } from '../../src-main/staff/index.ts'
import { longestBadgeResume } from '../../src-shared/policy/index.ts'
import { newSealKeyPair } from '../../src-shared/protocol/envelope.ts'
import type { Result } from '../../src-shared/failures/result.ts'
import { enrolledFolder, openRooms, person, type EnrolledFolder, type Rooms } from './rooms.ts'

const chief = person('Ritva Esimies', 'supervisor', 'E0010000A1')
const porter = person('Kalle Portti', 'porter', 'E0010000B2')
const second = person('Sirpa Toinen', 'porter', 'E0010000C3')
const pins = { chief: '408216', porter: '739164', other: '582047' }

let at: EnrolledFolder
let rooms: Rooms
let clock = Date.UTC(2026, 2, 2, 8)
const now = () => clock
/** As long as a policy may let the badge alone resume. */
const resumeMs = longestBadgeResume * 60_000
let allowed = resumeMs

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.failure.code)
  return result.value
}
const code = (result: Result<unknown>) => (result.ok ? null : result.failure.code)

beforeEach(async () => {
  clock = Date.UTC(2026, 2, 2, 8)
  allowed = resumeMs
  at = enrolledFolder()
  rooms = openRooms(at, { now, resumeMs: () => allowed })
  rooms.know(chief, porter, second)
  value(await rooms.signIn.enrolFirst(rooms.badge(chief), pins.chief))
  value(await rooms.signIn.enter(rooms.badge(chief), pins.chief))
  value(await rooms.signIn.enrol(rooms.badge(porter), pins.porter))
})
afterEach(() => {
  rooms.close()
  at.remove()
})
const enter = async (who = porter, pin = pins.porter): Promise<Session> =>
  value(await rooms.signIn.enter(rooms.badge(who), pin))

describe('badge and PIN', () => {
  it('open the envelope that the hub sealed, for whoever was added later too', async () => {
    const pickup = await rooms.grant('Salasana-1')
    expect(await rooms.read(await enter(), pickup)).toBe('Salasana-1')
  })
  it('need the right badge: another card with the right PIN opens nothing', async () => {
    const badge = { ...rooms.badge(porter), cardId: 'E001FFFFFF' }
    expect(code(await rooms.signIn.enter(badge, pins.porter))).toBe('L-402')
  })
  it('count wrong attempts through a restart, lock after five, and unlock with time', async () => {
    for (let i = 0; i < 3; i++) expect(code(await rooms.signIn.enter(rooms.badge(porter), '111999'))).toBe('L-402')
    rooms.close()
    rooms = openRooms(at, { now, resumeMs: () => allowed })
    expect(rooms.signIn.standing(porter.id).left).toBe(2)
    expect(code(await rooms.signIn.enter(rooms.badge(porter), '111999'))).toBe('L-402')
    expect(code(await rooms.signIn.enter(rooms.badge(porter), '111999'))).toBe('L-403')
    expect(code(await rooms.signIn.enter(rooms.badge(porter), pins.porter))).toBe('L-403')
    clock += 2 * 60_000 + 1
    expect(code(await rooms.signIn.enter(rooms.badge(porter), pins.porter))).toBe(null)
    expect(rooms.signIn.standing(porter.id).left).toBe(5)
  })
  it('leave the keys as zeros when the session ends', async () => {
    const session = await enter()
    const [key] = session.openingKeys
    expect(key?.privateKey.some((byte) => byte !== 0)).toBe(true)
    rooms.signIn.end('asked')
    expect(key?.privateKey.every((byte) => byte === 0)).toBe(true)
  })
  it('leave the keys as zeros where the session cannot begin', async () => {
    rooms.signIn.end('asked')
    const open = vi.spyOn(rooms.openingKeys, 'openFor')
    vi.spyOn(rooms.ledger, 'append').mockImplementation(() => {
      throw new Error('the disk is full')
    })
    await expect(rooms.signIn.enter(rooms.badge(porter), pins.porter)).rejects.toThrow('the disk is full')
    const [[, own] = []] = open.mock.calls
    const opened = (await open.mock.results[0]?.value) as readonly { privateKey: Buffer }[]
    expect(opened).toHaveLength(1)
    for (const key of [own, ...opened.map(({ privateKey }) => privateKey)])
      expect(key?.every((byte) => byte === 0)).toBe(true)
  })
  it('are worth nothing at another kiosk’s keystore', async () => {
    const disk = { ...at, keyEncryptionKey: Buffer.alloc(32, 9) }
    rooms.close()
    expect(() => openRooms(disk, { now })).toThrow('keys')
    rooms = openRooms(at, { now, resumeMs: () => allowed })
    expect(await rooms.signIn.enter(rooms.badge(porter), pins.porter)).toMatchObject({ ok: true })
  })
})

describe('a desk that locked itself', () => {
  it('comes back with the badge alone for as long as the policy says, as another session', async () => {
    const before = await enter()
    const pickup = await rooms.grant('Salasana-2')
    rooms.signIn.end('locked')
    expect(rooms.signIn.session()).toBe(null)
    clock += resumeMs - 1
    expect(rooms.signIn.locked()?.staff).toBe(porter.id)
    const after = rooms.signIn.resume(rooms.badge(porter))
    expect(after?.id).not.toBe(before.id)
    expect(after === null ? null : await rooms.read(after, pickup)).toBe('Salasana-2')
  })
  it('holds no opening key meanwhile', async () => {
    const session = await enter()
    rooms.signIn.end('locked')
    expect(session.openingKeys[0]?.privateKey.every((byte) => byte === 0)).toBe(true)
  })
  it('asks for the PIN after four hours, after twelve since the last PIN, for another badge, after a switch, a sign-out and a restart', async () => {
    await enter()
    rooms.signIn.end('locked')
    expect(rooms.signIn.resume(rooms.badge(chief))).toBe(null)
    clock += resumeMs
    expect(rooms.signIn.resume(rooms.badge(porter))).toBe(null)

    await enter()
    for (let i = 0; i < 3; i++) {
      clock += resumeMs - 60_000
      rooms.signIn.end('locked')
      clock += 60_000 - 1
      if (i < 2) expect(rooms.signIn.resume(rooms.badge(porter))).not.toBe(null)
    }
    clock += longestSincePinMs - 3 * resumeMs + 3
    expect(rooms.signIn.resume(rooms.badge(porter))).toBe(null)

    await enter()
    rooms.signIn.end('locked')
    await enter(chief, pins.chief)
    rooms.signIn.end('asked')
    expect(rooms.signIn.resume(rooms.badge(porter))).toBe(null)

    await enter()
    rooms.signIn.end('asked')
    expect(rooms.signIn.resume(rooms.badge(porter))).toBe(null)

    await enter()
    rooms.signIn.end('locked')
    rooms.close()
    rooms = openRooms(at, { now, resumeMs: () => allowed })
    expect(rooms.signIn.resume(rooms.badge(porter))).toBe(null)
  })
  it('keeps nothing that a badge alone would wake where the policy says no, and forgets it when the policy says less', async () => {
    allowed = 0
    const session = await enter()
    const held = session.openingKeys.map(({ privateKey }) => privateKey)
    rooms.signIn.end('locked')
    expect(rooms.signIn.locked()).toBe(null)
    allowed = resumeMs
    expect(rooms.signIn.resume(rooms.badge(porter))).toBe(null)
    for (const key of held) expect(key.every((byte) => byte === 0)).toBe(true)

    await enter()
    rooms.signIn.end('locked')
    clock += 10 * 60_000
    expect(rooms.signIn.locked()).not.toBe(null)
    allowed = 5 * 60_000
    expect(rooms.signIn.locked()).toBe(null)
    expect(rooms.signIn.resume(rooms.badge(porter))).toBe(null)
  })
  it('voids a verification, as a switch and a sign-out do', async () => {
    for (const cause of ['locked', 'asked', 'switched'] as const) {
      const session = await enter()
      const { id } = await rooms.grant('x', 1)
      rooms.store.db
        .prepare(
          "INSERT INTO verification (id, pickup, epoch_incarnation, epoch_n, staff, session, proof, method, issuer_country, created_at, expires_at) SELECT ?, id, epoch_incarnation, epoch_n, ?, ?, 'passport', 'by-eye', 'FIN', 1, 4000000000000 FROM pickup WHERE id = ?",
        )
        .run(`v-${cause}`, porter.id, session.id, id)
      rooms.signIn.end(cause)
      expect(
        rooms.store.db.prepare('SELECT void FROM verification WHERE id = ?').pluck().get(`v-${cause}`),
        cause,
      ).toBe(1)
    }
  })
})

describe('a PIN of one’s own', () => {
  it('is changed by proving the old one; the old one then opens nothing', async () => {
    await enter()
    const own = value(await rooms.signIn.prove(rooms.badge(porter), pins.porter))
    expect(code(await rooms.signIn.changePin(rooms.badge(porter), '123456', own))).toBe('L-406')
    value(await rooms.signIn.changePin(rooms.badge(porter), pins.other, own))
    expect(code(await rooms.signIn.enter(rooms.badge(porter), pins.porter))).toBe('L-402')
    const pickup = await rooms.grant('Salasana-3')
    expect(await rooms.read(await enter(porter, pins.other), pickup)).toBe('Salasana-3')
    expect(rooms.kinds()).toContain('pin-changed')
  })
  it('goes with its badge when the hub takes that badge away, and the session with it', async () => {
    await enter()
    rooms.know({ ...porter, card: 'E001000NEW' })
    expect(rooms.signIn.recheck()).toBe(true)
    expect(rooms.signIn.session()).toBe(null)
    expect(rooms.roster.rotationOwed()).toBe(true)
    expect(code(await rooms.signIn.enter(rooms.badge(porter), pins.porter))).toBe('L-404')
  })
  it('goes when a supervisor says so, at once, and it is written down', async () => {
    await enter(chief, pins.chief)
    value(rooms.signIn.removePin(porter.id, 'badge-lost', chief.id))
    expect(code(await rooms.signIn.enter(rooms.badge(porter), pins.porter))).toBe('L-404')
    expect(rooms.kinds()).toContain('staff-pin-removed')
  })
})

describe('a colleague who is removed', () => {
  it('is signed out at the next contact, cannot come back by badge, and has no share of the next key', async () => {
    const session = await enter()
    const before = await rooms.grant('Vanha-1')
    const held = session.openingKeys.map(({ privateKey, publicKey }) => ({
      privateKey: Buffer.from(privateKey),
      publicKey,
    }))
    rooms.store.transact(() => rooms.roster.remove(porter.id))
    expect(rooms.signIn.recheck()).toBe(true)
    expect(rooms.signIn.resume(rooms.badge(chief))).toBe(null)
    // With nobody signed in nothing could vouch for a new key: it is made when somebody has opened the old one.
    expect(await rooms.signIn.rotate()).toBe(false)
    const theirs = await enter(chief, pins.chief)
    expect(await rooms.signIn.rotate()).toBe(true)
    const after = await rooms.grant('Uusi-1', 2)
    // What they held opens what was sealed before, and nothing since.
    expect(await rooms.read({ ...session, openingKeys: held }, before)).toBe('Vanha-1')
    expect(await rooms.read({ ...session, openingKeys: held }, after)).toBe(null)
    expect(await rooms.read(theirs, before)).toBe('Vanha-1')
    expect(await rooms.read(theirs, after)).toBe('Uusi-1')
  })
  it('does not take the others’ session along: the new key comes to the one who is signed in', async () => {
    const theirs = await enter(chief, pins.chief)
    rooms.store.transact(() => rooms.roster.remove(porter.id))
    expect(rooms.signIn.recheck()).toBe(false)
    await rooms.signIn.rotate()
    expect(await rooms.read(theirs, await rooms.grant('Uusi-2'))).toBe('Uusi-2')
  })
})

describe('opening keys', () => {
  it('die with their last envelope, not before', async () => {
    await enter(chief, pins.chief)
    const old = await rooms.grant('Vanha-2')
    await rooms.signIn.rotate()
    await rooms.grant('Uusi-3', 2)
    expect(rooms.openingKeys.dropSpent()).toBe(0)
    rooms.store.transact(() => rooms.pickups.end(old.id, 'handed-over'))
    expect(rooms.openingKeys.dropSpent()).toBe(1)
    expect(rooms.openingKeys.count()).toBe(1)
  })
  it('are shared with a colleague who is being added while one is made', async () => {
    await enter(chief, pins.chief)
    const [enrolled] = await Promise.all([rooms.signIn.enrol(rooms.badge(second), pins.other), rooms.signIn.rotate()])
    value(enrolled)
    const pickup = await rooms.grant('Yhtaikaa')
    expect(await rooms.read(await enter(second, pins.other), pickup)).toBe('Yhtaikaa')
  })
  it('are not made twice when one that is owed waits for the one being made', async () => {
    await enter(chief, pins.chief)
    let owed = true
    const first = rooms.signIn.rotate(() => owed)
    const second = rooms.signIn.rotate(() => owed)
    void first.then(() => (owed = false))
    expect(await first).toBe(true)
    expect(await second).toBe(false)
    expect(rooms.openingKeys.count()).toBe(2)
  })
  it('that someone else put into the database are not believed', () => {
    rooms.store.db.prepare('INSERT INTO opening_key (public_key, created_at) VALUES (?, 1)').run(Buffer.alloc(60, 1))
    expect(() => rooms.openingKeys.newest()).toThrow()
    rooms.store.db.prepare('UPDATE staff_pin SET public_key = ? WHERE staff = ?').run(Buffer.alloc(60, 1), porter.id)
    expect(() => rooms.roster.holders()).toThrow()
  })
})

describe('a desk whose keystore anyone with the disk can read', () => {
  it('takes no PIN that can be searched too cheaply, and says how long it must be', async () => {
    rooms.close()
    rooms = openRooms(at, { now, floorYears: 10 })
    await enter(chief, pins.chief)
    const refused = await rooms.signIn.enrol(rooms.badge(second), '582047')
    expect(refused).toMatchObject({ ok: false, failure: { code: 'L-410' } })
    value(await rooms.signIn.enrol(rooms.badge(second), 'seitsemän kurkea lentää pohjoiseen yöllä'))
    expect((await enter(second, 'seitsemän kurkea lentää pohjoiseen yöllä')).searchYears).toBeGreaterThan(10)
  })
})

describe('what the hub is told of who holds the newest opening key', () => {
  it('is newer each time, so that a colleague who is added at once is told of', async () => {
    rooms.records.setHubCountersign((await newSealKeyPair()).publicKey)
    const told = () => {
      const key = rooms.openingKeys.newest()
      return key === null ? undefined : rooms.records.openingHolders(key)?.holders
    }
    expect(await rooms.signIn.stateHolders()).toBe(true)
    const first = told()
    value(await rooms.signIn.enrol(rooms.badge(second), pins.other))
    const next = told()
    expect([first?.holders.length, next?.holders.length]).toEqual([2, 3])
    expect(next?.n).toBeGreaterThan(first?.n ?? Infinity)
  })
  it('is said by everybody who signs in, once, when the hub has heard it from a colleague', async () => {
    rooms.records.setHubCountersign((await newSealKeyPair()).publicKey)
    const key = rooms.openingKeys.newest() ?? Buffer.alloc(0)
    const told = () => rooms.records.openingHolders(key)?.holders
    expect(await rooms.signIn.stateHolders()).toBe(true)
    await enter()
    // The hub has not heard the first yet.
    expect(await rooms.signIn.stateHolders()).toBe(false)
    rooms.records.setHoldersHeard(key, told()?.n ?? -1, true)
    expect(await rooms.signIn.stateHolders()).toBe(true)
    expect(told()).toMatchObject({ by: porter.id, holders: [{ staff: porter.id }, { staff: chief.id }] })
    rooms.records.setHoldersHeard(key, told()?.n ?? -1, true)
    for (const [who, pin] of [
      [chief, pins.chief],
      [porter, pins.porter],
    ] as const) {
      await enter(who, pin)
      expect(await rooms.signIn.stateHolders()).toBe(false)
    }
  })
})
