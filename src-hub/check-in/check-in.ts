/**
 * Someone identifies themselves at a check-in screen. It alone proves nothing: the desk's kiosk notes that they have
 * come, and asks for their ID.
 */
import { DeskKind, Epoch, KioskId, PickupId, type KioskKind } from '../../src-shared/domain/index.ts'
import { CheckInQuery, desksNamed, type CheckInAnswer } from '../../src-shared/hub-api/kiosk/check-in.ts'
import { KioskStatus } from '../../src-shared/hub-api/kiosk/status.ts'
import { openingAt } from '../../src-shared/domain/opening-hours.ts'
import { proofsOf, type Allowed } from '../../src-shared/policy/index.ts'
import { initials } from '../../src-shared/protocol/names.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db } from '../database/index.ts'
import { appendToFeed, deskRecord, policyRecord } from '../desks/index.ts'
import type { HubKeys } from '../keys/index.ts'
import { peopleOf, readQuery } from '../people/index.ts'
import { checkPolicy } from '../pickups/index.ts'
import { missesBirthDate, waitingFor, type Waiting } from './find.ts'

interface Parts {
  readonly db: Db
  readonly keys: HubKeys
  readonly now: () => number
}

export interface Screen {
  readonly id: string
  readonly desk: string
  readonly kind: KioskKind
}

/** A kiosk that has been heard for less than this long ago is connected: it has the feed by now. */
const connectedMs = 60_000
/** The same card again within this time has told the desk already. */
const againMs = 60_000

interface DeskKiosk {
  readonly id: KioskId
  readonly connected: boolean
  /** Its staff have paused the desk until then. */
  readonly pausedUntil: number | null
}

async function kioskOf(db: Db, desk: string, now: number): Promise<DeskKiosk | null> {
  const row = await db
    .selectFrom('kiosk')
    .leftJoin('kiosk_status', 'kiosk_status.kiosk', 'kiosk.id')
    .select(['kiosk.id', 'kiosk.last_contact', 'kiosk.frozen', 'kiosk_status.record'])
    .where('kiosk.desk', '=', desk)
    .where('kiosk.state', '=', 'active')
    .where('kiosk.kind', '=', 'desk')
    .executeTakeFirst()
  if (row === undefined) return null
  const paused = row.record === null ? null : KioskStatus.parse(row.record).paused
  return {
    id: KioskId.parse(row.id),
    connected: !row.frozen && now - Number(row.last_contact ?? 0) < connectedMs,
    pausedUntil: paused !== null && paused.until > now ? paused.until : null,
  }
}

/**
 * A desk's own kiosk holds what waits there, and is told of other desks alone. Fails with L-608 (sealed by another, or
 * no query), L-205, L-240, L-333 (a document of namesakes), L-251 (a document that could find somebody if a birth date
 * were on record) and the codes of policy.
 */
export async function checkIn(
  { db, keys, now }: Parts,
  screen: Screen,
  sealed: string,
): Promise<Result<CheckInAnswer>> {
  const query = readQuery(keys, screen.id, sealed, CheckInQuery)
  if (!query.ok) return query

  const at = now()
  const kiosk = await kioskOf(db, screen.desk, at)
  const found = await waitingFor(db, keys, kiosk?.id ?? null, query.value)
  const here = found.filter((each) => each.desk === screen.desk)
  // The desk knows its own: nobody arrives by its asking, and it hears of no name.
  const own = screen.kind !== 'check-in'
  if (own || here.length === 0) {
    // Nobody is sent through the town for what is no longer given out there.
    const elsewhere = found.filter(({ desk, expiresAt }) => desk !== screen.desk && expiresAt > at)
    const [first] = elsewhere
    if (first === undefined)
      return !own && (await missesBirthDate(db, screen.desk, query.value))
        ? fail(failures.hereWithoutBirthDate)
        : ok({ outcome: 'nothing', ...(await strangersCard(db, keys, query.value)) })
    return ok({
      outcome: 'elsewhere',
      language: first.language,
      desks: [...new Set(elsewhere.map(({ desk }) => desk))].slice(0, desksNamed),
    })
  }

  // Namesakes: a document does not say which of them has come, and nobody arrives on a guess.
  if (new Set(here.map(({ recipient }) => recipient)).size > 1) return fail(failures.documentHasNamesake)
  const served = await servedFirst(db, screen.desk, here, kiosk?.pausedUntil ?? null, at)
  if (!served.ok) return served
  const { waiting, proofs } = served.value
  await tell(db, screen, here, query.value.by, at)
  return ok({
    outcome: 'here',
    initials: initials(waiting.name),
    language: waiting.language,
    count: here.length,
    proofs,
    told: kiosk?.connected === true,
  })
}

/** Nobody's card, for which nothing can be asked either. */
async function strangersCard(db: Db, keys: HubKeys, query: CheckInQuery): Promise<{ known?: false }> {
  return query.by === 'card' && (await peopleOf(db, keys, query)).length === 0 ? { known: false } : {}
}

/** The first that the desk may serve now, or why none. */
async function servedFirst(db: Db, deskId: string, here: readonly Waiting[], pausedUntil: number | null, now: number) {
  const desk = await deskRecord(db, deskId)
  const opening = desk.hours === null ? null : openingAt(desk.hours, now)
  const closed = opening === null || opening.open ? null : { opensAt: opening.opensAt }
  const refuse = (failure: Failure) => ({ ok: false as const, failure })
  let why: Failure = { code: failures.pickupExpired }
  if (pausedUntil !== null) return refuse({ code: failures.deskPaused, params: { untilAt: pausedUntil } })
  for (const waiting of here) {
    if (waiting.expiresAt <= now) continue
    const allowed: Result<Allowed> = await checkPolicy(
      db,
      waiting,
      { id: deskId, kind: DeskKind.parse(desk.kind) },
      { kind: 'check-in', closed },
      now,
    )
    if (allowed.ok) return ok({ waiting, proofs: proofsOf(await policyRecord(db), allowed.value.rule) })
    why = allowed.failure
  }
  return refuse(why)
}

/** The desk's kiosk learns of it in its feed; who came where is on record, and by what. */
async function tell(
  db: Db,
  screen: Screen,
  here: readonly Waiting[],
  by: CheckInQuery['by'],
  now: number,
): Promise<void> {
  await transact(db, async (tx) => {
    const lately = await tx
      .selectFrom('audit')
      .select(['pickup', 'at'])
      .where(
        'pickup',
        'in',
        here.map(({ pickup }) => pickup),
      )
      .where('act', '=', 'checked-in')
      .where('at', '>', now - againMs)
      .execute()
    const told = new Map<string | null, number>()
    for (const { pickup, at } of lately) told.set(pickup, Math.max(told.get(pickup) ?? 0, Number(at)))
    // A grant made since, here or after a move, has not heard of it.
    const fresh = here.filter(({ pickup, grantedAt }) => (told.get(pickup) ?? 0) <= grantedAt)
    if (fresh.length === 0) return
    await appendToFeed(
      tx,
      screen.desk,
      fresh.map(({ pickup, epoch }) => ({
        kind: 'pickup-arrived' as const,
        pickup: PickupId.parse(pickup),
        epoch: Epoch.parse(epoch),
        at: now,
      })),
    )
    await tx
      .insertInto('audit')
      .values(
        fresh.map(({ pickup }) => ({
          at: now,
          actor: 'kiosk',
          act: 'checked-in',
          pickup,
          desk: screen.desk,
          detail: JSON.stringify({ by, screen: screen.id }),
        })),
      )
      .execute()
  })
}
