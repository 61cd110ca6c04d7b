/**
 * A kiosk that has not heard from the hub for `staffOfflineDays` cannot know who has left: nobody signs in there, and
 * so nothing is printed.
 */
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { startTestDesk } from './desk.ts'

const day = 86_400_000
/** When the desk's clock begins. */
const begins = Date.UTC(2026, 2, 2, 8)

it.each([
  { days: 29, refused: false },
  { days: 31, refused: true },
])('$days days without the hub: refused $refused', async ({ days, refused }) => {
  const desk = await startTestDesk('porter', {
    tamper(file) {
      const db = new Database(file)
      db.prepare('UPDATE kiosk SET last_contact = ?').run(begins - days * day)
      db.close()
    },
  })
  try {
    for (const who of [desk.staff.porter, desk.staff.supervisor]) {
      desk.scan(who.card)
      const { counter } = desk.state()
      if (refused) expect(counter).toMatchObject({ step: 'refused', failure: { code: 'L-409' } })
      else expect(counter).toMatchObject({ step: 'pin', purpose: 'sign-in' })
      await desk.call('dismiss', {})
    }
    if (refused) {
      expect(await desk.call('enterPin', { pin: '739164' })).toMatchObject({ ok: false })
      expect(desk.state().staff).toBe(null)
    }
    expect([desk.printed, desk.bugs]).toEqual([[], []])
  } finally {
    await desk.stop()
  }
})
