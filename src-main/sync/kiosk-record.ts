/** The one row that says who this kiosk is and how far it has come with the hub. */
import { z } from 'zod'
import { storedInstant } from '../../src-shared/domain/bounds.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { Desk, DeskId, Incarnation, KioskId, KioskKind } from '../../src-shared/domain/index.ts'
import { maxOpeningLinks, type OpeningLinkText } from '../../src-shared/hub-api/index.ts'
import { DirectoryDesk, Policy } from '../../src-shared/policy/index.ts'
import { type Sqlite, stored, storedJson } from '../storage/index.ts'
import type { WrappedUnattendedKeys } from '../vault/index.ts'
import { createOpeningStatement } from './opening-statement.ts'
import { trustedWith } from './trust.ts'

export const OpeningAnswer = z.enum(['waits', 'refused', 'another-waits'])
export type OpeningAnswer = z.infer<typeof OpeningAnswer>

export interface KioskRecord {
  readonly kiosk: KioskId
  readonly desk: DeskId
  readonly kind: KioskKind
  readonly hubAddress: string
  readonly hubAuthority: string
  readonly incarnation: Incarnation
  readonly cursor: number
  /** The first sync is complete. */
  readonly synced: boolean
  /** Newest ledger entry the hub has acknowledged. */
  readonly acked: number
  readonly frozen: boolean
  /** Frozen by what this kiosk found in its own ledger: no word of the hub ends that. */
  readonly frozenHere: boolean
  /**
   * The hub no longer knows this kiosk (written off, replaced, or enrolled after a backup that was put back): its
   * grants are burned there.
   */
  readonly refused: boolean
  readonly generation: number
  readonly lastContact: number | null
  readonly openingPublic: Buffer | null
  /** In force at the hub. */
  readonly openingRegistered: boolean
  /**
   * What the hub last said of a key that is not in force: it waits for a supervisor, was refused, or another waits in
   * this kiosk's name.
   */
  readonly openingAnswer: OpeningAnswer | null
  /** The hub's own key: what vouches for a new opening key is sealed to it. null: no hub has told it yet. */
  readonly hubCountersign: Buffer | null
  readonly keys: WrappedUnattendedKeys
  readonly deskRecord: Desk | null
  readonly policy: Policy | null
}

interface Row {
  kiosk: string
  desk: string
  kind: string
  hub_address: string
  hub_authority: string
  incarnation: string
  cursor: number
  synced: number
  acked: number
  frozen: number
  generation: number
  last_contact: number | null
  sign_key: Buffer
  lookup_key: Buffer
  cache_key: Buffer
  opening_public: Buffer | null
  opening_registered: number
  opening_answer: string | null
  hub_countersign: Buffer | null
  desk_record: string | null
  policy_record: string | null
}

const frozenBy = { hub: 1, here: 2, refused: 3 } as const

/**
 * Whether this kiosk may prove and print. L-603 where the hub refuses it, L-604 where it is frozen; paper is accounted
 * for all the same.
 */
export function mayServe(record: KioskRecord | null): Result<null> {
  if (record?.frozen !== true) return ok(null)
  return fail(record.refused ? failures.kioskNotAccepted : failures.kioskFrozen)
}

/** The desk's facts; with them comes the hub's next authority, where there is one. */
function createTrust(db: Sqlite) {
  const setDesk = db.prepare('UPDATE kiosk SET desk_record = ?')
  const authority = db.prepare<[], string>('SELECT hub_authority FROM kiosk').pluck()
  const setAuthority = db.prepare('UPDATE kiosk SET hub_authority = ?')
  return {
    setDesk(desk: Desk): void {
      setDesk.run(JSON.stringify(desk))
      const trusted = authority.get()
      if (desk.nextAuthority === undefined || trusted === undefined) return
      const wider = trustedWith(trusted, desk.nextAuthority)
      if (wider !== null) setAuthority.run(wider)
    },
    /** PEM of the hub's authorities that this kiosk trusts now. */
    hubAuthority: (): string => authority.get() ?? '',
  }
}

export type KioskRecords = ReturnType<typeof createKioskRecords>

