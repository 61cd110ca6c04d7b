/**
 * The kiosk's opening keys (docs/architecture.md#security): the newest is what the hub seals new grants to; an old one
 * stays until its last envelope has gone. Each is shared with every member of staff who has a PIN here and whose public
 * key is vouched for, and with nobody else.
 */
import type { StaffId } from '../../src-shared/domain/index.ts'
import { newSealKeyPair } from '../../src-shared/protocol/envelope.ts'
import { proveHolders } from '../../src-shared/protocol/opening-holders.ts'
import { countersign } from '../../src-shared/protocol/opening-link.ts'
import { DamagedRow, type Sqlite, type Store } from '../storage/index.ts'
import { isPair, openShare, protectPublic, readPublic, sealShare, vouchFor, wipe } from '../vault/index.ts'

/** An opening key in a session's hands; `privateKey` is zeros once the session has ended. */
export interface OpeningKey {
  readonly publicKey: Buffer
  readonly privateKey: Buffer
}

interface Row {
  n: number
  public_key: Buffer
}

export type OpeningKeys = ReturnType<typeof createOpeningKeys>

interface Parts {
  readonly store: Store
  readonly keyEncryptionKey: Uint8Array
  readonly kiosk: string
  /** The hub's own key, which a new key is vouched for to; null: not told yet. */
  readonly hubCountersign: () => Uint8Array | null
  /** Keeps what the newest key says of a member's public key. Inside the transaction. */
  readonly setVouch: (staff: StaffId, vouch: Buffer) => void
  /** Tells the hub at the next contact that new grants are to be sealed to this key. Inside the transaction. */
  readonly announce: (publicKey: Buffer) => void
  readonly now: () => number
}

/** Whom a key is shared with: `publicKey` is known to be theirs. */
export interface ShareOf {
  readonly staff: StaffId
  readonly publicKey: Buffer
}

/** Whoever is signed in, as they vouch to the hub for who holds an opening key. */
export interface Speaker {
  readonly staff: StaffId
  /** Their own key's private half; the caller wipes it. */
  readonly own: Uint8Array
  /** How far the ledger has come. */
  readonly head: number
}

export interface Rotation {
  /** Opened by a badge and a PIN: each vouches for the new key to the hub. Without any, that waits for a supervisor. */
  readonly held: readonly OpeningKey[]
  /** The one of `held` by which colleagues know the new key to be true; null: there is none. */
  readonly head: OpeningKey | null
  readonly to: readonly ShareOf[]
  /** Says to the hub who these are. null: this session cannot. */
  readonly by: Speaker | null
  /** Writes more in the same transaction. */
  readonly also: (publicKey: Buffer) => void
  /** May take the key for a session; false: it is wiped. */
  readonly keep?: (key: OpeningKey) => boolean
}

/** What the opening keys ask of the kiosk's database. */
function keyStatements(db: Sqlite) {
  return {
    all: db.prepare<[], Row>('SELECT n, public_key FROM opening_key ORDER BY n DESC'),
    insert: db.prepare('INSERT INTO opening_key (public_key, created_at) VALUES (?, ?)'),
    insertShare: db.prepare('INSERT OR REPLACE INTO opening_share (key, staff, sealed) VALUES (?, ?, ?)'),
    share: db.prepare<[number, string], { sealed: Buffer }>(
      'SELECT sealed FROM opening_share WHERE key = ? AND staff = ?',
    ),
    envelopes: db.prepare<[Buffer], { n: number }>(
      'SELECT count(*) AS n FROM pickup WHERE length(envelope) > 0 AND (sealed_to IS NULL OR sealed_to = ?)',
    ),
    insertLink: db.prepare('INSERT INTO opening_link (from_public, to_public, countersignature) VALUES (?, ?, ?)'),
    insertSuccession: db.prepare(
      'INSERT INTO opening_succession (staff, from_public, to_public, proof) VALUES (?, ?, ?, ?)',
    ),
    setStatement: db.prepare(
      'INSERT OR REPLACE INTO opening_statement (one, to_public, n, by_staff, holders, by_key, by_person) VALUES (1, ?, ?, ?, ?, ?, ?)',
    ),
    statementOf: db.prepare<[], { to_public: Buffer; n: number; by_staff: string; told: number }>(
      'SELECT to_public, n, by_staff, told FROM opening_statement',
    ),
    holdersOf: db.prepare<[number], { n: number }>('SELECT count(*) AS n FROM opening_share WHERE key = ?'),
    drop: db.prepare('DELETE FROM opening_key WHERE n = ?'),
  }
}

