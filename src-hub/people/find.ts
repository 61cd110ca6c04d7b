/**
 * The accounts of a person at a desk: by card, by document, or by the beginnings of words of a name or an account. A
 * card is found by its blind index, a document by its birth date's and then a tolerant comparison of the name; what was
 * asked for is neither stored nor logged.
 */
import { Language, PickupId, RecipientClass, RecipientId, type Localized } from '../../src-shared/domain/index.ts'
import { sql } from 'kysely'
import { accountsAtOnce, AccountQuery, type FoundAccount } from '../../src-shared/hub-api/kiosk/walk-in.ts'
import type { PersonName } from '../../src-shared/hub-api/words.ts'
import { searchTsquery } from '../../src-shared/protocol/search-text.ts'
import { birthTag } from '../../src-shared/protocol/tags.ts'
import { ok, type Result } from '../../src-shared/failures/result.ts'
import type { Db } from '../database/index.ts'
import { deskWords } from '../desks/index.ts'
import type { HubKeys } from '../keys/index.ts'
import { peopleOf, readQuery } from './who.ts'

interface Parts {
  readonly db: Db
  readonly keys: HubKeys
}

type Row = Awaited<ReturnType<typeof selectAccounts>>[number]

function accounts(db: Db) {
  return db
    .selectFrom('account')
    .innerJoin('recipient', 'recipient.id', 'account.recipient')
    .select([
      'account.account',
      'account.valid_until',
      'recipient.id as recipient',
      'recipient.class',
      'recipient.family',
      'recipient.given',
      'recipient.former_names',
      'recipient.language',
      'recipient.birth_date',
      'recipient.sponsor',
    ])
    .orderBy(sql`coalesce(nullif(recipient.family, ''), recipient.given)`)
    .orderBy('recipient.given')
    .orderBy('account.account')
}

async function selectAccounts(db: Db, keys: HubKeys, query: AccountQuery) {
  switch (query.by) {
    case 'card':
    case 'document': {
      const people = await peopleOf(db, keys, query)
      return people.length === 0
        ? []
        : accounts(db)
            .where('recipient.id', 'in', people)
            .limit(accountsAtOnce + 1)
            .execute()
    }
    case 'search': {
      const asked = searchTsquery(query.text)
      if (asked === null) return []
      return accounts(db)
        .where(sql<boolean>`recipient.search @@ ${asked}::tsquery`)
        .limit(accountsAtOnce + 1)
        .execute()
    }
  }
}

const nameOf = (row: Row): PersonName => ({ family: row.family, given: row.given })

/**
 * Fails with L-608 (a query that this kiosk did not seal, or that says nothing). Training accounts are nobody's pickups
 * and are left out.
 */
export async function findAccounts(
  { db, keys }: Parts,
  kiosk: { readonly id: string; readonly desk: string },
  sealed: string,
): Promise<Result<{ by: AccountQuery['by']; accounts: FoundAccount[]; more: boolean }>> {
  const lookup = keys.tagKey(kiosk.id)
  const query = readQuery(keys, kiosk.id, sealed, AccountQuery)
  if (!query.ok) return query
  const rows = (await selectAccounts(db, keys, query.value)).filter((row) => row.class !== 'training')
  const shown = rows.slice(0, accountsAtOnce)
  const live = await liveOf(db, shown, kiosk)
  return ok({
    by: query.value.by,
    more: rows.length > shown.length,
    accounts: shown.map((row) => ({
      account: row.account,
      recipient: RecipientId.parse(row.recipient),
      recipientClass: RecipientClass.parse(row.class),
      name: nameOf(row),
      formerNames: row.former_names as PersonName[],
      language: Language.parse(row.language),
      sponsor: row.sponsor,
      accountValidUntil: row.valid_until,
      birthTag: row.birth_date === null ? null : birthTag(lookup, keys.open(row.birth_date)).toString('base64url'),
      live: live.get(row.account) ?? null,
    })),
  })
}

async function liveOf(
  db: Db,
  rows: readonly Row[],
  kiosk: { readonly id: string },
): Promise<Map<string, NonNullable<FoundAccount['live']>>> {
  if (rows.length === 0) return new Map()
  const found = await db
    .selectFrom('pickup')
    .leftJoin('desk', 'desk.id', 'pickup.desk')
    .leftJoin('unit', 'unit.id', 'desk.unit')
    .leftJoin('grant', (join) =>
      join.onRef('grant.pickup', '=', 'pickup.id').on('grant.state', 'in', ['granted', 'revoking']),
    )
    .select(['pickup.id', 'pickup.account', 'pickup.state', 'desk.name', 'unit.name as unit', 'grant.kiosk'])
    .where(
      'pickup.account',
      'in',
      rows.map((row) => row.account),
    )
    .where('pickup.state', 'in', ['unassigned', 'granted', 'revoking'])
    .orderBy('pickup.issued_at')
    .execute()
  return new Map(
    found.map((row) => [
      row.account,
      {
        pickup: PickupId.parse(row.id),
        here: row.state === 'granted' && row.kiosk === kiosk.id,
        desk: row.name === null ? null : deskWords(row.name as Localized, row.unit as Localized),
      },
    ]),
  )
}
