/** "May I issue?": the policy is asked before anything is offered, and where it says no it says why. */
import { HubPickupState } from '../../src-shared/hub-api/agent/words.ts'
import { Channel, DeskId, PickupId } from '../../src-shared/domain/index.ts'
import type { AgentRole } from '../../src-shared/hub-api/authority.ts'
import type { HubQuery, HubReply } from '../../src-shared/hub-api/index.ts'
import {
  accountEnded,
  channelOf,
  decide,
  failureOf,
  postalArea,
  proofsOf,
  type PolicyCase,
  type Refused,
} from '../../src-shared/policy/index.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Db } from '../database/index.ts'
import { directoryRecords, policyRecord } from '../desks/index.ts'
import type { HubKeys } from '../keys/index.ts'
import { openAddress } from '../pickups/index.ts'
import { deskNames } from '../queries/index.ts'
import { recipientView } from './records.ts'

type Why = NonNullable<HubReply<'mayIssue'>['why']>
const whyOf = ({ code, params }: Failure): Why => ({ code, ...(params === undefined ? {} : { params: { ...params } }) })

/** Fails with L-609. */
/** Where a letter would go, by what the hub knows. */
async function addressOnRecord(db: Db, keys: HubKeys, recipient: string) {
  const row = await db.selectFrom('recipient').select('address').where('id', '=', recipient).executeTakeFirst()
  return openAddress(keys, row?.address ?? null)
}

export async function mayIssue(
  db: Db,
  keys: HubKeys,
  now: number,
  role: AgentRole,
  query: HubQuery<'mayIssue'>,
): Promise<Result<HubReply<'mayIssue'>>> {
  const account = await db.selectFrom('account').selectAll().where('account', '=', query.account).executeTakeFirst()
  if (account === undefined) return fail(failures.notFound, { what: 'account' })
  const recipient = await recipientView(db, account.recipient)
  if (!recipient.ok) return recipient
  const policy = await policyRecord(db)
  const directory = await directoryRecords(db)
  const ended = accountEnded(account.valid_until, now)
  const desks = [...(await deskNames(db)).values()]
  const kiosks = await db
    .selectFrom('kiosk')
    .select(['desk', 'opening_key', 'pending_key', 'frozen', 'last_contact'])
    .where('state', '=', 'active')
    .where('kind', '=', 'desk')
    .execute()
  const kioskOf = new Map(kiosks.map((kiosk) => [kiosk.desk, kiosk]))
  const live = await db
    .selectFrom('pickup')
    .select(['id', 'desk', 'state', 'moving_to'])
    .where('account', '=', query.account)
    .where('state', 'in', ['unassigned', 'granted', 'revoking'])
    .orderBy('issued_at', 'desc')
    .executeTakeFirst()
  const area =
    query.country === undefined || query.postalCode === undefined
      ? postalArea(await addressOnRecord(db, keys, account.recipient), policy.letters.inside)
      : postalArea({ country: query.country.toUpperCase(), postalCode: query.postalCode }, policy.letters.inside)
  const asked = (channel: Channel): PolicyCase => ({
    recipientClass: recipient.value.class,
    channel,
    deskKind: channel === 'registered-letter' ? 'post-room' : channel,
    requestReference: query.requestReference ?? null,
    accountEnded: ended,
    sponsor: recipient.value.sponsor,
    postalArea: area,
    act: { kind: 'issue', how: 'prepared', by: role },
  })
  const explain = (refused: Refused) => whyOf(failureOf(refused, directory, now))
  const options = Channel.options.map((channel) => {
    const decision = decide(policy, asked(channel))
    const rules = policy.rules.filter(
      (rule) => rule.recipientClass === recipient.value.class && rule.channel === channel,
    )
    const rule = decision.allowed ? decision.rule : rules[0]
    return {
      channel,
      allowed: decision.allowed,
      why: decision.allowed ? null : explain(decision),
      needsRequestReference: rules.length > 0 && rules.every((each) => each.needsRequestReference),
      showSponsor: rule?.showSponsor ?? false,
      proofs: rule === undefined ? [] : proofsOf(policy, rule),
      desks: decision.allowed
        ? desks
            .filter((desk) => channelOf(desk.kind) === channel)
            .map((desk) => {
              const kiosk = kioskOf.get(desk.id)
              const contact = kiosk?.last_contact ?? null
              const opens = kiosk !== undefined && kiosk.opening_key !== null && kiosk.pending_key === null
              const ready = opens && !kiosk.frozen
              return { ...desk, ready, lastContactAt: contact === null ? null : Number(contact) }
            })
        : [],
    }
  })
  // What stands against every channel alike is said once.
  const [first] = options
  const same = options.every((option) => !option.allowed && option.why?.code === first?.why?.code)
  return ok({
    recipient: recipient.value,
    validUntil: account.valid_until,
    ended,
    live:
      live === undefined
        ? null
        : {
            pickup: PickupId.parse(live.id),
            desk: live.desk === null ? null : DeskId.parse(live.desk),
            state: HubPickupState.parse(live.state),
          },
    why: same ? (first?.why ?? null) : null,
    options,
  })
}
