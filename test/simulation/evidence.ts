/**
 * Whatever reached the hub with a kiosk's valid signature is accounted for there (promises P2 and P8): each handover in
 * it, taken into the ledger, kept beside it or refused with its batch, is a handover or a dispute, and takes effect
 * once. Looked at from outside: the bytes on the line, and rows.
 */
import { signatureHeaders } from '../../src-shared/hub-api/index.ts'
import { chainHash, verifyHash } from '../../src-shared/protocol/ledger-chain.ts'
import { publicKeyFromRaw } from '../../src-shared/protocol/request-signature.ts'
import type { MemoryDatabase } from './memory-database.ts'
import { Violation } from './world.ts'

interface Told {
  readonly kiosk: string
  readonly seq: number
  readonly hash: string
  readonly pickup: string
}

interface Head {
  readonly seq: number
  readonly prev: string
  readonly kind: string
  readonly pickup: string
}

/**
 * The handovers of a batch that `key` vouches for: a signature covers the unbroken stretch that ends with its entry.
 */
function handoversOf(kiosk: string, key: Buffer, raw: string): Told[] {
  const { entries } = JSON.parse(raw) as { entries: { bytes: string; signature?: string }[] }
  const found: Told[] = []
  let stretch: (Told & { readonly kind: string })[] = []
  for (const { bytes, signature } of entries) {
    const { seq, prev, kind, pickup } = JSON.parse(bytes) as Head
    if (stretch.at(-1)?.hash !== prev) stretch = []
    const hash = chainHash(prev, bytes)
    stretch.push({ kiosk, seq, hash: hash.toString('hex'), pickup, kind })
    if (signature === undefined || !verifyHash(publicKeyFromRaw(key), hash, signature)) continue
    found.push(...stretch.filter((one) => one.kind === 'handed-over'))
    stretch = []
  }
  return found
}

const inLedger = `SELECT 1 FROM ledger_entry e WHERE e.kiosk = :kiosk AND e.seq = :seq AND e.hash = :hash AND
  (EXISTS (SELECT 1 FROM handover h WHERE h.kiosk = e.kiosk AND h.seq = e.seq AND h.quarantine IS NULL)
   OR EXISTS (SELECT 1 FROM dispute d WHERE d.kiosk = e.kiosk AND d.seq = e.seq AND d.quarantine IS NULL))`
const beside = `SELECT 1 FROM quarantine q WHERE q.kiosk = :kiosk AND q.hash = :hash AND
  (EXISTS (SELECT 1 FROM handover h WHERE h.quarantine = q.id) OR EXISTS (SELECT 1 FROM dispute d WHERE d.quarantine = q.id))`

export class Evidence {
  /**
   * What a database was told that is this one still: one that is put back has forgotten, and whoever acts for
   * themselves tells it again.
   */
  readonly #told = new Map<MemoryDatabase, Map<string, Told>>()

  /** A hub process has answered a batch of entries; `answer` is what it said. */
  reached(memory: MemoryDatabase, headers: Record<string, string>, raw: string, answer: string): void {
    const { code, params } = JSON.parse(answer) as { code?: string; params?: { kept?: number } }
    // Any other refusal says of itself that nothing has been taken; a gap of one that serves is sent again.
    if (code !== undefined && code !== 'L-604' && !(code === 'L-643' && params?.kept !== undefined)) return
    const kiosk = headers[signatureHeaders.kiosk] ?? ''
    const row = memory.prepare('SELECT sign_key FROM kiosk WHERE id = ?').statement.get(kiosk)
    if (row === undefined) return
    const known = this.#told.get(memory) ?? new Map<string, Told>()
    this.#told.set(memory, known)
    for (const told of handoversOf(kiosk, row.sign_key as Buffer, raw)) {
      known.set(`${kiosk} ${told.hash}`, told)
      this.#demand(memory, told)
    }
  }

  /** All that this database was ever told. */
  check(memory: MemoryDatabase): void {
    for (const told of this.#told.get(memory)?.values() ?? []) this.#demand(memory, told)
  }

  #demand(memory: MemoryDatabase, { kiosk, seq, hash, pickup }: Told): void {
    const effects = [
      memory.prepare(inLedger).statement.get({ kiosk, seq, hash }),
      memory.prepare(beside).statement.get({ kiosk, hash }),
    ].filter((row) => row !== undefined).length
    if (effects === 1) return
    const words = `the handover of ${pickup.slice(0, 4)} in entry ${seq} of ${kiosk.slice(0, 4)}`
    throw new Violation(
      effects === 0
        ? `P2: ${words} has reached the hub, and is neither a handover nor a dispute there`
        : `P2: ${words} has taken effect twice: from beside the ledger and in it`,
    )
  }
}
