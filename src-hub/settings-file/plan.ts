/**
 * What a settings file would change, as a value: pure, so that the preview is the import. Merging adds and changes, and
 * never removes. A unit or desk is found by the key that it was imported under, or by its id; one that was made here,
 * and is called the same, is taken to be the same.
 */
import canonicalize from 'canonicalize'
import type { DeskKind, Localized } from '../../src-shared/domain/index.ts'
import type { OpeningHours } from '../../src-shared/domain/opening-hours.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import {
  settingsFormat,
  settingsVersion,
  type PolicySettings,
  type SettingsChange,
  type SettingsFile,
} from '../../src-shared/hub-api/settings-file.ts'

interface Placed {
  readonly id: string
  readonly key: string | null
  readonly name: Localized
  readonly hours: OpeningHours | null
}
export interface KnownUnit extends Placed {
  readonly address: string
}
export interface KnownDesk extends Placed {
  /** The unit's id. */
  readonly unit: string
  readonly kind: DeskKind
  readonly slipPrefix: string
}
/** What the institution has set now. */
export interface Known {
  readonly organisation: {
    readonly name: Localized
    readonly changeAddress: string
    readonly selfServiceAddress: string
    readonly timeZone: string
  }
  readonly contact: NonNullable<SettingsFile['contact']>
  readonly slip: NonNullable<SettingsFile['slip']>
  readonly retention: NonNullable<SettingsFile['retention']>
  readonly policy: PolicySettings
  readonly units: readonly KnownUnit[]
  readonly desks: readonly KnownDesk[]
}

export type Change = SettingsChange

interface PlannedUnit {
  readonly key: string
  readonly name: Localized
  readonly address: string
  readonly hours: OpeningHours | null
}
interface PlannedDesk {
  readonly key: string
  /** The key of a unit in the file, or the key or id of one that is known. */
  readonly unit: string
  readonly kind: DeskKind
  readonly name: Localized
  readonly slipPrefix: string
  readonly hours: OpeningHours | null
}
/** What becomes of a row. `id` null: it is made. */
interface Row<T> {
  readonly id: string | null
  readonly value: T
}

/** What to write. `id` null: it is made. */
export interface Plan {
  readonly changes: Change[]
  readonly organisation: Known['organisation'] | null
  readonly contact: Known['contact'] | null
  readonly slip: Known['slip'] | null
  readonly retention: Known['retention'] | null
  readonly policy: PolicySettings | null
  readonly units: readonly Row<PlannedUnit>[]
  readonly desks: readonly Row<PlannedDesk>[]
  /** Ids of known units by the keys that the file uses for them. */
  readonly unitIds: ReadonlyMap<string, string>
}

const same = (a: unknown, b: unknown) => canonicalize(a) === canonicalize(b)
const differing = (now: Readonly<Record<string, unknown>>, then: Readonly<Record<string, unknown>>) =>
  Object.keys(then).filter((field) => !same(now[field], then[field]))

/** A text that is empty or not there says nothing: what is known stays. */
const said = (then: string | undefined, now: string) => (then === undefined || then === '' ? now : then)
const saidIn = (then: Localized | undefined, now: Localized): Localized => ({
  fi: said(then?.fi, now.fi),
  sv: said(then?.sv, now.sv),
  en: said(then?.en, now.en),
})
const noName: Localized = { fi: '', sv: '', en: '' }
const lacksName = (name: Localized) => Object.values(name).includes('')

/** `taken`: ids that an earlier row of the file has found already; a second row for one of them is `'twice'`. */
function find<T extends Placed>(
  all: readonly T[],
  key: string,
  taken: Set<string>,
  alike: (one: T) => boolean,
): T | 'twice' | undefined {
  const found =
    all.find((one) => one.key === key) ??
    all.find((one) => one.key === null && one.id === key) ??
    all.find((one) => one.key === null && !taken.has(one.id) && alike(one))
  if (found === undefined) return undefined
  if (taken.has(found.id)) return 'twice'
  taken.add(found.id)
  return found
}

function twice(keys: readonly string[]): number {
  return keys.findIndex((key, i) => keys.indexOf(key) !== i)
}

const changeOf = (
  what: 'unit' | 'desk',
  { key, name }: PlannedUnit | PlannedDesk,
  fields: string[] | null,
): SettingsChange => ({ what, key, name, change: fields === null ? 'added' : 'changed', fields: fields ?? [] })

/** The rows to write; `unitIds` takes up the known ids of the file's keys, and `changes` what is changed. */
function planUnits(
  known: Known,
  file: SettingsFile,
  unitIds: Map<string, string>,
  changes: Change[],
): Result<Row<PlannedUnit>[]> {
  const taken = new Set<string>()
  const units: Row<PlannedUnit>[] = []
  for (const [i, unit] of file.units.entries()) {
    const now = find(known.units, unit.key, taken, (each) => same(each.name, unit.name))
    if (now === 'twice') return fail(failures.settingsFileUnusable, { where: `units.${i}.key` })
    const value = {
      key: unit.key,
      name: saidIn(unit.name, now?.name ?? noName),
      address: said(unit.address, now?.address ?? ''),
      hours: unit.hours === undefined ? (now?.hours ?? null) : unit.hours,
    }
    if (now === undefined && lacksName(value.name))
      return fail(failures.settingsFileUnusable, { where: `units.${i}.name` })
    if (now !== undefined) unitIds.set(unit.key, now.id)
    const fields = now === undefined ? null : differing({ ...now, key: now.key ?? now.id }, { ...value })
    if (fields?.length === 0) continue
    units.push({ id: now?.id ?? null, value })
    changes.push(changeOf('unit', value, fields))
  }
  return ok(units)
}

