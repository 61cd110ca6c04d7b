/** How every desk stands, as people watch them. */
import type { z } from 'zod'
import { sql } from 'kysely'
import type { DeskWatch } from '../../src-shared/hub-api/agent/health.ts'
import { KioskId } from '../../src-shared/domain/index.ts'
import type { StatusSince } from '../../src-shared/hub-api/kiosk/status.ts'
import type { HubReply } from '../../src-shared/hub-api/index.ts'
import { timeZone } from '../../src-shared/domain/zone.ts'
import { OpeningHours, openingAt, usualHours, type Opening } from '../../src-shared/domain/opening-hours.ts'
import type { Db } from '../database/index.ts'
import { openWork } from '../desk-work/index.ts'
import { awaited } from '../kiosks/index.ts'
import { startedVersions } from '../ledger/index.ts'
import { deskNames } from '../queries/index.ts'
import { statuses } from './status.ts'
import { printerOf, reasonOf } from './kiosk-status.ts'
import * as failures from '../../src-shared/failures/named.ts'

export type Watched = z.infer<typeof DeskWatch>
type Reason = Watched['reasons'][number]

/** A kiosk polls every fifteen seconds; one that is not heard for so long is silent. */
export const silentMs = 120_000
/** Amber for so long is an alarm. */
export const alertMs = 600_000

export interface KioskFacts {
  readonly opening_key: Buffer | null
  readonly pending_key: Buffer | null
  readonly frozen: boolean
  readonly last_contact: number | null
  /** As it last said; null: nothing yet. */
  readonly status: Status | null
}
export type Status = Pick<z.infer<typeof StatusSince>, 'reasons' | 'paused'>

/** Why a desk's kiosk could not serve now, worst first; none: it can. */
export function reasonsOf(kiosk: KioskFacts | null, now: number): Reason[] {
  if (kiosk === null) return ['no-kiosk']
  const reasons: Reason[] = []
  if (kiosk.frozen) reasons.push('frozen')
  if (kiosk.pending_key !== null) reasons.push('opening-key-waits')
  else if (kiosk.opening_key === null) reasons.push('no-opening-key')
  if (now - Number(kiosk.last_contact ?? 0) > silentMs) reasons.push('silent')
  // What stops it, by its own word; and records that do not come through.
  for (const { code, severity } of kiosk.status?.reasons ?? []) {
    const reason = severity === 'red' || code === failures.entriesUnsent ? reasonOf(code) : null
    if (reason !== null && !reasons.includes(reason)) reasons.push(reason)
  }
  if (kiosk.status?.paused !== null && kiosk.status?.paused !== undefined && kiosk.status.paused.until > now)
    reasons.push('paused')
  return reasons
}

/** Why nobody can check in at a screen: it needs no key, and the pause of its desk is the desk's own to say. */
function screenReasons(screen: Omit<KioskFacts, 'opening_key' | 'pending_key'>, now: number): Reason[] {
  return reasonsOf({ ...screen, opening_key: null, pending_key: null }, now).filter(
    (reason) => reason !== 'no-opening-key' && reason !== 'paused',
  )
}

/** A desk that is closed, paused by its staff or without a kiosk yet is nobody's alarm. */
export function lightOf(reasons: readonly Reason[], open: boolean): Watched['light'] {
  if (!open || reasons.includes('no-kiosk') || reasons.includes('paused')) return 'grey'
  return reasons.length === 0 ? 'green' : 'amber'
}

/** Whether a desk is open: by hours of its own, else by its unit's, of which there are few, so each is read once. */
async function createCalendars(
  db: Db,
  now: number,
): Promise<(desk: { readonly unit: string; readonly hours: unknown }) => Opening> {
  const units = new Map(
    (await db.selectFrom('unit').select(['id', 'hours']).execute()).map((row) => [row.id, row.hours]),
  )
  const known = new Map<string, Opening>()
  return ({ unit, hours }) => {
    const key = hours === null ? unit : JSON.stringify(hours)
    let opening = known.get(key)
    if (opening === undefined) {
      opening = openingAt(OpeningHours.parse(hours ?? units.get(unit) ?? usualHours), now)
      known.set(key, opening)
    }
    return opening
  }
}

