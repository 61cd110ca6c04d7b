/**
 * What a kiosk's entries mean for ownership (docs/architecture.md#ledger-and-sync, points 5 to 8), as a pure function
 * over a working set: the pickups and open grants that a batch names. The store loads the set under its locks and
 * writes what changed.
 */
import type { LedgerEntry } from '../../src-shared/hub-api/ledger-entry.ts'
import { hubPickupCan } from '../../src-shared/domain/pickup-states.ts'
import type { CheckedEntry } from './check.ts'

export interface PickupRow {
  /** As it was before this batch. */
  readonly was: string
  state: string
  movingTo: string | null
  /** How it ends once its kiosk acknowledges. */
  readonly ending: 'revoked' | 'returned' | 'superseded'
  held: boolean
}

export interface OpenGrant {
  readonly pickup: string
  readonly incarnation: string
  readonly n: number
  readonly kiosk: string
  /** Set when an entry ends it. */
  ended: 'acknowledged' | 'ended' | null
  /** Set when another kiosk's handover asks it back. */
  recalled?: boolean
}

export interface WorkingSet {
  readonly pickups: Map<string, PickupRow>
  /** At most one open grant for each pickup. */
  readonly grants: Map<string, OpenGrant>
  /** Pickups that have been handed over, and the kiosk that did it. */
  readonly handedOver: Map<string, string>
  /** Every grant of these pickups that this kiosk ever had: `grantKey`. */
  readonly granted: ReadonlySet<string>
  /** The kiosk is written off: what it still holds is being burned and replaced, and no word of it ends a grant. */
  readonly writtenOff: boolean
  /** Hashes of entries that took effect before they joined the ledger, while they were kept beside it. */
  readonly told: ReadonlySet<string>
  /** Where the kiosk stands. */
  readonly desk: string
  /**
   * The hub's own, and whether it was ever put back from a backup: then it has forgotten grants of the incarnations
   * before.
   */
  readonly incarnation: string
  readonly restored: boolean
}

export const grantKey = (pickup: string, epoch: { readonly incarnation: string; readonly n: number }) =>
  `${pickup} ${epoch.incarnation} ${epoch.n}`

export interface Effects {
  /** `quarantine`: the row of an entry that is kept beside the ledger; null for one in it. */
  readonly handovers: { pickup: string; seq: number; slip: string; at: number; quarantine: number | null }[]
  readonly disputes: { pickup: string; seq: number; quarantine: number | null }[]
  readonly alarms: {
    kind:
      | 'poison-entry'
      | 'dispute'
      | 'restored-disk'
      | 'e-id-without-proof'
      | 'foreign-entry'
      | 'quarantined'
      | 'sent-to-itself'
      | 'keys-not-vouched'
    pickup: string | null
    detail: string
  }[]
  readonly closed: { pickup: string; epoch: { incarnation: string; n: number } }[]
  /** Open at another kiosk although the pickup has been handed over: asked back from there. */
  readonly recalled: { pickup: string; kiosk: string; epoch: { incarnation: string; n: number } }[]
  /** Free to be granted anew, with a fresh secret, at this desk. */
  readonly moved: { pickup: string; to: string }[]
  /** Letters that went to the post, and how they ended. */
  readonly letters: { pickup: string; tracking: string; at: number }[]
  readonly letterEnds: { pickup: string; how: 'delivered' | 'returned-by-post'; at: number }[]
  /** Given back unasked, for another desk: where policy and the desk allow, it is granted there, else where it was. */
  readonly sent: { pickup: string; to: string }[]
  /** Given up by the kiosk without being asked: many at once look like a theft. */
  readonly givenUp: { pickup: string; seq: number }[]
  readonly audits: { act: string; pickup: string }[]
  /** Walk-ins that came to nothing: whatever was issued for them is asked back. */
  readonly abandoned: { walkIn: string; at: number }[]
  /** Verifications by e-ID: the hub must have seen each of them proved. */
  readonly eIds: { attempt: string | null; pickup: string; seq: number }[]
  readonly changed: Set<string>
}

export const noEffects = (): Effects => ({
  handovers: [],
  disputes: [],
  alarms: [],
  closed: [],
  recalled: [],
  moved: [],
  letters: [],
  letterEnds: [],
  audits: [],
  abandoned: [],
  eIds: [],
  sent: [],
  givenUp: [],
  changed: new Set(),
})

