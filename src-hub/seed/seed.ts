/**
 * Merges an institution's file into a hub: its settings as any settings file, then staff, people and pickups that are
 * not there yet. Whoever is on record stays as they are: people are corrected at their source.
 */
import { createHash } from 'node:crypto'
import { DeskId, type Language } from '../../src-shared/domain/index.ts'
import { describeFailure } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import type { RunningHub } from '../hub.ts'
import type { HubKeys } from '../keys/index.ts'
import { sealAddress } from '../letters/index.ts'
import { issueIn, settled, type GrantParts, type Issued } from '../pickups/index.ts'
import { importSettingsIn } from '../settings-file/index.ts'
import type { Institution } from './institution.ts'

export interface Seeded {
  /** Desk ids by the file's keys. */
  readonly desks: ReadonlyMap<string, DeskId>
  /** How many were issued. */
  readonly pickups: number
}

async function addStaff(tx: Tx, keys: HubKeys, staff: Institution['staff'], desks: Seeded['desks']): Promise<void> {
  for (const member of staff) {
    const known = await tx.selectFrom('staff').select('id').where('key', '=', member.key).executeTakeFirst()
    if (known !== undefined) continue
    const blinds = member.badges.map((badge) => keys.blindIndex(badge))
    // A hub that was filled before there were keys knows its staff by their badges.
    const worn =
      blinds.length === 0
        ? undefined
        : await tx.selectFrom('badge').select('staff').where('blind', 'in', blinds).executeTakeFirst()
    if (worn !== undefined) {
      await tx.updateTable('staff').set({ key: member.key }).where('id', '=', worn.staff).execute()
      continue
    }
    const id = newId()
    await tx.insertInto('staff').values({ id, key: member.key, name: member.name, role: member.role }).execute()
    for (const desk of member.desks)
      await tx
        .insertInto('staff_desk')
        .values({ staff: id, desk: desks.get(desk) ?? '' })
        .execute()
    for (const badge of member.badges)
      await tx
        .insertInto('badge')
        .values({ staff: id, sealed: keys.seal(badge), blind: keys.blindIndex(badge) })
        .execute()
  }
}

async function addPeople(tx: Tx, keys: HubKeys, people: Institution['recipients']): Promise<void> {
  for (const person of people) {
    const accounts = [person.account, ...person.otherAccounts]
    const known = await tx.selectFrom('account').select('account').where('account', 'in', accounts).executeTakeFirst()
    if (known !== undefined) continue
    const id = newId()
    await tx
      .insertInto('recipient')
      .values({
        id,
        class: person.class,
        family: person.family,
        given: person.given,
        former_names: JSON.stringify(person.formerNames),
        language: person.language,
        birth_date: person.birthDate === null ? null : keys.seal(person.birthDate),
        birth_blind: person.birthDate === null ? null : keys.blind('birth', person.birthDate),
        identity_blind:
          person.identityCode === undefined ? null : keys.blind('identity-code', person.identityCode.toUpperCase()),
        sponsor: person.sponsor,
        address: person.address === null ? null : sealAddress(keys, person.address),
      })
      .execute()
    for (const account of accounts)
      await tx.insertInto('account').values({ account, recipient: id, valid_until: person.accountValidUntil }).execute()
    for (const card of person.cards)
      await tx
        .insertInto('card')
        .values({ recipient: id, sealed: keys.seal(card), blind: keys.blindIndex(card) })
        .execute()
  }
}

/**
 * The place of the first thing in the file that belongs to somebody else on record: accounts of one person that are two
 * people's, a card of another's, a pickup for nobody's account. Nothing is written by then.
 */
async function takenAlready(tx: Tx, keys: HubKeys, { recipients, pickups }: Institution): Promise<string | null> {
  const rows = await tx.selectFrom('account').select(['account', 'recipient']).execute()
  const owners = new Map(rows.map(({ account, recipient }) => [account, recipient]))
  const coming = new Set<string>()
  for (const [i, { account, otherAccounts, cards }] of recipients.entries()) {
    const owner = owners.get(account)
    const stranger = otherAccounts.findIndex((one) => owners.has(one) && owners.get(one) !== owner)
    if (stranger >= 0) return `recipients.${i}.otherAccounts.${stranger}`
    // Whoever is on record stays as they are.
    if (owner !== undefined) continue
    for (const one of [account, ...otherAccounts]) coming.add(one)
    for (const [n, card] of cards.entries()) {
      const held = tx.selectFrom('card').select('blind').where('blind', '=', keys.blindIndex(card))
      if ((await held.executeTakeFirst()) !== undefined) return `recipients.${i}.cards.${n}`
    }
  }
  const nobodys = pickups.findIndex(({ account }) => !owners.has(account) && !coming.has(account))
  return nobodys === -1 ? null : `pickups.${nobodys}.account`
}

