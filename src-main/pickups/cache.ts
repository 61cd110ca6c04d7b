/** The cache of granted pickups and their lifecycle at this desk (docs/architecture.md#one-handover-end-to-end). */
import { storedInstant, withinRange } from '../../src-shared/domain/bounds.ts'
import { Epoch, PickupId, PickupState, RecipientClass, SecretKind, Channel } from '../../src-shared/domain/index.ts'
import type { GrantedPickup } from '../../src-shared/hub-api/index.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import { searchQuery, type SearchQuery } from '../../src-shared/protocol/search-text.ts'
import { type Sqlite, stored } from '../storage/index.ts'
import type { WrapKey } from '../vault/index.ts'
import { prepareGrant, type PreparedGrant } from './prepared.ts'
import { createTally } from './tally.ts'
import { openPerson, type Person } from './person.ts'
import { createNameSearch } from './search.ts'

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

interface Row {
  id: string
  epoch_incarnation: string
  epoch_n: number
  state: string
  recipient_class: string
  channel: string
  secret_kind: string
  person: Buffer
  birth_tag: Buffer | null
  issued_at: number
  expires_at: number
  arrived_at: number | null
  revoke_pending: number
}

/** States in which the desk still has something to do with the pickup. */
const live = "('waiting','arrived','verified','printing','printed','failed','uncertain')"
/**
 * Those of them in which the person has come. Named one by one: "live and not waiting" has SQLite walk through all that
 * wait.
 */
const begunStates = "('arrived','verified','printing','printed','failed','uncertain')"

const columns =
  'id, epoch_incarnation, epoch_n, state, recipient_class, channel, secret_kind, person, birth_tag, issued_at, expires_at, arrived_at, revoke_pending'

export interface QueueFilter {
  /** `today`: who has come or been granted since midnight, whatever became of it. */
  readonly filter: 'arrived' | 'waiting' | 'today' | 'all'
  readonly search: string
  readonly limit: number
}

export type PickupCache = ReturnType<typeof createPickupCache>