/** Pickups that a batch is about: what the store must load and lock. */
export function pickupsOf(entries: readonly CheckedEntry[]): string[] {
  const about = entries.filter(({ entry, pickup }) => pickup !== null && (entry === null || decisive.has(entry.kind)))
  return [...new Set(about.flatMap(({ pickup }) => pickup ?? []))].sort()
}
const decisive: ReadonlySet<string> = new Set([
  'handed-over',
  'dispatched',
  'letter-delivered',
  'letter-returned',
  'revoke-acknowledged',
  'sent-elsewhere',
  'slip-missing',
] satisfies LedgerEntry['kind'][])

function holds(
  set: WorkingSet,
  kiosk: string,
  pickup: string,
  epoch: { incarnation: string; n: number },
): OpenGrant | null {
  const grant = set.grants.get(pickup)
  if (grant === undefined || grant.ended !== null || grant.kiosk !== kiosk) return null
  return grant.incarnation === epoch.incarnation && grant.n === epoch.n ? grant : null
}

/**
 * Ends the open grant that an entry speaks of; false when the kiosk speaks of one that is not open (stale or foreign).
 */
function endGrant(
  set: WorkingSet,
  kiosk: string,
  pickup: string,
  epoch: { incarnation: string; n: number },
  state: 'acknowledged' | 'ended',
): boolean {
  const grant = set.writtenOff ? null : holds(set, kiosk, pickup, epoch)
  if (grant === null) return false
  grant.ended = state
  return true
}

/**
 * Whether a kiosk speaks of what it cannot have had: the hub never granted it this, and has forgotten nothing. Nothing
 * is changed on such a word: one opened kiosk would otherwise end the pickups of every other.
 */
function foreign(set: WorkingSet, pickup: string, epoch: { incarnation: string; n: number }): boolean {
  return !set.granted.has(grantKey(pickup, epoch)) && (epoch.incarnation === set.incarnation || !set.restored)
}

/** Whether a written-off kiosk speaks of what it holds still: the write-off has not come to it yet. */
function holdsStill(set: WorkingSet, kiosk: string, pickup: string): boolean {
  return set.writtenOff && set.grants.get(pickup)?.kiosk === kiosk
}

function recall(set: WorkingSet, effects: Effects, pickup: string): void {
  const other = set.grants.get(pickup)
  if (other === undefined || other.ended !== null) return
  other.recalled = true
  effects.recalled.push({ pickup, kiosk: other.kiosk, epoch: { incarnation: other.incarnation, n: other.n } })
}

/** Whether this kiosk was ever granted a pickup, under whatever epoch: a poison entry need not say which. */
function everGranted(set: WorkingSet, pickup: string): boolean {
  for (const key of set.granted) if (key.startsWith(`${pickup} `)) return true
  return false
}

/**
 * A poison entry holds the pickup that it names until somebody has looked, but only one that this kiosk was granted:
 * one opened kiosk would otherwise hold the pickups of every other. It is an alarm in any case.
 */
function poisoned(set: WorkingSet, effects: Effects, { seq, kind, pickup, epoch }: CheckedEntry): void {
  const detail = `entry ${seq} of kind ${kind} does not parse`
  const row = pickup === null ? undefined : set.pickups.get(pickup)
  if (pickup === null || row === undefined) {
    effects.alarms.push({ kind: 'poison-entry', pickup: null, detail })
    return
  }
  if (!everGranted(set, pickup) && (epoch === null || foreign(set, pickup, epoch))) {
    const foreignDetail = `${detail} and names what was never granted there`
    effects.alarms.push({ kind: 'foreign-entry', pickup, detail: foreignDetail })
    return
  }
  row.held = true
  effects.changed.add(pickup)
  effects.alarms.push({ kind: 'poison-entry', pickup, detail })
}

/** One entry about one pickup, and what it is applied to. */
interface About {
  readonly set: WorkingSet
  readonly effects: Effects
  readonly kiosk: string
  readonly item: CheckedEntry
  readonly pickup: string
  readonly epoch: { readonly incarnation: string; readonly n: number }
  /** undefined: the hub knows no such pickup, or has erased it. */
  readonly row: PickupRow | undefined
}
type EntryOf<K extends LedgerEntry['kind']> = Extract<LedgerEntry, { kind: K }>

