/** Remembers since when a desk is amber, and raises an alarm after ten minutes of it. Safe in several hub processes at once. */
import { transact, type Db } from '../database/index.ts'
import { alertMs, deskLights } from './desks.ts'

const everyMs = 30_000
export const alarmKind = 'desk-not-ready'

export interface Lights {
  start(): void
  stop(): Promise<void>
}

/** One look at every desk. A desk that is well again closes its own alarm. */
export async function lookAtDesks(db: Db, now: number): Promise<void> {
  const lights = await deskLights(db, now)
  const known = new Map((await db.selectFrom('desk_light').selectAll().execute()).map((row) => [row.desk, row]))
  for (const { desk, kiosk, light, reasons } of lights) {
    const before = known.get(desk)
    const since = before === undefined || before.amber_since === null ? null : Number(before.amber_since)
    if (light !== 'amber') {
      if (since === null) continue
      await transact(db, async (tx) => {
        await tx.updateTable('desk_light').set({ amber_since: null, alarmed: false }).where('desk', '=', desk).execute()
        if (kiosk !== null)
          await tx
            .updateTable('alarm')
            .set({ closed_at: now, closed_by: 'hub' })
            .where('kind', '=', alarmKind)
            .where('kiosk', '=', kiosk)
            .where('closed_at', 'is', null)
            .execute()
      })
    } else if (since === null) {
      await db
        .insertInto('desk_light')
        .values({ desk, amber_since: now })
        .onConflict((conflict) => conflict.column('desk').doUpdateSet({ amber_since: now, alarmed: false }).where('desk_light.amber_since', 'is', null))
        .execute()
    } else if (now - since >= alertMs && before?.alarmed !== true) {
      await transact(db, async (tx) => {
        const first = await tx
          .updateTable('desk_light')
          .set({ alarmed: true })
          .where('desk', '=', desk)
          .where('alarmed', '=', false)
          .returning('desk')
          .executeTakeFirst()
        if (first === undefined) return
        await tx
          .insertInto('alarm')
          .values({ kind: alarmKind, kiosk, pickup: null, detail: reasons.join(', '), at: now })
          .execute()
      })
    }
  }
}

export function createLights(db: Db, now: () => number, onBug: (job: string, error: unknown) => void): Lights {
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> = Promise.resolve()
  return {
    start() {
      timer = setInterval(() => {
        running = running.then(() => lookAtDesks(db, now())).catch((error: unknown) => onBug('lights', error))
      }, everyMs)
    },
    async stop() {
      if (timer !== null) clearInterval(timer)
      await running
    },
  }
}
