/**
 * People sources: where the hub has its people from. A source is read on its schedule or by hand; what would change is
 * planned first (the preview), and more than its brake allows waits for a person. Nothing of a source's secret, nor of
 * what proves somebody's identity, is in any reply.
 */
import { z } from 'zod'
import { Count, FailureParams, QueryCount } from '../../domain/bounds.ts'
import { HumanLabel } from '../../domain/human-text.ts'
import { Instant, RecipientClass, StoredInstant } from '../../domain/index.ts'
import { isErrorCode, type ErrorCode } from '../../failures/codes.ts'
import { noBody, none, route } from '../route.ts'

/** What a source may say of a person, beside the account. */
export const PersonField = z.enum([
  'class',
  'family',
  'given',
  'formerNames',
  'language',
  'birthDate',
  'identityCode',
  'sponsor',
  'validUntil',
  'cards',
])
export type PersonField = z.infer<typeof PersonField>

/** Fields that a source has the whole say of: where they are empty there, they are cleared here. */
const Own = z.array(PersonField).max(PersonField.options.length).default([])

/** The name of an attribute (RFC 4512, 2.5), with options. */
const Attribute = z
  .string()
  .max(80)
  .regex(/^[A-Za-z][A-Za-z0-9;.-]*$/)

export const LdapSourceSettings = z
  .object({
    kind: z.literal('ldap'),
    /** `ldaps://host`, or `ldap://host` with StartTLS: a password never crosses a wire in the clear. */
    url: z.url({ protocol: /^ldaps?$/ }).max(300),
    startTls: z.boolean().default(false),
    /** PEM of the authority to trust instead of the usual ones. */
    ca: z.string().max(20_000).nullable().default(null),
    bindDn: z.string().min(1).max(500),
    baseDn: z.string().min(1).max(500),
    /** RFC 4515; people alone. */
    filter: z
      .string()
      .max(1000)
      .regex(/^\(.+\)$/)
      .default('(objectClass=person)'),
    /** How it tells what has changed: `modifyTimestamp` (RFC 4512, 3.4.4) or `uSNChanged`. */
    flavour: z.enum(['standard', 'active-directory']).default('standard'),
    pageSize: z.number().int().min(1).max(1000).default(500),
    /** Longest that one answer may take, ms. */
    timeoutMs: z.number().int().min(500).max(60_000).default(15_000),
    /** Everybody is read so often, hours; in between only what has changed. */
    fullHours: z.number().int().min(1).max(720).default(24),
    /** What never changes of an entry; its DN where the attribute is not there. */
    keyAttribute: Attribute.default('entryUUID'),
    accountAttribute: Attribute.default('uid'),
    attributes: z.partialRecord(PersonField, Attribute).default({}),
    /** Values of the class's attribute; the first that an entry has counts. */
    classes: z
      .array(z.object({ value: z.string().min(1).max(200), class: RecipientClass }))
      .max(50)
      .default([]),
    /** Of whoever has none of these values; null: their row is refused. */
    otherClass: RecipientClass.nullable().default(null),
    own: Own,
  })
  .refine((ldap) => ldap.url.startsWith('ldaps:') !== ldap.startTls, { path: ['startTls'] })
export type LdapSourceSettings = z.infer<typeof LdapSourceSettings>

export const FolderSourceSettings = z.object({
  kind: z.literal('folder'),
  /** Inside the hub's folder for people's files. */
  folder: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$/),
  /** A file holds everybody: who is not in it has gone. */
  complete: z.boolean().default(true),
  own: Own,
})
export type FolderSourceSettings = z.infer<typeof FolderSourceSettings>

/** A program puts people in: SCIM 2.0 (RFC 7644). */
export const ScimSourceSettings = z.object({ kind: z.literal('scim') })

export const SourceSettings = z.discriminatedUnion('kind', [
  LdapSourceSettings,
  FolderSourceSettings,
  ScimSourceSettings,
])
export type SourceSettings = z.infer<typeof SourceSettings>
export type SourceKind = SourceSettings['kind']

/**
 * `waiting`, `reading`: the source is being read. `applying`: what was planned is being carried out. `braked`: waits
 * for a person. `done`, `failed`, `cancelled`: over.
 */
export const RunState = z.enum(['waiting', 'reading', 'applying', 'braked', 'done', 'failed', 'cancelled'])
export type RunState = z.infer<typeof RunState>

const Problem = z.object({ code: z.custom<ErrorCode>(isErrorCode), params: FailureParams.optional() })

