/**
 * A thief's own kiosk client: made of what lies on a carried-off disk and of the keystore's key, and of nothing that a
 * badge and a PIN open. It remembers everything that the hub answers.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openStore } from '../../src-main/storage/index.ts'
import { createKioskRecords } from '../../src-main/sync/index.ts'
import { unwrapUnattendedKeys } from '../../src-main/vault/index.ts'
import type { Epoch, PickupId } from '../../src-shared/domain/index.ts'
import { openEnvelope } from '../../src-shared/protocol/envelope.ts'
import { KioskClient, type Identity, type OpeningKey } from '../adversary/kiosk-client.ts'
import { createLedger, type Written } from '../adversary/ledger.ts'
import type { Answer } from '../adversary/wire.ts'

/** 32 bytes each: whatever could be tried as the private half of an opening key. */
export interface Loot {
  readonly identity: Identity
  readonly keys: readonly Buffer[]
  readonly entries: readonly Written[]
  readonly generation: number
}

/** All files of a data folder, the keystore's key among them. */
export function filesOf(folder: string): Buffer {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.map((name) => join(folder, name)).filter((file) => statSync(file).isFile())
  return Buffer.concat(files.map((file) => readFileSync(file)))
}

/** What a kiosk's folder and its keystore's key give. Throws when it is no enrolled kiosk's. */
export function lootOf(folder: string): Loot & { readonly incarnation: string } {
  const keystore = readFileSync(join(folder, 'keystore.key'))
  const opened = openStore(join(folder, 'kiosk.db'))
  if (!opened.ok) throw new Error(opened.failure.code)
  const record = createKioskRecords(opened.value.db).read()
  opened.value.close()
  const keys = record === null ? null : unwrapUnattendedKeys(keystore, record.keys)
  if (record === null || keys === null) throw new Error('no kiosk’s disk')
  const db = new Database(join(folder, 'kiosk.db'), { readonly: true })
  const rows = db.prepare<[], { seq: number; bytes: string; hash: Buffer }>('SELECT * FROM ledger ORDER BY seq').all()
  db.close()
  const lookupKey = keys.lookupKey.export()
  const der = keys.signKey.export({ format: 'der', type: 'pkcs8' })
  return {
    identity: {
      kiosk: record.kiosk,
      desk: record.desk,
      lookupKey,
      signKey: keys.signKey,
      authority: record.hubAuthority,
    },
    keys: [keystore, lookupKey, keys.cacheKey.export(), der.subarray(der.length - 32)],
    entries: rows.map(({ seq, bytes, hash }) => ({ seq, bytes, hash: hash.toString('hex') })),
    generation: record.generation,
    incarnation: record.incarnation,
  }
}

const isEnvelope = (text: unknown): text is string => typeof text === 'string' && text.length > 64

export class Thief extends KioskClient {
  readonly heard: string[] = []
  /** Their own: none that the desk made. */
  readonly own: OpeningKey
  readonly #keys: readonly Buffer[]

  constructor(like: KioskClient, own: OpeningKey, keys: readonly Buffer[] = []) {
    super(like.url, like.identity, like.incarnation, like.now())
    this.own = own
    this.#keys = [own.privateKey, ...keys]
    this.generation = like.generation
    this.ledger = createLedger(like.identity.signKey, () => this.now(), like.ledger.entries)
  }

  /** On a stolen disk. */
  static of(
    url: string,
    { identity, keys, entries, generation, incarnation }: ReturnType<typeof lootOf>,
    own: OpeningKey,
  ) {
    const seen = new KioskClient(url, identity, incarnation as KioskClient['incarnation'])
    seen.ledger = createLedger(identity.signKey, () => seen.now(), entries)
    seen.generation = generation
    const thief = new Thief(seen, own, keys)
    seen.close()
    return thief
  }

  override async raw(...args: Parameters<KioskClient['raw']>): Promise<Answer> {
    const answer = await super.raw(...args)
    this.heard.push(answer.text)
    return answer
  }

  /**
   * Every envelope that the hub ever answered with, tried with every key: how many there were, and the secrets of those
   * that open.
   */
  async openAll(): Promise<{ tried: number; opened: string[] }> {
    const found = new Map<string, { id: PickupId; epoch: Epoch }>()
    const look = (value: unknown): void => {
      if (Array.isArray(value)) return value.forEach(look)
      if (typeof value !== 'object' || value === null) return
      const { envelope, id, epoch } = value as { envelope?: unknown; id?: PickupId; epoch?: Epoch }
      if (isEnvelope(envelope) && id !== undefined && epoch !== undefined) found.set(envelope, { id, epoch })
      for (const each of Object.values(value)) look(each)
    }
    for (const text of this.heard) look(text.startsWith('{') ? JSON.parse(text) : null)
    const opened: string[] = []
    for (const [envelope, { id, epoch }] of found)
      for (const key of this.#keys) {
        const binding = { pickup: id, kiosk: this.id, epoch }
        const text = await openEnvelope(key, Buffer.from(envelope, 'base64url'), binding).catch(() => null)
        if (text !== null) opened.push(text.toString())
      }
    return { tried: found.size, opened }
  }
}