function planDesks(
  known: Known,
  file: SettingsFile,
  unitIds: ReadonlyMap<string, string>,
  newUnits: ReadonlySet<string>,
  changes: Change[],
): Result<Row<PlannedDesk>[]> {
  const taken = new Set<string>()
  const desks: Row<PlannedDesk>[] = []
  for (const [i, desk] of file.desks.entries()) {
    const lacking = (field: keyof PlannedDesk) => fail(failures.settingsFileUnusable, { where: `desks.${i}.${field}` })
    const unit = desk.unit === undefined ? undefined : unitIds.get(desk.unit)
    if (desk.unit !== undefined && unit === undefined && !newUnits.has(desk.unit)) return lacking('unit')
    const now = find(
      known.desks,
      desk.key,
      taken,
      (each) => each.unit === unit && each.kind === desk.kind && same(each.name, desk.name),
    )
    if (now === 'twice') return lacking('key')
    const kind = desk.kind ?? now?.kind
    const where = desk.unit ?? now?.unit
    if (where === undefined) return lacking('unit')
    if (kind === undefined) return lacking('kind')
    if (now !== undefined && now.kind !== kind) return fail(failures.kindFixed)
    const value = {
      key: desk.key,
      unit: where,
      kind,
      name: saidIn(desk.name, now?.name ?? noName),
      slipPrefix: said(desk.slipPrefix, now?.slipPrefix ?? ''),
      hours: desk.hours === undefined ? (now?.hours ?? null) : desk.hours,
    }
    if (lacksName(value.name)) return lacking('name')
    if (value.slipPrefix === '') return lacking('slipPrefix')
    const fields =
      now === undefined
        ? null
        : differing({ ...now, key: now.key ?? now.id }, { ...value, unit: unitIds.get(where) ?? where })
    if (fields?.length === 0) continue
    desks.push({ id: now?.id ?? null, value })
    changes.push(changeOf('desk', value, fields))
  }
  return ok(desks)
}

/**
 * Fails with L-727 (a key twice, two rows for one unit or desk, a unit that is not there, a text that is missing),
 * L-661 (a desk of another kind).
 */
export function planSettings(known: Known, file: SettingsFile): Result<Plan> {
  const changes: Change[] = []
  const one = (what: Change['what'], fields: string[]) => {
    if (fields.length > 0) changes.push({ what, key: null, name: null, change: 'changed', fields })
    return fields.length > 0
  }
  const organisation =
    file.organisation === undefined
      ? known.organisation
      : {
          name: saidIn(file.organisation.name, known.organisation.name),
          changeAddress: said(file.organisation.changeAddress, known.organisation.changeAddress),
          selfServiceAddress: said(file.organisation.selfServiceAddress, known.organisation.selfServiceAddress),
          timeZone: file.organisation.timeZone ?? known.organisation.timeZone,
        }
  const contact = { ...known.contact }
  for (const field of ['address', 'telephone', 'email', 'ticketAddress', 'hoursAddress'] as const)
    contact[field] = said(file.contact?.[field] ?? '', known.contact[field])
  const slip =
    file.slip === undefined
      ? known.slip
      : { note: saidIn(file.slip.note, known.slip.note), logo: file.slip.logo ?? known.slip.logo }
  const retention = file.retention ?? known.retention
  const policy = file.policy ?? known.policy
  const changed = {
    organisation: one('organisation', differing(known.organisation, organisation)),
    contact: one('contact', differing(known.contact, contact)),
    slip: one('slip', differing(known.slip, slip)),
    retention: one('retention', differing(known.retention, retention)),
    policy: one('policy', differing({ ...known.policy }, { ...policy })),
  }

  const unitTwice = twice(file.units.map(({ key }) => key))
  if (unitTwice >= 0) return fail(failures.settingsFileUnusable, { where: `units.${unitTwice}.key` })
  const deskTwice = twice(file.desks.map(({ key }) => key))
  if (deskTwice >= 0) return fail(failures.settingsFileUnusable, { where: `desks.${deskTwice}.key` })

  const unitIds = new Map<string, string>(
    known.units.flatMap(({ id, key }) => [[id, id] as const, [key ?? id, id] as const]),
  )
  const units = planUnits(known, file, unitIds, changes)
  if (!units.ok) return units
  const newUnits = new Set(units.value.filter(({ id }) => id === null).map(({ value }) => value.key))
  const desks = planDesks(known, file, unitIds, newUnits, changes)
  if (!desks.ok) return desks
  return ok({
    changes,
    organisation: changed.organisation ? organisation : null,
    contact: changed.contact ? contact : null,
    slip: changed.slip ? slip : null,
    retention: changed.retention ? retention : null,
    policy: changed.policy ? policy : null,
    units: units.value,
    desks: desks.value,
    unitIds,
  })
}

/** The file of what is known: units and desks in the order of their keys. */
export function fileOf(known: Known): Omit<SettingsFile, 'staff' | 'recipients' | 'pickups'> {
  const keys = new Map(known.units.map(({ id, key }) => [id, key ?? id]))
  const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
  return {
    format: settingsFormat,
    version: settingsVersion,
    organisation: known.organisation,
    contact: known.contact,
    slip: known.slip,
    retention: known.retention,
    policy: known.policy,
    units: known.units
      .map(({ id, key, name, address, hours }) => ({ key: key ?? id, name, address, hours }))
      .sort(byKey),
    desks: known.desks
      .map(({ id, key, unit, kind, name, slipPrefix, hours }) => ({
        key: key ?? id,
        unit: keys.get(unit) ?? unit,
        kind,
        name,
        slipPrefix,
        hours,
      }))
      .sort(byKey),
  }
}