/** The institution's midnight before now, ms. */
const midnight = () =>
  sql<number>`(extract(epoch from date_trunc('day', now() AT TIME ZONE ${timeZone()}::text) AT TIME ZONE ${timeZone()}::text) * 1000)::bigint`

/** Each desk with its light; the rest of it by `watch`. */
export async function deskLights(
  db: Db,
  now: number,
): Promise<{ desk: string; kiosk: string | null; light: Watched['light']; reasons: Reason[] }[]> {
  const rows = await db
    .selectFrom('desk')
    .leftJoin('kiosk', (join) =>
      join.onRef('kiosk.desk', '=', 'desk.id').on('kiosk.state', '=', 'active').on('kiosk.kind', '=', 'desk'),
    )
    .select([
      'desk.id',
      'desk.unit',
      'desk.hours',
      'kiosk.id as kiosk',
      'kiosk.opening_key',
      'kiosk.pending_key',
      'kiosk.frozen',
      'kiosk.last_contact',
    ])
    .execute()
  const said = await statuses(db)
  const calendars = await createCalendars(db, now)
  return rows.map((row) => {
    const facts =
      row.kiosk === null
        ? null
        : {
            status: said.get(row.kiosk) ?? null,
            opening_key: row.opening_key,
            pending_key: row.pending_key,
            frozen: row.frozen === true,
            last_contact: row.last_contact,
          }
    const reasons = reasonsOf(facts, now)
    const { open } = calendars(row)
    return { desk: row.id, kiosk: row.kiosk, light: lightOf(reasons, open), reasons }
  })
}

/** What the database says of each desk and kiosk, read once for all of them. */
interface Numbers {
  readonly versions: Awaited<ReturnType<typeof startedVersions>>
  readonly said: Awaited<ReturnType<typeof statuses>>
  /** Open grants, by kiosk and state. */
  readonly granted: ReadonlyMap<string, number>
  /** By desk. */
  readonly ungranted: ReadonlyMap<string | null, number>
  readonly handedToday: ReadonlyMap<string, number>
  readonly amberSince: ReadonlyMap<string, number | null>
}

async function readNumbers(db: Db, desks: readonly string[]): Promise<Numbers> {
  const grants = await db
    .selectFrom('grant')
    .select(['kiosk', 'state', (e) => e.fn.countAll<number>().as('n')])
    .where('state', 'in', ['granted', 'revoking'])
    .groupBy(['kiosk', 'state'])
    .execute()
  const lights = await db.selectFrom('desk_light').select(['desk', 'amber_since']).execute()
  return {
    versions: await startedVersions(db),
    said: await statuses(db),
    granted: new Map(grants.map((row) => [`${row.kiosk} ${row.state}`, Number(row.n)])),
    ungranted: await ungrantedAt(db, desks),
    handedToday: await handedOverToday(db),
    amberSince: new Map(lights.map((row) => [row.desk, row.amber_since])),
  }
}

/** Pickups that wait for a grant, by desk. */
async function ungrantedAt(db: Db, desks: readonly string[]): Promise<Map<string | null, number>> {
  if (desks.length === 0) return new Map()
  const rows = await db
    .selectFrom('pickup')
    .select(['desk', (e) => e.fn.countAll<number>().as('n')])
    .where('state', '=', 'unassigned')
    // Named, so that each desk is looked up in the index of desks and states.
    .where('desk', 'in', desks)
    .groupBy('desk')
    .execute()
  return new Map(rows.map((row) => [row.desk, Number(row.n)]))
}

/** Handovers since midnight, by desk. */
async function handedOverToday(db: Db): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('handover')
    .innerJoin('kiosk', 'kiosk.id', 'handover.kiosk')
    .select(['kiosk.desk', (e) => e.fn.countAll<number>().as('n')])
    .where('handover.at', '>=', midnight)
    .groupBy('kiosk.desk')
    .execute()
  return new Map(rows.map((row) => [row.desk, Number(row.n)]))
}

