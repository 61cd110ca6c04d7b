/**
 * The live pickups of whoever identified themselves at a check-in screen: by card or document through the hub's blind
 * indexes, by pickup code among those of the screen's own desk. What was asked for is neither stored nor logged.
 */
import { sql } from 'kysely'
import { DeskId, Language, type KioskId } from '../../src-shared/domain/index.ts'
import type { PersonName } from '../../src-shared/hub-api/words.ts'
import type { CheckInQuery } from '../../src-shared/hub-api/kiosk/check-in.ts'
import { matchName } from '../../src-shared/protocol/names.ts'
import { pickupCodeTag } from '../../src-shared/protocol/tags.ts'
import type { Db } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'
import { peopleOf } from '../people/index.ts'

/** One that a desk's kiosk may release. */
export interface Waiting {
  readonly pickup: string
  readonly recipient: string
  readonly desk: DeskId
  readonly grantedAt: number
  readonly epoch: { readonly incarnation: string; readonly n: number }
  readonly language: Language
  readonly name: PersonName
  readonly recipientClass: string
  readonly channel: string
  readonly requestReference: string | null
  readonly sponsor: string | null
  readonly accountValidUntil: string | null
  readonly expiresAt: number
}

/** Letters are nobody's to collect, and a pickup that is asked back is no longer the desk's. */
export async function waitingFor(
  db: Db,
  keys: HubKeys,
  deskKiosk: KioskId | null,
  query: CheckInQuery,
): Promise<Waiting[]> {
  let asked = db
    .selectFrom('pickup')
    .innerJoin('recipient', 'recipient.id', 'pickup.recipient')
    .innerJoin('account', 'account.account', 'pickup.account')
    .innerJoin('grant', (join) => join.onRef('grant.pickup', '=', 'pickup.id').on('grant.state', '=', 'granted'))
    .select([
      'pickup.id',
      'pickup.recipient',
      'pickup.desk',
      'pickup.channel',
      'pickup.request_reference',
      'pickup.expires_at',
      'grant.incarnation',
      'grant.n',
      'grant.at as granted_at',
      'recipient.class',
      'recipient.family',
      'recipient.given',
      'recipient.language',
      'recipient.sponsor',
      'account.valid_until',
    ])
    .where('pickup.state', '=', 'granted')
    .where('pickup.held', '=', false)
    .where('pickup.channel', '<>', 'registered-letter')
    .orderBy('pickup.issued_at')
    .limit(50)
  if (query.by === 'pickup-code') {
    // The code is sealed; its tag under the desk's own kiosk's key stands in what that kiosk was granted.
    if (deskKiosk === null) return []
    const tag = pickupCodeTag(keys.tagKey(deskKiosk), query.code).toString('base64url')
    asked = asked
      .where('grant.kiosk', '=', deskKiosk)
      .where(sql<boolean>`strpos("grant".record, ${`"pickupCodeTag":"${tag}"`}) > 0`)
  } else {
    const people = await peopleOf(db, keys, query)
    if (people.length === 0) return []
    asked = asked.where('pickup.recipient', 'in', people)
  }
  const rows = await asked.execute()
  return rows.flatMap((row) =>
    row.desk === null
      ? []
      : [
          {
            pickup: row.id,
            recipient: row.recipient,
            desk: DeskId.parse(row.desk),
            grantedAt: Number(row.granted_at),
            epoch: { incarnation: row.incarnation, n: Number(row.n) },
            language: Language.parse(row.language),
            name: { family: row.family, given: row.given },
            recipientClass: row.class,
            channel: row.channel,
            requestReference: row.request_reference,
            sponsor: row.sponsor,
            accountValidUntil: row.valid_until,
            expiresAt: Number(row.expires_at),
          },
        ],
  )
}

/** So many people of a desk without a birth date are compared by name. */
const comparedAtOnce = 1000

/**
 * Whether a document finds nobody at a desk because no birth date is on record there: somebody of its name has
 * something to collect.
 */
export async function missesBirthDate(db: Db, desk: string, query: CheckInQuery): Promise<boolean> {
  if (query.by !== 'document') return false
  const rows = await db
    .selectFrom('pickup')
    .innerJoin('recipient', 'recipient.id', 'pickup.recipient')
    .select(['recipient.family', 'recipient.given', 'recipient.former_names'])
    .where('pickup.desk', '=', desk)
    .where('pickup.state', '=', 'granted')
    .where('pickup.held', '=', false)
    .where('pickup.channel', '<>', 'registered-letter')
    .where('recipient.birth_date', 'is', null)
    .limit(comparedAtOnce)
    .execute()
  return rows.some(
    ({ family, given, former_names }) => matchName(query, { family, given }, former_names as PersonName[]) !== null,
  )
}
