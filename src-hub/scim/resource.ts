/** A User of SCIM's, and what it says of a person. Pure. */
import { z } from 'zod'
import { fullName } from '../../src-shared/domain/person-name.ts'
import type { PersonName } from '../../src-shared/hub-api/words.ts'
import { PersonField } from '../../src-shared/hub-api/agent/people-sources.ts'
import { scimExtension, scimUser } from '../../src-shared/hub-api/scim.ts'
import type { PersonFacts } from '../people/index.ts'
import { accountOf, readFacts, type RawFacts } from '../people-sources/index.ts'
import { refusalOf, ScimRefusal } from './errors.ts'

const Text = z.string().max(1000).nullish()
const Name = z.object({ familyName: Text, givenName: Text, formatted: Text }).nullish()
/** What is not known here is passed over (RFC 7643, 2.5). Names of attributes regard no case. */
const Body = z.object({
  schemas: z.array(z.string()).min(1),
  userName: z.string().min(1).max(200),
  externalId: z.string().max(200).nullish(),
  name: Name,
  displayName: Text,
  preferredLanguage: Text,
  userType: Text,
  active: z.preprocess(
    (value) => (typeof value === 'string' ? { true: true, false: false }[value.toLowerCase()] : value),
    z.boolean().nullish(),
  ),
  [scimExtension]: z
    .object({
      class: Text,
      birthDate: Text,
      identityCode: Text,
      cards: z
        .array(z.union([z.string(), z.object({ value: z.string() })]))
        .max(100)
        .nullish(),
      sponsor: Text,
      accountEnd: Text,
      formerNames: z
        .array(z.object({ familyName: Text, givenName: Text }))
        .max(20)
        .nullish(),
    })
    .nullish(),
})
export type UserBody = z.infer<typeof Body>

const canonical = [
  ...['schemas', 'userName', 'externalId', 'name', 'familyName', 'givenName', 'formatted', 'displayName'],
  ...['preferredLanguage', 'userType', 'active', 'class', 'birthDate', 'identityCode', 'cards', 'sponsor'],
  ...['accountEnd', 'formerNames', 'value', scimExtension, 'Operations', 'op', 'path'],
]
const spelling = new Map(canonical.map((name) => [name.toLowerCase(), name]))

/** Attributes in the schema's spelling; a flat `urn:...:sponsor` is put where it belongs. */
export function spelled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(spelled)
  if (typeof value !== 'object' || value === null) return value
  const out: Record<string, unknown> = {}
  for (const [name, each] of Object.entries(value)) {
    const inner = name.toLowerCase().startsWith(`${scimExtension.toLowerCase()}:`)
      ? name.slice(scimExtension.length + 1)
      : null
    if (inner === null) {
      const key = spelling.get(name.toLowerCase()) ?? name
      const before = out[key]
      out[key] =
        key === scimExtension && typeof before === 'object'
          ? { ...before, ...(spelled(each) as object) }
          : spelled(each)
    } else
      out[scimExtension] = {
        ...(out[scimExtension] as object | undefined),
        [spelling.get(inner.toLowerCase()) ?? inner]: spelled(each),
      }
  }
  return out
}

/** Throws a refusal `invalidSyntax` or `invalidValue`. */
export function readUser(json: unknown): UserBody {
  const read = Body.safeParse(spelled(json))
  if (!read.success)
    throw new ScimRefusal(
      400,
      `cannot be used: ${read.error.issues[0]?.path.join('.') ?? 'body'}`,
      typeof json === 'object' && json !== null ? 'invalidValue' : 'invalidSyntax',
    )
  return read.data
}

/** What is on record of a user. */
export interface StoredUser {
  readonly id: string
  readonly userName: string
  readonly externalId: string | null
  readonly recipient: string
  readonly class: string
  readonly family: string
  readonly given: string
  readonly formerNames: readonly PersonName[]
  readonly language: string
  readonly sponsor: string | null
  readonly validUntil: string | null
  readonly madeAt: number
  readonly changedAt: number
}

