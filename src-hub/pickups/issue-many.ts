/** Issuing many at once: the rules of issuing one, with the same few statements for any number (PostgreSQL alone). */
import { sql } from 'kysely'
import type { Channel, SecretKind } from '../../src-shared/domain/index.ts'
import { DeskKind, PickupId, RecipientClass } from '../../src-shared/domain/index.ts'
import type { AgentRole } from '../../src-shared/hub-api/authority.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import {
  channelOf,
  decide,
  failureOf,
  policyCaseOf,
  type DirectoryDesk,
  type Policy,
  type PostalAddress,
} from '../../src-shared/policy/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { bulkOf, type Db, type Tx } from '../database/index.ts'
import { directoryRecords, policyRecord } from '../desks/index.ts'
import { grantNew, type GrantParts } from './grants.ts'
import { newPickupCode } from './issue.ts'
import { pickupLife } from './life.ts'
import { openAddress } from './policy-check.ts'
import { revokeMany } from './revoke-many.ts'

export interface Wanted {
  readonly account: string
  readonly desk: string
  /** What the desk's kind serves, if none is named. */
  readonly channel: Channel | null
  readonly requestReference: string | null
  readonly secretKind: SecretKind
}

/** Who an account is of, as far as policy asks. */
export interface Holder {
  readonly class: RecipientClass
  readonly sponsor: string | null
  readonly validUntil: string | null
  /** Where a letter would go. */
  readonly address?: Pick<PostalAddress, 'postalCode' | 'country'> | null
}

export interface Rules {
  readonly policy: Policy
  readonly directory: readonly DirectoryDesk[]
  readonly kinds: ReadonlyMap<string, DeskKind>
}

export async function loadRules(db: Db | Tx): Promise<Rules> {
  const desks = await db.selectFrom('desk').select(['id', 'kind']).execute()
  return {
    policy: await policyRecord(db),
    directory: await directoryRecords(db),
    kinds: new Map(desks.map((desk) => [desk.id, DeskKind.parse(desk.kind)])),
  }
}

/** Policy's word on one: the channel it goes by, or its refusal. L-609 for an unknown desk. */
export function mayIssue(rules: Rules, wanted: Wanted, holder: Holder, role: AgentRole, now: number): Result<Channel> {
  const deskKind = rules.kinds.get(wanted.desk)
  if (deskKind === undefined) return fail(failures.notFound, { what: 'desk' })
  const channel = wanted.channel ?? channelOf(deskKind)
  const asked = {
    recipientClass: holder.class,
    channel,
    requestReference: wanted.requestReference,
    accountValidUntil: holder.validUntil,
    sponsor: holder.sponsor,
    address: holder.address ?? null,
  }
  const act = { kind: 'issue', how: 'prepared', by: role } as const
  const decision = decide(rules.policy, policyCaseOf(rules.policy, asked, deskKind, act, now))
  return decision.allowed
    ? ok(channel)
    : { ok: false, failure: failureOf(decision, rules.directory, now, { desk: wanted.desk }) }
}

/** Live pickups of these accounts. */
export function livePickups(db: Db | Tx, accounts: readonly string[]) {
  return db
    .selectFrom('pickup')
    .select(['id', 'account', 'state', 'moving_to'])
    .where(bulkOf(db).among('account', accounts))
    .where('state', 'in', ['unassigned', 'granted', 'revoking'])
    .execute()
}

/**
 * One result for each, in their order. L-609, L-637 (a live pickup, unless `supersede`), or policy's refusal. No
 * account may be there twice.
 */
export async function issueMany(
  tx: Tx,
  parts: GrantParts,
  wanted: readonly Wanted[],
  actor: string,
  role: AgentRole,
  supersede: boolean,
): Promise<readonly Result<PickupId>[]> {
  if (wanted.length === 0) return []
  const now = parts.now()
  const bulk = bulkOf(tx)
  const accounts = wanted.map(({ account }) => account)
  const rules = await loadRules(tx)
  const holders = new Map(
    (
      await tx
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
        .where(bulk.among('account.account', accounts))
        .orderBy('account.account')
        .forUpdate('account')
        .execute()
    ).map((row) => [row.account, row]),
  )
  const live = await livePickups(tx, accounts)
  // One that is only on its way out stands in nobody's way.
  const blocked = new Set(
    live.flatMap((row) => (row.state === 'revoking' && row.moving_to === null ? [] : [row.account])),
  )
  const fresh: {
    readonly id: PickupId
    readonly wanted: Wanted
    readonly recipient: string
    readonly channel: Channel
  }[] = []
  const results = wanted.map((one): Result<PickupId> => {
    const row = holders.get(one.account)
    if (row === undefined) return fail(failures.notFound, { what: 'account' })
    if (!supersede && blocked.has(one.account)) return fail(failures.pickupWaitsAlready)
    const address = openAddress(parts.keys, row.address)
    const allowed = mayIssue(
      rules,
      one,
      { class: RecipientClass.parse(row.class), sponsor: row.sponsor, validUntil: row.valid_until, address },
      role,
      now,
    )
    if (!allowed.ok) return allowed
    const id = PickupId.parse((parts.newId ?? newId)())
    fresh.push({ id, wanted: one, recipient: row.recipient, channel: allowed.value })
    return ok(id)
  })
  if (fresh.length === 0) return results

  const going = new Set(fresh.map(({ wanted: { account } }) => account))
  const replaced = live.flatMap(({ id, account, state, moving_to: to }) =>
    !going.has(account) || (state === 'revoking' && to === null) ? [] : [id],
  )
  await revokeMany(tx, parts, replaced, 'superseded')
  const act = { at: now, actor, act: 'superseded', desk: null, detail: '{}' }
  if (replaced.length > 0)
    await tx
      .insertInto('audit')
      .values(replaced.map((pickup) => ({ ...act, pickup })))
      .execute()
  const text = JSON.stringify(
    fresh.map(({ id, wanted: one, recipient, channel }) => ({
      id,
      account: one.account,
      recipient,
      desk: one.desk,
      channel,
      request_reference: one.requestReference,
      secret_kind: one.secretKind,
      code: parts.keys.seal(newPickupCode()).toString('hex'),
    })),
  )
  const { waits, secretDays } = await pickupLife(tx)
  await sql`INSERT INTO pickup (id, account, recipient, desk, channel, request_reference, secret_kind, state, pickup_code, issued_at, expires_at, secret_days)
    SELECT id, account, recipient, desk, channel, request_reference, secret_kind, 'unassigned', decode(code, 'hex'), ${now}, ${now + waits}, ${secretDays}
    FROM jsonb_to_recordset(${text}::jsonb) AS t(id text, account text, recipient text, desk text, channel text, request_reference text, secret_kind text, code text)`.execute(
    tx,
  )
  await sql`INSERT INTO audit (at, actor, act, pickup, desk, detail) SELECT ${now}, ${actor}, 'issued', id, desk, jsonb_build_object('channel', channel)
    FROM jsonb_to_recordset(${text}::jsonb) AS t(id text, desk text, channel text)`.execute(tx)
  await grantNew(
    tx,
    parts,
    fresh.map(({ id, wanted: { account, secretKind, desk } }) => ({ id, account, secretKind, desk })),
  )
  return results
}