/** A kiosk speaks of what is not its own: nothing changes, and people are told. */
function foreignEntry({ effects, pickup, item }: About, says: string): void {
  effects.alarms.push({ kind: 'foreign-entry', pickup, detail: `entry ${item.seq} ${says}` })
}

/** The pickup moves on as the hub wanted, with a fresh secret, or ends. */
function freeAsAsked({ effects, pickup }: About, row: PickupRow): void {
  if (row.movingTo === null) {
    row.state = row.ending === 'returned' ? 'returned' : 'revoked'
    return
  }
  row.state = 'unassigned'
  effects.moved.push({ pickup, to: row.movingTo })
  row.movingTo = null
}

/** A handover: the first one of a pickup counts, any other is a dispute. */
function applyHandover(about: About, entry: EntryOf<'dispatched' | 'handed-over'>): void {
  const { set, effects, kiosk, item, pickup, epoch, row } = about
  if (set.told.has(item.hash)) return
  const from = { pickup, seq: item.seq, quarantine: item.quarantine ?? null }
  // The first handover of a pickup is a row; any other is a dispute: kept, shown, never dropped (promise P2).
  if (row !== undefined && foreign(set, pickup, epoch)) {
    effects.disputes.push(from)
    foreignEntry(about, `says ${entry.kind} of what was never granted there`)
    return
  }
  const first = row !== undefined && !set.handedOver.has(pickup)
  const owned = endGrant(set, kiosk, pickup, epoch, 'ended')
  // Burned or taken back, its secret is out of force, and another may have been issued in its place.
  const late = first && !hubPickupCan.beServed(row.state)
  if (!first || !owned || late) {
    effects.disputes.push(from)
    const detail = !first
      ? 'a second handover'
      : owned
        ? 'a handover of what had ended'
        : 'a handover without an open grant'
    effects.alarms.push({ kind: 'dispute', pickup, detail })
  } else if (from.quarantine !== null)
    effects.alarms.push({
      kind: 'quarantined',
      pickup,
      detail: `entry ${item.seq}, kept beside the ledger, says ${entry.kind}`,
    })
  if (!first) return
  set.handedOver.set(pickup, kiosk)
  effects.handovers.push({ ...from, slip: entry.facts.slip, at: item.time })
  if (entry.kind === 'dispatched') effects.letters.push({ pickup, tracking: entry.facts.tracking, at: item.time })
  // The write-off goes on with it: its secret is disabled and replaced, whatever its kiosk says.
  if (holdsStill(set, kiosk, pickup)) return
  row.state = entry.kind
  row.movingTo = null
  effects.changed.add(pickup)
  effects.closed.push({ pickup, epoch })
  // Another kiosk may have been granted it since: what it holds is asked back, and its paper stays its own to
  // account for.
  recall(set, effects, pickup)
}

/** The kiosk has given up what it was asked for, or had no more use for. */
function applyAcknowledgement(about: About): void {
  const { set, effects, kiosk, item, pickup, epoch, row } = about
  // Only a matching acknowledgement frees a pickup: it then moves on with a fresh secret, or ends.
  if (row === undefined || !endGrant(set, kiosk, pickup, epoch, 'acknowledged')) return
  effects.changed.add(pickup)
  // Handed over elsewhere and asked back from here: it stays what it is.
  if (!hubPickupCan.beFreed(row.state)) return
  if (row.state === 'granted') effects.givenUp.push({ pickup, seq: item.seq })
  if (row.movingTo === null)
    effects.audits.push({
      act: row.ending === 'superseded' ? 'superseded-acknowledged' : 'revoke-acknowledged',
      pickup,
    })
  freeAsAsked(about, row)
}