async function activeKiosks(db: Db) {
  const rows = await db
    .selectFrom('kiosk')
    .select(['id', 'desk', 'kind', 'last_contact', 'frozen', 'acked'])
    .where('state', '=', 'active')
    .orderBy('enrolled_at')
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}
type ActiveKiosks = Awaited<ReturnType<typeof activeKiosks>>

/** How many alarms or disputes nobody has closed. */
async function countOpen(db: Db, table: 'alarm' | 'dispute'): Promise<number> {
  const { n } = await db
    .selectFrom(table)
    .select((e) => e.fn.countAll<number>().as('n'))
    .where('closed_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(n)
}

/** The check-in screens of a desk. */
function screensOf(desk: string, kiosks: ActiveKiosks, { said, versions }: Numbers, now: number): Watched['screens'] {
  return [...kiosks.values()]
    .filter((each) => each.kind === 'check-in' && each.desk === desk)
    .map((each) => ({
      kiosk: KioskId.parse(each.id),
      lastContactAt: each.last_contact === null ? null : Number(each.last_contact),
      silent: now - Number(each.last_contact ?? 0) > silentMs,
      reasons: screenReasons(
        { frozen: each.frozen, last_contact: each.last_contact, status: said.get(each.id) ?? null },
        now,
      ),
      version: versions.get(each.id)?.version ?? null,
    }))
}

/** What the desk's kiosk last said and did; of a desk without one, that it has none. */
function kioskFields(id: string | null, kiosks: ActiveKiosks, numbers: Numbers) {
  const kiosk = id === null ? undefined : kiosks.get(id)
  const started = numbers.versions.get(id ?? '')
  const status = numbers.said.get(id ?? '')
  return {
    kiosk: id === null ? null : KioskId.parse(id),
    lastContactAt: kiosk === undefined || kiosk.last_contact === null ? null : Number(kiosk.last_contact),
    version: started?.version ?? null,
    update: started?.update ?? null,
    frozen: kiosk?.frozen === true,
    acked: Number(kiosk?.acked ?? 0),
    waiting: numbers.granted.get(`${id ?? ''} granted`) ?? 0,
    revoking: numbers.granted.get(`${id ?? ''} revoking`) ?? 0,
    status:
      status === undefined ? null : { at: status.at, ...printerOf(status.reasons), unsent: null, staff: status.staff },
  }
}

export async function watch(db: Db, now: number): Promise<HubReply<'watch'>> {
  const names = await deskNames(db)
  const calendars = await createCalendars(db, now)
  const openings = new Map(
    (await db.selectFrom('desk').select(['id', 'unit', 'hours']).execute()).map((row) => [row.id, calendars(row)]),
  )
  const kiosks = await activeKiosks(db)
  const numbers = await readNumbers(db, [...names.keys()])
  const hub = await db.selectFrom('hub').select(['holding', 'incarnation']).executeTakeFirstOrThrow()
  const desks = (await deskLights(db, now)).flatMap(({ desk, kiosk, light, reasons }): Watched[] => {
    const name = names.get(desk)
    const opening = openings.get(desk)
    if (name === undefined || opening === undefined) return []
    const amberSince = light === 'amber' ? Number(numbers.amberSince.get(desk) ?? now) : null
    return [
      {
        ...name,
        light,
        amberSince,
        alert: amberSince !== null && now - amberSince >= alertMs,
        reasons,
        open: opening.open,
        nextChangeAt: opening.open ? opening.closesAt : opening.opensAt,
        ...kioskFields(kiosk, kiosks, numbers),
        ungranted: numbers.ungranted.get(desk) ?? 0,
        handedOverToday: numbers.handedToday.get(desk) ?? 0,
        screens: screensOf(desk, kiosks, numbers, now),
      },
    ]
  })
  return {
    hubTime: now,
    desks,
    work: await openWork(db),
    openAlarms: await countOpen(db, 'alarm'),
    openDisputes: await countOpen(db, 'dispute'),
    holding: hub.holding,
    awaited: hub.holding ? (await awaited(db, hub.incarnation)).map((id) => KioskId.parse(id)) : [],
  }
}
