/**
 * How a document's date of birth stands to the one on record, of which a kiosk holds a keyed tag alone. The zone gives
 * two digits of a year, and perhaps no day or month; the record may know no more itself. Nothing is guessed: all that
 * the record knows must stand in the document.
 */
import { agreeingForms, knownForms } from '../../../src-shared/domain/birth-date.ts'
import { birthTag, type TagKey } from '../../../src-shared/protocol/tags.ts'
import type { DocumentBirth } from './dates.ts'

/** The dates that a document's two digits of a year may mean, the youngest first; none where it gives no year. */
export function birthsOf({ birthDate, orBorn }: DocumentBirth): readonly string[] {
  return [birthDate, orBorn].filter((date) => date !== null)
}

/** Tags of what a record may hold that this document bears out in full. */
export function bornOutTags(key: TagKey, birth: DocumentBirth): readonly Buffer[] {
  return birthsOf(birth).flatMap((date) => knownForms(date).map((form) => birthTag(key, form)))
}

/**
 * Tags of records that know more than this document says, and that it does not contradict: not a proof, and a reason
 * that can be told.
 */
export function fartherTags(key: TagKey, birth: DocumentBirth): readonly Buffer[] {
  return birthsOf(birth).flatMap((date) => {
    const bornOut = knownForms(date)
    return agreeingForms(date)
      .filter((form) => !bornOut.includes(form))
      .map((form) => birthTag(key, form))
  })
}

/**
 * `whole`: the document bears out all that the record knows. `short`: the record knows more, and the document leaves
 * open just that. null: they differ, or there is nothing on record.
 */
export function birthStanding(
  key: TagKey,
  birth: DocumentBirth,
  onRecord: Uint8Array | null,
): 'whole' | 'short' | null {
  if (onRecord === null) return null
  const among = (tags: readonly Buffer[]) => tags.some((tag) => tag.equals(onRecord))
  if (among(bornOutTags(key, birth))) return 'whole'
  return birth.birthDate === null || among(fartherTags(key, birth)) ? 'short' : null
}
