/** A kiosk without a shell: the real store, cache, ledger and sync, enrolled with a real hub. */
import type { KioskKind } from '../../../src-shared/domain/index.ts'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { newSealKeyPair } from '../../../src-shared/protocol/envelope.ts'
import { newId } from '../../../src-shared/protocol/ids.ts'
import { openingFingerprint } from '../../../src-shared/protocol/opening-link.ts'
import { createWalkIns } from '../../../src-main/identity/index.ts'
import { createLedger, type Ledger } from '../../../src-main/ledger/index.ts'
import { createPickupCache, type PickupCache } from '../../../src-main/pickups/index.ts'
import { createSlips } from '../../../src-main/release/index.ts'
import { createRoster } from '../../../src-main/staff/index.ts'
import { openStore, type Store } from '../../../src-main/storage/index.ts'
import {
  createApplier,
  createHubClient,
  createKioskRecords,
  createPageReader,
  createPageThread,
  createSync,
  enrol,
  type HubClient,
  type KioskRecords,
  type Sync,
} from '../../../src-main/sync/index.ts'
import { unwrapUnattendedKeys, type UnattendedKeys } from '../../../src-main/vault/index.ts'
import type { BenchHub } from './children.ts'

const keyEncryptionKey = Buffer.alloc(32, 7)

export interface DeskKiosk {
  readonly store: Store
  readonly keys: UnattendedKeys
  readonly records: KioskRecords
  readonly ledger: Ledger
  readonly pickups: PickupCache
  readonly hub: HubClient
  readonly sync: Sync
  /** One round of sync: milliseconds, and bytes by `meter`, until the hub had acknowledged the whole ledger. */
  push(meter?: () => number): Promise<{ readonly ms: number; readonly bytes: number }>
  close(): Promise<void>
}

/** One page thread for all, as one engine has one; it is at work when it is ready, as there. */
const thread = createPageThread()

function compose(store: Store, records: KioskRecords, address: string | null): DeskKiosk {
  const record = records.read()
  const keys = record === null ? null : unwrapUnattendedKeys(keyEncryptionKey, record.keys)
  if (record === null || keys === null) throw new Error('not enrolled')
  const now = () => Date.now()
  const ledger = createLedger(store.db, keys, now)
  const pickups = createPickupCache(store.db, keys.cacheKey)
  const roster = createRoster(store.db, keys.cacheKey, keyEncryptionKey)
  const hub = createHubClient({
    target: { address: address ?? record.hubAddress, authority: records.hubAuthority },
    signer: { kiosk: record.kiosk, key: keys.signKey },
    now,
    timeoutMs: 60_000,
  })
  const walkIns = createWalkIns(store.db, pickups, ledger, now)
  const applier = createApplier({ store, ledger, pickups, slips: createSlips(store.db), roster, records, walkIns })
  const sync = createSync({
    hub,
    ledger,
    records,
    applier,
    pages: createPageReader(keys.cacheKey, { ...thread, stop: () => Promise.resolve() }),
    now,
    timers: { set: () => () => undefined },
    random: () => 0.5,
    pollMs: 15_000,
    onChange: () => {
      if ((records.read()?.acked ?? 0) >= ledger.head().seq) acked ??= { ms: performance.now(), bytes: count() }
    },
  })
  let acked: { ms: number; bytes: number } | null = null
  let count = () => 0
  return {
    store,
    keys,
    records,
    ledger,
    pickups,
    hub,
    sync,
    async push(meter = () => 0) {
      count = meter
      acked = null
      const before = { ms: performance.now(), bytes: meter() }
      const done = await sync.now()
      const after = acked as { ms: number; bytes: number } | null
      if (!done.ok || after === null) throw new Error(done.ok ? 'not acknowledged' : done.failure.code)
      return { ms: after.ms - before.ms, bytes: after.bytes - before.bytes }
    },
    async close() {
      await sync.stop()
      store.close()
    },
  }
}

function openAt(folder: string): Store {
  mkdirSync(folder, { recursive: true })
  const opened = openStore(join(folder, 'kiosk.db'))
  if (!opened.ok) throw new Error(opened.failure.code)
  return opened.value
}

/**
 * Enrols at `desk`; its opening key is told and, as a supervisor does at the console, confirmed, so that the hub may
 * grant to it. A check-in screen has none.
 */
export async function enrolKiosk(
  hub: Pick<BenchHub, 'url' | 'agent'>,
  desk: string,
  folder: string,
  kind: KioskKind = 'desk',
): Promise<DeskKiosk> {
  const code = await hub.agent.call('enrolmentCode', { body: { desk: desk as never, kind } })
  if (!code.ok) throw new Error(code.failure.code)
  const store = openAt(folder)
  const joined = await enrol(store.db, keyEncryptionKey, { address: hub.url, code: code.value.code }, () => Date.now())
  if (!joined.ok) throw new Error(joined.failure.code)
  const records = createKioskRecords(store.db)
  const kiosk = compose(store, records, null)
  if (kind === 'desk') {
    const { publicKey } = await newSealKeyPair()
    records.setOpening(publicKey)
    const told = await kiosk.hub.call('openingKey', {
      body: { nonce: newId(), openingKey: publicKey.toString('base64url') },
    })
    if (!told.ok) throw new Error(told.failure.code)
    const fingerprint = openingFingerprint(joined.value.kiosk, publicKey)
    const confirmed = await hub.agent.call('confirmOpeningKey', { body: { kiosk: joined.value.kiosk, fingerprint } })
    if (!confirmed.ok) throw new Error(confirmed.failure.code)
  }
  return kiosk
}

/** The same kiosk with an empty cache, in a new file: as on its first day. `address` may lead through a proxy. */
export function freshCopy(kiosk: DeskKiosk, folder: string, address: string | null = null): DeskKiosk {
  const store = openAt(folder)
  const row = kiosk.store.db
    .prepare(
      'SELECT kiosk, desk, hub_address, hub_authority, incarnation, sign_key, lookup_key, cache_key, opening_public FROM kiosk',
    )
    .get()
  store.db
    .prepare(
      `INSERT INTO kiosk (one, kiosk, desk, hub_address, hub_authority, incarnation, sign_key, lookup_key, cache_key, opening_public, opening_registered)
       VALUES (1, @kiosk, @desk, @hub_address, @hub_authority, @incarnation, @sign_key, @lookup_key, @cache_key, @opening_public, 1)`,
    )
    .run(row)
  return compose(store, createKioskRecords(store.db), address)
}

/** The same kiosk and file, after `close`; `address` may lead through a proxy. */
export function reopen(folder: string, address: string): DeskKiosk {
  const store = openAt(folder)
  return compose(store, createKioskRecords(store.db), address)
}
