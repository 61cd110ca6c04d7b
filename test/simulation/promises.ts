/**
 * The promises of docs/architecture.md#promises, looked at from outside after every event: paper in the world, disks,
 * and the hub's database.
 */
import type Database from 'better-sqlite3'
import { Holds } from './holds.ts'
import { epochKey, type Kiosk, type Paper, type Watching } from './kiosk.ts'
import type { Hub } from './hub.ts'
import { Violation, type World } from './world.ts'

interface Entry {
  readonly seq: number
  readonly kind: string
  readonly pickup: string | null
  readonly epoch: { incarnation: string; n: number } | null
  readonly facts: { slip?: string; number?: string }
  readonly hash: string
}
interface Grant {
  readonly pickup: string
  readonly incarnation: string
  readonly n: number
  readonly kiosk: string
}

/** What is known of one kiosk's ledger so far. */
class Book {
  entries: Entry[] = []
  changes = -1
  /** The run of the kiosk these changes are counted in. */
  db: unknown = null
  /** `pickup epoch` that it acknowledged or said is pending. */
  readonly acknowledged = new Set<string>()
  readonly pending = new Set<string>()
  readonly confirmed = new Map<number, string>()
  refusedFrom: number | null = null
}

const statements = new WeakMap<Database.Database, Map<string, Database.Statement<unknown[]>>>()
/** Made ready once for each disk: it is asked after every event. */
function ready<R>(db: Database.Database, text: string): Database.Statement<unknown[], R> {
  let known = statements.get(db)
  if (known === undefined) statements.set(db, (known = new Map<string, Database.Statement<unknown[]>>()))
  let statement = known.get(text)
  if (statement === undefined) known.set(text, (statement = db.prepare<unknown[]>(text)))
  return statement as Database.Statement<unknown[], R>
}

const short = (pickup: string) => pickup.slice(0, 4)
const about = (pickup: string, epoch: string) => `${pickup} ${epoch}`
const settlements: ReadonlySet<string> = new Set(['slip-spoiled', 'slip-missing', 'slip-nothing-came-out'])

export class Promises implements Watching {
  readonly papers: Paper[] = []
  readonly kiosks: Kiosk[] = []
  /** Opening keys that somebody with a stolen signing key has made: nobody at a desk has their private half. */
  readonly thieves = new Set<string>()
  readonly #hub: Hub
  readonly #rows = new Holds()
  readonly #books = new Map<Kiosk, Book>()
  readonly #grants = new Map<string, Grant[]>()
  #memory: unknown = null
  #hubChanges = -1
  #seenGrants = 0
  #seenEntries = 0
  /** By desk: a feed is pruned, and its rows are numbered by desk. */
  #seenFeed = new Map<string, number>()
  /**
   * Newest request for each pickup and epoch: one before a snapshot may have been passed over, and is repeated behind
   * it.
   */
  #revokes = new Map<string, { desk: string; seq: number; pickup: string; epoch: string }>()
  readonly #old = new Map<Kiosk, { restores: number; acked: number; hash: string }>()
  /** Where each kiosk's ledger ended when the hub was put back. */
  readonly #owed = new Map<Kiosk, number>()
  readonly #world: World

  constructor(world: World, hub: Hub) {
    this.#world = world
    this.#hub = hub
  }

