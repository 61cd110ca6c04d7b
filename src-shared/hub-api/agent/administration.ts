/**
 * Administering: units, desks, hours, staff and badges, policy, the organisation. Every change is recorded and goes to
 * the desks by feed.
 */
import { z } from 'zod'
import { Count, QueryCount } from '../../domain/bounds.ts'
import {
  Channel,
  DeskId,
  DeskKind,
  StoredInstant,
  KioskId,
  Localized,
  ProofKind,
  RecipientClass,
  StaffId,
  StaffRole,
  UnitId,
} from '../../domain/index.ts'
import { HumanLabel, HumanText } from '../../domain/human-text.ts'
import { Policy } from '../../policy/schema.ts'
import { OpeningHours, OpeningHoursSet } from '../../domain/opening-hours.ts'
import { TimeZone } from '../../domain/zone.ts'
import { noBody, none, route } from '../route.ts'
import { peopleSections, SettingsChange, SettingsFile } from '../settings-file.ts'
import { SlipLogo, SlipNote } from '../../domain/slip-logo.ts'

const Text = HumanLabel(120)
const Texts = z.object({ fi: Text, sv: Text, en: Text })
/** What a browser may be sent to, and a slip may show. */
const WebAddress = z.url({ protocol: /^https?$/ })
const SlipPrefix = z.string().regex(/^[A-Z]{2,4}$/)

export const UnitView = z.object({
  id: UnitId,
  name: Localized,
  address: z.string(),
  /** null: the usual hours. */
  hours: OpeningHours.nullable(),
  desks: z.array(
    z.object({
      id: DeskId,
      kind: DeskKind,
      name: Localized,
      slipPrefix: SlipPrefix,
      /** null: its unit's. */
      hours: OpeningHours.nullable(),
      kiosk: KioskId.nullable(),
    }),
  ),
})

export const StaffView = z.object({
  id: StaffId,
  name: z.string(),
  role: StaffRole,
  desks: z.array(DeskId),
  /** How many; never their numbers. */
  badges: Count,
})

