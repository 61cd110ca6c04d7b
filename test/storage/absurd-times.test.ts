/**
 * A kiosk's database whose times are absurd: a hub's wrong clock, or a hand. Every column that holds one is tried with
 * every kind of absurdity; the desk starts, shows what it can, serves or says a named failure, and never a bug.
 */
import Database from 'better-sqlite3'
import { afterAll, expect, it } from 'vitest'
import { isErrorCode } from '../../src-shared/failures/codes.ts'
import { findMethod } from '../../src-shared/kiosk-api/contract.ts'
import { kioskApi, KioskState } from '../../src-shared/kiosk-api/index.ts'
import { openStore } from '../../src-main/storage/index.ts'
import { furnish, startTestDesk } from '../security/desk.ts'

const furnished = furnish('porter', 5)
afterAll(async () => (await furnished).at.remove())

/** By their names, in every table there is: one that is added later is tried too. */
const columns = ((): { table: string; column: string }[] => {
  const made = openStore(Buffer.alloc(0))
  if (!made.ok) throw new Error(made.failure.code)
  const { db } = made.value
  const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all() as string[]
  const found = tables.flatMap((table) =>
    (db.pragma(`table_info("${table}")`) as { name: string; type: string }[])
      .filter(
        ({ name, type }) => type === 'INTEGER' && /(?:^|_)(?:at|time|until|since|contact|opened|printed)$/.test(name),
      )
      .map(({ name }) => ({ table, column: name })),
  )
  made.value.close()
  return found
})()
const absurd = [9e15, 2 ** 53 - 1, -1, 0, 253_402_300_800_000] as const

it('knows the columns', () => {
  const names = columns.map(({ table, column }) => `${table}.${column}`)
  expect(names).toEqual(
    expect.arrayContaining(['ledger.time', 'kiosk.last_contact', 'pickup.expires_at', 'staff_pin.locked_until']),
  )
  expect(names.length).toBeGreaterThan(15)
})

it.each(columns.flatMap(({ table, column }) => absurd.map((value) => [table, column, value] as const)))(
  '%s.%s = %d',
  async (table, column, value) => {
    const desk = await startTestDesk('porter', {
      like: await furnished,
      tamper(file) {
        const db = new Database(file)
        for (const name of db
          .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'")
          .pluck()
          .all() as string[])
          db.exec(`DROP TRIGGER "${name}"`)
        db.pragma('ignore_check_constraints = ON')
        db.prepare(`UPDATE "${table}" SET "${column}" = ?`).run(value)
        db.pragma('wal_checkpoint(TRUNCATE)')
        db.close()
      },
    })
    try {
      expect(desk.started).toMatchObject({ ok: true })
      const call = async (method: string, input: unknown) => {
        const result = await desk.call(method, input)
        if (!result.ok) expect(isErrorCode(result.failure.code) && result.failure.code).not.toBe('L-901')
        // What a window would not take, it would not show.
        else
          expect(findMethod(kioskApi, method)?.output.safeParse(result.value).error?.issues ?? [], method).toEqual([])
      }
      desk.scan(desk.staff.porter.card)
      await call('enterPin', { pin: '739164' })
      expect(KioskState.safeParse(desk.state()).error?.issues ?? []).toEqual([])
      for (const filter of ['arrived', 'waiting', 'today', 'all'])
        await call('queue', { filter, search: '', limit: 50 })
      await call('journal', { limit: 50 })
      await call('shift', {})
      await call('staff', {})
      await call('letters', { limit: 50 })
      await call('openPickup', { pickup: desk.pickups[0]?.id })
      await call('pauseDesk', { reason: 'break', minutes: 5 })
      await call('resumeDesk', {})
      desk.advance(3_600_000)
      expect(KioskState.safeParse(desk.state()).error?.issues ?? []).toEqual([])
      expect(desk.bugs).toEqual([])
      expect(desk.damaged).toEqual([])
    } finally {
      await desk.stop()
    }
  },
)
