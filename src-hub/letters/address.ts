/**
 * A recipient's postal address: sealed in the database under the master key, told to the post room that prints the
 * letter and to nobody else.
 */
import type { AgentRole } from '../../src-shared/hub-api/authority.ts'
import type { HubBody, HubReply } from '../../src-shared/hub-api/index.ts'
import { postalArea, type PostalAddress } from '../../src-shared/policy/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db } from '../database/index.ts'
import { policyRecord } from '../desks/index.ts'
import type { HubKeys } from '../keys/index.ts'
import { revokePickup, type GrantParts } from '../pickups/index.ts'
import { mayKeep } from '../people/index.ts'

export function sealAddress(keys: HubKeys, address: PostalAddress): Buffer {
  return keys.seal(JSON.stringify(address))
}

/**
 * Fails with L-609 (unknown account), L-618 (another role keeps people of this class). Recorded without the address.
 */
export async function setAddress(
  db: Db,
  parts: GrantParts,
  body: HubBody<'setAddress'>,
  agent: { readonly name: string; readonly role: AgentRole },
): Promise<Result<HubReply<'setAddress'>>> {
  return transact(db, async (tx) => {
    const account = await tx
      .selectFrom('account')
      .select('recipient')
      .where('account', '=', body.account)
      .executeTakeFirst()
    if (account === undefined) return fail(failures.notFound, { what: 'account' })
    const may = await mayKeep(tx, account.recipient, agent.role)
    if (!may.ok) return may
    const sealed = body.address === null ? null : sealAddress(parts.keys, body.address)
    await tx.updateTable('recipient').set({ address: sealed }).where('id', '=', account.recipient).execute()
    const area = postalArea(body.address, (await policyRecord(tx)).letters.inside)
    const live = await tx
      .selectFrom('pickup')
      .select(['id', 'desk'])
      .where('recipient', '=', account.recipient)
      .where('channel', '=', 'registered-letter')
      .where('state', 'in', ['unassigned', 'granted', 'revoking'])
      .execute()
    let letter: HubReply<'setAddress'>['letter'] = 'none'
    for (const { id, desk } of live) {
      const to = area === 'outside' ? desk : null
      if ((await revokePickup(tx, parts, id, to === null ? 'revoked' : 're-routed', to)) === null) continue
      letter = to === null ? 'revoked' : 'moved'
    }
    await tx
      .insertInto('audit')
      .values({
        at: parts.now(),
        actor: agent.name,
        act: 'address-changed',
        pickup: live[0]?.id ?? null,
        desk: null,
        detail: JSON.stringify({ recipient: account.recipient, letter }),
      })
      .execute()
    return ok({ area, letter })
  })
}