export function createPickupCache(db: Sqlite, cacheKey: WrapKey) {
  const byId = db.prepare<[string], Row>(`SELECT ${columns} FROM pickup WHERE id = ?`)
  const idsByCard = db.prepare<[Buffer], string>('SELECT pickup FROM card_tag WHERE tag = ?').pluck()
  const byBirth = db.prepare<[Buffer], Row>(
    `SELECT ${columns} FROM pickup WHERE birth_tag = ? AND state IN ${live} ORDER BY issued_at`,
  )
  const byCode = db.prepare<[Buffer], Row>(
    `SELECT ${columns} FROM pickup WHERE code_tag = ? AND state IN ${live} ORDER BY issued_at`,
  )
  const head = db.prepare<[string], { state: string; epoch_incarnation: string; epoch_n: number }>(
    'SELECT state, epoch_incarnation, epoch_n FROM pickup WHERE id = ?',
  )
  const row = `INSERT INTO pickup (id, epoch_incarnation, epoch_n, state, recipient_class, channel, secret_kind, person, envelope, sealed_to, birth_tag, code_tag, issued_at, expires_at)
     VALUES (?, ?, ?, 'waiting', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
  const insertNew = db.prepare(`${row} ON CONFLICT (id) DO NOTHING`)
  const insert = db.prepare(
    `${row}
     ON CONFLICT (id) DO UPDATE SET epoch_incarnation = excluded.epoch_incarnation, epoch_n = excluded.epoch_n, state = 'waiting', recipient_class = excluded.recipient_class,
       channel = excluded.channel, secret_kind = excluded.secret_kind, person = excluded.person, envelope = excluded.envelope, sealed_to = excluded.sealed_to, birth_tag = excluded.birth_tag,
       code_tag = excluded.code_tag, issued_at = excluded.issued_at, expires_at = excluded.expires_at, arrived_at = NULL, revoke_pending = 0`,
  )
  const clearTags = db.prepare('DELETE FROM card_tag WHERE pickup = ?')
  const insertTag = db.prepare('INSERT OR IGNORE INTO card_tag (tag, pickup) VALUES (?, ?)')
  const tagsOf = db.prepare<[string], Buffer>('SELECT tag FROM card_tag WHERE pickup = ?').pluck()
  const setPerson = db.prepare('UPDATE pickup SET recipient_class = ?, person = ?, birth_tag = ? WHERE id = ?')
  const unverify = db.prepare("UPDATE pickup SET state = 'arrived' WHERE id = ? AND state = 'verified'")
  const setEnd = db.prepare('UPDATE pickup SET expires_at = ? WHERE id = ?')
  const setState = db.prepare('UPDATE pickup SET state = ? WHERE id = ?')
  const setArrived = db.prepare(
    "UPDATE pickup SET state = 'arrived', arrived_at = coalesce(arrived_at, ?) WHERE id = ?",
  )
  const setWaiting = db.prepare("UPDATE pickup SET state = 'waiting', arrived_at = NULL WHERE id = ?")
  const setPending = db.prepare('UPDATE pickup SET revoke_pending = 1 WHERE id = ?')
  const dropEnvelope = db.prepare("UPDATE pickup SET envelope = x'' WHERE id = ?")
  const voidVerifications = db.prepare('UPDATE verification SET void = 1 WHERE pickup = ? AND spent = 0 AND void = 0')
  const voidAll = db.prepare('UPDATE verification SET void = 1 WHERE spent = 0 AND void = 0')
  const voidApprovals = db.prepare('UPDATE dispatch_approval SET void = 1 WHERE pickup = ? AND spent = 0 AND void = 0')
  const voidAllApprovals = db.prepare('UPDATE dispatch_approval SET void = 1 WHERE spent = 0 AND void = 0')
  const backToArrived = db.prepare("UPDATE pickup SET state = 'arrived' WHERE state = 'verified'")
  const envelope = db.prepare<[string], { envelope: Buffer }>('SELECT envelope FROM pickup WHERE id = ?')
  const tally = createTally(db)
  const liveGrants = db.prepare<[], { id: string; epoch_incarnation: string; epoch_n: number }>(
    `SELECT id, epoch_incarnation, epoch_n FROM pickup WHERE state IN ${live}`,
  )
  const liveIds = db.prepare<[], { id: string; state: string }>(`SELECT id, state FROM pickup WHERE state IN ${live}`)

  const names = createNameSearch(db, cacheKey, live)

  function fromRow(row: Row): Pickup {
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

  function write(statement: typeof insert, grant: PreparedGrant): boolean {
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

  const sameBytes = (a: Uint8Array | null, b: Uint8Array | null) =>
    a === null || b === null ? a === b : Buffer.compare(a, b) === 0

  /** Whether this says of the person what is cached already. Each is sealed anew every time: they are opened. */
  function saysTheSame(row: Row, grant: PreparedGrant): boolean {
    const tags = (of: readonly Uint8Array[]) => of.map((tag) => Buffer.from(tag).toString('hex')).sort()
    const person = (sealed: Uint8Array) => JSON.stringify(openPerson(cacheKey, grant.id, sealed))
    return (
      row.recipient_class === grant.recipientClass &&
      sameBytes(row.birth_tag, grant.birthTag) &&
      tags(tagsOf.all(grant.id)).join() === [...new Set(tags(grant.cardTags))].join() &&
      person(row.person) === person(grant.person)
    )
  }

  /**
   * The same grant again, with what has been corrected about its person (promise P10). Whatever was proved was proved
   * of what stood here before: an open verification or approval dies, and the desk decides again. A slip that is out
   * stays what it is. false: nothing is new.
   */
  function correct(grant: PreparedGrant): boolean {
    const row = byId.get(grant.id)
    if (row === undefined || !pickupCan.beCorrected(stored(PickupState, row.state))) return false
    if (saysTheSame(row, grant)) return false
    setPerson.run(grant.recipientClass, grant.person, grant.birthTag, grant.id)
    clearTags.run(grant.id)
    for (const tag of grant.cardTags) insertTag.run(tag, grant.id)
    voidVerifications.run(grant.id)
    voidApprovals.run(grant.id)
    unverify.run(grant.id)
    return true
  }

  /** A grant of a pickup that is known here. */
  function takeAgain(grant: PreparedGrant, corrected: PickupId[]): boolean {
    const known = head.get(grant.id)
    if (known === undefined) throw new Error('a pickup was neither new nor known')
    const again = pickupCan.beGrantedAgain(stored(PickupState, known.state))
    const same = known.epoch_incarnation === grant.incarnation && known.epoch_n === grant.n
    if (same) {
      if (again) setEnd.run(grant.expiresAt, grant.id)
      if (correct(grant)) {
        names.renew(grant.id)
        corrected.push(grant.id)
      }
      return false
    }
    // What was once handed over or burned here is never opened again by any grant, whatever its epoch.
    if (!again) return false
    if (known.epoch_incarnation === grant.incarnation && known.epoch_n > grant.n) return false
    voidVerifications.run(grant.id)
    voidApprovals.run(grant.id)
    write(insert, grant)
    clearTags.run(grant.id)
    return true
  }

  /**
   * Applies grants inside the caller's transaction and says how many were taken. One is refused for a pickup that is
   * handed over or burned here, that has a slip not yet settled, or for an epoch this kiosk has already acknowledged.
   * `corrected` is filled with those that are held under the same epoch already, and of whose person something is new.
   */
  function take(grants: readonly PreparedGrant[], corrected: PickupId[] = []): number {
    let added = 0
    let changed = 0
    for (const grant of grants) {
      // Nearly every one is new: it is written first, and looked for only where it was there already.
      if (write(insertNew, grant)) {
        added += 1
        names.added(grant.id)
      } else if (takeAgain(grant, corrected)) {
        changed += 1
        names.renew(grant.id)
      } else continue
      for (const tag of grant.cardTags) insertTag.run(tag, grant.id)
    }
    tally.added('waiting', added)
    return added + changed
  }

  // Waiting ones come in the order of their index; the others are few, however many wait.
  const begun = db.prepare<[], Row>(
    `SELECT ${columns} FROM pickup WHERE state IN ${begunStates}
     ORDER BY CASE WHEN state IN ('uncertain','printed') THEN 0 WHEN arrived_at IS NOT NULL THEN 1 ELSE 2 END, arrived_at, issued_at`,
  )
  const waiting = db.prepare<[number], Row>(
    `SELECT ${columns} FROM pickup WHERE state = 'waiting' ORDER BY arrived_at, issued_at LIMIT ?`,
  )

  const today = db
    .prepare<[number, number], string>(
      `SELECT id FROM pickup WHERE arrived_at >= ? OR (issued_at >= ? AND state IN ${live}) ORDER BY arrived_at DESC, issued_at`,
    )
    .pluck()

  /** Rows in the order of the queue, and how many there are. */
  function found(
    filter: Exclude<QueueFilter['filter'], 'today'>,
    query: SearchQuery,
    limit: number,
  ): { rows: Row[]; total: number } {
    const first = filter === 'waiting' ? [] : begun.all()
    if (query.length === 0) {
      const last = filter === 'arrived' ? [] : waiting.all(limit)
      const total = filter === 'arrived' ? first.length : first.length + (tally.read().get('waiting') ?? 0)
      return { rows: [...first, ...last].slice(0, limit), total }
    }
    const rows = first.filter((row) => names.has(row.id, query))
    if (filter === 'arrived') return { rows: rows.slice(0, limit), total: rows.length }
    const others = new Set((filter === 'waiting' ? begun.all() : first).map((row) => row.id))
    const matches = names.matches(query)
    const among = [...others].filter((id) => names.has(id, query)).length
    const total = rows.length + matches.length - among
    for (const { id } of matches) {
      if (rows.length >= limit) break
      const row = others.has(id) ? undefined : byId.get(id)
      if (row !== undefined) rows.push(row)
    }
    return { rows: rows.slice(0, limit), total }
  }

  return {
    get(id: PickupId): Pickup | null {
      const row = byId.get(id)
      return row === undefined ? null : fromRow(row)
    },
    /** Live pickups of a card, by its keyed tag (16 bytes). */
    byCardTag: (tag: Buffer): Pickup[] =>
      idsByCard
        .all(tag)
        .flatMap((id) => byId.get(id) ?? [])
        .sort((a, b) => a.issued_at - b.issued_at)
        .map(fromRow),
    /** Only the ids: the lookup that the bench measures, without opening names. */
    idsByCardTag: (tag: Buffer): string[] => idsByCard.all(tag),
    byBirthTag: (tag: Buffer): Pickup[] => byBirth.all(tag).map(fromRow),
    byCodeTag: (tag: Buffer): Pickup[] => byCode.all(tag).map(fromRow),
    envelopeOf: (id: PickupId): Buffer => envelope.get(id)?.envelope ?? Buffer.alloc(0),
    /** Every push of the state carries them. */
    counts(): { waiting: number; arrived: number; known: number } {
      const n = tally.read()
      const of = (state: PickupState) => n.get(state) ?? 0
      return {
        waiting: of('waiting'),
        arrived: of('arrived') + of('verified') + of('failed'),
        known: [...n.values()].reduce((sum, each) => sum + each, 0),
      }
    },

    /**
     * The queue, unsettled first, then by arrival. A search looks at every word, in any order, marks and hyphens aside.
     */
    queue({ filter, search, limit }: QueueFilter, midnight = 0): { pickups: Pickup[]; total: number } {
      const query = searchQuery(search)
      while (query.length > 0 && names.fold(Number.MAX_SAFE_INTEGER));
      if (filter === 'today') {
        const ids = today.all(midnight, midnight).filter((id) => query.length === 0 || names.has(id, query))
        const shown = ids.slice(0, limit).flatMap((id) => byId.get(id) ?? [])
        return { pickups: shown.map(fromRow), total: ids.length }
      }
      const { rows, total } = found(filter, query, limit)
      return { pickups: rows.map(fromRow), total }
    },
    /** Opens up to so many names for search; false when none is left. */
    foldNames: (count: number): boolean => names.fold(count),

    take,
    /** One grant as the hub sent it; false when it is refused. */
    grant(pickup: GrantedPickup): boolean {
      return take([prepareGrant(cacheKey, pickup)]) === 1
    },

    /** Recipient checked in. Keeps the first arrival's time. */
    arrive(id: PickupId, now: number): void {
      setArrived.run(now, id)
    },
    /** An arrival that was another person's: the pickup waits again. */
    unarrive(id: PickupId): void {
      setWaiting.run(id)
    },
    setState(id: PickupId, state: PickupState): void {
      setState.run(state, id)
      if (!live.includes(`'${state}'`)) names.renew(id)
    },
    /** A revocation that must wait for a slip: nothing more is printed, the acknowledgement follows the settlement. */
    holdForRevoke(id: PickupId): void {
      setPending.run(id)
    },
    /** The pickup ends here: its envelope leaves the disk and open verifications die. */
    end(id: PickupId, state: 'handed-over' | 'revoked' | 'burned' | 'returned' | 'dispatched'): void {
      setState.run(state, id)
      dropEnvelope.run(id)
      clearTags.run(id)
      voidVerifications.run(id)
      voidApprovals.run(id)
      // Looked at again rather than forgotten: the transaction may be undone.
      names.renew(id)
    },
    /**
     * Verifications die on staff switch, lock and restart (docs/architecture.md#words); their pickups are `arrived`
     * again.
     */
    voidVerifications(pickup?: PickupId): void {
      if (pickup === undefined) {
        voidAll.run()
        voidAllApprovals.run()
        backToArrived.run()
      } else {
        voidVerifications.run(pickup)
        voidApprovals.run(pickup)
      }
    },
    /** Ids of live pickups, for a snapshot resync to compare with. */
    liveIds: (): { id: string; state: string }[] => liveIds.all(),
    /** What this kiosk holds, for its report to the hub. */
    liveGrants: (): { pickup: PickupId; epoch: Epoch }[] =>
      liveGrants.all().map((row) => ({
        pickup: stored(PickupId, row.id),
        epoch: stored(Epoch, { incarnation: row.epoch_incarnation, n: row.epoch_n }),
      })),
  }
}