/** `ended`: the account has ended by now. */
export function resourceOf(user: StoredUser, ended: boolean, base: string) {
  const { family, given } = user
  return {
    schemas: [scimUser, scimExtension],
    id: user.id,
    ...(user.externalId === null ? {} : { externalId: user.externalId }),
    userName: user.userName,
    name: {
      ...(family === '' ? {} : { familyName: family }),
      ...(given === '' ? {} : { givenName: given }),
      formatted: fullName(user),
    },
    displayName: fullName(user),
    preferredLanguage: user.language,
    active: !ended,
    [scimExtension]: {
      class: user.class,
      ...(user.sponsor === null ? {} : { sponsor: user.sponsor }),
      ...(user.validUntil === null ? {} : { accountEnd: user.validUntil }),
      ...(user.formerNames.length === 0
        ? {}
        : { formerNames: user.formerNames.map((name) => ({ familyName: name.family, givenName: name.given })) }),
    },
    meta: {
      resourceType: 'User',
      created: new Date(user.madeAt).toISOString(),
      lastModified: new Date(user.changedAt).toISOString(),
      location: `${base}/Users/${user.id}`,
    },
  }
}
export type UserResource = ReturnType<typeof resourceOf>

const texts = (text: string | null | undefined) => (text === null || text === undefined ? [] : [text])

/** The end of the account, by `accountEnd` and `active`, where one of them changes. */
function endOf(body: UserBody, before: UserResource | null, yesterday: string): readonly string[] {
  const end = body[scimExtension]?.accountEnd ?? null
  const was = before?.[scimExtension] as { accountEnd?: string } | undefined
  const same = end === (was?.accountEnd ?? null)
  if (body.active === false)
    return before?.active === false && !same
      ? texts(end)
      : [same && before?.active === false ? (end ?? yesterday) : yesterday]
  if (body.active === true && before?.active === false && same) return []
  return texts(end)
}

/**
 * What the whole resource says (RFC 7644, 3.5.1): what it leaves out is cleared, but for what is never told, which a
 * client that writes back what it has read cannot know. Throws a refusal `invalidValue`.
 */
export function factsOf(
  body: UserBody,
  before: UserResource | null,
  yesterday: string,
): { readonly account: string; readonly facts: PersonFacts } {
  const account = accountOf(body.userName)
  if (account === null) throw new ScimRefusal(400, 'userName cannot be an account', 'invalidValue')
  const more = body[scimExtension] ?? {}
  const whole = body.name?.formatted ?? body.displayName
  const nameless = texts(body.name?.familyName).concat(texts(body.name?.givenName)).join('').trim() === ''
  const raw: RawFacts = {
    class: texts(more.class ?? body.userType?.toLowerCase()),
    family: nameless ? texts(whole) : texts(body.name?.familyName),
    given: texts(body.name?.givenName),
    formerNames: (more.formerNames ?? []).map((name) => `${name.familyName ?? ''}, ${name.givenName ?? ''}`),
    language: texts(body.preferredLanguage),
    sponsor: texts(more.sponsor),
    validUntil: endOf(body, before, yesterday),
    ...(more.birthDate === undefined ? {} : { birthDate: texts(more.birthDate) }),
    ...(more.identityCode === undefined ? {} : { identityCode: texts(more.identityCode) }),
    ...(more.cards === undefined
      ? {}
      : { cards: (more.cards ?? []).map((card) => (typeof card === 'string' ? card : card.value)) }),
  }
  const facts = readFacts(raw, PersonField.options)
  if (!facts.ok) throw refusalOf(facts.failure)
  return { account, facts: facts.value }
}

/** Only some attributes of a resource (RFC 7644, 3.9); `id` and `schemas` always. */
export function selected(resource: UserResource, attributes: string, excluded: string): object {
  const listed = (text: string) =>
    text
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter(Boolean)
      .map((name) => (name.startsWith(`${scimUser.toLowerCase()}:`) ? name.slice(scimUser.length + 1) : name))
  const [wanted, left] = [listed(attributes), listed(excluded)]
  const under = (name: string, of: readonly string[]) =>
    of.some((each) => each === name || each.startsWith(`${name}.`) || each.startsWith(`${name}:`))
  return Object.fromEntries(
    Object.entries(resource).filter(([key]) => {
      const name = key.toLowerCase()
      if (name === 'id' || name === 'schemas') return true
      return wanted.length > 0 ? under(name, wanted) : !left.includes(name)
    }),
  )
}
