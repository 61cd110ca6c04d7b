/**
 * People whom a document cannot tell apart: the same birth date and a name that matches. A document or a birth date
 * proves one of them, so something else must say which (promise P1): a card, a pickup code, or the account's name.
 */
import type { RecipientId, ToldApart } from '../../src-shared/domain/index.ts'
import { areNamesakes, type Likeness } from '../../src-shared/protocol/namesakes.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Proof } from './verification.ts'

/** Which person the desk has in front of it, and what said so. */
export interface Apart {
  readonly recipient: RecipientId
  readonly by: ToldApart
}

/** Somebody with a pickup here. */
export interface Candidate extends Likeness {
  readonly recipient: RecipientId
  /** The hub has somebody else with this name and birth date on record. */
  readonly namesake: boolean
}

/**
 * Whether a proof is of this person and of nobody else. Fails with L-332. An e-ID is compared by name and birth date as
 * well, so it tells no more.
 * `bornThatDay`: everybody here with the same birth date. `alsoMatched`: whom the document that was read matches as
 * well. This person may be among either.
 */
export function tellsApart(
  person: Candidate,
  { bornThatDay, alsoMatched }: Record<'bornThatDay' | 'alsoMatched', readonly Likeness[]>,
  method: Proof['method'],
  apart: Apart | null,
): Result<ToldApart | null> {
  const taken = [
    ...bornThatDay.filter((each) => areNamesakes(person, each)),
    ...(method === 'machine-read' ? alsoMatched.filter(({ recipient }) => recipient !== person.recipient) : []),
  ]
  if (taken.length === 0 && !person.namesake) return ok(null)
  return apart?.recipient === person.recipient ? ok(apart.by) : fail(failures.namesakeHere)
}
