/**
 * Who may move, extend or end a pickup: whoever issues for people of its class
 * (docs/architecture.md#channels-and-rules-of-the-institution), as the console shows it.
 */
import type { AgentRole } from '../../src-shared/hub-api/authority.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Db, Tx } from '../database/index.ts'
import { policyRecord } from '../desks/index.ts'
import { issuesFor } from '../queries/index.ts'

/** Fails with L-609, L-618 (another role acts for people of this class). */
export async function mayActFor(db: Db | Tx, pickup: string, role: AgentRole): Promise<Result<null>> {
  const row = await db
    .selectFrom('pickup')
    .innerJoin('recipient', 'recipient.id', 'pickup.recipient')
    .select('recipient.class')
    .where('pickup.id', '=', pickup)
    .executeTakeFirst()
  if (row === undefined) return fail(failures.notFound, { what: 'pickup' })
  return issuesFor(await policyRecord(db), row.class, role) ? ok(null) : fail(failures.roleNotAllowed)
}
