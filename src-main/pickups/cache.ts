/** The cache of granted pickups and their lifecycle at this desk (docs/architecture.md#one-handover-end-to-end). */
import { storedInstant, withinRange } from '../../src-shared/domain/bounds.ts'
import { Epoch, PickupId, PickupState, RecipientClass, SecretKind, Channel } from '../../src-shared/domain/index.ts'
import type { GrantedPickup } from '../../src-shared/hub-api/index.ts'
import { type Sqlite, stored } from '../storage/index.ts'
import type { WrapKey } from '../vault/index.ts'
import { prepareGrant, type PreparedGrant } from './prepared.ts'
import { createTally } from './tally.ts'
import { openPerson, type Person } from './person.ts'
import { queueOf, type QueueFilter } from './queue.ts'
import { live, pickupRows, type Row } from './rows.ts'
import { createNameSearch } from './search.ts'
import { takeGrants, type Cached } from './taking.ts'

export type { QueueFilter } from './queue.ts'

export interface Pickup {
  readonly id: PickupId
  readonly epoch: Epoch
  readonly state: PickupState
  readonly recipientClass: RecipientClass
  readonly channel: Channel
  readonly secretKind: SecretKind
  readonly person: Person
  readonly birthTag: Buffer | null
  readonly issuedAt: number
  readonly expiresAt: number
  readonly arrivedAt: number | null
  readonly revokePending: boolean
}

function pickupOf(cacheKey: WrapKey, row: Row): Pickup {
  return {
    id: stored(PickupId, row.id),
    epoch: stored(Epoch, { incarnation: row.epoch_incarnation, n: row.epoch_n }),
    state: stored(PickupState, row.state),
    recipientClass: stored(RecipientClass, row.recipient_class),
    channel: stored(Channel, row.channel),
    secretKind: stored(SecretKind, row.secret_kind),
    person: openPerson(cacheKey, row.id, row.person),
    birthTag: row.birth_tag,
    issuedAt: withinRange(row.issued_at),
    expiresAt: withinRange(row.expires_at),
    arrivedAt: storedInstant(row.arrived_at),
    revokePending: row.revoke_pending === 1,
  }
}

export type PickupCache = ReturnType<typeof createPickupCache>

export function createPickupCache(db: Sqlite, cacheKey: WrapKey) {
  const rows = pickupRows(db)
  const names = createNameSearch(db, cacheKey, live)
  const tally = createTally(db)
  const cached: Cached = { cacheKey, rows, names, tally }
  const fromRow = (row: Row): Pickup => pickupOf(cacheKey, row)

  return {
    get(id: PickupId): Pickup | null {
      const row = rows.byId.get(id)
      return row === undefined ? null : fromRow(row)
    },
    /** Live pickups of a card, by its keyed tag (16 bytes). */
    byCardTag: (tag: Buffer): Pickup[] =>
      rows.idsByCard
        .all(tag)
        .flatMap((id) => rows.byId.get(id) ?? [])
        .sort((a, b) => a.issued_at - b.issued_at)
        .map(fromRow),
    /** Only the ids: the lookup that the bench measures, without opening names. */
    idsByCardTag: (tag: Buffer): string[] => rows.idsByCard.all(tag),
    byBirthTag: (tag: Buffer): Pickup[] => rows.byBirth.all(tag).map(fromRow),
    /** Those of people without a birth date on record, whom no document finds. */
    withoutBirthDate: (): Pickup[] => rows.unborn.all().map(fromRow),
    byCodeTag: (tag: Buffer): Pickup[] => rows.byCode.all(tag).map(fromRow),
    envelopeOf: (id: PickupId): Buffer => rows.envelope.get(id)?.envelope ?? Buffer.alloc(0),
    /** Every push of the state carries them. */
    counts: (): QueueCounts => countsOf(tally.read()),

    /**
     * The queue, unsettled first, then by arrival. A search looks at every word, in any order, marks and hyphens aside.
     */
    queue(filter: QueueFilter, midnight = 0): { pickups: Pickup[]; total: number } {
      const { rows: shown, total } = queueOf(cached, filter, midnight)
      return { pickups: shown.map(fromRow), total }
    },
    /** Opens up to so many names for search; false when none is left. */
    foldNames: (count: number): boolean => names.fold(count),

    /** How many of these grants were taken; `corrected` is filled with those held already whose person is new. */
    take: (grants: readonly PreparedGrant[], corrected: PickupId[] = []): number =>
      takeGrants(cached, grants, corrected),
    /** One grant as the hub sent it; false when it is refused. */
    grant(pickup: GrantedPickup): boolean {
      return takeGrants(cached, [prepareGrant(cacheKey, pickup)], []) === 1
    },

    /** Recipient checked in. Keeps the first arrival's time. */
    arrive(id: PickupId, now: number): void {
      rows.setArrived.run(now, id)
    },
    /** An arrival that was another person's: the pickup waits again. */
    unarrive(id: PickupId): void {
      rows.setWaiting.run(id)
    },
    setState(id: PickupId, state: PickupState): void {
      rows.setState.run(state, id)
      if (!live.includes(`'${state}'`)) names.renew(id)
    },
    /** A revocation that must wait for a slip: nothing more is printed, the acknowledgement follows the settlement. */
    holdForRevoke(id: PickupId): void {
      rows.setPending.run(id)
    },
    /** The pickup ends here: its envelope leaves the disk and open verifications die. */
    end(id: PickupId, state: 'handed-over' | 'revoked' | 'burned' | 'returned' | 'dispatched'): void {
      rows.setState.run(state, id)
      rows.dropEnvelope.run(id)
      rows.clearTags.run(id)
      rows.voidVerifications.run(id)
      rows.voidApprovals.run(id)
      // Looked at again rather than forgotten: the transaction may be undone.
      names.renew(id)
    },
    /**
     * Verifications die on staff switch, lock and restart (docs/architecture.md#words); their pickups are `arrived`
     * again.
     */
    voidVerifications(pickup?: PickupId): void {
      if (pickup === undefined) {
        rows.voidAll.run()
        rows.voidAllApprovals.run()
        rows.backToArrived.run()
      } else {
        rows.voidVerifications.run(pickup)
        rows.voidApprovals.run(pickup)
      }
    },
    /** Ids of live pickups, for a snapshot resync to compare with. */
    liveIds: (): { id: string; state: string }[] => rows.liveIds.all(),
    /** What this kiosk holds, for its report to the hub. */
    liveGrants: (): { pickup: PickupId; epoch: Epoch }[] =>
      rows.liveGrants.all().map((row) => ({
        pickup: stored(PickupId, row.id),
        epoch: stored(Epoch, { incarnation: row.epoch_incarnation, n: row.epoch_n }),
      })),
  }
}

interface QueueCounts {
  readonly waiting: number
  readonly arrived: number
  /** Whatever became of them. */
  readonly known: number
}

function countsOf(n: ReadonlyMap<string, number>): QueueCounts {
  const of = (state: PickupState) => n.get(state) ?? 0
  return {
    waiting: of('waiting'),
    arrived: of('arrived') + of('verified') + of('failed'),
    known: [...n.values()].reduce((sum, each) => sum + each, 0),
  }
}
