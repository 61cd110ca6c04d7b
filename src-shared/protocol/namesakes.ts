/** People whom a document cannot tell apart: the same birth date and a name that matches. */
import { asDocumentNames, matchName, type DocumentName } from './names.ts'

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
 * Each name as it may stand in a document, and its plain letters: made once for as long as somebody holds the name,
 * since one is compared with all who were born that day.
 */
const written = new WeakMap<Name, { readonly plain: string; readonly documents: readonly DocumentName[] }>()
function asWritten(name: Name) {
  const known = written.get(name) ?? { plain: plain(name), documents: asDocumentNames(name) }
  written.set(name, known)
  return known
}

/**
 * One document could be taken for either's: a name of one, written in an MRZ, matches the other; or they are the same
 * letters.
 */
function alike(one: Likeness, other: Likeness): boolean {
  const names = [one.name, ...one.formerNames]
  const others = [other.name, ...other.formerNames]
  return names.some(
    (name) =>
      others.some((each) => asWritten(each).plain === asWritten(name).plain) ||
      asWritten(name).documents.some((document) => matchName(document, other.name, other.formerNames) !== null),
  )
}

/** Whether two people born on the same day are namesakes. Symmetric; nobody is their own. */
export function areNamesakes(one: Likeness, other: Likeness): boolean {
  return one.recipient !== other.recipient && (alike(one, other) || alike(other, one))
}