/** What the functions of this file work on. */
interface Kept extends Parts {
  readonly rows: ReturnType<typeof keyStatements>
  /** What was said in this run (`wordOf`). */
  readonly spoken: Set<string>
}

/**
 * Newest first. Throws when a key is not the one this kiosk made: nobody may have grants sealed to a key put there by
 * hand.
 */
function listKeys({ rows, keyEncryptionKey }: Kept): { n: number; publicKey: Buffer }[] {
  return rows.all.all().map((row) => {
    const publicKey = readPublic(keyEncryptionKey, 'opening', row.public_key)
    if (publicKey === null) throw new DamagedRow('an opening key is not this kiosk’s own')
    return { n: row.n, publicKey }
  })
}

/** Whose word of whom: a colleague who is added is spoken of anew. */
const wordOf = ({ rows }: Kept, n: number, staff: string) => `${n} ${rows.holdersOf.get(n)?.n ?? 0} ${staff}`

async function linksFor({ hubCountersign, kiosk }: Kept, held: readonly OpeningKey[], next: Buffer) {
  const hub = hubCountersign()
  if (hub === null) return []
  return Promise.all(
    held.map(async ({ publicKey, privateKey }) => ({
      from: publicKey,
      countersignature: await countersign({ kiosk, from: publicKey, to: next }, privateKey, hub),
    })),
  )
}

/** null: the hub has not told its own key yet. `write` keeps it, inside the caller's transaction. */
async function statement(
  kept: Kept,
  { publicKey, privateKey }: OpeningKey,
  holders: readonly ShareOf[],
  { staff, own, head }: Speaker,
): Promise<{ write: () => void } | null> {
  const { rows, kiosk, hubCountersign, spoken } = kept
  const hub = hubCountersign()
  if (hub === null) return null
  // A statement by itself writes nothing in the ledger: the next one is the newer all the same.
  const n = Math.max(head, (rows.statementOf.get()?.n ?? -1) + 1)
  const said = { kiosk, key: publicKey, n, by: staff, holders }
  const [byKey, byPerson] = await Promise.all([proveHolders(said, privateKey, hub), proveHolders(said, own, hub)])
  const text = JSON.stringify(holders.map((one) => ({ staff: one.staff, key: one.publicKey.toString('base64url') })))
  return {
    write() {
      rows.setStatement.run(publicKey, n, staff, text, byKey, byPerson)
      const [newest] = listKeys(kept)
      if (newest !== undefined) spoken.add(wordOf(kept, newest.n, staff))
    },
  }
}

async function rotate(kept: Kept, { held, head, to, by, also, keep = () => false }: Rotation): Promise<void> {
  const { store, rows, keyEncryptionKey, kiosk, setVouch, announce, now } = kept
  const pair = await newSealKeyPair()
  let taken = false
  try {
    const links = await linksFor(kept, held, pair.publicKey)
    const said = by === null ? null : await statement(kept, pair, to, by)
    const shares = await Promise.all(
      to.map(async ({ staff, publicKey }) => ({
        staff,
        sealed: await sealShare(publicKey, staff, pair.publicKey, pair.privateKey),
        vouch: vouchFor(pair.privateKey, { kiosk, staff }, publicKey),
        proof:
          head === null
            ? null
            : await countersign({ kiosk, from: head.publicKey, to: pair.publicKey }, head.privateKey, publicKey),
      })),
    )
    store.transact(() => {
      const n = Number(
        rows.insert.run(protectPublic(keyEncryptionKey, 'opening', pair.publicKey), now()).lastInsertRowid,
      )
      for (const { staff, sealed, vouch, proof } of shares) {
        rows.insertShare.run(n, staff, sealed)
        setVouch(staff, vouch)
        if (head !== null) rows.insertSuccession.run(staff, head.publicKey, pair.publicKey, proof)
      }
      for (const link of links) rows.insertLink.run(link.from, pair.publicKey, link.countersignature)
      said?.write()
      announce(pair.publicKey)
      also(pair.publicKey)
    })
    taken = keep({ publicKey: pair.publicKey, privateKey: pair.privateKey })
  } finally {
    if (!taken) wipe(pair.privateKey)
  }
}