export const PeopleRun = z.object({
  id: z.string(),
  source: z.string(),
  /** `preview`: nothing is changed. */
  kind: z.enum(['preview', 'run']),
  /** `full`: everybody was read; `delta`: what has changed; `push`: what a program put in. */
  reading: z.enum(['full', 'delta', 'push']),
  state: RunState,
  startedAt: Instant,
  endedAt: StoredInstant,
  by: z.string(),
  confirmedBy: z.string().nullable(),
  /** People read. */
  read: Count,
  unchanged: Count,
  adds: Count,
  changes: Count,
  ends: Count,
  refused: Count,
  /** Of adds, changes and ends: carried out. */
  applied: Count,
  /** Why it failed, or waits. */
  problem: Problem.nullable(),
})
export type PeopleRun = z.infer<typeof PeopleRun>

export const PeopleSource = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  everyMinutes: Count.nullable(),
  brakePercent: Count,
  settings: SourceSettings,
  /** A secret is kept for it. */
  hasSecret: z.boolean(),
  createdAt: Instant,
  createdBy: z.string(),
  /** When it is read next by itself. */
  nextAt: StoredInstant,
  /** People that it has brought and that have not gone. */
  people: Count,
  last: PeopleRun.nullable(),
})
export type PeopleSource = z.infer<typeof PeopleSource>

const Id = z.string().max(40)

export const peopleSourceRoutes = {
  peopleSources: route('GET', '/v1/agent/people-sources', 'agent', {
    query: none,
    body: noBody,
    reply: z.object({
      sources: z.array(PeopleSource),
      /** Where folders lie, on the hub’s machine. */ folder: z.string(),
    }),
  }),
  /** Makes (no `id`) or changes one. `secret` is written and never read; without it the one that is kept stays. */
  savePeopleSource: route('POST', '/v1/agent/people-sources', 'agent', {
    query: none,
    body: z.object({
      id: Id.optional(),
      name: HumanLabel(80),
      enabled: z.boolean().default(false),
      everyMinutes: z.number().int().min(1).max(10_080).nullable().default(60),
      brakePercent: z.number().int().min(0).max(100).default(10),
      settings: SourceSettings,
      secret: z.string().min(1).max(500).optional(),
    }),
    reply: z.object({ id: z.string() }),
  }),
  /** People stay as they are; nobody is ended by it. */
  removePeopleSource: route('POST', '/v1/agent/people-sources/remove', 'agent', {
    query: none,
    body: z.object({ id: Id }),
    reply: z.object({ removed: z.literal(true) }),
  }),
  /** `preview` changes nothing. `full` reads everybody; else what has changed, where the source can tell. */
  runPeopleSource: route('POST', '/v1/agent/people-sources/run', 'agent', {
    query: none,
    body: z.object({ id: Id, kind: z.enum(['preview', 'run']), full: z.boolean().default(false) }),
    reply: z.object({ run: z.string() }),
  }),
  /** A run that the brake has stopped is carried out all the same, as it was planned. */
  confirmPeopleRun: route('POST', '/v1/agent/people-sources/confirm', 'agent', {
    query: none,
    body: z.object({ run: Id }),
    reply: z.object({ confirmed: z.literal(true) }),
  }),
  cancelPeopleRun: route('POST', '/v1/agent/people-sources/cancel', 'agent', {
    query: none,
    body: z.object({ run: Id }),
    reply: z.object({ cancelled: z.literal(true) }),
  }),
  peopleRuns: route('GET', '/v1/agent/people-sources/runs', 'agent', {
    query: z.object({ source: Id, limit: z.coerce.number().int().min(1).max(200).default(20) }),
    body: noBody,
    reply: z.object({ runs: z.array(PeopleRun) }),
  }),
  peopleRunRows: route('GET', '/v1/agent/people-sources/rows', 'agent', {
    query: z.object({
      run: Id,
      what: z.enum(['add', 'change', 'end', 'refused']).optional(),
      after: QueryCount.default(0),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
    body: noBody,
    reply: z.object({
      rows: z.array(
        z.object({
          n: Count,
          what: z.enum(['add', 'change', 'end', 'refused']),
          /** Row of the file, DN or id: where whoever keeps the source finds it. */
          place: z.string(),
          account: z.string(),
          /** Names of what changes, never values. */
          fields: z.array(PersonField),
          state: z.enum(['planned', 'done', 'refused']),
          problem: Problem.nullable(),
        }),
      ),
      after: Count.nullable(),
    }),
  }),
} as const
