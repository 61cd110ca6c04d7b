/**
 * Somebody who has been removed at the hub, with an image of the kiosk's disk, its keystore's key, and their own badge
 * and PIN (promise P7): nothing that is issued from then on is sealed to a key which they can open, whether they put
 * their rows back on the disk or speak to the hub themselves.
 */
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { done } from '../../src-main/demo/acts.ts'
import { StaffId } from '../../src-shared/domain/index.ts'
import { newSealKeyPair } from '../../src-shared/protocol/envelope.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { startEngineDesk, type EngineDesk } from './engine.ts'
import { HoldingDesk } from './holders.ts'
import { startInstitute, type HubHere, type Institute } from './hub.ts'
import type { OpeningKey } from './kiosk-client.ts'
import { codeOf, value } from './wire.ts'

let institute: Institute
let hub: HubHere
beforeAll(async () => {
  institute = await startInstitute()
  hub = await institute.hub()
})
afterAll(async () => {
  await institute.stop()
})

const alarms = async (kiosk: string) =>
  (await hub.as('supervisor').alarms()).alarms.filter((one) => one.kiosk === kiosk).map(({ kind }) => kind)

describe('a kiosk that says who holds its opening key', () => {
  let at: HoldingDesk
  let ids: { chief: StaffId; porter: StaffId; gone: StaffId }
  let first: OpeningKey
  let own: Map<string, OpeningKey>
  const tell: HoldingDesk['tell'] = (...said) => at.tell(...said)
  const confirm = (key: OpeningKey) => at.confirm(key)
  const inForce = () => at.inForce()

  beforeAll(async () => {
    at = await HoldingDesk.start(institute, hub, 'porter-lakeside')
    own = at.own
    ids = { chief: await at.known(), porter: await at.known(), gone: await at.join('Leo Lähtenyt') }
    first = await newSealKeyPair()
    expect(value(await tell(first, null, { by: ids.chief, holders: [ids.chief] })).state).toBe('waits')
    value(await confirm(first))
    const all = { by: ids.chief, holders: [ids.chief, ids.porter, ids.gone] }
    expect(value(await tell(first, null, all))).toMatchObject({ state: 'in-force', holders: 'taken' })
  })

  it('has its next key in force by the word of any of them', async () => {
    const next = await newSealKeyPair()
    const said = { by: ids.gone, holders: [ids.chief, ids.porter, ids.gone] }
    expect(value(await tell(next, first, said))).toMatchObject({ state: 'in-force', holders: 'taken' })
    first = next
  })

  it('a removed member, who still has the key in force, puts none of their own in its place', async () => {
    value(await hub.as('administrator').call('removeStaff', { body: { id: ids.gone } }))
    const theirs = await newSealKeyPair()
    // Without a word of who holds it; in a colleague's name with a key of theirs; with the colleague's key and a proof
    // of theirs; in their own name.
    expect(value(await tell(theirs, first, null)).state).toBe('waits')
    const asChief = new Map<string, OpeningKey>([[ids.chief, await newSealKeyPair()]])
    expect(value(await tell(theirs, first, { by: ids.chief, holders: [ids.chief], as: asChief })).state).toBe('waits')
    const proofBy = own.get(ids.gone)
    if (proofBy === undefined) throw new Error('no key')
    expect(value(await tell(theirs, first, { by: ids.chief, holders: [ids.chief], proofBy }))).toMatchObject({
      state: 'waits',
      holders: 'not-taken',
    })
    expect(await inForce()).toEqual(first.publicKey)
    expect(await alarms(at.kiosk.id)).toContain('opening-key-waits')
    value(await at.refuse())
    const again = await newSealKeyPair()
    expect(codeOf(await tell(again, first, { by: ids.gone, holders: [ids.gone] }))).toBe('L-437')
    expect(codeOf(await tell(again, first, { by: ids.chief, holders: [ids.chief] }))).toBe('L-431')
    expect(await inForce()).toEqual(first.publicKey)
    expect(await alarms(at.kiosk.id)).toContain('opening-key-shared')
  })

  it('a key that a colleague shared with the removed one, or with somebody who never was, is refused for good', async () => {
    for (const stranger of [ids.gone, 'Z'.repeat(22)]) {
      const shared = await newSealKeyPair()
      const said = { by: ids.chief, holders: [ids.chief, ids.porter, stranger] }
      const told = await tell(shared, first, said)
      expect(told).toMatchObject({ ok: false, failure: { code: 'L-437', params: { staff: stranger } } })
      expect(codeOf(await tell(shared, first, { by: ids.chief, holders: [ids.chief, ids.porter] }))).toBe('L-431')
    }
    expect(await inForce()).toEqual(first.publicKey)
    const next = await newSealKeyPair()
    const said = { by: ids.chief, holders: [ids.chief, ids.porter] }
    expect(value(await tell(next, first, said)).state).toBe('in-force')
    first = next
  })

  it('takes an own key that was given up for good: a PIN from before, of somebody who still works there', async () => {
    const before = own.get(ids.porter)
    if (before === undefined) throw new Error('no key')
    own.set(ids.porter, await newSealKeyPair())
    const both = { by: ids.chief, holders: [ids.chief, ids.porter] }
    expect(value(await tell(first, null, both)).holders).toBe('taken')
    const old = new Map<string, OpeningKey>([...own, [ids.porter, before]])
    expect(codeOf(await tell(await newSealKeyPair(), first, { ...both, as: old }))).toBe('L-437')
    // Nor by the word of that PIN, nor after the badge it was chosen with was taken away at the hub.
    const next = await newSealKeyPair()
    const own1 = { by: ids.porter, holders: [ids.chief, ids.porter] }
    expect(codeOf(await tell(next, first, { ...own1, as: old }))).toBe('L-437')
    value(await hub.as('administrator').call('removeBadges', { body: { id: ids.porter } }))
    expect(codeOf(await tell(await newSealKeyPair(), first, own1))).toBe('L-437')
    own.set(ids.porter, await newSealKeyPair())
    const chosen = await newSealKeyPair()
    expect(value(await tell(chosen, first, both)).state).toBe('in-force')
    first = chosen
  })

  it('asks at the console as well: for letters alone no key takes force whose holders nobody has said, or that was shared', async () => {
    const unsaid = await newSealKeyPair()
    expect(value(await tell(unsaid, null, null)).state).toBe('waits')
    expect(codeOf(await confirm(unsaid))).toBe('L-438')
    value(await tell(unsaid, null, { by: ids.chief, holders: [ids.chief, ids.porter] }))
    value(await hub.as('administrator').call('removeStaff', { body: { id: ids.porter } }))
    expect(codeOf(await confirm(unsaid))).toBe('L-437')
    expect(await inForce()).toEqual(first.publicKey)
  })
})

