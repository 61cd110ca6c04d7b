/** What directories usually call things, and a table of classes as lines of text. Pure. */
import { RecipientClass } from '../../../src-shared/domain/index.ts'
import type { PersonField } from '../../../src-shared/hub-api/agent/people-sources.ts'

const attributes: Readonly<Record<PersonField, string>> = {
  class: 'eduPersonAffiliation',
  family: 'sn',
  given: 'givenName',
  formerNames: '',
  language: 'preferredLanguage',
  birthDate: 'schacDateOfBirth',
  identityCode: '',
  sponsor: '',
  validUntil: 'schacExpiryDate',
  cards: '',
}

/** Of a directory with the schemas inetOrgPerson, eduPerson and SCHAC, and of Active Directory. */
export const usualAttributes = {
  standard: { filter: '(objectClass=person)', keyAttribute: 'entryUUID', accountAttribute: 'uid', attributes },
  'active-directory': {
    filter: '(&(objectCategory=person)(objectClass=user)(!(userAccountControl:1.2.840.113556.1.4.803:=2)))',
    keyAttribute: 'objectGUID',
    accountAttribute: 'sAMAccountName',
    attributes: { ...attributes, class: 'employeeType', birthDate: '', validUntil: 'accountExpires' },
  },
} as const

interface ClassOf {
  readonly value: string
  readonly class: RecipientClass
}

/** `student=student`, one a line. */
export const classLines = (classes: readonly ClassOf[]): string =>
  classes.map((each) => `${each.value}=${each.class}`).join('\n')

/** A line that names no class is passed over. */
export function readClassLines(text: string): ClassOf[] {
  return text.split('\n').flatMap((line) => {
    const at = line.lastIndexOf('=')
    const found = RecipientClass.safeParse(line.slice(at + 1).trim())
    const value = line.slice(0, at).trim()
    return at > 0 && value !== '' && found.success ? [{ value, class: found.data }] : []
  })
}
