/**
 * Who a kiosk asks about: what it has sealed, and the people that a card or a document names, by the hub's blind
 * indexes.
 */
import type { z } from 'zod'
import { knownForms } from '../../src-shared/domain/birth-date.ts'
import type { PersonName } from '../../src-shared/hub-api/words.ts'
import type { CardQuery, DocumentQuery } from '../../src-shared/hub-api/kiosk/walk-in.ts'
import { openQuery } from '../../src-shared/protocol/lookup-query.ts'
import { matchName } from '../../src-shared/protocol/names.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Db } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'

/** Fails with L-608: a query that this kiosk did not seal, or that says nothing. */
export function readQuery<Q>(keys: HubKeys, kiosk: string, sealed: string, shape: z.ZodType<Q>): Result<Q> {
  let json: unknown = null
  try {
    json = JSON.parse(openQuery(keys.lookupKey(kiosk), kiosk, sealed) ?? 'null')
  } catch {
    // Falls to the refusal below.
  }
  const query = shape.safeParse(json)
  return query.success ? ok(query.data) : fail(failures.requestMalformed, { where: 'query' })
}

/** Born on one day: a few dozen among a hundred thousand. */
const bornAtOnce = 2000

/**
 * Ids of recipients: a card's holder, or whoever was born that day under such a name (tolerantly compared). A record of
 * which only the year, or year and month, are known is found by a document that bears them out.
 */
export async function peopleOf(
  db: Db,
  keys: HubKeys,
  query: z.infer<typeof CardQuery> | z.infer<typeof DocumentQuery>,
): Promise<string[]> {
  if (query.by === 'card') {
    const rows = await db
      .selectFrom('card')
      .select('recipient')
      .where('blind', '=', keys.blindIndex(query.card))
      .execute()
    return rows.map((row) => row.recipient)
  }
  const born = await db
    .selectFrom('recipient')
    .select(['id', 'family', 'given', 'former_names'])
    .where(
      'birth_blind',
      'in',
      knownForms(query.birthDate).map((form) => keys.blind('birth', form)),
    )
    .limit(bornAtOnce)
    .execute()
  return born
    .filter(
      (row) => matchName(query, { family: row.family, given: row.given }, row.former_names as PersonName[]) !== null,
    )
    .map((row) => row.id)
}