describe('what is said of who holds a key', () => {
  let at: HoldingDesk
  let chief: StaffId
  let porter: StaffId
  let key: OpeningKey
  beforeAll(async () => {
    at = await HoldingDesk.start(institute, hub, 'porter-millhill')
    chief = await at.known()
    porter = await at.known()
    key = await at.first({ by: chief, holders: [chief], n: 10 })
  })

  it('is taken once: another list of the same age, or an older one, is not, and the same one again is', async () => {
    const n = 10
    expect(value(await at.tell(key, null, { by: chief, holders: [chief], n })).holders).toBe('taken')
    expect(value(await at.tell(key, null, { by: chief, holders: [chief, porter], n })).holders).toBe('not-taken')
    expect(value(await at.tell(key, null, { by: chief, holders: [chief, porter], n: 11 })).holders).toBe('taken')
    expect(value(await at.tell(key, null, { by: chief, holders: [chief], n })).holders).toBe('not-taken')
    // Its answer was lost, and somebody in it has been removed since.
    const gone = await at.join('Leo Lähtenyt')
    const three = { by: chief, holders: [chief, porter, gone], n: 12 }
    expect(value(await at.tell(key, null, three)).holders).toBe('taken')
    await at.remove(gone)
    expect(value(await at.tell(key, null, three)).holders).toBe('taken')
    at.n = 12
  })

  it('is asked of somebody else where the hub does not know who says it of a key that waits', async () => {
    const unknown = await at.join('Uuno Uusi')
    const next = await newSealKeyPair()
    const all = [chief, porter, unknown]
    expect(value(await at.tell(next, key, { by: unknown, holders: all }))).toMatchObject({
      state: 'waits',
      holders: 'not-taken',
    })
    expect(value(await at.tell(next, key, { by: chief, holders: all }))).toMatchObject({
      state: 'in-force',
      holders: 'taken',
    })
    key = next
  })

  it('of a key that waits is never made older again', async () => {
    const gone = await at.join('Leo Lähtenyt')
    const next = await newSealKeyPair()
    const old = { by: chief, holders: [chief, porter], n: 20 }
    expect(value(await at.tell(next, null, old)).state).toBe('waits')
    value(await at.tell(next, null, { by: chief, holders: [chief, porter, gone], n: 29 }))
    await at.remove(gone)
    // Their replay of what was said before them, with the kiosk's signing key.
    expect(value(await at.tell(next, null, old))).toMatchObject({ state: 'waits', holders: 'not-taken' })
    expect(codeOf(await at.confirm(next))).toBe('L-437')
    expect(await at.inForce()).toEqual(key.publicKey)
    at.n = 30
  })

  it('refuses a key that waited, and what waited for it is granted', async () => {
    const next = await newSealKeyPair()
    expect(value(await at.tell(next, null, null)).state).toBe('waits')
    const pickup = await hub
      .as('agent')
      .issue(institute.accounts[5] ?? '', institute.desk('porter-millhill'), 'Odottanut')
    const state = async () =>
      (await institute.sql<{ state: string }>('SELECT state FROM pickup WHERE id = $1', [pickup]))[0]?.state
    expect(await state()).toBe('unassigned')
    expect(codeOf(await at.tell(next, null, { by: chief, holders: [chief, 'Z'.repeat(22)] }))).toBe('L-437')
    await expect.poll(state, { timeout: 20_000 }).toBe('granted')
    expect(await at.alarms()).not.toContain('opening-key-waits')
  })

  it('names nobody twice, and no own key twice', async () => {
    const other = await newSealKeyPair()
    const mine = at.own.get(porter)
    if (mine === undefined) throw new Error('no own key')
    const twice = { by: porter, holders: [chief, porter], also: [[chief, other]] as const }
    expect(value(await at.tell(key, null, twice)).holders).toBe('not-taken')
    const asTwo = { by: porter, holders: [porter], also: [[chief, mine]] as const }
    expect(value(await at.tell(key, null, asTwo)).holders).toBe('not-taken')
    expect(value(await at.tell(key, null, { by: porter, holders: [chief, porter] })).holders).toBe('taken')
  })

  it('counts no longer for whom only somebody who was removed since has vouched, until a colleague does', async () => {
    const gone = await at.join('Leo Lähtenyt')
    const ghost = await at.join('Aave Toinen')
    const third = await at.join('Kolmas Nimi')
    value(await at.tell(key, null, { by: chief, holders: [chief, porter, gone] }))
    // While they are still there: keys of theirs in colleagues' names, of which one vouches for the other.
    expect(value(await at.tell(key, null, { by: gone, holders: [chief, porter, gone, ghost] })).holders).toBe('taken')
    const four = [chief, porter, gone, ghost, third]
    expect(value(await at.tell(key, null, { by: ghost, holders: four })).holders).toBe('taken')
    await at.remove(gone)
    for (const by of [ghost, third]) {
      const theirs = await newSealKeyPair()
      const said = { by, holders: [chief, porter, ghost, third] }
      expect(value(await at.tell(theirs, key, said))).toMatchObject({ state: 'waits', holders: 'not-taken' })
      value(await at.refuse())
    }
    expect(await at.inForce()).toEqual(key.publicKey)
    // Each change is in the audit, with who said so.
    const audit = await institute.sql<{ detail: { by: string; added: string[] } }>(
      "SELECT detail FROM audit WHERE act = 'opening-key-holders' AND detail->>'kiosk' = $1 AND detail->>'by' = ANY($2)",
      [at.kiosk.id, [gone, ghost]],
    )
    expect(audit.map(({ detail }) => [detail.by, detail.added])).toEqual([
      [gone, [ghost]],
      [ghost, [third]],
    ])
    value(await at.tell(key, null, { by: chief, holders: [chief, porter, ghost, third] }))
    const next = await newSealKeyPair()
    const said = { by: third, holders: [chief, porter, ghost, third] }
    expect(value(await at.tell(next, key, said))).toMatchObject({ state: 'in-force', holders: 'taken' })
    key = next
  })
})