  #book(kiosk: Kiosk): Book {
    let book = this.#books.get(kiosk)
    if (book === undefined) this.#books.set(kiosk, (book = new Book()))
    return book
  }
  entriesOf(kiosk: Kiosk): readonly Entry[] {
    return this.#book(kiosk).entries
  }

  papersOf(kiosk: Kiosk): readonly Paper[] {
    return this.papers.filter((paper) => paper.kiosk === kiosk)
  }
  printed(paper: Paper): void {
    this.#world.tell(`${paper.kiosk.name} cuts slip ${paper.number} of ${short(paper.pickup)}`)
    this.papers.push(paper)
    const db = paper.kiosk.running?.store.db
    const intent = db?.prepare<[string], { state: string }>('SELECT state FROM slip WHERE number = ?').get(paper.number)
    if (db?.inTransaction !== false || intent?.state !== 'intended')
      throw new Violation(`P3: ${paper.kiosk.name} printed slip ${paper.number} without a durable intent`)
  }
  given(paper: Paper): void {
    const hands = this.papers.filter((other) => other.pickup === paper.pickup && other.where === 'hand')
    if (hands.filter((one) => one.kiosk.excused === null).length > 1)
      throw new Violation(
        `P2: ${short(paper.pickup)} is handed over twice, at ${hands.map((one) => one.kiosk.name).join(' and ')}`,
      )
  }
  confirmed(kiosk: Kiosk, seq: number, hash: string): void {
    this.#book(kiosk).confirmed.set(seq, hash)
  }
  /** The disk is another from now on: what it forgot is forgotten. */
  forget(kiosk: Kiosk): void {
    this.#books.set(kiosk, new Book())
  }

  /** A disk behind what the hub has acknowledged must be noticed at its first contact. */
  watchOldDisk(kiosk: Kiosk, seq: number): void {
    const row = this.#hub.memory.prepare('SELECT acked, head_hash FROM kiosk WHERE id = ?').statement.get(kiosk.id)
    if (row !== undefined && Number(row.acked) > seq)
      this.#old.set(kiosk, { restores: this.#hub.restores, acked: Number(row.acked), hash: String(row.head_hash) })
  }
  /** Whether a round went well that should have been the end of an old disk. */
  checkNoticed(): void {
    for (const [kiosk, { restores, acked, hash }] of this.#old) {
      if (restores !== this.#hub.restores || kiosk.lastRound?.ok !== true || kiosk.running === null) continue
      // Grown again to the very same bytes, a start at the same hour: then nothing was changed.
      if (kiosk.running.services.ledger.hashAt(acked) !== hash)
        throw new Violation(`P8: ${kiosk.name} came back with an old disk, unnoticed`)
    }
  }

  check(): void {
    this.checkNoticed()
    for (const kiosk of this.kiosks) this.#checkKiosk(kiosk)
    this.#checkHub()
  }

  #checkKiosk(kiosk: Kiosk): void {
    const db = kiosk.running?.store.db
    if (db === undefined) return
    const book = this.#book(kiosk)
    const changes = ready<{ n: number }>(db, 'SELECT total_changes() AS n').get()?.n ?? 0
    // Of kiosks that were given up as well: lost in a cupboard they are still what they were.
    if (kiosk.toldRefused) book.refusedFrom ??= book.entries.length
    else book.refusedFrom = null
    if (book.db === db && book.changes === changes) return
    if (book.db !== db) {
      // Started anew: everything that was seen on its disk must be there still.
      for (const [seq, hash] of book.confirmed) {
        const found = db.prepare<[number], { hash: Buffer }>('SELECT hash FROM ledger WHERE seq = ?').get(seq)
        if (found?.hash.toString('hex') !== hash)
          throw new Violation(`P4: ${kiosk.name} confirmed entry ${seq} on its screen and lost it`)
      }
      book.confirmed.clear()
      book.db = db
    }
    book.changes = changes
    const rows = ready<{ seq: number; bytes: string; hash: Buffer }>(
      db,
      'SELECT seq, bytes, hash FROM ledger WHERE seq > ? ORDER BY seq',
    ).all(book.entries.length)
    for (const row of rows)
      this.#entry(kiosk, book, { ...(JSON.parse(row.bytes) as Entry), hash: row.hash.toString('hex') })
    this.#checkHolders()
    this.#checkRevokes(kiosk, db)
  }

  #entry(kiosk: Kiosk, book: Book, entry: Entry): void {
    book.entries.push(entry)
    if (entry.pickup === null || entry.epoch === null) return
    if (entry.kind === 'slip-intended' && book.refusedFrom !== null && entry.seq > book.refusedFrom + 1)
      throw new Violation(`P5: ${kiosk.name} releases ${short(entry.pickup)} although the hub has refused it`)
    if (kiosk.excused !== null) return
    const key = about(entry.pickup, epochKey(entry.epoch))
    switch (entry.kind) {
      case 'slip-intended':
        if (book.acknowledged.has(key) || book.pending.has(key))
          throw new Violation(`P5: ${kiosk.name} releases ${short(entry.pickup)} although it knows that it is revoked`)
        break
      case 'revoke-pending':
        book.pending.add(key)
        break
      case 'revoke-acknowledged': {
        book.acknowledged.add(key)
        const numbers = new Map(
          book.entries.flatMap(({ kind, facts }) =>
            kind === 'slip-intended' ? [[facts.slip, facts.number] as const] : [],
          ),
        )
        const settled = new Set(
          book.entries.flatMap(({ kind, facts }) => (settlements.has(kind) ? [numbers.get(facts.slip)] : [])),
        )
        const loose = this.papersOf(kiosk).find(
          (paper) => about(paper.pickup, paper.epoch) === key && (paper.where === 'hand' || !settled.has(paper.number)),
        )
        if (loose !== undefined || kiosk.printing === entry.pickup)
          throw new Violation(
            `P5: ${kiosk.name} acknowledges ${short(entry.pickup)} while paper of it is unaccounted for (${loose?.number ?? 'printing'})`,
          )
        break
      }
    }
  }

  /** At any time one kiosk at most could hand a pickup over. */
  #checkHolders(): void {
    const holder = new Map<string, Kiosk>()
    for (const kiosk of this.kiosks) {
      if (kiosk.excused !== null || kiosk.running === null) continue
      const { acknowledged } = this.#book(kiosk)
      for (const { pickup: id, epoch } of kiosk.running.services.pickups.liveGrants()) {
        if (acknowledged.has(about(id, epochKey(epoch))))
          throw new Violation(`P5: ${kiosk.name} holds ${short(id)} again at an epoch that it has acknowledged`)
        const other = holder.get(id)
        if (other !== undefined)
          throw new Violation(`P2: ${other.name} and ${kiosk.name} could both hand over ${short(id)}`)
        holder.set(id, kiosk)
      }
    }
  }

  /** What a kiosk has read of its feed, it knows. */
  #checkRevokes(kiosk: Kiosk, db: NonNullable<Kiosk['running']>['store']['db']): void {
    const record = ready<{ incarnation: string; cursor: number }>(db, 'SELECT incarnation, cursor FROM kiosk').get()
    if (record === undefined || record.incarnation !== this.#hub.incarnation || kiosk.excused !== null) return
    for (const { desk, seq, pickup, epoch } of this.#revokes.values()) {
      if (desk !== kiosk.desk || seq > record.cursor) continue
      const row = ready<{ state: string; epoch: string; revoke_pending: number }>(
        db,
        "SELECT state, epoch_incarnation || '/' || epoch_n AS epoch, revoke_pending FROM pickup WHERE id = ?",
      ).get(pickup)
      if (
        row?.epoch === epoch &&
        row.revoke_pending === 0 &&
        ['waiting', 'arrived', 'verified', 'failed', 'printing', 'printed', 'uncertain'].includes(row.state)
      )
        throw new Violation(`P5: ${kiosk.name} was asked for ${short(pickup)} and goes on with it (${row.state})`)
    }
  }

  #checkHub(): void {
    const { memory } = this.#hub
    const db = memory.raw
    if (this.#memory !== memory) {
      this.#memory = memory
      this.#owed.clear()
      if (this.#hub.restores > 0)
        for (const kiosk of this.kiosks)
          this.#owed.set(
            kiosk,
            kiosk.look(
              (disk) => ready<{ n: number }>(disk, 'SELECT ifnull(max(seq), 0) AS n FROM ledger').get()?.n ?? 0,
            ),
          )
      this.#hubChanges = -1
      this.#seenGrants = this.#seenEntries = 0
      this.#seenFeed = new Map()
      this.#revokes = new Map()
    }
    const { n: changes } = memory.prepare('SELECT total_changes() AS n').statement.get() as { n: number }
    if (changes === this.#hubChanges || db.inTransaction) return
    this.#hubChanges = changes
    this.#checkFrozen()
    this.#rows.check(memory, this.#hub.restores > 0)
    this.#checkReported()
    const grants = memory
      .prepare(`SELECT rowid, pickup, incarnation, n, kiosk, record FROM "grant" WHERE rowid > ? ORDER BY rowid`)
      .statement.all(this.#seenGrants) as unknown as (Grant & { rowid: number; record: string })[]
    for (const grant of grants) {
      this.#seenGrants = grant.rowid
      if (grant.record !== '') this.#granted(grant)
    }
    const feed = memory
      .prepare(`SELECT desk, seq, body FROM feed WHERE body LIKE '%pickup-revoke%' ORDER BY desk, seq`)
      .statement.all() as unknown as {
      desk: string
      seq: number
      body: string
    }[]
    for (const row of feed) {
      if (row.seq <= (this.#seenFeed.get(row.desk) ?? 0)) continue
      this.#seenFeed.set(row.desk, row.seq)
      const { pickup, epoch } = JSON.parse(row.body) as { pickup: string; epoch: { incarnation: string; n: number } }
      this.#revokes.set(`${row.desk} ${about(pickup, epochKey(epoch))}`, {
        desk: row.desk,
        seq: row.seq,
        pickup,
        epoch: epochKey(epoch),
      })
    }
    this.#checkEntries()
  }

  /** A freeze is for old disks and attackers: a late or repeated message must never stop a healthy desk. */
  #checkFrozen(): void {
    for (const { id } of this.#hub.memory.prepare('SELECT id FROM kiosk WHERE frozen = 1').statement.all()) {
      const kiosk = this.kiosks.find((one) => one.id === id)
      if (kiosk?.excused === null)
        throw new Violation(`P4: the hub freezes ${kiosk.name}, which has done nothing wrong`)
    }
  }

  /** A hub put back from its backup waits for all that a kiosk had done by then. */
  #checkReported(): void {
    if (this.#hub.incarnation === this.#hub.unnoticed) return
    const told = this.#hub.memory
      .prepare('SELECT id, acked FROM kiosk WHERE reported = :incarnation')
      .statement.all({ incarnation: this.#hub.incarnation })
    for (const { id, acked } of told as unknown as { id: string; acked: number }[]) {
      const kiosk = this.kiosks.find((one) => one.id === id)
      if (kiosk === undefined || kiosk.excused !== null || acked >= (this.#owed.get(kiosk) ?? 0)) continue
      throw new Violation(
        `P5: the restored hub takes the word of ${kiosk.name} without its ledger after entry ${acked}`,
      )
    }
  }

  #granted(grant: Grant & { readonly record: string }): void {
    const { sealedTo } = JSON.parse(grant.record) as { sealedTo?: string }
    if (sealedTo !== undefined && this.thieves.has(sealedTo))
      throw new Violation(`P7: ${short(grant.pickup)} (epoch ${grant.n}) is sealed to a thief's opening key`)
    const before = this.#grants.get(grant.pickup) ?? []
    if (before.some((other) => other.incarnation === grant.incarnation && other.n === grant.n)) return
    for (const old of before) {
      const kiosk = this.kiosks.find((one) => one.id === old.kiosk)
      if (kiosk === undefined || kiosk.excused !== null) continue
      this.#checkKiosk(kiosk)
      if (
        !this.#book(kiosk).acknowledged.has(about(old.pickup, epochKey(old))) &&
        (old.incarnation === grant.incarnation || this.#holds(kiosk, old))
      )
        throw new Violation(
          `P5: the hub grants ${short(grant.pickup)} anew (epoch ${grant.n}), and ${kiosk.name} has not acknowledged epoch ${old.n}`,
        )
    }
    before.push(grant)
    this.#grants.set(grant.pickup, before)
    this.#world.tell(
      `${short(grant.pickup)} is granted to ${this.kiosks.find((one) => one.id === grant.kiosk)?.name ?? 'a kiosk'} (epoch ${grant.n})`,
    )
  }

  /** A grant that was made and forgotten, over a hub put back from its backup, may never have reached its kiosk. */
  #holds(kiosk: Kiosk, { pickup, incarnation, n }: Grant): boolean {
    const row = kiosk.look((db) =>
      ready(db, 'SELECT 1 FROM pickup WHERE id = ? AND epoch_incarnation = ? AND epoch_n = ?').get(
        pickup,
        incarnation,
        n,
      ),
    )
    return row !== undefined
  }

  #checkEntries(): void {
    const { memory } = this.#hub
    const rows = memory
      .prepare('SELECT rowid, kiosk, seq, kind, hash FROM ledger_entry WHERE rowid > ? ORDER BY rowid')
      .statement.all(this.#seenEntries) as unknown as {
      rowid: number
      kiosk: string
      seq: number
      kind: string
      hash: string
    }[]
    for (const row of rows) {
      this.#seenEntries = row.rowid
      const kiosk = this.kiosks.find((one) => one.id === row.kiosk)
      if (kiosk === undefined || kiosk.excused !== null) continue
      this.#checkKiosk(kiosk)
      if (this.#book(kiosk).entries[row.seq - 1]?.hash !== row.hash)
        throw new Violation(`P8: the hub holds another entry ${row.seq} than ${kiosk.name}`)
      if (row.kind !== 'handed-over') continue
      const { n } = memory
        .prepare(
          'SELECT (SELECT count(*) FROM handover h WHERE h.kiosk = ? AND h.seq = ?) + (SELECT count(*) FROM dispute d WHERE d.kiosk = ? AND d.seq = ?) AS n',
        )
        .statement.get(row.kiosk, row.seq, row.kiosk, row.seq) as { n: number }
      if (n < 1 || n > 2) throw new Violation(`P4: a handover of ${kiosk.name} takes effect ${n} times`)
    }
    if (this.#hub.restores > 0) return
    for (const kiosk of this.kiosks) {
      if (kiosk.running === null || kiosk.excused !== null) continue
      const acked = kiosk.running.services.records.read()?.acked ?? 0
      const { n } = memory
        .prepare('SELECT max(seq) AS n FROM ledger_entry WHERE kiosk = ?')
        .statement.get(kiosk.id) as { n: number | null }
      if (acked > (n ?? 0))
        throw new Violation(`P4: ${kiosk.name} was told that entry ${acked} is safe, and the hub does not hold it`)
    }
  }
}
