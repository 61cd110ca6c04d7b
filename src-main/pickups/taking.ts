/** How grants of the hub become rows of the cache, inside the caller's transaction. */
import { PickupState, type PickupId } from '../../src-shared/domain/index.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import { stored } from '../storage/index.ts'
import type { WrapKey } from '../vault/index.ts'
import { openPerson } from './person.ts'
import type { PreparedGrant } from './prepared.ts'
import type { PickupRows, Row } from './rows.ts'
import type { NameSearch } from './search.ts'
import type { Tally } from './tally.ts'

/** What the cache keeps in its database and in memory. */
export interface Cached {
  readonly cacheKey: WrapKey
  readonly rows: PickupRows
  readonly names: NameSearch
  readonly tally: Tally
}

/**
 * Applies grants inside the caller's transaction and says how many were taken. One is refused for a pickup that is
 * handed over or burned here, that has a slip not yet settled, or for an epoch this kiosk has already acknowledged.
 * `corrected` is filled with those that are held under the same epoch already, and of whose person something is new.
 */
export function takeGrants(cached: Cached, grants: readonly PreparedGrant[], corrected: PickupId[]): number {
  const { rows, names, tally } = cached
  let added = 0
  let changed = 0
  for (const grant of grants) {
    // Nearly every one is new: it is written first, and looked for only where it was there already.
    if (write(rows.insertNew, grant)) {
      added += 1
      names.added(grant.id)
    } else if (takeAgain(cached, grant, corrected)) {
      changed += 1
      names.renew(grant.id)
    } else continue
    for (const tag of grant.cardTags) rows.insertTag.run(tag, grant.id)
  }
  tally.added('waiting', added)
  return added + changed
}

/** A grant of a pickup that is known here. */
function takeAgain(cached: Cached, grant: PreparedGrant, corrected: PickupId[]): boolean {
  const { rows, names } = cached
  const known = rows.head.get(grant.id)
  if (known === undefined) throw new Error('a pickup was neither new nor known')
  const again = pickupCan.beGrantedAgain(stored(PickupState, known.state))
  const same = known.epoch_incarnation === grant.incarnation && known.epoch_n === grant.n
  if (same) {
    if (again) rows.setEnd.run(grant.expiresAt, grant.id)
    if (correct(cached, grant)) {
      names.renew(grant.id)
      corrected.push(grant.id)
    }
    return false
  }
  // What was once handed over or burned here is never opened again by any grant, whatever its epoch.
  if (!again) return false
  if (known.epoch_incarnation === grant.incarnation && known.epoch_n > grant.n) return false
  rows.voidVerifications.run(grant.id)
  rows.voidApprovals.run(grant.id)
  write(rows.insert, grant)
  rows.clearTags.run(grant.id)
  return true
}

/**
 * The same grant again, with what has been corrected about its person (promise P10). Whatever was proved was proved
 * of what stood here before: an open verification or approval dies, and the desk decides again. A slip that is out
 * stays what it is. false: nothing is new.
 */
function correct(cached: Cached, grant: PreparedGrant): boolean {
  const { rows } = cached
  const row = rows.byId.get(grant.id)
  if (row === undefined || !pickupCan.beCorrected(stored(PickupState, row.state))) return false
  if (saysTheSame(cached, row, grant)) return false
  rows.setPerson.run(grant.recipientClass, grant.person, grant.birthTag, grant.id)
  rows.clearTags.run(grant.id)
  for (const tag of grant.cardTags) rows.insertTag.run(tag, grant.id)
  rows.voidVerifications.run(grant.id)
  rows.voidApprovals.run(grant.id)
  rows.unverify.run(grant.id)
  return true
}

/** Whether this says of the person what is cached already. Each is sealed anew every time: they are opened. */
function saysTheSame({ cacheKey, rows }: Cached, row: Row, grant: PreparedGrant): boolean {
  const tags = (of: readonly Uint8Array[]) => of.map((tag) => Buffer.from(tag).toString('hex')).sort()
  const person = (sealed: Uint8Array) => JSON.stringify(openPerson(cacheKey, grant.id, sealed))
  return (
    row.recipient_class === grant.recipientClass &&
    sameBytes(row.birth_tag, grant.birthTag) &&
    tags(rows.tagsOf.all(grant.id)).join() === [...new Set(tags(grant.cardTags))].join() &&
    person(row.person) === person(grant.person)
  )
}

const sameBytes = (a: Uint8Array | null, b: Uint8Array | null) =>
  a === null || b === null ? a === b : Buffer.compare(a, b) === 0

function write(statement: PickupRows['insert'], grant: PreparedGrant): boolean {
  const {
    id,
    incarnation,
    n,
    recipientClass,
    channel,
    secretKind,
    person,
    envelope: sealed,
    sealedTo,
    birthTag,
    codeTag,
    issuedAt,
    expiresAt,
  } = grant
  return (
    statement.run(
      id,
      incarnation,
      n,
      recipientClass,
      channel,
      secretKind,
      person,
      sealed,
      sealedTo,
      birthTag,
      codeTag,
      issuedAt,
      expiresAt,
    ).changes === 1
  )
}
