/** Whose a machine-read document may be, among those who have something here. */
import type { KeyObject } from 'node:crypto'
import type { PickupId } from '../../src-shared/domain/index.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import { documentParams } from '../../src-shared/domain/document-words.ts'
import * as failures from '../../src-shared/failures/named.ts'
import {
  birthStanding,
  bornOutTags,
  fartherTags,
  matchName,
  mayBeShortened,
  needsEye,
  type MachineReadDocument,
} from '../identity/documents/index.ts'
import type { Pickup } from '../pickups/index.ts'

/** Who is born on a day, by its keyed tag; who has no birth date on record; and the key. */
export interface Births {
  readonly lookupKey: KeyObject
  readonly bornOn: (tag: Buffer) => readonly Pickup[]
  readonly withoutBirthDate: () => readonly Pickup[]
}

export interface Match {
  readonly pickup: Pickup
  readonly match: 'exact' | 'tolerant'
}

const nameMatch = (document: MachineReadDocument, { person }: Pickup) =>
  matchName(document, person.name, person.formerNames)

function named({ bornOn }: Births, document: MachineReadDocument, tags: readonly Buffer[]): readonly Match[] {
  return tags.flatMap(bornOn).flatMap((pickup) => {
    const match = nameMatch(document, pickup)
    return match === null ? [] : [{ pickup, match }]
  })
}

/** Those whose name and whole birth date on record the document bears out. */
export const matchesOf = (births: Births, document: MachineReadDocument): readonly Match[] =>
  named(births, document, bornOutTags(births.lookupKey, document))

/** The one person here whom a document with a part of the birth date may be of. */
export function onlyShort(births: Births, document: MachineReadDocument): Pickup | null {
  const found = named(births, document, fartherTags(births.lookupKey, document)).map(({ pickup }) => pickup)
  const people = new Set(found.map(({ person }) => person.recipient))
  return people.size === 1 ? (found[0] ?? null) : null
}

/**
 * Somebody born that day whose name a machine cannot compare, with the document's or with any: the document is not
 * another person's for all we know. null: it is. `id`: of this pickup alone.
 */
export function byEyeAlone(
  { lookupKey, bornOn }: Births,
  document: MachineReadDocument,
  id: PickupId | null,
): typeof failures.nameNotComparable | typeof failures.nameCutToInitials | null {
  const born = bornOutTags(lookupKey, document)
    .flatMap(bornOn)
    .filter((each) => id === null || each.id === id)
  if (born.some(({ person }) => needsEye(person.name, person.formerNames))) return failures.nameNotComparable
  return born.some(({ person }) => mayBeShortened(document, person.name, person.formerNames))
    ? failures.nameCutToInitials
    : null
}

/** Somebody of this name has something here, and no birth date on record that the document could bear out. */
export const namedWithoutBirthDate = (births: Births, document: MachineReadDocument): boolean =>
  births.withoutBirthDate().some((pickup) => nameMatch(document, pickup) !== null)

export const expiredAs = ({ kind }: Pick<MachineReadDocument, 'kind'>): Failure => ({
  code: failures.documentExpired,
  params: documentParams(kind),
})

/** What an open pickup is told of a document that does not match it. */
export function differsFrom(births: Births, document: MachineReadDocument, open: Pickup, expired: boolean): Failure {
  if (expired) return expiredAs(document)
  // The document leaves open what the record knows of the birth date: no proof, and the staff are told what would be.
  const short = birthStanding(births.lookupKey, document, open.birthTag) === 'short'
  if (short && nameMatch(document, open) !== null) return { code: failures.birthDateInPart }
  return { code: byEyeAlone(births, document, open.id) ?? failures.documentDiffers }
}
