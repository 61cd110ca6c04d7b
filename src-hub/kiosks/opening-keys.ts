/**
 * A kiosk's opening key at the hub: told by the kiosk, put in force by what vouches for it, confirmed or refused by a
 * supervisor.
 */
import { OpeningHoldersText, type OpeningLinkText, type HubBody } from '../../src-shared/hub-api/index.ts'
import type { KioskKind } from '../../src-shared/domain/index.ts'
import { isCountersigned, isFingerprint, openingFingerprint } from '../../src-shared/protocol/opening-link.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { keep, type Db, type Tx } from '../database/index.ts'
import { transactAndCarryOn, type Wanted } from '../desk-work/index.ts'
import type { GrantParts } from '../pickups/index.ts'
import { holdersKnown, judged, takeHolders } from './opening-holders.ts'
import {
  areKnown,
  changesOf,
  fingerprintTries,
  judgeHolders,
  linksSuffice,
  pathTo,
  standingOf,
  type HoldersKnown,
  type KeysKnown,
  type Vouched,
} from './opening-key-rules.ts'

interface Kiosk {
  readonly id: string
  readonly desk: string
}
type Known = KeysKnown & {
  readonly tries: number
  readonly holdersN: number | null
  /** What was said of who holds the key that waits. */
  readonly pendingHolders: OpeningHoldersText | null
}

/**
 * As a failure says whom a key is shared with: so many as fit. The kiosk forgets their PINs, and hears of the others
 * with its next key.
 */
const named = (staff: readonly string[]) => ({ staff: staff.slice(0, 100).join(' ') })
const raw = (key: string) => Buffer.from(key, 'base64url')

/** Locks the kiosk's row. null: it is no active kiosk of a desk. */
async function knownOf(tx: Tx, kiosk: string): Promise<(Known & Kiosk) | null> {
  const row = await tx
    .selectFrom('kiosk')
    .select(['id', 'desk', 'opening_key', 'pending_key', 'pending_tries', 'pending_holders', 'holders_n'])
    .where('id', '=', kiosk)
    .where('state', '=', 'active')
    .where('kind', '=', 'desk')
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) return null
  const refused = await tx.selectFrom('refused_opening_key').select(['key', 'by']).where('kiosk', '=', kiosk).execute()
  return {
    id: row.id,
    desk: row.desk,
    inForce: row.opening_key?.toString('base64url') ?? null,
    pending: row.pending_key?.toString('base64url') ?? null,
    tries: Number(row.pending_tries),
    holdersN: row.holders_n === null ? null : Number(row.holders_n),
    pendingHolders: row.pending_holders === null ? null : OpeningHoldersText.parse(row.pending_holders),
    refused: new Set(refused.map(({ key }) => key.toString('base64url'))),
    shared: new Set(refused.flatMap(({ key, by }) => (by === 'shared' ? [key.toString('base64url')] : []))),
  }
}

/** Each countersignature on the way is checked, nearest to the key in force first. */
async function vouchedFor(parts: GrantParts, kiosk: string, path: readonly Vouched[] | null): Promise<boolean> {
  if (path === null) return false
  const check = parts.isCountersigned ?? isCountersigned
  for (const { from, to, countersignature } of path) {
    const link = { kiosk, from: raw(from), to: raw(to), countersignature: raw(countersignature) }
    if (!(await check(link, parts.keys.countersignPrivate))) return false
  }
  return true
}

interface Act {
  readonly actor: string
  readonly act: string
  readonly detail?: object
}

async function audit(tx: Tx, parts: GrantParts, kiosk: Kiosk, { actor, act, detail = {} }: Act): Promise<void> {
  await tx
    .insertInto('audit')
    .values({
      at: parts.now(),
      actor,
      act,
      pickup: null,
      desk: kiosk.desk,
      detail: JSON.stringify({ kiosk: kiosk.id, ...detail }),
    })
    .execute()
}

async function refuse(tx: Tx, parts: GrantParts, kiosk: Kiosk, key: string, by: string): Promise<void> {
  await tx
    .insertInto('refused_opening_key')
    .values({ kiosk: kiosk.id, key: raw(key), at: parts.now(), by })
    .onConflict((conflict) => conflict.columns(['kiosk', 'key']).doNothing())
    .execute()
}

/**
 * The key is shared with somebody who does not work at the desk: it never takes force, and its alarm says so. Where it
 * waited, the hub goes on with the key that was in force before, and what waited is granted.
 */
