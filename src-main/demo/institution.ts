/** The demo's people and cards, as the bench shows them: what lies in the visitors' pockets. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { buildTd3, buildTd1 } from '../identity/documents/index.ts'
import { institutionFile } from './hub-process.ts'

const Text = z.object({ fi: z.string(), sv: z.string(), en: z.string() })
const People = z.object({
  desks: z.array(z.object({ key: z.string(), unit: z.string(), kind: z.string(), name: Text })),
  units: z.array(z.object({ key: z.string(), name: Text })),
  staff: z.array(
    z.object({
      key: z.string(),
      name: z.string(),
      role: z.string(),
      badges: z.array(z.string()),
      desks: z.array(z.string()),
    }),
  ),
  recipients: z.array(
    z.object({
      key: z.string(),
      class: z.string(),
      family: z.string(),
      given: z.string(),
      birthDate: z.string().nullable(),
      account: z.string(),
      cards: z.array(z.string()),
      language: z.string(),
    }),
  ),
  pickups: z.array(z.object({ account: z.string(), desk: z.string() })),
})
export type DemoInstitution = z.infer<typeof People>
export type DemoRecipient = DemoInstitution['recipients'][number]

export function readInstitution(): DemoInstitution {
  return People.parse(JSON.parse(readFileSync(institutionFile, 'utf8')))
}

/** PINs of the demo's staff, shown on the bench. */
export const demoPins = { supervisor: '408216', other: '739164' } as const

const inYears = (years: number) => {
  const date = new Date()
  date.setUTCFullYear(date.getUTCFullYear() + years)
  return date.toISOString().slice(0, 10)
}

/** A passport of the recipient: the lines of its machine-readable zone. */
export function passportOf(person: DemoRecipient, { expired = false } = {}): string[] {
  return buildTd3({
    issuer: 'FIN',
    number: `X${person.cards[0]?.slice(-7) ?? '0000000'}`,
    family: person.family,
    given: person.given,
    nationality: 'FIN',
    birthDate: person.birthDate ?? '2000-01-01',
    expiryDate: inYears(expired ? -1 : 5),
  })
}

export function identityCardOf(person: DemoRecipient): string[] {
  return buildTd1({
    issuer: 'FIN',
    number: `Y${person.cards[0]?.slice(-7) ?? '0000000'}`,
    family: person.family,
    given: person.given,
    nationality: 'FIN',
    birthDate: person.birthDate ?? '2000-01-01',
    expiryDate: inYears(3),
  })
}
