/**
 * Someone without a pickup stands at a desk: verified first, then issued for. The hub issues only against the signed
 * `walk-in-verified` entry that it holds in that kiosk's ledger, once, and takes who, where and by which proof from
 * there.
 */
import { DeskKind, PickupId, StaffRole, type Localized } from '../../src-shared/domain/index.ts'
import type { LedgerFacts } from '../../src-shared/hub-api/ledger-entry.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { readStored } from '../../src-shared/protocol/stored-entry.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { channelOf } from '../../src-shared/policy/index.ts'
import { issuesAs, servesAt, walkInDesks } from '../../src-shared/domain/serving.ts'
import { keep, transact, type Db, type Kept, type Tx } from '../database/index.ts'
import { deskWords } from '../desks/index.ts'
import { grantPickup, revokePickup, type GrantParts } from './grants.ts'
import { newPickupCode } from './issue.ts'
import { pickupLife } from './life.ts'
import { checkPolicy } from './policy-check.ts'

/** Who asks. */
export interface WalkInKiosk {
  readonly id: string
  readonly desk: string
}

/** How many of a kiosk's newest walk-ins are looked through: the one asked for is the last, or nearly. */
const looked = 50

async function verificationOf(
  tx: Tx,
  kiosk: string,
  walkIn: string,
): Promise<{ seq: number; staff: string; facts: LedgerFacts<'walk-in-verified'> } | null> {
  const rows = await tx
    .selectFrom('ledger_entry')
    .select(['seq', 'bytes'])
    .where('kiosk', '=', kiosk)
    .where('kind', '=', 'walk-in-verified')
    .where('poison', '=', false)
    .orderBy('seq', 'desc')
    .limit(looked)
    .execute()
  for (const { seq, bytes } of rows) {
    const entry = readStored(bytes)
    if (entry?.kind === 'walk-in-verified' && entry.facts.walkIn === walkIn && entry.actor !== null)
      return { seq: Number(seq), staff: entry.actor, facts: entry.facts }
  }
  return null
}

/**
 * What stands in the way of a new grant here: a live pickup is asked back, and until its kiosk has acknowledged,
 * nothing is issued (promises P2, P5). One that nobody holds yet ends at once. Returns the desk's name, or null when
 * the way is free.
 */
async function askBack(
  tx: Tx,
  parts: GrantParts,
  account: string,
  actor: string,
): Promise<Localized | 'unknown' | null> {
  const live = await tx
    .selectFrom('pickup')
    .leftJoin('desk', 'desk.id', 'pickup.desk')
    .leftJoin('unit', 'unit.id', 'desk.unit')
    .select(['pickup.id', 'pickup.state', 'desk.name', 'unit.name as unit'])
    .where('account', '=', account)
    .where('state', 'in', ['unassigned', 'granted', 'revoking'])
    .orderBy('pickup.id')
    .execute()
  let where: Localized | 'unknown' | null = null
  for (const old of live) {
    if (old.state !== 'revoking') {
      await tx
        .insertInto('audit')
        .values({
          at: parts.now(),
          actor,
          act: 'superseded',
          pickup: old.id,
          desk: null,
          detail: JSON.stringify({ by: 'walk-in' }),
        })
        .execute()
    }
    const state = await revokePickup(tx, parts, old.id, 'superseded', null)
    if (state === 'revoking' || state === null)
      where = old.name === null ? 'unknown' : deskWords(old.name as Localized, old.unit as Localized)
  }
  return where
}

/**
 * Fails with L-307 (no such verification here, or it has run out), L-218 (abandoned), L-408, L-225 (not by this role,
 * not here), L-302 (another person's account), a code of policy (`policyCodes`), L-216 (live elsewhere: asked back, not
 * yet acknowledged), L-611 (nothing can be granted here now, or the directory did not take the secret). Asked again for
 * the same walk-in it answers the same.
 */
export async function issueWalkIn(
  db: Db,
  parts: GrantParts,
  kiosk: WalkInKiosk,
  request: { walkIn: string; account: string },
): Promise<Result<{ pickup: PickupId }>> {
  const issued = await transact(db, (tx) => issue(tx, parts, kiosk, request))
  if (!issued.ok || parts.secrets?.directory !== true) return issued
  // The directory must have it before the kiosk does; a person stands there, so it is now or not at all.
  await parts.secrets.settle(issued.value.pickup, null)
  const { state } = await db
    .selectFrom('pickup')
    .select('state')
    .where('id', '=', issued.value.pickup)
    .executeTakeFirstOrThrow()
  return state === 'unassigned' ? fail(failures.hubOutOfService) : issued
}