async function refuseShared(
  tx: Tx,
  parts: GrantParts,
  wanted: Wanted,
  kiosk: Kiosk & Known,
  key: string,
  staff: readonly string[],
): Promise<void> {
  await ringShared(tx, parts, kiosk.id, staff.length)
  await refuse(tx, parts, kiosk, key, 'shared')
  if (kiosk.pending === key) {
    await setKey(tx, kiosk.id, null)
    await closeAlarms(tx, parts, kiosk.id, 'hub')
    await wanted.grants([kiosk.desk])
  }
  await audit(tx, parts, kiosk, { actor: 'hub', act: 'opening-key-refused', detail: { sharedWith: staff } })
}

/** One alarm for a kiosk while it is open, which counts the keys: whoever has the signing key can send many. */
async function ringShared(tx: Tx, parts: GrantParts, kiosk: string, staff: number): Promise<void> {
  const who = `with ${staff} who do not work at the desk, or not with that PIN`
  const open = await tx
    .selectFrom('alarm')
    .select(['id', 'at'])
    .where('kind', '=', 'opening-key-shared')
    .where('kiosk', '=', kiosk)
    .where('closed_at', 'is', null)
    .executeTakeFirst()
  if (open === undefined) {
    const values = { kind: 'opening-key-shared' as const, kiosk, pickup: null, detail: who, at: parts.now() }
    await tx.insertInto('alarm').values(values).execute()
    return
  }
  const { keys } = await tx
    .selectFrom('refused_opening_key')
    .select(({ fn }) => fn.countAll().as('keys'))
    .where('kiosk', '=', kiosk)
    .where('by', '=', 'shared')
    .where('at', '>=', open.at)
    .executeTakeFirstOrThrow()
  const detail = `${Number(keys) + 1} keys, the newest ${who}`
  await tx.updateTable('alarm').set({ detail }).where('id', '=', open.id).execute()
}

const alarmKind = 'opening-key-waits'

async function closeAlarms(tx: Tx, parts: GrantParts, kiosk: string, by: string): Promise<void> {
  await tx
    .updateTable('alarm')
    .set({ closed_at: parts.now(), closed_by: by })
    .where('kind', '=', alarmKind)
    .where('kiosk', '=', kiosk)
    .where('closed_at', 'is', null)
    .execute()
}

export interface OpeningKeyTold {
  readonly state: 'in-force' | 'waits'
  /** What became of the statement of who holds it; undefined: none was made. */
  readonly holders: 'taken' | 'not-taken' | undefined
}

/**
 * A desk's kiosk tells its opening key (L-109 for a check-in screen, which has none), and hears how that stands: in
 * force, where the key in force leads to it by countersignatures, and what waited for the desk is then granted in the
 * same transaction; or it waits for a supervisor, with an alarm. L-431: refused. L-432: another key waits. L-437:
 * shared with somebody who does not work there. Telling it again changes nothing.
 */