async function sharesFor(
  kept: Kept,
  staff: StaffId,
  staffPublic: Buffer,
  held: readonly OpeningKey[],
): Promise<{ write: () => void }> {
  const known = listKeys(kept)
  const sealed = await Promise.all(
    held.flatMap(({ publicKey, privateKey }) => {
      const key = known.find((candidate) => candidate.publicKey.equals(publicKey))
      return key === undefined
        ? []
        : [sealShare(staffPublic, staff, publicKey, privateKey).then((bytes) => ({ n: key.n, bytes }))]
    }),
  )
  return {
    write() {
      for (const { n, bytes } of sealed) kept.rows.insertShare.run(n, staff, bytes)
    },
  }
}

async function openFor(kept: Kept, staff: StaffId, staffPrivate: Uint8Array): Promise<OpeningKey[]> {
  const opened: OpeningKey[] = []
  for (const { n, publicKey } of listKeys(kept)) {
    const row = kept.rows.share.get(n, staff)
    const privateKey = row === undefined ? null : await openShare(staffPrivate, staff, publicKey, row.sealed)
    if (privateKey === null) continue
    // Anybody can seal to a public key: a share that holds another key than it says is no share.
    if (await isPair(publicKey, privateKey)) opened.push({ publicKey, privateKey })
    else wipe(privateKey)
  }
  return opened
}

export function createOpeningKeys(parts: Parts) {
  const { store, hubCountersign } = parts
  const rows = keyStatements(store.db)
  const kept: Kept = { ...parts, rows, spoken: new Set() }
  const list = () => listKeys(kept)

  return {
    statement: (key: OpeningKey, holders: readonly ShareOf[], by: Speaker) => statement(kept, key, holders, by),
    newest: (): Buffer | null => list()[0]?.publicKey ?? null,
    count: (): number => rows.all.all().length,

    /**
     * Nobody has said who holds the newest key; or the hub did not take the word of somebody other than `staff`; or it
     * did, and `staff` have not said so in this run: whom only one has vouched for, the hub believes no longer once
     * that one is removed.
     */
    owesStatement(staff: StaffId): boolean {
      const said = rows.statementOf.get()
      const [newest] = list()
      if (newest === undefined || hubCountersign() === null) return false
      if (said?.to_public.equals(newest.publicKey) !== true) return true
      if (said.by_staff === staff) return false
      return said.told === 2 || (said.told === 1 && !kept.spoken.has(wordOf(kept, newest.n, staff)))
    },

    /** Whether anybody has a share of the newest key. */
    newestIsHeld(): boolean {
      const [newest] = list()
      return newest !== undefined && (rows.holdersOf.get(newest.n)?.n ?? 0) > 0
    },

    /** An opening key that nobody but this person has a share of, and that `held` does not have: it would be lost. */
    losesWith(staff: StaffId, held: readonly OpeningKey[]): boolean {
      return list().some(
        ({ n, publicKey }) =>
          !held.some((key) => key.publicKey.equals(publicKey)) &&
          rows.share.get(n, staff) !== undefined &&
          rows.holdersOf.get(n)?.n === 1,
      )
    },

    /**
     * Makes the next opening key and shares it with `to`. Each key of `held` vouches for it to the hub, `head` to each
     * of `to`, and it vouches itself for the public key of each. The hub is told who `to` are, by that very key and by
     * whoever is signed in.
     */
    rotate: (rotation: Rotation): Promise<void> => rotate(kept, rotation),

    /**
     * Shares for a new colleague of the keys that a session holds; stored by `write` inside the caller's transaction.
     */
    sharesFor: (staff: StaffId, staffPublic: Buffer, held: readonly OpeningKey[]): Promise<{ write: () => void }> =>
      sharesFor(kept, staff, staffPublic, held),

    /** The keys that this person's own key opens, newest first. The caller wipes them. */
    openFor: (staff: StaffId, staffPrivate: Uint8Array): Promise<OpeningKey[]> => openFor(kept, staff, staffPrivate),

    /**
     * Old keys die with their last envelope. Called after a whole round with the hub: the newest key is registered and
     * every grant sealed before that has come. Returns how many died.
     */
    dropSpent(): number {
      const old = list().slice(1)
      if (old.length === 0) return 0
      return store.transact(() => {
        let dropped = 0
        for (const { n, publicKey } of old)
          if ((rows.envelopes.get(publicKey)?.n ?? 0) === 0) dropped += rows.drop.run(n).changes
        return dropped
      })
    },
  }
}
