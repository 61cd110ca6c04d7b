/** The policy: what holds together, what a draft would change, and every version that was. */
import { sql } from 'kysely'
import { Channel, DeskId, RecipientClass, type DeskKind } from '../../src-shared/domain/index.ts'
import type { HubReply } from '../../src-shared/hub-api/index.ts'
import { channelOf, classRule, decide, Policy, proofsOf, type PolicyRule } from '../../src-shared/policy/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import { policyRecord } from '../desks/index.ts'
import { deskNames } from '../queries/index.ts'
import { note, tellPolicy } from './tell.ts'

interface Problem {
  readonly where: string
  readonly what: string
}

const keyOf = (rule: PolicyRule) => `${rule.recipientClass} ${rule.channel} ${rule.deskKind}`

/** What does not hold together: `where` is a path into the policy, `what` a word for it. */
export function policyProblems(policy: Policy): Problem[] {
  const problems: Problem[] = []
  const seen = new Set<string>()
  for (const [i, rule] of policy.rules.entries()) {
    const where = `rules.${i}`
    if (seen.has(keyOf(rule))) problems.push({ where, what: 'twice' })
    seen.add(keyOf(rule))
    if (channelOf(rule.deskKind) !== rule.channel) problems.push({ where, what: 'channel-of-another-desk' })
    if (rule.deskKind !== 'post-room' && proofsOf(policy, rule).length === 0) problems.push({ where, what: 'no-proof' })
    if (!classRule(policy, rule.recipientClass).pickup) problems.push({ where, what: 'class-without-pickup' })
    if (rule.issuedBy?.length === 0) problems.push({ where, what: 'nobody-issues' })
  }
  for (const [i, range] of policy.letters.inside.entries())
    if (range.from > range.to) problems.push({ where: `letters.inside.${i}`, what: 'ends-before-it-begins' })
  if (policy.verificationSeconds < 30) problems.push({ where: 'verificationSeconds', what: 'too-short' })
  return problems
}

/** Who could be served where, by the draft, and what of it differs from what holds now. */
export async function previewPolicy(db: Db, draft: Policy): Promise<HubReply<'policyPreview'>> {
  const current = await policyRecord(db)
  const desks = [...(await deskNames(db)).values()]
  const rulesOf = (policy: Policy, recipientClass: RecipientClass, channel: Channel) =>
    classRule(policy, recipientClass).pickup
      ? policy.rules.filter((rule) => rule.recipientClass === recipientClass && rule.channel === channel)
      : []
  const rows: HubReply<'policyPreview'>['rows'] = []
  for (const recipientClass of RecipientClass.options) {
    for (const channel of Channel.options) {
      const [now, then] = [rulesOf(current, recipientClass, channel), rulesOf(draft, recipientClass, channel)]
      if (now.length === 0 && then.length === 0) continue
      const shown = then.length > 0 ? then : now
      const change =
        now.length === 0
          ? 'added'
          : then.length === 0
            ? 'removed'
            : JSON.stringify(now) === JSON.stringify(then)
              ? 'same'
              : 'changed'
      rows.push({
        recipientClass,
        channel,
        desks:
          then.length === 0
            ? []
            : desks
                .filter((desk) => then.some((rule) => rule.deskKind === desk.kind))
                .map((desk) => DeskId.parse(desk.id)),
        proofs: [...new Set(shown.flatMap((rule) => proofsOf(then.length > 0 ? draft : current, rule)))],
        needsRequestReference: shown.every((rule) => rule.needsRequestReference),
        fourEyes: shown.some((rule) => rule.fourEyes),
        change,
      })
    }
  }
  // Whoever waits now, asked of the draft as their kiosk would ask it at check-in.
  const live = await sql<{
    class: string
    channel: string
    kind: string
    reference: boolean
    n: number
  }>`SELECT r.class, p.channel, d.kind, p.request_reference IS NOT NULL AS reference, count(*) AS n
    FROM pickup p JOIN recipient r ON r.id = p.recipient JOIN desk d ON d.id = coalesce(p.moving_to, p.desk)
    WHERE p.state IN ('unassigned','granted','revoking') GROUP BY 1, 2, 3, 4`.execute(db)
  let stranded = 0
  for (const row of live.rows) {
    const decision = decide(draft, {
      recipientClass: row.class as RecipientClass,
      channel: row.channel as Channel,
      deskKind: row.kind as DeskKind,
      requestReference: row.reference ? 'R' : null,
      accountEnded: false,
      sponsor: null,
      postalArea: 'outside',
      act: { kind: 'check-in', closed: null },
    })
    if (!decision.allowed) stranded += Number(row.n)
  }
  return { problems: policyProblems(draft), rows, stranded }
}

/** Fails with L-662 (another was saved since), L-663 (it does not hold together). Returns the new version. */
export async function savePolicy(
  db: Db,
  now: number,
  actor: string,
  policy: Policy,
  comment: string,
): Promise<Result<number>> {
  const [problem] = policyProblems(policy)
  if (problem !== undefined) return fail(failures.policyInconsistent, { where: `${problem.where} (${problem.what})` })
  return transact(db, (tx) => savePolicyIn(tx, now, actor, policy, comment, policy.version))
}

/**
 * The same in the caller's transaction, for a policy that holds together. `edited` null: over whichever is in force.
 */
export async function savePolicyIn(
  tx: Tx,
  now: number,
  actor: string,
  policy: Omit<Policy, 'version'>,
  comment: string,
  edited: number | null,
): Promise<Result<number>> {
  const row = await tx.selectFrom('policy').select('record').forUpdate().executeTakeFirstOrThrow()
  const current = Policy.parse(row.record)
  if (edited !== null && current.version !== edited) return fail(failures.policySavedMeanwhile)
  const version = current.version + 1
  const record = JSON.stringify({ ...policy, version })
  const keep = (number: number, text: string, by: string, said: string) =>
    tx
      .insertInto('policy_version')
      .values({ version: number, record: text, at: now, by, note: said })
      .onConflict((conflict) => conflict.column('version').doNothing())
      .execute()
  // The one that the institution began with has no saving of its own.
  await keep(current.version, JSON.stringify(row.record), 'hub', '')
  await keep(version, record, actor, comment)
  await tx.updateTable('policy').set({ record }).execute()
  await tellPolicy(tx)
  await note(tx, now, actor, 'policy-saved', null, { version })
  return ok(version)
}

export async function readPolicy(db: Db): Promise<HubReply<'policy'>> {
  const rows = await db
    .selectFrom('policy_version')
    .select(['version', 'at', 'by', 'note'])
    .orderBy('version', 'desc')
    .limit(500)
    .execute()
  return {
    policy: await policyRecord(db),
    versions: rows.map((row) => ({ version: Number(row.version), at: Number(row.at), by: row.by, note: row.note })),
  }
}

/** Fails with L-609. */
export async function readPolicyVersion(db: Db, version: number): Promise<Result<Policy>> {
  const current = await policyRecord(db)
  if (current.version === version) return ok(current)
  const row = await db.selectFrom('policy_version').select('record').where('version', '=', version).executeTakeFirst()
  return row === undefined ? fail(failures.notFound, { what: 'version' }) : ok(Policy.parse(row.record))
}