describe('the signing key alone, with opening keys that name strangers', () => {
  it('rings one alarm, which counts them', async () => {
    const at = await HoldingDesk.start(institute, hub, 'helpdesk-lakeside')
    const chief = await at.join('Ritva Esimies')
    const key = await at.first({ by: chief, holders: [chief] })
    for (let i = 0; i < 4; i++) {
      const as = new Map<string, OpeningKey>([[chief, await newSealKeyPair()]])
      const stranger = [['Z'.repeat(22), await newSealKeyPair()]] as const
      const told = await at.tell(await newSealKeyPair(), null, { by: chief, holders: [chief], as, also: stranger })
      expect(codeOf(told)).toBe('L-437')
    }
    expect(await at.alarms()).toEqual(['opening-key-shared'])
    const open = (await hub.as('supervisor').alarms()).alarms.find((one) => one.kiosk === at.kiosk.id)
    expect(open?.detail).toContain('4 keys')
    // As many as a statement takes: the kiosk can read the answer.
    const many = await Promise.all(Array.from({ length: 499 }, async () => [newId(), await newSealKeyPair()] as const))
    const told = await at.tell(await newSealKeyPair(), key, { by: chief, holders: [chief], also: many })
    const staff = told.ok ? undefined : told.failure.params?.['staff']
    expect([codeOf(told), String(staff).split(' ').length]).toEqual(['L-437', 100])
    expect(await at.inForce()).toEqual(key.publicKey)
  })
})

