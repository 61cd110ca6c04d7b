/**
 * What a settings file would change, as a value: pure, so that the preview is the import. Merging adds and changes, and
 * never removes. A unit or desk is found by the key that it was imported under, or by its id; one that was made here,
 * and is called the same, is taken to be the same.
 */
import canonicalize from 'canonicalize'
import type { DeskKind, Localized } from '../../src-shared/domain.ts'
import type { OpeningHours } from '../../src-shared/opening-hours.ts'
import { fail, ok, type Result } from '../../src-shared/result.ts'
import {
  settingsFormat,
  settingsVersion,
  type DeskSettings,
  type PolicySettings,
  type SettingsChange,
  type SettingsFile,
  type UnitSettings,
} from '../../src-shared/settings-file.ts'

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
  readonly organisation: NonNullable<SettingsFile['organisation']>
  readonly contact: NonNullable<SettingsFile['contact']>
  readonly slip: NonNullable<SettingsFile['slip']>
  readonly retention: NonNullable<SettingsFile['retention']>
  readonly policy: PolicySettings
  readonly units: readonly KnownUnit[]
  readonly desks: readonly KnownDesk[]
}

export type Change = SettingsChange

/** What to write. `id` null: it is made. */
export interface Plan {
  readonly changes: Change[]
  readonly organisation: Known['organisation'] | null
  readonly contact: Known['contact'] | null
  readonly slip: Known['slip'] | null
  readonly retention: Known['retention'] | null
  readonly policy: PolicySettings | null
  readonly units: readonly {
    readonly id: string | null
    readonly value: UnitSettings & { hours: OpeningHours | null }
  }[]
  /** `value.unit` is the key of a unit in the file, or of one that is known. */
  readonly desks: readonly {
    readonly id: string | null
    readonly value: DeskSettings & { hours: OpeningHours | null }
  }[]
  /** Ids of known units by the keys that the file uses for them. */
  readonly unitIds: ReadonlyMap<string, string>
}

const same = (a: unknown, b: unknown) => canonicalize(a) === canonicalize(b)
const differing = (now: Readonly<Record<string, unknown>>, then: Readonly<Record<string, unknown>>) =>
  Object.keys(then).filter((field) => !same(now[field], then[field]))

/** An empty text says nothing: what is known stays. */
const said = (then: string, now: string) => (then === '' ? now : then)
const saidIn = (then: Localized, now: Localized): Localized => ({
  fi: said(then.fi, now.fi),
  sv: said(then.sv, now.sv),
  en: said(then.en, now.en),
})

/** `taken`: ids that an earlier row of the file has found already. */
function find<T extends Placed>(
  all: readonly T[],
  key: string,
  taken: Set<string>,
  alike: (one: T) => boolean,
): T | undefined {
  const found =
    all.find((one) => one.key === key) ??
    all.find((one) => one.key === null && one.id === key) ??
    all.find((one) => one.key === null && !taken.has(one.id) && alike(one))
  if (found !== undefined) taken.add(found.id)
  return found
}

function twice(keys: readonly string[]): number {
  return keys.findIndex((key, i) => keys.indexOf(key) !== i)
}

/** Fails with L-727 (a key twice, a unit that is not there, a text that is missing), L-661 (a desk of another kind). */
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
  if (unitTwice >= 0) return fail('L-727', { where: `units.${unitTwice}.key` })
  const deskTwice = twice(file.desks.map(({ key }) => key))
  if (deskTwice >= 0) return fail('L-727', { where: `desks.${deskTwice}.key` })

  const unitIds = new Map<string, string>(
    known.units.flatMap(({ id, key }) => [[id, id] as const, [key ?? id, id] as const]),
  )
  const taken = new Set<string>()
  const units: Plan['units'][number][] = []
  for (const [i, unit] of file.units.entries()) {
    const now = find(known.units, unit.key, taken, (each) => same(each.name, unit.name))
    if (now === undefined && Object.values(unit.name).includes('')) return fail('L-727', { where: `units.${i}.name` })
    if (now !== undefined) unitIds.set(unit.key, now.id)
    const hours = unit.hours === undefined ? (now?.hours ?? null) : unit.hours
    const value = { ...unit, name: saidIn(unit.name, now?.name ?? unit.name), hours }
    const fields = now === undefined ? [] : differing({ ...now, key: now.key ?? now.id }, value)
    if (now !== undefined && fields.length === 0) continue
    units.push({ id: now?.id ?? null, value })
    changes.push({
      what: 'unit',
      key: unit.key,
      name: value.name,
      change: now === undefined ? 'added' : 'changed',
      fields,
    })
  }

  const newUnits = new Set(units.filter(({ id }) => id === null).map(({ value }) => value.key))
  const desks: Plan['desks'][number][] = []
  for (const [i, desk] of file.desks.entries()) {
    const unit = unitIds.get(desk.unit)
    if (unit === undefined && !newUnits.has(desk.unit)) return fail('L-727', { where: `desks.${i}.unit` })
    const now = find(
      known.desks,
      desk.key,
      taken,
      (each) => each.unit === unit && each.kind === desk.kind && same(each.name, desk.name),
    )
    if (now !== undefined && now.kind !== desk.kind) return fail('L-661')
    if (now === undefined && Object.values(desk.name).includes('')) return fail('L-727', { where: `desks.${i}.name` })
    const hours = desk.hours === undefined ? (now?.hours ?? null) : desk.hours
    const value = { ...desk, name: saidIn(desk.name, now?.name ?? desk.name), hours }
    const fields =
      now === undefined ? [] : differing({ ...now, key: now.key ?? now.id }, { ...value, unit: unit ?? desk.unit })
    if (now !== undefined && fields.length === 0) continue
    desks.push({ id: now?.id ?? null, value })
    changes.push({
      what: 'desk',
      key: desk.key,
      name: value.name,
      change: now === undefined ? 'added' : 'changed',
      fields,
    })
  }
  return ok({
    changes,
    organisation: changed.organisation ? organisation : null,
    contact: changed.contact ? contact : null,
    slip: changed.slip ? slip : null,
    retention: changed.retention ? retention : null,
    policy: changed.policy ? policy : null,
    units,
    desks,
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