export async function registerOpeningKey(
  db: Db,
  parts: GrantParts,
  kiosk: { readonly id: string; readonly desk: string; readonly kind: KioskKind },
  body: HubBody<'openingKey'>,
): Promise<Result<OpeningKeyTold>> {
  if (kiosk.kind !== 'desk') return fail(failures.notForThisKindOfKiosk)
  const key = body.openingKey
  return transactAndCarryOn<Result<OpeningKeyTold>>(db, parts, async (tx, wanted) => {
    const known = await knownOf(tx, kiosk.id)
    if (known === null) return fail(failures.kioskNotAccepted)
    const told = body.holders
    const holders = await holdersKnown(tx, known, known.holdersN)
    if (key === known.inForce)
      return ok({ state: 'in-force', holders: await restated(tx, parts, known, holders, told) })
    const refused = known.refused.has(key)
    const said = await judged(parts, known, holders, key, refused ? undefined : told)
    if (said.is === 'strangers') {
      await refuseShared(tx, parts, wanted, known, key, said.staff)
      return keep(fail(failures.openingKeyOverShared, named(said.staff)))
    }
    const links: readonly OpeningLinkText[] = body.links ?? []
    const suffices = linksSuffice(holders, said)
    const path = refused || !suffices ? null : pathTo(known, key, links, said.is === 'said' && said.byHolder)
    const standing = standingOf(known, key, await vouchedFor(parts, kiosk.id, path))
    // What is said by somebody whom the hub does not know is kept, and the kiosk asks somebody else to say it.
    const became = told === undefined ? undefined : said.is === 'said' && suffices ? 'taken' : 'not-taken'
    switch (standing.is) {
      case 'in-force':
        return ok({ state: 'in-force', holders: became })
      case 'refused':
        return fail(failures.openingKeyRefused)
      case 'another-waits':
        return fail(failures.openingKeyOfAnother)
      case 'waits': {
        const { pendingHolders } = known
        // Said before the newest that was proved of it: the kiosk's signing key alone can send that again.
        const isOlder = told !== undefined && pendingHolders !== null && told.n < pendingHolders.n
        await wait(tx, parts, known, key, standing.fresh, said.is === 'said' && !isOlder ? told : undefined)
        return ok({ state: 'waits', holders: isOlder ? 'not-taken' : became })
      }
      case 'takes-force':
        // Whoever asked for the other key could not vouch for it. Its alarm stays: somebody had the kiosk's signing
        // key.
        if (standing.gives !== null) await refuse(tx, parts, kiosk, standing.gives, 'hub')
        await putInForce(tx, parts, known, key)
        if (told !== undefined && said.is === 'said') await take(tx, parts, known, holders, told)
        await audit(tx, parts, kiosk, {
          actor: 'kiosk',
          act: 'opening-key-in-force',
          detail: { by: 'countersignature' },
        })
        await wanted.grants([kiosk.desk])
        return ok({ state: 'in-force', holders: became })
    }
  })
}

/** The key waits for a supervisor; `told` is what the kiosk says of who holds it, proved. */
async function wait(
  tx: Tx,
  parts: GrantParts,
  known: Kiosk & Known,
  key: string,
  fresh: boolean,
  told: OpeningHoldersText | undefined,
): Promise<void> {
  if (told !== undefined)
    await tx
      .updateTable('kiosk')
      .set({ pending_holders: JSON.stringify(told) })
      .where('id', '=', known.id)
      .execute()
  if (!fresh) return
  await tx
    .updateTable('kiosk')
    .set({ pending_key: raw(key), pending_since: parts.now(), pending_tries: 0 })
    .where('id', '=', known.id)
    .execute()
  const detail =
    known.inForce === null ? 'its first opening key' : 'in place of the one in force, by nobody who may vouch for it'
  await tx
    .insertInto('alarm')
    .values({ kind: 'opening-key-waits', kiosk: known.id, pickup: null, detail, at: parts.now() })
    .execute()
  await audit(tx, parts, known, { actor: 'kiosk', act: 'opening-key-waits', detail: { first: known.inForce === null } })
}

/** These hold the key in force now; what that changes is in the audit, with who said so. */
async function take(
  tx: Tx,
  parts: GrantParts,
  kiosk: Kiosk,
  known: HoldersKnown,
  told: OpeningHoldersText,
  byLetters = false,
): Promise<void> {
  await takeHolders(tx, parts.now(), { kiosk: kiosk.id, told, first: byLetters || known.n === null })
  const changes = changesOf(known.current, told)
  if (Object.values(changes).every(({ length }) => length === 0)) return
  await audit(tx, parts, kiosk, { actor: 'kiosk', act: 'opening-key-holders', detail: { by: told.by, ...changes } })
}

/**
 * A colleague got a share of the key in force, or it is said for the first time who has one. Whoever was removed
 * meanwhile is left out: the kiosk hears of it by its feed, and makes another key.
 */
async function restated(
  tx: Tx,
  parts: GrantParts,
  known: Kiosk & Known,
  holders: HoldersKnown,
  told: OpeningHoldersText | undefined,
): Promise<OpeningKeyTold['holders']> {
  if (told === undefined || known.inForce === null) return undefined
  const said = await judged(parts, known, holders, known.inForce, told)
  if (said.is === 'unsaid') return 'not-taken'
  const strangers = new Set(said.is === 'strangers' ? said.staff : [])
  const rest = { ...told, holders: told.holders.filter(({ staff }) => !strangers.has(staff)) }
  // Heard before, and its answer was lost; or another list of the same age, which is not known.
  if (holders.n !== null && told.n <= holders.n) return areKnown(holders, rest) ? 'taken' : 'not-taken'
  const again = judgeHolders(holders, rest)
  if (strangers.has(told.by) || !linksSuffice(holders, again)) return 'not-taken'
  await take(tx, parts, known, holders, rest)
  return 'taken'
}