describe('a hub that was put back from before a colleague came, and an opening key was made', () => {
  let at: HoldingDesk
  let chief: StaffId
  let first: OpeningKey
  let shared: OpeningKey
  beforeAll(async () => {
    at = await HoldingDesk.start(institute, hub, 'post-room')
    chief = await at.join('Ritva Esimies')
    first = await at.first({ by: chief, holders: [chief] })
    shared = await newSealKeyPair()
    // It never heard of the colleague, nor of this key of before.
    const unknown = [['Y'.repeat(22), await newSealKeyPair()]] as const
    expect(codeOf(await at.tell(shared, first, { by: chief, holders: [chief], also: unknown }))).toBe('L-437')
  })

  it('is led over that refused key only by somebody whom it knows', async () => {
    const theirs = await newSealKeyPair()
    const as = new Map<string, OpeningKey>([[chief, await newSealKeyPair()]])
    expect(value(await at.tell(theirs, [shared, first], { by: chief, holders: [chief], as })).state).toBe('waits')
    value(await at.refuse())
    expect(await at.inForce()).toEqual(first.publicKey)
    // Nor while a kiosk has not said yet who holds its key: the stranger has the one that was shared with them.
    const older = await HoldingDesk.start(institute, hub, 'hr')
    const [begun, given] = [await newSealKeyPair(), await newSealKeyPair()]
    value(await older.tell(begun, null, null))
    value(await older.confirm(begun))
    const member = await older.join('Ritva Esimies')
    const unknown = [['Y'.repeat(22), await newSealKeyPair()]] as const
    expect(codeOf(await older.tell(given, begun, { by: member, holders: [member], also: unknown }))).toBe('L-437')
    expect(value(await older.tell(theirs, [given, begun], null)).state).toBe('waits')
    expect(await older.inForce()).toEqual(begun.publicKey)
  })

  it('takes the next key, for which that refused one vouches, and never that one', async () => {
    const next = await newSealKeyPair()
    const said = { by: chief, holders: [chief] }
    expect(value(await at.tell(next, [shared, first], said))).toMatchObject({ state: 'in-force', holders: 'taken' })
    expect(codeOf(await at.tell(shared, [first], said))).toBe('L-431')
    // One that a supervisor refused, or that was in force before, leads nowhere.
    const [refused, last] = [await newSealKeyPair(), await newSealKeyPair()]
    value(await at.tell(refused, null, said))
    value(await at.refuse())
    expect(value(await at.tell(last, [refused, next], said)).state).toBe('waits')
    value(await at.refuse())
    expect(await at.inForce()).toEqual(next.publicKey)
  })
})

