/**
 * The hub's side of the one decision over policy: before issuing and before routing
 * (docs/architecture.md#channels-and-rules-of-the-institution).
 */
import { Channel, DeskKind, RecipientClass } from '../../src-shared/domain/index.ts'
import {
  channelOf,
  decide,
  failureOf,
  policyCaseOf,
  PostalAddress,
  type Allowed,
  type Policy,
  type PolicyCase,
} from '../../src-shared/policy/index.ts'
import { ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { HubKeys } from '../keys/index.ts'
import { bulkOf, type Db, type Tx } from '../database/index.ts'
import { directoryRecords, policyRecord } from '../desks/index.ts'

/** A pickup that is, or a wish for one. */
export interface Wish {
  readonly recipientClass: string
  readonly channel: string
  readonly requestReference: string | null
  /** `YYYY-MM-DD`, null for no end. */
  readonly accountValidUntil: string | null
  readonly sponsor: string | null
  /** Where a letter would go, as `postalArea` has it; nothing else looks at it. */
  readonly address?: Pick<PostalAddress, 'postalCode' | 'country'> | null
}

function caseOf(policy: Policy, wish: Wish, deskKind: string, act: PolicyCase['act'], now: number): PolicyCase {
  const asked = {
    ...wish,
    recipientClass: RecipientClass.parse(wish.recipientClass),
    channel: Channel.parse(wish.channel),
    address: wish.address ?? null,
  }
  return policyCaseOf(policy, asked, DeskKind.parse(deskKind), act, now)
}

/** Fails with a code of policy (`policyCodes`) and, in three languages, where it could be done instead. */
export async function checkPolicy(
  db: Db | Tx,
  wish: Wish,
  desk: { readonly id: string; readonly kind: string },
  act: PolicyCase['act'],
  now: number,
): Promise<Result<Allowed>> {
  const policy = await policyRecord(db)
  const decision = decide(policy, caseOf(policy, wish, desk.kind, act, now))
  if (decision.allowed) return ok(decision)
  // The nearest to the person where a letter is refused, else to the desk.
  const from =
    decision.code === failures.noLetterNearby ? { postalCode: wish.address?.postalCode ?? null } : { desk: desk.id }
  return { ok: false, failure: failureOf(decision, await directoryRecords(db), now, from) }
}

export function openAddress(keys: HubKeys, sealed: Uint8Array | null): PostalAddress | null {
  return sealed === null ? null : PostalAddress.parse(JSON.parse(keys.open(sealed)))
}

/**
 * Where a pickup may be sent on to: as what that desk's kind serves. Fails as `checkPolicy` does; the value is the
 * pickup's channel from then on.
 */
export async function checkRoute(
  tx: Tx,
  keys: HubKeys,
  pickup: string,
  desk: { readonly id: string; readonly kind: string },
  now: number,
): Promise<Result<{ readonly channel: Channel } | null>> {
  const row = await tx
    .selectFrom('pickup')
    .innerJoin('recipient', 'recipient.id', 'pickup.recipient')
    .innerJoin('account', 'account.account', 'pickup.account')
    .select([
      'recipient.class',
      'recipient.sponsor',
      'recipient.address',
      'pickup.request_reference',
      'account.valid_until',
    ])
    .where('pickup.id', '=', pickup)
    .executeTakeFirst()
  if (row === undefined) return ok(null)
  const channel = channelOf(DeskKind.parse(desk.kind))
  const wish = {
    recipientClass: row.class,
    channel,
    requestReference: row.request_reference,
    accountValidUntil: row.valid_until,
    sponsor: row.sponsor,
    address: openAddress(keys, row.address),
  }
  const allowed = await checkPolicy(tx, wish, desk, { kind: 'route' }, now)
  return allowed.ok ? ok({ channel }) : allowed
}

/**
 * The same for many at once, with three statements for any number: the channel of each that may go there. Those that
 * may not, or are to go to a desk that is none, are not in it.
 */
export async function routesFor(
  tx: Tx,
  keys: HubKeys,
  wishes: readonly { readonly pickup: string; readonly to: string }[],
  now: number,
): Promise<ReadonlyMap<string, Channel>> {
  if (wishes.length === 0) return new Map()
  const bulk = bulkOf(tx)
  const rows = await tx
    .selectFrom('pickup')
    .innerJoin('recipient', 'recipient.id', 'pickup.recipient')
    .innerJoin('account', 'account.account', 'pickup.account')
    .select([
      'pickup.id',
      'recipient.class',
      'recipient.sponsor',
      'recipient.address',
      'pickup.request_reference',
      'account.valid_until',
    ])
    .where(
      bulk.among(
        'pickup.id',
        wishes.map(({ pickup }) => pickup),
      ),
    )
    .execute()
  const desks = await tx
    .selectFrom('desk')
    .select(['id', 'kind'])
    .where(bulk.among('id', [...new Set(wishes.map(({ to }) => to))]))
    .execute()
  const policy = await policyRecord(tx)
  const known = new Map<string, (typeof rows)[number]>(rows.map((row) => [row.id, row]))
  const kinds = new Map(desks.map(({ id, kind }) => [id, DeskKind.parse(kind)]))
  const routes = new Map<string, Channel>()
  for (const { pickup, to } of wishes) {
    const row = known.get(pickup)
    const deskKind = kinds.get(to)
    if (row === undefined || deskKind === undefined) continue
    const channel = channelOf(deskKind)
    const wish = {
      recipientClass: row.class,
      channel,
      requestReference: row.request_reference,
      accountValidUntil: row.valid_until,
      sponsor: row.sponsor,
      address: openAddress(keys, row.address),
    }
    if (decide(policy, caseOf(policy, wish, deskKind, { kind: 'route' }, now)).allowed) routes.set(pickup, channel)
  }
  return routes
}