export function createKioskRecords(db: Sqlite) {
  const read = db.prepare<[], Row>('SELECT * FROM kiosk')
  const hubFacts = db.prepare<[], number>('SELECT hub_facts FROM kiosk').pluck()
  const setHubFacts = db.prepare('UPDATE kiosk SET hub_facts = ? WHERE hub_facts <> ?')
  const setCursor = db.prepare('UPDATE kiosk SET incarnation = ?, cursor = ?, synced = ?')
  const setAcked = db.prepare('UPDATE kiosk SET acked = ?')
  const rewind = db.prepare('UPDATE kiosk SET acked = ?, opening_registered = 0, opening_answer = NULL')
  const setFrozen = db.prepare('UPDATE kiosk SET frozen = ?')
  const setContact = db.prepare('UPDATE kiosk SET last_contact = ?')
  const trust = createTrust(db)
  const setPolicy = db.prepare('UPDATE kiosk SET policy_record = ?')
  const setOpening = db.prepare('UPDATE kiosk SET opening_public = ?, opening_registered = 0, opening_answer = NULL')
  // Of the key that the hub was asked about: another may have been made meanwhile.
  const setRegistered = db.prepare(
    'UPDATE kiosk SET opening_registered = 1, opening_answer = NULL WHERE opening_public = ?',
  )
  const setAnswer = db.prepare('UPDATE kiosk SET opening_answer = ? WHERE opening_public = ?')
  const setHubCountersign = db.prepare('UPDATE kiosk SET hub_countersign = ?')
  const links = db.prepare<[number], { from_public: Buffer; to_public: Buffer; countersignature: Buffer }>(
    'SELECT from_public, to_public, countersignature FROM opening_link ORDER BY n DESC LIMIT ?',
  )
  const statement = createOpeningStatement(db)
  const directory = db.prepare<[], { desks: string }>('SELECT desks FROM directory')
  const setDirectory = db.prepare(
    'INSERT INTO directory (one, desks) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET desks = excluded.desks',
  )
  const nextGeneration = db.prepare<[], { generation: number }>(
    'UPDATE kiosk SET generation = generation + 1 RETURNING generation',
  )

  return {
    read(): KioskRecord | null {
      const row = read.get()
      if (row === undefined) return null
      return {
        kiosk: stored(KioskId, row.kiosk),
        desk: stored(DeskId, row.desk),
        kind: stored(KioskKind, row.kind),
        hubAddress: row.hub_address,
        hubAuthority: row.hub_authority,
        incarnation: stored(Incarnation, row.incarnation),
        cursor: row.cursor,
        synced: row.synced === 1,
        acked: row.acked,
        frozen: row.frozen !== 0,
        frozenHere: row.frozen === 2,
        refused: row.frozen === 3,
        generation: row.generation,
        lastContact: storedInstant(row.last_contact),
        openingPublic: row.opening_public,
        openingRegistered: row.opening_registered === 1,
        openingAnswer: row.opening_answer === null ? null : OpeningAnswer.parse(row.opening_answer),
        hubCountersign: row.hub_countersign,
        keys: { signKey: row.sign_key, lookupKey: row.lookup_key, cacheKey: row.cache_key },
        deskRecord: row.desk_record === null ? null : storedJson(Desk, row.desk_record),
        policy: row.policy_record === null ? null : storedJson(Policy, row.policy_record),
      }
    },
    setCursor: (incarnation: Incarnation, cursor: number, synced: boolean) =>
      void setCursor.run(incarnation, cursor, synced ? 1 : 0),
    /** What the hub takes in a ledger entry (`ledgerFactsNow`), as it last said. */
    hubFacts: (): number => hubFacts.get() ?? 1,
    setHubFacts: (facts: number) => void setHubFacts.run(facts, facts),
    /** As the hub says, also where it is less than before: a hub that went back in time is told again from there. */
    setAcked: (seq: number) => void setAcked.run(seq),
    /** The hub was restored from backup: it must be told again from `seq` on, and of the opening key. */
    rewind(seq: number): void {
      rewind.run(seq)
      statement.tellAgain()
    },
    /**
     * `hub`: ledgers differ; `here`: this kiosk's own ledger is damaged; `refused`: the hub does not accept this kiosk.
     */
    setFrozen: (by: keyof typeof frozenBy | null) => void setFrozen.run(by === null ? 0 : frozenBy[by]),
    setContact: (at: number) => void setContact.run(at),
    ...trust,
    setPolicy: (policy: Policy) => void setPolicy.run(JSON.stringify(policy)),
    setDirectory: (desks: readonly DirectoryDesk[]) => void setDirectory.run(JSON.stringify(desks)),
    /** The institution's desks as the hub last told them; none before it has. */
    directory(): DirectoryDesk[] {
      const row = directory.get()
      return row === undefined ? [] : storedJson(z.array(DirectoryDesk), row.desks)
    },
    setOpening: (publicKey: Uint8Array) => void setOpening.run(publicKey),
    setRegistered: (publicKey: Uint8Array) => void setRegistered.run(publicKey),
    setOpeningAnswer: (publicKey: Uint8Array, answer: OpeningAnswer) => void setAnswer.run(answer, publicKey),
    setHubCountersign: (publicKey: Uint8Array) => void setHubCountersign.run(publicKey),
    /** What vouches for this kiosk's opening keys, the newest first. */
    openingLinks: (): OpeningLinkText[] =>
      links.all(maxOpeningLinks).map((row) => ({
        from: row.from_public.toString('base64url'),
        to: row.to_public.toString('base64url'),
        countersignature: row.countersignature.toString('base64url'),
      })),
    openingHolders: statement.of,
    setHoldersHeard: statement.setHeard,
    nextGeneration: () => nextGeneration.get()?.generation ?? 0,
  }
}
