/** People in a real OpenLDAP, as a university has them: birth date and expiry, cards, a sponsor, former names. */
import type { More } from './slapd.ts'
import { baseDn } from './slapd.ts'

/** Attributes in the manner of SCHAC and of an institution’s own, under an arc of nobody’s. */
const attribute = (n: number, name: string, syntax: string, matching: string, single: boolean) =>
  `attributetype ( 2.25.7.${n} NAME '${name}' EQUALITY ${matching} SYNTAX ${syntax}${single ? ' SINGLE-VALUE' : ''} )`
const text = '1.3.6.1.4.1.1466.115.121.1.15'

export const peopleSchema = [
  attribute(1, 'exampleBirthDate', text, 'caseIgnoreMatch', true),
  "attributetype ( 2.25.7.2 NAME 'exampleExpiry' EQUALITY generalizedTimeMatch " +
    'SYNTAX 1.3.6.1.4.1.1466.115.121.1.24 SINGLE-VALUE )',
  attribute(3, 'exampleClass', text, 'caseIgnoreMatch', false),
  attribute(4, 'exampleCard', text, 'caseIgnoreMatch', false),
  attribute(5, 'exampleSponsor', text, 'caseIgnoreMatch', true),
  attribute(6, 'exampleFormerName', text, 'caseIgnoreMatch', false),
  attribute(7, 'exampleIdentityCode', text, 'caseIgnoreMatch', true),
  "objectclass ( 2.25.7.100 NAME 'examplePerson' SUP top AUXILIARY MAY ( exampleBirthDate $ exampleExpiry $ " +
    'exampleClass $ exampleCard $ exampleSponsor $ exampleFormerName $ exampleIdentityCode ) )',
].join('\n')

export interface Listed {
  readonly uid: string
  readonly sn: string
  readonly givenName?: string
  readonly exampleBirthDate?: string
  readonly exampleExpiry?: string
  readonly exampleClass?: string | string[]
  readonly exampleCard?: string | string[]
  readonly exampleSponsor?: string
  readonly exampleFormerName?: string | string[]
  readonly exampleIdentityCode?: string
  readonly preferredLanguage?: string
}

export const dnOf = (uid: string) => `uid=${uid},ou=people,${baseDn}`

/** The entry's attributes. */
export function entryOf(person: Listed): Record<string, string | string[]> {
  return { objectClass: ['inetOrgPerson', 'examplePerson'], cn: person.uid, ...person }
}

export function ldifOf(people: readonly Listed[]): string {
  return people
    .map((person) => {
      const lines = Object.entries(entryOf(person)).flatMap(([name, value]) =>
        [value].flat().map((each) => `${name}:: ${Buffer.from(each).toString('base64')}`),
      )
      return `dn: ${dnOf(person.uid)}\n${lines.join('\n')}\n\n`
    })
    .join('')
}

export const withPeople = (people: readonly Listed[], more: More = {}): More => ({
  ...more,
  schema: peopleSchema,
  ldif: ldifOf(people),
})

/** How a source reads them. */
export const peopleAttributes = {
  class: 'exampleClass',
  family: 'sn',
  given: 'givenName',
  formerNames: 'exampleFormerName',
  language: 'preferredLanguage',
  birthDate: 'exampleBirthDate',
  identityCode: 'exampleIdentityCode',
  sponsor: 'exampleSponsor',
  validUntil: 'exampleExpiry',
  cards: 'exampleCard',
} as const