export const administrationRoutes = {
  units: route('GET', '/v1/agent/units', 'agent', {
    query: none,
    body: noBody,
    reply: z.object({ units: z.array(UnitView) }),
  }),
  saveUnit: route('POST', '/v1/agent/units', 'agent', {
    query: none,
    body: z.object({
      id: UnitId.optional(),
      name: Texts,
      address: HumanText(200),
      hours: OpeningHoursSet.nullable(),
    }),
    reply: z.object({ id: UnitId }),
  }),
  /** A desk's kind never changes; its pickups were issued by it (L-661). */
  saveDesk: route('POST', '/v1/agent/desks', 'agent', {
    query: none,
    body: z.object({
      id: DeskId.optional(),
      unit: UnitId,
      kind: DeskKind,
      name: Texts,
      slipPrefix: SlipPrefix,
      hours: OpeningHoursSet.nullable(),
    }),
    reply: z.object({ id: DeskId }),
  }),
  /** Codes for many desks at once, with their table as CSV. */
  enrolmentCodes: route('POST', '/v1/agent/enrolment-codes/many', 'agent', {
    query: none,
    body: z.object({ desks: z.array(DeskId).min(1).max(200) }),
    reply: z.object({ codes: z.array(z.object({ desk: DeskId, code: z.string() })), csv: z.string() }),
  }),
  staff: route('GET', '/v1/agent/staff', 'agent', {
    query: none,
    body: noBody,
    reply: z.object({ staff: z.array(StaffView) }),
  }),
  saveStaff: route('POST', '/v1/agent/staff', 'agent', {
    query: none,
    body: z.object({ id: StaffId.optional(), name: Text, role: StaffRole, desks: z.array(DeskId).max(200) }),
    reply: z.object({ id: StaffId }),
  }),
  removeStaff: route('POST', '/v1/agent/staff/remove', 'agent', {
    query: none,
    body: z.object({ id: StaffId }),
    reply: z.object({ removed: z.literal(true) }),
  }),
  /** Typed. L-658 when another member of staff has it. */
  addBadge: route('POST', '/v1/agent/staff/badges', 'agent', {
    query: none,
    body: z.object({ id: StaffId, badge: z.string().min(4).max(64) }),
    reply: z.object({ badges: Count }),
  }),
  removeBadges: route('POST', '/v1/agent/staff/badges/remove', 'agent', {
    query: none,
    body: z.object({ id: StaffId }),
    reply: z.object({ badges: z.literal(0) }),
  }),
  /** `versions`: newest first, who saved each. */
  policy: route('GET', '/v1/agent/policy', 'agent', {
    query: none,
    body: noBody,
    reply: z.object({
      policy: Policy,
      versions: z.array(z.object({ version: Count, at: StoredInstant, by: z.string(), note: z.string() })),
    }),
  }),
  policyVersion: route('GET', '/v1/agent/policy/version', 'agent', {
    query: z.object({ version: QueryCount }),
    body: noBody,
    reply: z.object({ policy: Policy }),
  }),
  /**
   * `version` is the one that was edited: L-662 when another has been saved since. L-663 names what does not hold
   * together.
   */
  savePolicy: route('POST', '/v1/agent/policy', 'agent', {
    query: none,
    body: z.object({ policy: Policy, note: HumanText(200).default('') }),
    reply: z.object({ version: Count }),
  }),
  /**
   * "Who could be served where?" by this draft: each class at each kind of desk and channel, and what changes from the
   * policy in force.
   */
  policyPreview: route('POST', '/v1/agent/policy/preview', 'agent', {
    query: none,
    body: z.object({ policy: Policy }),
    reply: z.object({
      problems: z.array(z.object({ where: z.string(), what: z.string() })),
      rows: z.array(
        z.object({
          recipientClass: RecipientClass,
          channel: Channel,
          desks: z.array(DeskId),
          proofs: z.array(ProofKind),
          needsRequestReference: z.boolean(),
          fourEyes: z.boolean(),
          change: z.enum(['same', 'added', 'removed', 'changed']),
        }),
      ),
      /** Live pickups that could no longer be released. */
      stranded: Count,
    }),
  }),
  organisation: route('GET', '/v1/agent/organisation', 'agent', {
    query: none,
    body: noBody,
    reply: z.object({
      name: Localized,
      changeAddress: z.string(),
      selfServiceAddress: z.string(),
      timeZone: z.string(),
      slipNote: SlipNote,
      slipLogo: SlipLogo.nullable(),
    }),
  }),
  saveOrganisation: route('POST', '/v1/agent/organisation', 'agent', {
    query: none,
    body: z.object({
      name: Texts,
      changeAddress: WebAddress,
      selfServiceAddress: WebAddress,
      /** Left out: as they are. */
      timeZone: TimeZone.optional(),
      slipNote: SlipNote.optional(),
      slipLogo: SlipLogo.nullable().optional(),
    }),
    reply: z.object({ saved: z.literal(true) }),
  }),
  /** All that is set, as a file; without people, staff and secrets. */
  exportSettings: route('GET', '/v1/agent/settings-file', 'agent', {
    query: none,
    body: noBody,
    reply: z.object({ file: SettingsFile }),
  }),
  /**
   * Merges a file, all of it or nothing; `dryRun`: only says what it would change. L-726: a newer hub's file. L-727
   * names the place that cannot be used, L-661 and L-663 what does not go together. `leftOut`: sections about people,
   * which are no settings.
   */
  importSettings: route('POST', '/v1/agent/settings-file', 'agent', {
    query: none,
    body: z.object({ file: z.record(z.string(), z.unknown()), dryRun: z.boolean() }),
    reply: z.object({ changes: z.array(SettingsChange), leftOut: z.array(z.enum(peopleSections)) }),
  }),
} as const