/** What a walk-in came to already; null: nothing yet. */
async function answered(tx: Tx, kiosk: WalkInKiosk, walkIn: string): Promise<Result<{ pickup: PickupId }> | null> {
  const known = await tx.selectFrom('walk_in').selectAll().where('id', '=', walkIn).executeTakeFirst()
  if (known === undefined) return null
  if (known.kiosk !== kiosk.id || known.state !== 'issued' || known.pickup === null)
    return fail(failures.walkInCameToNothing)
  return ok({ pickup: PickupId.parse(known.pickup) })
}

/** The member of staff who verified, while they belong to the desk; a check-in screen serves nobody. */
async function memberAt(
  tx: Tx,
  staff: string,
  kiosk: WalkInKiosk,
): Promise<{ name: string; role: string } | undefined> {
  return tx
    .selectFrom('staff')
    .innerJoin('staff_desk', 'staff_desk.staff', 'staff.id')
    .select(['staff.name', 'staff.role'])
    .where('staff.id', '=', staff)
    .where('staff_desk.desk', '=', kiosk.desk)
    .where((e) =>
      e.exists(
        e.selectFrom('kiosk').select('kiosk.id').where('kiosk.id', '=', kiosk.id).where('kiosk.kind', '=', 'desk'),
      ),
    )
    .executeTakeFirst()
}

/** The account and whose it is, locked until the transaction ends. */
const lockAccount = (tx: Tx, account: string) =>
  tx
    .selectFrom('account')
    .innerJoin('recipient', 'recipient.id', 'account.recipient')
    .select([
      'account.account',
      'account.valid_until',
      'recipient.id as recipient',
      'recipient.class',
      'recipient.sponsor',
    ])
    .where('account.account', '=', account)
    .forUpdate('account')
    .executeTakeFirst()
type LockedAccount = NonNullable<Awaited<ReturnType<typeof lockAccount>>>

/** Whether policy lets this member of staff issue here for this account, on the proof that was seen. */
async function mayIssueHere(
  tx: Tx,
  desk: { readonly id: string; readonly kind: string },
  role: string,
  found: LockedAccount,
  { proof, issuerCountry }: LedgerFacts<'walk-in-verified'>,
  now: number,
): Promise<Result<null>> {
  const deskKind = DeskKind.parse(desk.kind)
  if (!walkInDesks.includes(deskKind)) return fail(failures.preparedInAdvanceOnly)
  const staffRole = StaffRole.parse(role)
  if (!servesAt[staffRole].includes(deskKind)) return fail(failures.roleNotHere)
  const wish = {
    recipientClass: found.class,
    channel: channelOf(deskKind),
    requestReference: null,
    accountValidUntil: found.valid_until,
    sponsor: found.sponsor,
  }
  const by = issuesAs(staffRole)
  const allowed = await checkPolicy(tx, wish, desk, { kind: 'issue', how: 'walk-in', by }, now)
  if (!allowed.ok) return allowed
  if (proof === 'e-id') return fail(failures.documentNotAccepted)
  const accepted = { kind: 'verify', closed: null, proof: { kind: proof, issuerCountry } } as const
  const verified = await checkPolicy(tx, wish, desk, accepted, now)
  return verified.ok ? ok(null) : verified
}

/** A pickup without a grant, with its audit row. Returns its id. */
async function insertPickup(
  tx: Tx,
  parts: GrantParts,
  desk: { readonly id: string; readonly kind: string },
  found: LockedAccount,
  walkIn: { readonly id: string; readonly facts: LedgerFacts<'walk-in-verified'>; readonly actor: string },
  now: number,
): Promise<PickupId> {
  const id = PickupId.parse((parts.newId ?? newId)())
  const channel = channelOf(DeskKind.parse(desk.kind))
  const { waits, secretDays } = await pickupLife(tx)
  await tx
    .insertInto('pickup')
    .values({
      id,
      account: found.account,
      recipient: found.recipient,
      desk: desk.id,
      channel,
      request_reference: null,
      secret_kind: 'password',
      state: 'unassigned',
      pickup_code: parts.keys.seal(newPickupCode()),
      issued_at: now,
      expires_at: now + waits,
      secret_days: secretDays,
      moving_to: null,
      walk_in: walkIn.id,
    })
    .execute()
  const { proof, method } = walkIn.facts
  await tx
    .insertInto('audit')
    .values({
      at: now,
      actor: walkIn.actor,
      act: 'issued',
      pickup: id,
      desk: desk.id,
      detail: JSON.stringify({ channel, walkIn: true, proof, method }),
    })
    .execute()
  return id
}

