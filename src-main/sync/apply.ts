/**
 * Applying the hub's feed and snapshot: changes and cursor in one transaction, `cursor + 1` only
 * (docs/architecture.md#ledger-and-sync, points 3-6).
 */
import { sameEpoch, type CallId, type Epoch, type PickupId } from '../../src-shared/domain/index.ts'
import type { RequestDecision } from '../../src-shared/hub-api/kiosk/requests.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import { unreachable } from '../../src-shared/failures/result.ts'
import type { WalkIns } from '../identity/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { PickupCache, PreparedGrant } from '../pickups/index.ts'
import type { Slips } from '../release/index.ts'
import type { Roster } from '../staff/index.ts'
import type { Store } from '../storage/index.ts'
import type { KioskRecords } from './kiosk-record.ts'
import type { PageHeads, PlainChange } from './pages/index.ts'

interface Parts {
  readonly store: Store
  readonly ledger: Ledger
  readonly pickups: PickupCache
  readonly slips: Slips
  readonly roster: Roster
  readonly records: KioskRecords
  readonly walkIns: WalkIns
  /** Told what became of requests filed here, and when. */
  readonly requestDecided?: (decision: RequestDecision) => void
  /** Someone calls for staff at a check-in screen of this desk. */
  readonly staffCalled?: (call: CallId, at: number) => void
  /** Of whose person something is new, once it is on the disk. */
  readonly corrected?: (pickups: readonly PickupId[]) => void
}

export type Applier = ReturnType<typeof createApplier>

export function createApplier(parts: Parts) {
  const { store, pickups, roster, records, corrected } = parts
  /** Corrected in the transaction under way. */
  let news: PickupId[] = []
  /** One transaction; whose data it has corrected is said when it is through. */
  function telling<T>(work: () => T): T {
    news = []
    const done = store.transact(work)
    if (news.length > 0) corrected?.(news)
    return done
  }

  return {
    /**
     * `grants` are those of the page's changes, in their order. `gap` when the page does not start at cursor + 1 or
     * belongs to another incarnation: the caller takes a snapshot.
     */
    feed(page: PageHeads['feed'], grants: readonly PreparedGrant[]): 'applied' | 'gap' {
      return telling(() => applyFeed(parts, news, page, grants))
    },

    /** The hub says that these do not hold an opening key with what they chose here: another key is owed. */
    forgetPins(staff: readonly string[]): void {
      store.transact(() => {
        for (const id of staff) roster.forgetPin(id)
      })
    },

    /** What this kiosk holds, for its report to the hub. */
    liveGrants: () => pickups.liveGrants(),

    /** What is live here before a snapshot: what no page of it names has been taken away at the hub. */
    snapshotBegin: (): Set<string> => new Set(pickups.liveIds().map(({ id }) => id)),

    /** One page of a snapshot; `first` sets desk, policy and staff. The ledger is never touched. */
    snapshotPage(page: PageHeads['snapshot'], grants: readonly PreparedGrant[], first: boolean): void {
      telling(() => {
        if (first) {
          records.setDesk(page.desk)
          records.setPolicy(page.policy)
          if (page.directory !== undefined) records.setDirectory(page.directory)
          const present = new Set<string>(page.staff.map((member) => member.id))
          for (const id of roster.ids()) if (!present.has(id)) roster.remove(id)
          for (const member of page.staff) roster.change(member)
        }
        take(parts, news, grants)
      })
    },

    /**
     * Ends a snapshot: what the hub no longer grants here is as if asked back. One with an unsettled slip stays until
     * that is settled, and prints no further.
     */
    snapshotEnd(page: PageHeads['snapshot'], unnamed: ReadonlySet<string>): void {
      store.transact(() => {
        for (const id of unnamed) {
          const pickup = pickups.get(id as PickupId)
          // Said in the ledger as well: a hub that comes back from a backup must know that this epoch is spent here.
          if (pickup !== null) revoke(parts, pickup.id, pickup.epoch)
        }
        records.setCursor(page.incarnation, page.head, true)
      })
    },
  }
}