async function deskIds(tx: Tx): Promise<Map<string, DeskId>> {
  const rows = await tx.selectFrom('desk').select(['id', 'key']).execute()
  return new Map(rows.map(({ id, key }) => [key ?? id, DeskId.parse(id)]))
}

/** Why policy, or the limits of a secret, refuse a pickup of the file: its place there, and the reason in words. */
function notIssued(place: string, failure: Failure): Result<never> {
  const why = (language: Language) => `${failure.code} ${describeFailure(failure, language).what}`
  return fail(failures.pickupOfFileRefused, { place, whyFi: why('fi'), whySv: why('sv'), whyEn: why('en') })
}

/** In the caller's transaction. Once: who has had a pickup is not given another by a start. */
async function issueAll(
  tx: Tx,
  parts: GrantParts,
  pickups: Institution['pickups'],
  desks: Seeded['desks'],
): Promise<Result<readonly { readonly issued: Issued; readonly secret: string | undefined }[]>> {
  const all: { issued: Issued; secret: string | undefined }[] = []
  for (const [i, { desk: key, secret, ...rest }] of pickups.entries()) {
    const desk = desks.get(key)
    if (desk === undefined) return fail(failures.settingsUnreadable, { where: `pickups.${i}.desk` })
    const had = await tx.selectFrom('pickup').select('id').where('account', '=', rest.account).executeTakeFirst()
    if (had !== undefined) continue
    const bytes = secret === undefined ? null : Buffer.from(secret, 'utf8')
    const issued = await issueIn(tx, parts, { ...rest, desk }, bytes, 'seed', 'supervisor').finally(() =>
      bytes?.fill(0),
    )
    if (!issued.ok) return notIssued(`pickups.${i}`, issued.failure)
    all.push({ issued: issued.value, secret })
  }
  return ok(all)
}

/**
 * Fails with L-101 for a key that names nothing, L-334 for a pickup that may not be issued, or as a settings file
 * fails; then nothing is changed.
 */
export async function seed(hub: RunningHub, data: Institution): Promise<Result<Seeded>> {
  const { db, keys, parts } = hub
  const { staff, recipients, pickups, ...settings } = data
  const merged = await transact(db, async (tx) => {
    const imported = await importSettingsIn(tx, parts.now(), 'seed', settings)
    if (!imported.ok) return imported
    const desks = await deskIds(tx)
    for (const [i, member] of staff.entries())
      if (!member.desks.every((desk) => desks.has(desk)))
        return fail(failures.settingsUnreadable, { where: `staff.${i}.desks` })
    const taken = await takenAlready(tx, keys, data)
    if (taken !== null) return fail(failures.settingsUnreadable, { where: taken })
    await addStaff(tx, keys, staff, desks)
    await addPeople(tx, keys, recipients)
    const all = await issueAll(tx, parts, pickups, desks)
    return all.ok ? ok({ desks, all: all.value }) : all
  })
  if (!merged.ok) return merged
  const { desks, all } = merged.value
  for (const { issued, secret } of all) {
    const bytes = secret === undefined ? null : Buffer.from(secret, 'utf8')
    await settled(db, parts, issued, bytes).finally(() => bytes?.fill(0))
  }
  return ok({ desks, pickups: all.length })
}

const settingKey = 'seed'
const digestOf = (text: string) => createHash('sha256').update(text).digest('hex')

/** Whether this very file was merged last: then it says nothing new, and what people have changed since stays. */
export async function isMerged(db: Db, text: string): Promise<boolean> {
  const row = await db.selectFrom('setting').select('value').where('key', '=', settingKey).executeTakeFirst()
  return row?.value === digestOf(text)
}

export async function noteMerged(db: Db, text: string): Promise<void> {
  const value = JSON.stringify(digestOf(text))
  await db
    .insertInto('setting')
    .values({ key: settingKey, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute()
}
