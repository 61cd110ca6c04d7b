/**
 * Remembers since when a desk is amber, and raises an alarm after ten minutes of it. Safe in several hub processes at
 * once.
 */
import { sql } from 'kysely'
import { transact, type Db } from '../database/index.ts'
import { alertMs, deskLights } from './desks.ts'

const everyMs = 30_000
export const alarmKind = 'desk-not-ready'

export interface Lights {
  start(): void
  stop(): Promise<void>
}

/** So many desks are written at once: when a whole fleet falls silent, thousands turn amber together. */
const atOnce = 500

/** `work` is never given none. */
async function inSlices<T>(items: readonly T[], work: (slice: readonly T[]) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += atOnce) await work(items.slice(from, from + atOnce))
}

type Light = Awaited<ReturnType<typeof deskLights>>[number]
const desksOf = (lights: readonly Light[]) => lights.map(({ desk }) => desk)

async function beginAmber(db: Db, now: number, lights: readonly Light[]): Promise<void> {
  await sql`INSERT INTO desk_light (desk, amber_since) SELECT id, ${now}::bigint FROM unnest(${desksOf(lights)}::text[]) AS t(id)
    ON CONFLICT (desk) DO UPDATE SET amber_since = excluded.amber_since, alarmed = false WHERE desk_light.amber_since IS NULL`.execute(
    db,
  )
}

async function endAmber(db: Db, now: number, lights: readonly Light[]): Promise<void> {
  const kiosks = lights.flatMap(({ kiosk }) => kiosk ?? [])
  await transact(db, async (tx) => {
    await tx
      .updateTable('desk_light')
      .set({ amber_since: null, alarmed: false })
      .where('desk', 'in', desksOf(lights))
      .execute()
    if (kiosks.length > 0)
      await tx
        .updateTable('alarm')
        .set({ closed_at: now, closed_by: 'hub' })
        .where('kind', '=', alarmKind)
        .where('kiosk', 'in', kiosks)
        .where('closed_at', 'is', null)
        .execute()
  })
}

/** The hub process that sets the mark is the one that raises the alarm. */
async function alarm(db: Db, now: number, lights: readonly Light[]): Promise<void> {
  await transact(db, async (tx) => {
    const first = await tx
      .updateTable('desk_light')
      .set({ alarmed: true })
      .where('desk', 'in', desksOf(lights))
      .where('alarmed', '=', false)
      .returning('desk')
      .execute()
    const marked = new Set(first.map((row) => row.desk))
    const raised = lights.filter(({ desk }) => marked.has(desk))
    if (raised.length === 0) return
    await tx
      .insertInto('alarm')
      .values(
        raised.map(({ kiosk, reasons }) => ({
          kind: alarmKind,
          kiosk,
          pickup: null,
          detail: reasons.join(', '),
          at: now,
        })),
      )
      .execute()
  })
}

/**
 * One look at every desk. A desk that is well again closes its own alarm. In the order of their ids, so that two hub
 * processes never wait for each other in a ring.
 */
export async function lookAtDesks(db: Db, now: number): Promise<void> {
  const lights = (await deskLights(db, now)).sort((a, b) => (a.desk < b.desk ? -1 : 1))
  const known = new Map((await db.selectFrom('desk_light').selectAll().execute()).map((row) => [row.desk, row]))
  const sinceOf = ({ desk }: Light) => {
    const since = known.get(desk)?.amber_since ?? null
    return since === null ? null : Number(since)
  }
  const amber = lights.filter(({ light }) => light === 'amber')
  await inSlices(
    lights.filter((each) => each.light !== 'amber' && sinceOf(each) !== null),
    (slice) => endAmber(db, now, slice),
  )
  await inSlices(
    amber.filter((each) => sinceOf(each) === null),
    (slice) => beginAmber(db, now, slice),
  )
  await inSlices(
    amber.filter((each) => now - (sinceOf(each) ?? now) >= alertMs && known.get(each.desk)?.alarmed !== true),
    (slice) => alarm(db, now, slice),
  )
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
