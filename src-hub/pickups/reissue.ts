/** A fresh pickup in place of one that came to nothing: for the same account, by the same rules as any other. */
import { Channel, DeskKind, SecretKind, type DeskId } from '../../src-shared/domain/index.ts'
import type { AgentRole } from '../../src-shared/hub-api/authority.ts'
import type { HubReply } from '../../src-shared/hub-api/index.ts'
import { hubPickupCan } from '../../src-shared/domain/pickup-states.ts'
import { channelOf } from '../../src-shared/policy/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db } from '../database/index.ts'
import type { GrantParts } from './grants.ts'
import { issueIn, settled } from './issue.ts'

/** Whether it came to nothing and nothing has taken its place. */
export function mayReissue(state: string, replacedBy: string | null): boolean {
  return replacedBy === null && hubPickupCan.beReissued(state)
}

/**
 * Fails with L-609, L-659 (it lives still, was handed over, or another was issued in its place already), and as issuing
 * does. Asked twice at once, one is issued: the account's row is taken first, as by every issue, and the pickup is
 * looked at behind it.
 */
export async function reissuePickup(
  db: Db,
  parts: GrantParts,
  pickup: string,
  desk: DeskId,
  agent: { name: string; role: AgentRole },
): Promise<Result<HubReply<'reissue'>>> {
  const issued = await transact<Result<HubReply<'reissue'>>>(db, async (tx) => {
    const named = await tx.selectFrom('pickup').select('account').where('id', '=', pickup).executeTakeFirst()
    if (named === undefined) return fail(failures.notFound, { what: 'pickup' })
    await tx.selectFrom('account').select('account').where('account', '=', named.account).forUpdate().execute()
    const old = await tx
      .selectFrom('pickup')
      .select(['account', 'state', 'request_reference', 'secret_kind', 'replaced_by'])
      .where('id', '=', pickup)
      .forUpdate()
      .executeTakeFirstOrThrow()
    if (!mayReissue(old.state, old.replaced_by)) return fail(failures.pickupCannotThat)
    const to = await tx.selectFrom('desk').select('kind').where('id', '=', desk).executeTakeFirst()
    if (to === undefined) return fail(failures.notFound, { what: 'desk' })
    const request = {
      account: old.account,
      desk,
      channel: Channel.parse(channelOf(DeskKind.parse(to.kind))),
      requestReference: old.request_reference,
      secretKind: SecretKind.parse(old.secret_kind),
    }
    const made = await issueIn(tx, parts, request, null, agent.name, agent.role)
    if (made.ok)
      await tx.updateTable('pickup').set({ replaced_by: made.value.pickup }).where('id', '=', pickup).execute()
    return made
  })
  return issued.ok ? ok(await settled(db, parts, issued.value, null)) : issued
}