async function issue(
  tx: Tx,
  parts: GrantParts,
  kiosk: WalkInKiosk,
  { walkIn, account }: { walkIn: string; account: string },
): Promise<Result<{ pickup: PickupId }> | Kept<Result<{ pickup: PickupId }>>> {
  const before = await answered(tx, kiosk, walkIn)
  if (before !== null) return before
  const now = parts.now()
  const verified = await verificationOf(tx, kiosk.id, walkIn)
  if (verified === null || verified.facts.expiresAt <= now) return fail(failures.verificationSpent)
  const { facts, staff, seq } = verified

  const desk = await tx.selectFrom('desk').select(['id', 'kind']).where('id', '=', kiosk.desk).executeTakeFirstOrThrow()
  const member = await memberAt(tx, staff, kiosk)
  if (member === undefined) return fail(failures.roleNotHere)
  const found = await lockAccount(tx, account)
  if (found === undefined) return fail(failures.notFound, { what: 'account' })
  // The same question once more at the same time: it waited for the account, and is answered as the first was.
  const meanwhile = await answered(tx, kiosk, walkIn)
  if (meanwhile !== null) return meanwhile
  if (found.recipient !== facts.recipient) return fail(failures.documentDiffers)
  const may = await mayIssueHere(tx, desk, member.role, found, facts, now)
  if (!may.ok) return may

  const where = await askBack(tx, parts, account, member.name)
  // What was asked back stays asked back.
  if (where !== null)
    return keep(
      fail(
        failures.liveAtAnotherDesk,
        where === 'unknown' ? {} : { whereFi: where.fi, whereSv: where.sv, whereEn: where.en },
      ),
    )

  const id = await insertPickup(tx, parts, desk, found, { id: walkIn, facts, actor: member.name }, now)
  const granted = await grantPickup(tx, parts, id, desk.id, null)
  const owed =
    parts.secrets?.directory === true &&
    (await tx.selectFrom('secret_job').select('id').where('pickup', '=', id).executeTakeFirst()) !== undefined
  if (!granted && !owed) return fail(failures.hubOutOfService)
  const { proof, method } = facts
  await tx
    .insertInto('walk_in')
    .values({ id: walkIn, kiosk: kiosk.id, seq, staff, proof, method, pickup: id, state: 'issued', at: now })
    .execute()
  return ok({ pickup: id })
}

/**
 * It came to nothing at the desk: what was issued is asked back, and what is asked for later is refused. In the
 * caller's transaction.
 */
export async function abandonWalkIn(tx: Tx, parts: GrantParts, kiosk: WalkInKiosk, walkIn: string): Promise<void> {
  const nothing = { seq: null, staff: null, proof: null, method: null, pickup: null }
  const noted = await tx
    .insertInto('walk_in')
    .values({ id: walkIn, kiosk: kiosk.id, ...nothing, state: 'abandoned', at: parts.now() })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  if (Number(noted.numInsertedOrUpdatedRows ?? 0) === 1) return
  // Issued before, perhaps in this very moment: the insert waited for that.
  const known = await tx
    .selectFrom('walk_in')
    .selectAll()
    .where('id', '=', walkIn)
    .forUpdate()
    .executeTakeFirstOrThrow()
  if (known.kiosk !== kiosk.id || known.state === 'abandoned') return
  await tx.updateTable('walk_in').set({ state: 'abandoned' }).where('id', '=', walkIn).execute()
  if (known.pickup === null) return
  await revokePickup(tx, parts, known.pickup, 'revoked', null)
  await tx
    .insertInto('audit')
    .values({
      at: parts.now(),
      actor: 'kiosk',
      act: 'walk-in-abandoned',
      pickup: known.pickup,
      desk: kiosk.desk,
      detail: '{}',
    })
    .execute()
}
