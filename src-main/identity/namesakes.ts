/**
 * People whom a document cannot tell apart: the same birth date and a name that matches. A document or a birth date
 * proves one of them, so something else must say which (promise P1): a card, a pickup code, or the account's name.
 */
import type { RecipientId, ToldApart } from '../../src-shared/domain.ts'
import { asDocumentNames, matchName } from '../../src-shared/protocol/names.ts'
import { fail, ok, type Result } from '../../src-shared/result.ts'
import type { Proof } from './verification.ts'

interface Name {
  readonly family: string
  readonly given: string
}

/** What is compared of somebody on record. */
export interface Likeness {
  readonly recipient: RecipientId
  readonly name: Name
  readonly formerNames: readonly Name[]
}

const plain = ({ family, given }: Name) => `${family} ${given}`.normalize('NFKC').trim().toLowerCase()

/**
 * One document could be taken for either's: a name of one, written in an MRZ, matches the other; or they are the same
 * letters.
 */
function alike(one: Likeness, other: Likeness): boolean {
  const names = [one.name, ...one.formerNames]
  const others = [other.name, ...other.formerNames]
  return names.some(
    (name) =>
      others.some((each) => plain(each) === plain(name)) ||
      asDocumentNames(name).some((written) => matchName(written, other.name, other.formerNames) !== null),
  )
}

/** Whether two people born on the same day are namesakes. Symmetric; nobody is their own. */
export function areNamesakes(one: Likeness, other: Likeness): boolean {
  return one.recipient !== other.recipient && (alike(one, other) || alike(other, one))
}

/** Which person the desk has in front of it, and what said so. */
export interface Apart {
  readonly recipient: RecipientId
  readonly by: ToldApart
}

/**
 * Whether a proof is of this person and of nobody else. Fails with L-332. An e-ID names one person by itself.
 * `bornThatDay`: everybody here with the same birth date. `alsoMatched`: whom the document that was read matches as
 * well. This person may be among either.
 */
export function tellsApart(
  person: Likeness,
  { bornThatDay, alsoMatched }: Record<'bornThatDay' | 'alsoMatched', readonly Likeness[]>,
  method: Proof['method'],
  apart: Apart | null,
): Result<ToldApart | null> {
  const taken = [
    ...bornThatDay.filter((each) => areNamesakes(person, each)),
    ...(method === 'machine-read' ? alsoMatched.filter(({ recipient }) => recipient !== person.recipient) : []),
  ]
  if (method === 'e-id' || taken.length === 0) return ok(null)
  return apart?.recipient === person.recipient ? ok(apart.by) : fail('L-332')
}
