/**
 * Issuing one secret for a recipient: policy first, the old pickup superseded, the new one granted in the same
 * transaction.
 */
import { randomBytes } from 'node:crypto'
import type { AgentRole } from '../../src-shared/hub-api/authority.ts'
import type { HubBody, HubReply } from '../../src-shared/hub-api/index.ts'
import { PickupId } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { maxSecretBytes } from '../../src-shared/protocol/envelope.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import { grantPickup, revokePickup, type GrantParts } from './grants.ts'
import { pickupLife } from './life.ts'
import { checkPolicy, openAddress } from './policy-check.ts'

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Eight characters of Crockford base 32: identifies a pickup at check-in and proves nothing. */
export function newPickupCode(): string {
  return [...randomBytes(8)].map((byte) => crockford[byte % 32]).join('')
}

export type Issued = HubReply<'issue'>

/**
 * Fails with L-609 (unknown account or desk), L-505 (too long a secret), or a code of policy (`policyCodes`: who may
 * issue what to whom at which desk).
 */
export async function issuePickup(
  db: Db,
  parts: GrantParts,
  request: HubBody<'issue'>,
  actor: string,
  role: AgentRole = 'supervisor',
): Promise<Result<Issued>> {
  const secret = request.secret === undefined ? null : Buffer.from(request.secret, 'utf8')
  try {
    const issued = await transact<Result<Issued>>(db, (tx) => issueIn(tx, parts, request, secret, actor, role))
    return issued.ok ? ok(await settled(db, parts, issued.value, secret)) : issued
  } finally {
    secret?.fill(0)
  }
}

/** The directory first, within this request where it answers in time; else the worker goes on. */
export async function settled(db: Db, parts: GrantParts, issued: Issued, secret: Buffer | null): Promise<Issued> {
  if (issued.state !== 'unassigned' || parts.secrets?.directory !== true) return issued
  await parts.secrets.settle(issued.pickup, secret)
  const { state } = await db
    .selectFrom('pickup')
    .select('state')
    .where('id', '=', issued.pickup)
    .executeTakeFirstOrThrow()
  return { ...issued, state: state as Issued['state'] }
}

/**
 * The same in the caller's transaction, which ends with what it fails with; `secret` is UTF-8, and the caller wipes it.
 */
export async function issueIn(
  tx: Tx,
  parts: GrantParts,
  request: HubBody<'issue'>,
  secret: Buffer | null,
  actor: string,
  role: AgentRole,
): Promise<Result<Issued>> {
  if (secret !== null && secret.length > maxSecretBytes) return fail(failures.slipNotPrintable)
  const account = await tx
    .selectFrom('account')
    .innerJoin('recipient', 'recipient.id', 'account.recipient')
    .select([
      'account.account',
      'account.valid_until',
      'recipient.id as recipient',
      'recipient.class',
      'recipient.sponsor',
      'recipient.address',
    ])
    .where('account.account', '=', request.account)
    .forUpdate('account')
    .executeTakeFirst()
  if (account === undefined) return fail(failures.notFound, { what: 'account' })
  const desk = await tx.selectFrom('desk').select(['id', 'kind']).where('id', '=', request.desk).executeTakeFirst()
  if (desk === undefined) return fail(failures.notFound, { what: 'desk' })
  const { channel, requestReference } = request
  const wish = {
    recipientClass: account.class,
    channel,
    requestReference,
    accountValidUntil: account.valid_until,
    sponsor: account.sponsor,
    address: openAddress(parts.keys, account.address),
  }
  const allowed = await checkPolicy(tx, wish, desk, { kind: 'issue', how: 'prepared', by: role }, parts.now())
  if (!allowed.ok) return allowed

  const live = await tx
    .selectFrom('pickup')
    .select('id')
    .where('account', '=', request.account)
    .where('state', 'in', ['unassigned', 'granted', 'revoking'])
    .execute()
  for (const old of live) {
    await revokePickup(tx, parts, old.id, 'superseded', null)
    await tx
      .insertInto('audit')
      .values({ at: parts.now(), actor, act: 'superseded', pickup: old.id, desk: null, detail: '{}' })
      .execute()
  }

  const id = PickupId.parse((parts.newId ?? newId)())
  const pickupCode = newPickupCode()
  const now = parts.now()
  const { waits, secretDays } = await pickupLife(tx)
  await tx
    .insertInto('pickup')
    .values({
      id,
      account: account.account,
      recipient: account.recipient,
      desk: desk.id,
      channel: request.channel,
      request_reference: request.requestReference,
      secret_kind: request.secretKind,
      state: 'unassigned',
      pickup_code: parts.keys.seal(pickupCode),
      issued_at: now,
      expires_at: now + waits,
      secret_days: secretDays,
      moving_to: null,
    })
    .execute()
  await tx
    .insertInto('audit')
    .values({
      at: now,
      actor,
      act: 'issued',
      pickup: id,
      desk: desk.id,
      detail: JSON.stringify({ channel: request.channel }),
    })
    .execute()
  const granted = await grantPickup(tx, parts, id, desk.id, secret)
  return ok({ pickup: id, state: granted ? ('granted' as const) : ('unassigned' as const), pickupCode })
}
