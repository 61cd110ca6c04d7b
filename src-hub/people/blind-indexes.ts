/** Blind indexes of birth dates that are missing: of people on record before there were any, or brought in without. */
import type { Db } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'

const batch = 1000

/** Returns how many were filled in; to be run until that is 0. Safe in several hub processes at once. */
export async function fillBirthIndexes(db: Db, keys: HubKeys): Promise<number> {
  const owed = await db
    .selectFrom('recipient')
    .select(['id', 'birth_date'])
    .where('birth_blind', 'is', null)
    .where('birth_date', 'is not', null)
    .orderBy('id')
    .limit(batch)
    .execute()
  for (const { id, birth_date: sealed } of owed) {
    if (sealed === null) continue
    await db
      .updateTable('recipient')
      .set({ birth_blind: keys.blind('birth', keys.open(sealed)) })
      .where('id', '=', id)
      // Changed meanwhile: its next turn.
      .where('birth_date', '=', sealed)
      .execute()
  }
  return owed.length
}
