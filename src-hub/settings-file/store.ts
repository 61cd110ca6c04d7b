/** What an institution has set, read from the database; and a settings file merged into it, all of it or nothing. */
import { shownDeep } from '../../src-shared/domain/human-text.ts'
import { Localized, type DeskKind } from '../../src-shared/domain/index.ts'
import { OpeningHours } from '../../src-shared/domain/opening-hours.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { note, policyProblems, savePolicyIn, tellDesks } from '../administration/index.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import { policyRecord, publishDirectory, readSlipSettings, saveSlipSettings } from '../desks/index.ts'
import { readRetention, retentionKey } from '../privacy/index.ts'
import { readContact, saveContactIn } from '../setup/index.ts'
import { PolicySettings, type SettingsFile } from '../../src-shared/hub-api/settings-file.ts'
import { fileOf, planSettings, type Change, type Known, type Plan } from './plan.ts'

async function readKnown(db: Db | Tx): Promise<Known> {
  const organisation = await db.selectFrom('organisation').selectAll().executeTakeFirstOrThrow()
  const units = await db.selectFrom('unit').selectAll().orderBy('id').execute()
  const desks = await db.selectFrom('desk').selectAll().orderBy('id').execute()
  const hoursOf = (hours: unknown) => (hours === null ? null : OpeningHours.parse(hours))
  return {
    organisation: {
      name: Localized.parse(organisation.name),
      changeAddress: organisation.change_address,
      selfServiceAddress: organisation.self_service_address,
      timeZone: organisation.time_zone,
    },
    contact: await readContact(db),
    slip: await readSlipSettings(db),
    retention: await readRetention(db),
    policy: PolicySettings.parse(await policyRecord(db)),
    units: units.map(({ id, key, name, address, hours }) => ({
      id,
      key,
      name: Localized.parse(name),
      address,
      hours: hoursOf(hours),
    })),
    desks: desks.map(({ id, key, unit, kind, name, slip_prefix: slipPrefix, hours }) => ({
      id,
      key,
      unit,
      kind: kind as DeskKind,
      name: Localized.parse(name),
      slipPrefix,
      hours: hoursOf(hours),
    })),
  }
}

/** As a file of this version; the same settings give the same file. */
export async function exportSettings(db: Db): Promise<SettingsFile> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute((tx) => exportSettingsIn(tx))
}

/** Texts as they are shown: what was stored before names were looked at would be refused where the file is read. */
export async function exportSettingsIn(tx: Tx): Promise<SettingsFile> {
  return shownDeep(fileOf(await readKnown(tx)))
}

async function writePlaces(tx: Tx, plan: Plan): Promise<Map<string, string>> {
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value))
  const unitIds = new Map(plan.unitIds)
  for (const { id, value } of plan.units) {
    const { key, name, address, hours } = value
    const row = { key, name: JSON.stringify(name), address, hours: json(hours) }
    const made = id ?? newId()
    unitIds.set(key, made)
    if (id === null)
      await tx
        .insertInto('unit')
        .values({ id: made, ...row })
        .execute()
    else await tx.updateTable('unit').set(row).where('id', '=', id).execute()
  }
  const deskIds = new Map<string, string>()
  for (const { id, value } of plan.desks) {
    const { key, kind, name, slipPrefix, hours } = value
    const unit = unitIds.get(value.unit)
    if (unit === undefined) throw new Error('a planned desk has its unit')
    const row = { key, unit, name: JSON.stringify(name), slip_prefix: slipPrefix, hours: json(hours) }
    const made = id ?? newId()
    deskIds.set(key, made)
    if (id === null)
      await tx
        .insertInto('desk')
        .values({ id: made, kind, ...row })
        .execute()
    else await tx.updateTable('desk').set(row).where('id', '=', id).execute()
  }
  return deskIds
}

/**
 * Writes what is planned and tells the desks, in the caller's transaction. Fails with L-663 for a policy that does not
 * hold together.
 */
async function carryOut(tx: Tx, plan: Plan, now: number, actor: string): Promise<Result<null>> {
  if (plan.policy !== null) {
    const [problem] = policyProblems({ ...plan.policy, version: 0 })
    if (problem !== undefined) return fail(failures.policyInconsistent, { where: `${problem.where} (${problem.what})` })
    await savePolicyIn(tx, now, actor, plan.policy, '', null)
  }
  if (plan.organisation !== null) {
    const { name, changeAddress, selfServiceAddress, timeZone } = plan.organisation
    await tx
      .updateTable('organisation')
      .set({
        name: JSON.stringify(name),
        change_address: changeAddress,
        self_service_address: selfServiceAddress,
        time_zone: timeZone,
      })
      .execute()
  }
  if (plan.contact !== null) await saveContactIn(tx, plan.contact)
  if (plan.slip !== null) await saveSlipSettings(tx, plan.slip)
  if (plan.retention !== null) {
    const value = JSON.stringify(plan.retention)
    await tx
      .insertInto('setting')
      .values({ key: retentionKey, value })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
      .execute()
  }
  await writePlaces(tx, plan)
  // A unit's name and hours, and the institution's words, are every desk's.
  if (plan.organisation !== null || plan.slip !== null || plan.units.length > 0) await tellDesks(tx, null)
  else
    await tellDesks(
      tx,
      plan.desks.flatMap(({ id }) => (id === null ? [] : [id])),
    )
  if (plan.units.length > 0 || plan.desks.length > 0) await publishDirectory(tx)
  if (plan.changes.length > 0) await note(tx, now, actor, 'settings-imported', null, { changes: plan.changes.length })
  return ok(null)
}

/** In the caller's transaction, which ends with what this fails with: L-661, L-663, L-727. Returns what changed. */
export async function importSettingsIn(
  tx: Tx,
  now: number,
  actor: string,
  file: SettingsFile,
): Promise<Result<Change[]>> {
  // One import at a time: two would each add what the other adds.
  await tx.selectFrom('organisation').select('one').forUpdate().execute()
  const plan = planSettings(await readKnown(tx), file)
  if (!plan.ok) return plan
  const done = await carryOut(tx, plan.value, now, actor)
  return done.ok ? ok(plan.value.changes) : done
}

class DryRun extends Error {}

/** All of it or nothing; `dryRun`: nothing, after everything has been tried. Fails as `importSettingsIn`. */
export async function importSettings(
  db: Db,
  now: number,
  actor: string,
  file: SettingsFile,
  dryRun: boolean,
): Promise<Result<Change[]>> {
  let tried: Result<Change[]> | null = null
  try {
    return await transact(db, async (tx) => {
      tried = await importSettingsIn(tx, now, actor, file)
      if (dryRun) throw new DryRun('taken back')
      return tried
    })
  } catch (error) {
    if (error instanceof DryRun && tried !== null) return tried
    throw error
  }
}
