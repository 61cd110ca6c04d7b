/** Issuing one secret for a recipient: policy first, the old pickup superseded, the new one granted in the same transaction. */
import { randomBytes } from 'node:crypto'
import type { DeskKind, RecipientClass } from '../../src-shared/domain.ts'
import { mayIssueFor, type AgentRole } from '../../src-shared/hub-authority.ts'
import type { HubBody, HubReply } from '../../src-shared/hub-api.ts'
import { PickupId } from '../../src-shared/domain.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { maxSecretBytes } from '../../src-shared/protocol/envelope.ts'
import { fail, ok, type Result } from '../../src-shared/result.ts'
import { transact, type Db } from '../database/index.ts'
import { policyRecord } from '../desks/index.ts'
import { grantPickup, revokePickup, type GrantParts } from './grants.ts'

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** Unclaimed pickups go back after this long (DESIGN section 5). */
export const unclaimedDays = 45

/** Eight characters of Crockford base 32: identifies a pickup at check-in and proves nothing. */
export function newPickupCode(): string {
  return [...randomBytes(8)].map((byte) => crockford[byte % 32]).join('')
}

/** Fails with L-609 (unknown account or desk), L-206 (policy), L-207 (a porter needs a request), L-505 (too long a secret), L-618 (another role issues for this class). */
export async function issuePickup(
  db: Db,
  parts: GrantParts,
  request: HubBody<'issue'>,
  actor: string,
  role: AgentRole = 'supervisor',
): Promise<Result<HubReply<'issue'>>> {
  const secret = request.secret === undefined ? null : Buffer.from(request.secret, 'utf8')
  if (secret !== null && secret.length > maxSecretBytes) return fail('L-505')
  try {
    return await transact(db, async (tx) => {
      const account = await tx
        .selectFrom('account')
        .innerJoin('recipient', 'recipient.id', 'account.recipient')
        .select(['account.account', 'recipient.id as recipient', 'recipient.class'])
        .where('account.account', '=', request.account)
        .forUpdate('account')
        .executeTakeFirst()
      if (account === undefined) return fail('L-609', { what: 'account' })
      if (!mayIssueFor(account.class as RecipientClass, role)) return fail('L-618')
      const desk = await tx.selectFrom('desk').select(['id', 'kind']).where('id', '=', request.desk).executeTakeFirst()
      if (desk === undefined) return fail('L-609', { what: 'desk' })
      const policy = await policyRecord(tx)
      const rule = policy.rules.find(
        (r) => r.recipientClass === (account.class as RecipientClass) && r.channel === request.channel && r.deskKind === (desk.kind as DeskKind),
      )
      if (rule === undefined) {
        const kinds = [...new Set(policy.rules.filter((r) => r.recipientClass === account.class).map((r) => r.deskKind))]
        return fail('L-206', { where: kinds.join(', ') || 'helpdesk' })
      }
      if (rule.needsRequestReference && request.requestReference === null) return fail('L-207')

      const live = await tx
        .selectFrom('pickup')
        .select('id')
        .where('account', '=', request.account)
        .where('state', 'in', ['unassigned', 'granted', 'revoking'])
        .execute()
      for (const old of live) {
        await revokePickup(tx, parts, old.id, 'superseded', null)
        await tx.insertInto('audit').values({ at: parts.now(), actor, act: 'superseded', pickup: old.id, desk: null, detail: '{}' }).execute()
      }

      const id = PickupId.parse((parts.newId ?? newId)())
      const pickupCode = newPickupCode()
      const now = parts.now()
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
          expires_at: now + unclaimedDays * 86_400_000,
          moving_to: null,
        })
        .execute()
      await tx
        .insertInto('audit')
        .values({ at: now, actor, act: 'issued', pickup: id, desk: desk.id, detail: JSON.stringify({ channel: request.channel }) })
        .execute()
      const granted = await grantPickup(tx, parts, id, desk.id, secret)
      return ok({ pickup: id, state: granted ? ('granted' as const) : ('unassigned' as const), pickupCode })
    })
  } finally {
    secret?.fill(0)
  }
}
