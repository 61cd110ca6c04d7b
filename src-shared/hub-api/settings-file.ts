/**
 * A settings file: what an institution has set, without people, staff or secrets. Sections that are left out say
 * nothing, and neither does an empty text; so a file can hold the opening hours alone. Keys hold a file together and
 * outlive the database that it came from.
 */
import { z } from 'zod'
import { RetentionSettings } from './agent/audit.ts'
import { Contact } from './agent/setup.ts'
import { DeskKind, Localized } from '../domain/index.ts'
import { failureOfText, HumanText } from '../domain/human-text.ts'
import { OpeningHoursSet } from '../domain/opening-hours.ts'
import { TimeZone } from '../domain/zone.ts'
import { Policy } from '../policy/index.ts'
import { fail, ok, type Result } from '../failures/result.ts'
import * as failures from '../failures/named.ts'
import { SlipLogo, SlipNote } from '../domain/slip-logo.ts'

export const settingsFormat = 'lodge-settings'
/** Counted up when a section or field is added that an older hub would pass over. */
export const settingsVersion = 1

export const Key = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/)
const Web = z.union([z.literal(''), z.url({ protocol: /^https?$/ })])
const SlipPrefix = z.string().regex(/^[A-Z]{2,4}$/)
const Hours = OpeningHoursSet.nullable().optional()

/** A new unit needs its name; of one that is known, what is left out or empty stays. */
export const UnitSettings = z.strictObject({
  key: Key,
  name: Localized.optional(),
  address: z.string().max(200).optional(),
  hours: Hours,
})
export type UnitSettings = z.infer<typeof UnitSettings>
/** A new desk needs all but its hours; of one that is known, what is left out or empty stays. */
export const DeskSettings = z.strictObject({
  key: Key,
  unit: Key.optional(),
  kind: DeskKind.optional(),
  name: Localized.optional(),
  slipPrefix: z.union([z.literal(''), SlipPrefix]).optional(),
  /** null: its unit's. */
  hours: Hours,
})
export type DeskSettings = z.infer<typeof DeskSettings>

/** Without `version`, which each hub counts for itself. */
export const PolicySettings = Policy.omit({ version: true })
export type PolicySettings = z.infer<typeof PolicySettings>

/** Sections of a file that also names an institution's people: what only a start with LODGE_HUB_SEED takes in. */
export const peopleSections = ['staff', 'recipients', 'pickups'] as const

export const SettingsFile = z.strictObject({
  format: z.literal(settingsFormat).optional(),
  version: z.number().int().min(1).default(settingsVersion),
  organisation: z
    .strictObject({
      name: Localized.optional(),
      changeAddress: Web.optional(),
      selfServiceAddress: Web.optional(),
      timeZone: TimeZone.optional(),
    })
    .optional(),
  contact: Contact.optional(),
  slip: z.strictObject({ note: SlipNote, logo: SlipLogo.nullable() }).optional(),
  retention: RetentionSettings.optional(),
  policy: PolicySettings.optional(),
  units: z.array(UnitSettings).max(1000).default([]),
  desks: z.array(DeskSettings).max(2000).default([]),
  staff: z.array(z.unknown()).optional(),
  recipients: z.array(z.unknown()).optional(),
  pickups: z.array(z.unknown()).optional(),
})
export type SettingsFile = z.infer<typeof SettingsFile>

/**
 * A file as it is taken in: what is stored already is told as it is, and its names are looked at when they come back.
 */
const Named = z.object({ fi: HumanText(120), sv: HumanText(120), en: HumanText(120) })
const AtTheDoor = SettingsFile.extend({
  organisation: z
    .strictObject({
      name: Named.optional(),
      changeAddress: Web.optional(),
      selfServiceAddress: Web.optional(),
      timeZone: TimeZone.optional(),
    })
    .optional(),
  units: z
    .array(UnitSettings.extend({ name: Named.optional(), address: HumanText(200).optional() }))
    .max(1000)
    .default([]),
  desks: z
    .array(DeskSettings.extend({ name: Named.optional() }))
    .max(2000)
    .default([]),
})

/** What an import changes, or would change. */
export const SettingsChange = z.object({
  what: z.enum(['organisation', 'contact', 'slip', 'retention', 'policy', 'unit', 'desk']),
  /** Its key in the file; null where there is one of the kind. */
  key: z.string().nullable(),
  name: Localized.nullable(),
  change: z.enum(['added', 'changed']),
  /** Which of its fields; none for what is added. */
  fields: z.array(z.string()),
})
export type SettingsChange = z.infer<typeof SettingsChange>

const Head = z.object({ version: z.number().int().min(1).catch(settingsVersion) })

/**
 * Fails with L-726 (a newer hub's), L-727 (`where`: the first place that cannot be read), L-720 to L-722 (a name that
 * will not do).
 */
export function parseSettingsFile(raw: unknown): Result<SettingsFile> {
  const head = Head.safeParse(raw)
  if (!head.success) return fail(failures.settingsFileUnusable, { where: '{' })
  if (head.data.version > settingsVersion) return fail(failures.settingsFileNewer)
  const parsed = AtTheDoor.safeParse(raw)
  if (parsed.success) return ok(parsed.data)
  const issue = parsed.error.issues[0]
  const named = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const where = [...(issue?.path ?? []), ...(named === undefined ? [] : [named])].join('.').slice(0, 120)
  const text = failureOfText(issue)
  return text === null ? fail(failures.settingsFileUnusable, { where }) : fail(text.code, { ...text.params, where })
}
