/** People whom a document cannot tell apart: the same birth date and a name that matches. */
import { asDocumentNames, matchName } from './names.ts'

interface Name {
  readonly family: string
  readonly given: string
}

/** What is compared of somebody on record. */
export interface Likeness {
  readonly recipient: string
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