/** What was in force before never comes back: whoever lost their share of it has none of what is sealed from now on. */
async function putInForce(tx: Tx, parts: GrantParts, kiosk: Kiosk & KeysKnown, key: string): Promise<void> {
  if (kiosk.inForce !== null) await refuse(tx, parts, kiosk, kiosk.inForce, 'superseded')
  await setKey(tx, kiosk.id, key)
}

/** Nothing waits any more; `key` null leaves in force what is. */
async function setKey(tx: Tx, kiosk: string, key: string | null): Promise<void> {
  await tx
    .updateTable('kiosk')
    .set({
      ...(key === null ? {} : { opening_key: raw(key) }),
      pending_key: null,
      pending_since: null,
      pending_tries: 0,
      pending_holders: null,
    })
    .where('id', '=', kiosk)
    .execute()
}

/**
 * Fails with L-609 (no such kiosk), L-691 (no key waits), L-690 (other letters; counted), L-692 (once too often: it is
 * refused now), L-438 (the kiosk has not said who holds it), L-437 (shared with somebody who was removed meanwhile: it
 * is refused now).
 */
export async function confirmOpeningKey(
  db: Db,
  parts: GrantParts,
  id: string,
  typed: string,
  actor: string,
): Promise<Result<null>> {
  return transactAndCarryOn<Result<null>>(db, parts, async (tx, wanted) => {
    const kiosk = await knownOf(tx, id)
    if (kiosk === null) return fail(failures.notFound, { what: 'kiosk' })
    const { pending } = kiosk
    if (pending === null) return fail(failures.noOpeningKeyWaits)
    if (!isFingerprint(typed, openingFingerprint(id, raw(pending)))) {
      const tries = kiosk.tries + 1
      const left = fingerprintTries - tries
      await audit(tx, parts, kiosk, { actor, act: 'opening-key-mismatch', detail: { tries } })
      if (left > 0) {
        await tx.updateTable('kiosk').set({ pending_tries: tries }).where('id', '=', id).execute()
        return keep(fail(failures.fingerprintDiffers, { left }))
      }
      await refuseAndGoOn(tx, parts, wanted, kiosk, pending, actor)
      return keep(fail(failures.fingerprintLocked))
    }
    const told = kiosk.pendingHolders
    const holders = await holdersKnown(tx, kiosk, kiosk.holdersN)
    // Said before, and not of this key: whoever told it first may have left out what its session said.
    if (told === null && holders.n !== null) return fail(failures.holdersUnsaid)
    const said = told === null ? null : judgeHolders(holders, told)
    if (said?.is === 'strangers') {
      await refuseShared(tx, parts, wanted, kiosk, pending, said.staff)
      return keep(fail(failures.openingKeyOverShared, named(said.staff)))
    }
    await putInForce(tx, parts, kiosk, pending)
    if (told !== null) await take(tx, parts, kiosk, holders, told, true)
    await closeAlarms(tx, parts, id, actor)
    await audit(tx, parts, kiosk, { actor, act: 'opening-key-in-force', detail: { by: 'fingerprint' } })
    await wanted.grants([kiosk.desk])
    return ok(null)
  })
}

/** With the key that was in force before, where there was one, the hub goes on; what waited is granted. */
async function refuseAndGoOn(
  tx: Tx,
  parts: GrantParts,
  wanted: Wanted,
  kiosk: Kiosk,
  key: string,
  actor: string,
): Promise<void> {
  await refuse(tx, parts, kiosk, key, actor)
  await setKey(tx, kiosk.id, null)
  await closeAlarms(tx, parts, kiosk.id, actor)
  await audit(tx, parts, kiosk, { actor, act: 'opening-key-refused' })
  await wanted.grants([kiosk.desk])
}

/** Fails with L-609 (no such kiosk), L-691 (no key waits). */
export async function refuseOpeningKey(db: Db, parts: GrantParts, id: string, actor: string): Promise<Result<null>> {
  return transactAndCarryOn<Result<null>>(db, parts, async (tx, wanted) => {
    const kiosk = await knownOf(tx, id)
    if (kiosk === null) return fail(failures.notFound, { what: 'kiosk' })
    if (kiosk.pending === null) return fail(failures.noOpeningKeyWaits)
    await refuseAndGoOn(tx, parts, wanted, kiosk, kiosk.pending, actor)
    return ok(null)
  })
}