/** Staff sent the recipient to another desk: the pickup is given back unasked. */
function applySentElsewhere(about: About, entry: EntryOf<'sent-elsewhere'>): void {
  const { set, effects, kiosk, item, pickup, epoch, row } = about
  if (row === undefined || holds(set, kiosk, pickup, epoch) === null) return
  if (entry.facts.to === set.desk) {
    // No kiosk's screen offers it. Taken at its word the hub would seal a fresh secret for that kiosk, on its
    // signing key's word alone.
    row.held = true
    effects.changed.add(pickup)
    effects.alarms.push({ kind: 'sent-to-itself', pickup, detail: `entry ${item.seq} sends it to its own desk` })
    return
  }
  endGrant(set, kiosk, pickup, epoch, 'acknowledged')
  effects.changed.add(pickup)
  effects.audits.push({ act: 'sent-elsewhere', pickup })
  if (!hubPickupCan.beFreed(row.state)) return
  // The hub had asked for it back meanwhile: what the hub wanted of it comes first.
  if (row.state === 'revoking') {
    freeAsAsked(about, row)
    return
  }
  if (row.state !== 'granted') return
  effects.givenUp.push({ pickup, seq: item.seq })
  row.state = 'unassigned'
  effects.sent.push({ pickup, to: entry.facts.to })
}

/** A slip is out there and nobody has it: its secret is burned. */
function applySlipMissing(about: About): void {
  const { set, effects, kiosk, pickup, epoch, row } = about
  if (row === undefined) return
  if (foreign(set, pickup, epoch)) {
    foreignEntry(about, 'says slip-missing of what was never granted there')
    return
  }
  if (holdsStill(set, kiosk, pickup)) return
  if (!endGrant(set, kiosk, pickup, epoch, 'ended')) {
    // A grant that a hub put back from its backup has forgotten. The kiosk will never open this pickup again, so it
    // is burned here as well.
    if (!hubPickupCan.beServed(row.state)) return
    recall(set, effects, pickup)
  }
  if (hubPickupCan.beFreed(row.state)) row.state = 'burned'
  row.movingTo = null
  effects.changed.add(pickup)
  effects.closed.push({ pickup, epoch })
  effects.audits.push({ act: 'burned', pickup })
}

/** How a letter ended that went to the post from this kiosk. */
function applyLetterEnd(about: About, entry: EntryOf<'letter-delivered' | 'letter-returned'>): void {
  const { set, effects, kiosk, item, pickup, row } = about
  // Only a letter that has gone comes back, and one that came back has not arrived.
  if (row?.state !== 'dispatched' && row?.state !== 'delivered') return
  if (set.handedOver.get(pickup) !== kiosk) {
    foreignEntry(about, `says ${entry.kind} of a letter that went from elsewhere`)
    return
  }
  const how = entry.kind === 'letter-delivered' ? 'delivered' : 'returned-by-post'
  row.state = how
  effects.letterEnds.push({ pickup, how, at: item.time })
  effects.audits.push({ act: how === 'delivered' ? 'letter-delivered' : 'burned', pickup })
  effects.changed.add(pickup)
}

/** Applies one entry of `kiosk` to the set and notes what follows from it. */
export function applyEntry(set: WorkingSet, effects: Effects, kiosk: string, item: CheckedEntry): void {
  const { entry } = item
  if (entry === null) {
    poisoned(set, effects, item)
    return
  }
  if (entry.kind === 'walk-in-abandoned') effects.abandoned.push({ walkIn: entry.facts.walkIn, at: item.time })
  if (entry.kind === 'keys-not-vouched') {
    const { staff, openingKey } = entry.facts
    const detail = `entry ${item.seq}: ${staff.length} members of staff${openingKey ? ', and the newest opening key' : ''}`
    effects.alarms.push({ kind: 'keys-not-vouched', pickup: null, detail })
  }
  const { pickup, epoch } = entry
  if (pickup === null || epoch === null) return
  const about: About = { set, effects, kiosk, item, pickup, epoch, row: set.pickups.get(pickup) }
  switch (entry.kind) {
    case 'verification':
      if (entry.facts.method === 'e-id') effects.eIds.push({ attempt: entry.facts.eId ?? null, pickup, seq: item.seq })
      return
    case 'dispatched':
    case 'handed-over':
      applyHandover(about, entry)
      return
    case 'revoke-acknowledged':
      applyAcknowledgement(about)
      return
    case 'sent-elsewhere':
      applySentElsewhere(about, entry)
      return
    case 'slip-missing':
      applySlipMissing(about)
      return
    case 'letter-delivered':
    case 'letter-returned':
      applyLetterEnd(about, entry)
      return
    default:
      return
  }
}