describe('an own key that was given up while the opening key waits', () => {
  it.each(['removeBadges', 'removed and taken on again'] as const)(
    'counts no more once that is in force: %s',
    async (how) => {
      const at = await HoldingDesk.start(institute, hub, how === 'removeBadges' ? 'hr' : 'student-affairs')
      const [chief, other] = [await at.join('Ritva Esimies'), await at.join('Olli Odottaja')]
      const first = await at.first({ by: chief, holders: [chief] })
      const next = await newSealKeyPair()
      value(await at.tell(next, null, { by: chief, holders: [chief, other] }))
      if (how === 'removeBadges') value(await hub.as('administrator').call('removeBadges', { body: { id: other } }))
      else {
        await at.remove(other)
        const body = { id: other, name: 'Olli Odottaja', role: 'porter' as const, desks: [at.desk] }
        value(await hub.as('administrator').call('saveStaff', { body }))
      }
      expect(codeOf(await at.confirm(next))).toBe('L-437')
      expect(await at.inForce()).toEqual(first.publicKey)
    },
  )

  it('is given up whatever is being told meanwhile', async () => {
    const at = await HoldingDesk.start(institute, hub, 'helpdesk-lakeside')
    const [chief, other] = [await at.join('Ritva Esimies'), await at.join('Olli Odottaja')]
    const first = await at.first({ by: chief, holders: [chief] })
    for (let i = 0; i < 10; i++) {
      const told = at.tell(first, null, { by: chief, holders: [chief, other] })
      await Promise.all([told, hub.as('administrator').call('removeStaff', { body: { id: other } })])
      const known = await institute.sql(
        'SELECT staff FROM opening_holder WHERE kiosk = $1 AND staff = $2 AND gone_at IS NULL',
        [at.kiosk.id, other],
      )
      expect(known).toEqual([])
      at.own.set(other, await newSealKeyPair())
      const body = { id: other, name: 'Olli Odottaja', role: 'porter' as const, desks: [at.desk] }
      value(await hub.as('administrator').call('saveStaff', { body }))
    }
  })
})

