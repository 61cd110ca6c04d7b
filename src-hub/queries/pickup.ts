/** One pickup: what it is, and where it truly stands. */
import type { z } from 'zod'
import type { Standing } from '../../src-shared/hub-api/agent/queries.ts'
import { Language, PickupId, SecretKind, type RecipientClass } from '../../src-shared/domain/index.ts'
import { mayCall, type AgentRole } from '../../src-shared/hub-api/authority.ts'
import type { HubReply } from '../../src-shared/hub-api/index.ts'
import { issuersOf, type Policy } from '../../src-shared/policy/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Db } from '../database/index.ts'
import { policyRecord } from '../desks/index.ts'
import type { HubKeys } from '../keys/index.ts'
import { mayReissue } from '../pickups/index.ts'
import { deskNames, placeOf } from './desk-names.ts'
import { pickupRow } from './pickups.ts'

interface Facts {
  readonly state: string
  readonly held: boolean
  readonly holding: boolean
  /** The open grant, and its kiosk. */
  readonly grant: { readonly at: number; readonly lastContact: number | null } | null
}

/** What it waits for. A grant that its kiosk has not been heard after is on its way and no more. */
export function standingOf({ state, held, holding, grant }: Facts): z.infer<typeof Standing>['what'] {
  if (state === 'revoking') return 'awaiting-acknowledgement'
  if (state === 'granted') return grant !== null && (grant.lastContact ?? 0) > grant.at ? 'at-desk' : 'sent'
  if (state !== 'unassigned') return 'ended'
  if (held) return 'held'
  return holding ? 'hub-holding' : 'no-kiosk'
}

/** Whether this role issues for people of a class at all. */
export function issuesFor(policy: Policy, recipientClass: string, role: AgentRole): boolean {
  return policy.rules.some(
    (rule) => rule.recipientClass === (recipientClass as RecipientClass) && issuersOf(rule).includes(role),
  )
}

/** Fails with L-609. */
export async function pickupDetail(
  db: Db,
  keys: HubKeys,
  id: string,
  role: AgentRole,
): Promise<Result<HubReply<'pickup'>>> {
  const row = await db
    .selectFrom('pickup as p')
    .innerJoin('recipient as r', 'r.id', 'p.recipient')
    .innerJoin('account as a', 'a.account', 'p.account')
    .selectAll('p')
    .select(['r.class', 'r.family', 'r.given', 'r.language', 'r.sponsor', 'r.birth_date', 'a.valid_until'])
    .where('p.id', '=', id)
    .executeTakeFirst()
  if (row === undefined) return fail(failures.notFound, { what: 'pickup' })
  const desks = await deskNames(db)
  const grant = await db
    .selectFrom('grant')
    .innerJoin('kiosk', 'kiosk.id', 'grant.kiosk')
    .select(['grant.at', 'kiosk.last_contact', 'kiosk.desk'])
    .where('grant.pickup', '=', id)
    .where('grant.state', 'in', ['granted', 'revoking'])
    .executeTakeFirst()
  const hub = await db.selectFrom('hub').select('holding').executeTakeFirstOrThrow()
  const cards = await db.selectFrom('card').select('blind').where('recipient', '=', row.recipient).execute()
  const before = await db.selectFrom('pickup').select('id').where('replaced_by', '=', id).executeTakeFirst()
  const handover = await db
    .selectFrom('handover')
    .leftJoin('kiosk', 'kiosk.id', 'handover.kiosk')
    .select(['handover.at', 'handover.slip', 'kiosk.desk'])
    .where('handover.pickup', '=', id)
    .executeTakeFirst()
  const disputes = await db.selectFrom('dispute').select('id').where('pickup', '=', id).execute()
  const contact = grant?.last_contact ?? (await lastContact(db, row.desk))
  const live = ['unassigned', 'granted', 'revoking'].includes(row.state)
  const leaving = row.state === 'revoking' && row.moving_to === null
  const acts = mayCall('revoke', role) && issuesFor(await policyRecord(db), row.class, role)
  return ok({
    ...pickupRow(row),
    standing: {
      what: standingOf({
        state: row.state,
        held: row.held,
        holding: hub.holding,
        grant:
          grant === undefined
            ? null
            : { at: Number(grant.at), lastContact: grant.last_contact === null ? null : Number(grant.last_contact) },
      }),
      desk: placeOf(desks.get(grant?.desk ?? row.desk ?? '')),
      movingTo: placeOf(desks.get(row.moving_to ?? '')),
      lastContactAt: contact === null ? null : Number(contact),
    },
    secretKind: SecretKind.parse(row.secret_kind),
    pickupCode: keys.open(row.pickup_code),
    language: Language.parse(row.language),
    sponsor: row.sponsor,
    accountValidUntil: row.valid_until,
    hasBirthDate: row.birth_date !== null,
    cards: cards.length,
    replacedBy: row.replaced_by === null ? null : PickupId.parse(row.replaced_by),
    replaces: before === undefined ? null : PickupId.parse(before.id),
    handedOver:
      handover === undefined
        ? null
        : { at: Number(handover.at), desk: desks.get(handover.desk ?? '')?.name ?? null, slip: handover.slip },
    disputes: disputes.length,
    may: {
      reroute: acts && live && !leaving,
      revoke: acts && live && !leaving,
      extend: acts && live && !leaving,
      reissue: acts && mayReissue(row.state, row.replaced_by),
    },
  })
}

async function lastContact(db: Db, desk: string | null): Promise<number | null> {
  if (desk === null) return null
  const kiosk = await db
    .selectFrom('kiosk')
    .select('last_contact')
    .where('desk', '=', desk)
    .where('state', '=', 'active')
    .where('kind', '=', 'desk')
    .executeTakeFirst()
  return kiosk?.last_contact ?? null
}