/** What was issued for somebody who stands here is bound to their proof in the same transaction. */
function take({ pickups, walkIns }: Parts, news: PickupId[], grants: readonly PreparedGrant[]): void {
  pickups.take(grants, news)
  for (const grant of grants) if (grant.walkIn !== null) walkIns.granted(grant.walkIn, grant.id)
}

/** A revoke is a request; the answer goes into the same ordered ledger, in the same transaction as the cursor. */
function revoke({ pickups, slips, ledger }: Parts, id: PickupId, epoch: Epoch): void {
  const pickup = pickups.get(id)
  if (pickup === null || !sameEpoch(pickup.epoch, epoch)) return
  if (!pickupCan.beAskedBack(pickup.state)) return
  const slip = slips.unsettledOf(id)
  if (slip !== null) {
    if (pickup.revokePending) return
    pickups.holdForRevoke(id)
    ledger.append({ kind: 'revoke-pending', pickup: id, epoch, facts: { slip: slip.id } })
    return
  }
  pickups.end(id, 'revoked')
  ledger.append({ kind: 'revoke-acknowledged', pickup: id, epoch, facts: {} })
}

function close({ pickups, slips }: Parts, id: PickupId, epoch: Epoch): void {
  const pickup = pickups.get(id)
  if (pickup === null || !sameEpoch(pickup.epoch, epoch) || slips.unsettledOf(id) !== null) return
  if (pickupCan.beClosed(pickup.state)) pickups.end(id, 'revoked')
}

/** Whoever has been served or sent away meanwhile does not come back by a check-in that was long on its way. */
function arrived({ pickups, ledger }: Parts, id: PickupId, epoch: Epoch, at: number): void {
  const pickup = pickups.get(id)
  if (pickup === null || !sameEpoch(pickup.epoch, epoch) || !pickupCan.arrive(pickup.state) || pickup.revokePending)
    return
  pickups.arrive(id, at)
  ledger.append({ kind: 'arrival', pickup: id, epoch, facts: { by: 'check-in-screen' } })
}

function change(parts: Parts, item: Exclude<PlainChange, { kind: 'pickup-granted' }>): void {
  const { roster, records, requestDecided, staffCalled } = parts
  switch (item.kind) {
    case 'pickup-revoke':
      revoke(parts, item.pickup, item.epoch)
      break
    case 'pickup-closed':
      close(parts, item.pickup, item.epoch)
      break
    case 'staff-changed':
      roster.change(item.staff)
      break
    case 'staff-removed':
      roster.remove(item.staff)
      break
    case 'desk-changed':
      records.setDesk(item.desk)
      break
    case 'policy-changed':
      records.setPolicy(item.policy)
      break
    case 'request-decided':
      requestDecided?.(item.decision)
      break
    case 'pickup-arrived':
      arrived(parts, item.pickup, item.epoch, item.at)
      break
    case 'staff-called':
      staffCalled?.(item.call, item.at)
      break
    case 'directory-changed':
      records.setDirectory(item.desks)
      break
    case 'later':
      break
    default:
      unreachable(item)
  }
}

/** The changes of one page, inside the caller's transaction. `news` is filled with those whose person was corrected. */
function applyFeed(
  parts: Parts,
  news: PickupId[],
  page: PageHeads['feed'],
  grants: readonly PreparedGrant[],
): 'applied' | 'gap' {
  const { records } = parts
  const record = records.read()
  if (record === null || page.incarnation !== record.incarnation) return 'gap'
  let cursor = record.cursor
  // Grants that follow each other are taken together.
  let taken = 0
  let upTo = 0
  const takeGrants = () => {
    if (upTo > taken) take(parts, news, grants.slice(taken, upTo))
    taken = upTo
  }
  for (const item of page.changes) {
    const isGrant = item.kind === 'pickup-granted'
    if (item.seq <= cursor) {
      // Known already.
      if (isGrant) taken = upTo += 1
      continue
    }
    if (item.seq !== cursor + 1) return 'gap'
    if (isGrant) {
      upTo += 1
    } else {
      takeGrants()
      change(parts, item)
    }
    cursor = item.seq
  }
  takeGrants()
  if (page.next !== cursor) return 'gap'
  records.setHubFacts(page.facts ?? 1)
  records.setCursor(page.incarnation, cursor, record.synced || !page.more)
  return 'applied'
}