describe('a real desk, on whose disk a removed member’s rows are put back before the next key is made', () => {
  let desk: EngineDesk
  beforeAll(async () => {
    await institute.stop()
    institute = await startInstitute()
    hub = await institute.hub()
    desk = await startEngineDesk(institute, hub)
  })
  afterAll(async () => {
    await desk.end()
  })

  it('has that key refused, makes another without them, and an alarm rings', async () => {
    const lakeside = institute.desk('porter-lakeside')
    const file = join(desk.dataDir, 'kiosk.db')
    const read = <T>(work: (db: Database.Database) => T): T => {
      const db = new Database(file)
      try {
        return work(db)
      } finally {
        db.close()
      }
    }
    const roster = value(await hub.as('supervisor').call('staff', {})).staff
    await desk.signIn(desk.supervisor)
    const chief = done(await desk.api.state({})).staff?.id
    const [row] = await institute.sql<{ id: string }>(
      "SELECT id FROM kiosk WHERE desk = $1 AND state = 'active' AND kind = 'desk'",
      [lakeside.id],
    )
    const kiosk = row?.id ?? ''
    const holders = async () =>
      (await institute.sql('SELECT staff FROM opening_holder WHERE kiosk = $1 AND gone_at IS NULL', [kiosk])).length
    await expect.poll(holders, { timeout: 30_000 }).toBe(2)
    const inForce = async () =>
      (
        await institute.sql<{ key: string }>("SELECT encode(opening_key, 'hex') AS key FROM kiosk WHERE id = $1", [
          kiosk,
        ])
      )[0]?.key
    const old = await inForce()
    await desk.stop()
    const [porter = ''] = read((db) =>
      db
        .prepare<[string], { staff: string }>('SELECT staff FROM staff_pin WHERE staff <> ?')
        .all(chief ?? '')
        .map(({ staff }) => staff),
    )
    const columns = (db: Database.Database, table: string) =>
      (db.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name)
    const before = read((db) => ({
      pin: db.prepare('SELECT * FROM staff_pin WHERE staff = ?').get(porter) as Record<string, unknown>,
      badges: db.prepare('SELECT * FROM staff_badge WHERE staff = ?').all(porter) as Record<string, unknown>[],
    }))
    value(await hub.as('administrator').call('removeStaff', { body: { id: StaffId.parse(porter) } }))
    await desk.start()
    await desk.untilServing()
    done(await desk.api.syncNow({}))
    await desk.stop()
    expect(read((db) => db.prepare('SELECT removed FROM staff WHERE id = ?').pluck().get(porter))).toBe(1)
    read((db) => {
      const put = (table: string, row: Record<string, unknown>) => {
        const names = columns(db, table)
        db.prepare(
          `INSERT OR REPLACE INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
        ).run(...names.map((name) => row[name]))
      }
      db.prepare('UPDATE staff SET removed = 0 WHERE id = ?').run(porter)
      put('staff_pin', before.pin)
      for (const badge of before.badges) put('staff_badge', badge)
    })
    const keysBefore = read((db) => db.prepare('SELECT max(n) FROM opening_key').pluck().get() as number)

    await desk.start()
    await desk.untilServing()
    await desk.signIn(desk.supervisor)
    await expect.poll(() => alarms(kiosk), { timeout: 30_000 }).toContain('opening-key-shared')
    await expect.poll(inForce, { timeout: 30_000 }).not.toBe(old)
    const account = institute.accounts[5] ?? ''
    const pickup = await hub.as('agent').issue(account, lakeside, 'Lahdon-jalkeen')
    await desk.untilGranted(account, pickup)
    await desk.stop()
    // The first was shared with them and refused; what is sealed now is sealed to a second, which they do not share.
    const shares = read((db) => ({
      newest: db.prepare('SELECT max(n) FROM opening_key').pluck().get(),
      theirs: db.prepare('SELECT count(*) FROM opening_share WHERE staff = ?').pluck().get(porter),
      sealedTo: db.prepare('SELECT sealed_to FROM pickup WHERE id = ?').pluck().get(pickup) as Buffer,
      told: db.prepare('SELECT opening_public FROM kiosk').pluck().get() as Buffer,
      pin: db.prepare('SELECT count(*) FROM staff_pin WHERE staff = ?').pluck().get(porter),
    }))
    expect(shares).toMatchObject({ newest: keysBefore + 2, theirs: 0, pin: 0 })
    expect(shares.sealedTo.equals(shares.told)).toBe(true)
    expect(roster.some(({ id }) => id === porter)).toBe(true)
  })
})
