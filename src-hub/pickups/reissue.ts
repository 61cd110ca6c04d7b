/** A fresh pickup in place of one that came to nothing: for the same account, by the same rules as any other. */
import { Channel, DeskKind, SecretKind, type DeskId } from '../../src-shared/domain.ts'
import type { AgentRole } from '../../src-shared/hub-authority.ts'
import type { HubReply } from '../../src-shared/hub-api.ts'
import { channelOf } from '../../src-shared/policy/index.ts'
import { fail, ok, type Result } from '../../src-shared/result.ts'
import type { Db } from '../database/index.ts'
import type { GrantParts } from './grants.ts'
import { issuePickup } from './issue.ts'

/** Whether it came to nothing and nothing has taken its place. */
export function mayReissue(state: string, replacedBy: string | null): boolean {
  return replacedBy === null && ['burned', 'returned', 'revoked', 'returned-by-post'].includes(state)
}

/** Fails with L-609, L-659 (it lives still, or was handed over), and as issuing does. */
export async function reissuePickup(
  db: Db,
  parts: GrantParts,
  pickup: string,
  desk: DeskId,
  agent: { name: string; role: AgentRole },
): Promise<Result<HubReply<'reissue'>>> {
  const old = await db
    .selectFrom('pickup')
    .select(['account', 'state', 'request_reference', 'secret_kind', 'replaced_by'])
    .where('id', '=', pickup)
    .executeTakeFirst()
  if (old === undefined) return fail('L-609', { what: 'pickup' })
  if (!mayReissue(old.state, old.replaced_by)) return fail('L-659')
  const to = await db.selectFrom('desk').select('kind').where('id', '=', desk).executeTakeFirst()
  if (to === undefined) return fail('L-609', { what: 'desk' })
  const channel = Channel.parse(channelOf(DeskKind.parse(to.kind)))
  const request = {
    account: old.account,
    desk,
    channel,
    requestReference: old.request_reference,
    secretKind: SecretKind.parse(old.secret_kind),
  }
  const issued = await issuePickup(db, parts, request, agent.name, agent.role)
  if (!issued.ok) return issued
  await db
    .updateTable('pickup')
    .set({ replaced_by: issued.value.pickup })
    .where('id', '=', pickup)
    .where('replaced_by', 'is', null)
    .execute()
  return ok(issued.value)
}
