/**
 * Which opening key and which colleagues' public keys a session knows to be the desk's own. Everything here begins at a
 * badge and a PIN: the person's own key opens their root, successions lead from the opening key in it to the newest
 * one, and that one's vouches say whose public keys are true. Whoever has the disk and the keystore alone can replace a
 * key, and none of these.
 */
import type { StaffId } from '../../src-shared/domain/index.ts'
import { isCountersigned } from '../../src-shared/protocol/opening-link.ts'
import type { Store } from '../storage/index.ts'
import { isPair, isVouched, openRoot, rootKeyOf, sealRoot, vouchFor } from '../vault/index.ts'
import type { OpeningKey, ShareOf } from './opening-keys.ts'
import type { Roster } from './roster.ts'

/** What one person knows, for as long as their session lasts. */
export interface Trust {
  /** The person's own public key; null: the kiosk has lost it, so nothing can be shared with them. */
  readonly ownPublic: Buffer | null
  /** Seals their root anew; zeros once the session has ended. */
  readonly rootKey: Buffer
  /** The newest opening key that they know to be true and hold; null: there is none. One of the session's keys. */
  readonly head: OpeningKey | null
}

interface Step {
  n: number
  from_public: Buffer
  to_public: Buffer
  proof: Buffer
}

interface Parts {
  readonly store: Store
  readonly roster: Roster
  readonly kiosk: string
}

export type Trusting = ReturnType<typeof createTrusting>

export function createTrusting({ store, roster, kiosk }: Parts) {
  const steps = store.db.prepare<[string], Step>(
    'SELECT n, from_public, to_public, proof FROM opening_succession WHERE staff = ? ORDER BY n DESC',
  )
  const walked = store.db.prepare('DELETE FROM opening_succession WHERE staff = ? AND n <= ?')

  /** The opening key that successions lead to from `known`; each is checked with the person's own key. */
  async function newestFrom(known: Buffer, rows: readonly Step[], own: Uint8Array): Promise<Buffer> {
    let at = known
    const seen = [at]
    for (let i = 0; i < rows.length;) {
      const row = rows[i++]
      if (row === undefined || !row.from_public.equals(at) || seen.some((one) => one.equals(row.to_public))) continue
      const step = { kiosk, from: at, to: row.to_public, countersignature: row.proof }
      if (!(await isCountersigned(step, own))) continue
      at = row.to_public
      seen.push(at)
      i = 0
    }
    return at
  }

  function write(staff: StaffId, { rootKey, ownPublic }: Trust, opening: Buffer | null): void {
    if (ownPublic !== null) roster.setRoot(staff, sealRoot(rootKey, { kiosk, staff }, { ownPublic, opening }))
  }

  return {
    /**
     * What somebody knows, with their own key and the opening keys it has just opened. `keep` writes how far they have
     * come, in the caller's transaction, and says whether the public key that lay here for them was another's; it is
     * put right then.
     */
    async of(
      staff: StaffId,
      own: Uint8Array,
      keys: readonly OpeningKey[],
    ): Promise<{ trust: Trust; keep: () => { wasAnothers: boolean } }> {
      const record = roster.pin(staff)
      const rootKey = rootKeyOf(own)
      const root = record === null || record.root === null ? null : openRoot(rootKey, { kiosk, staff }, record.root)
      const kept = record?.publicKey ?? null
      if (root === null) {
        const ownPublic = kept !== null && (await isPair(kept, own)) ? kept : null
        return { trust: { ownPublic, rootKey, head: null }, keep: () => ({ wasAnothers: ownPublic === null }) }
      }
      const rows = steps.all(staff)
      const known = root.opening === null ? null : await newestFrom(root.opening, rows, own)
      const head = known === null ? null : (keys.find(({ publicKey }) => publicKey.equals(known)) ?? null)
      const trust = { ownPublic: root.ownPublic, rootKey, head }
      return {
        trust,
        keep() {
          const wasAnothers = kept?.equals(root.ownPublic) !== true
          if (wasAnothers) roster.setPublicKey(staff, root.ownPublic)
          if (head !== null) roster.setVouch(staff, vouchFor(head.privateKey, { kiosk, staff }, root.ownPublic))
          if (known !== null && root.opening?.equals(known) !== true) write(staff, trust, known)
          walked.run(staff, rows[0]?.n ?? 0)
          return { wasAnothers }
        },
      }
    },

    /**
     * Everyone else with a PIN here, by what the session's newest key says of the public key that lies here for them.
     */
    colleagues(by: StaffId, head: OpeningKey | null): { vouched: ShareOf[]; others: ShareOf[] } {
      const vouched: ShareOf[] = []
      const others: ShareOf[] = []
      for (const { staff, publicKey, vouch } of roster.holders()) {
        if (staff === by) continue
        const known = head !== null && isVouched(head.privateKey, { kiosk, staff }, publicKey, vouch)
        ;(known ? vouched : others).push({ staff, publicKey })
      }
      return { vouched, others }
    },

    write,

    /**
     * For somebody who has just chosen a PIN: their root, and the vouch for their new public key, by the newest key of
     * who introduces them.
     */
    introduce(staff: StaffId, own: Uint8Array, ownPublic: Buffer, head: OpeningKey | null) {
      const rootKey = rootKeyOf(own)
      try {
        return {
          root: sealRoot(rootKey, { kiosk, staff }, { ownPublic, opening: head?.publicKey ?? null }),
          vouch: head === null ? null : vouchFor(head.privateKey, { kiosk, staff }, ownPublic),
        }
      } finally {
        rootKey.fill(0)
      }
    },
  }
}
