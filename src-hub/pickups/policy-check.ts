/** The hub's side of the one decision over policy: before issuing and before routing (docs/architecture.md#channels-and-rules-of-the-institution). */
import { Channel, DeskKind, RecipientClass } from '../../src-shared/domain.ts'
import { dateAt } from '../../src-shared/opening-hours.ts'
import {
  channelOf,
  decide,
  failureOf,
  PostalAddress,
  postalArea,
  type Allowed,
  type PolicyCase,
} from '../../src-shared/policy/index.ts'
import { ok, type Result } from '../../src-shared/result.ts'
import type { HubKeys } from '../keys/index.ts'
import type { Db, Tx } from '../database/index.ts'
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

/** Fails with a code of policy (`policyCodes`) and, in three languages, where it could be done instead. */
export async function checkPolicy(
  db: Db | Tx,
  wish: Wish,
  desk: { readonly id: string; readonly kind: string },
  act: PolicyCase['act'],
  now: number,
): Promise<Result<Allowed>> {
  const policy = await policyRecord(db)
  const decision = decide(policy, {
    recipientClass: RecipientClass.parse(wish.recipientClass),
    channel: Channel.parse(wish.channel),
    deskKind: DeskKind.parse(desk.kind),
    requestReference: wish.requestReference,
    accountEnded: wish.accountValidUntil !== null && wish.accountValidUntil < dateAt(now),
    sponsor: wish.sponsor,
    postalArea: postalArea(wish.address ?? null, policy.letters.inside),
    act,
  })
  if (decision.allowed) return ok(decision)
  // The nearest to the person where a letter is refused, else to the desk.
  const from = decision.code === 'L-228' ? { postalCode: wish.address?.postalCode ?? null } : { desk: desk.id }
  return { ok: false, failure: failureOf(decision, await directoryRecords(db), now, from) }
}

export function openAddress(keys: HubKeys, sealed: Uint8Array | null): PostalAddress | null {
  return sealed === null ? null : PostalAddress.parse(JSON.parse(keys.open(sealed)))
}

/** Where a pickup may be sent on to: as what that desk's kind serves. Fails as `checkPolicy` does; the value is the pickup's channel from then on. */
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
