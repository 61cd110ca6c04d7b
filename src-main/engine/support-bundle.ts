/**
 * What support needs of a kiosk and nothing about people: every field is named here, and no whole object, name,
 * account, card, document, secret, key or code is ever copied.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KioskState } from '../../src-shared/kiosk-api/index.ts'
import { hpke } from '../../src-shared/protocol/hpke/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { flatCounts, type ReaderSupervisor } from '../readers/index.ts'
import type { Sqlite } from '../storage/index.ts'
import type { KioskRecord } from '../sync/index.ts'
import type { EngineConfig } from '../desk/index.ts'
import { version } from './version.ts'

export interface SupportBundle {
  readonly lodge: 'support/1'
  readonly made: string
  readonly program: Record<string, string | number>
  readonly settings: Record<string, string | number | boolean | null>
  readonly kiosk: Record<string, string | number | boolean | null> | null
  readonly lights: Record<string, string | number | boolean | null>
  /**
   * What became of the readers' reports since the start, by the reader's name in the settings. Empty when the engine is
   * not running.
   */
  readonly readers: Record<string, number>
  readonly database: Record<string, number>
  /** The newest entries: what kind, when, whether acknowledged. No ids of people or pickups. */
  readonly ledger: readonly { readonly seq: number; readonly time: number; readonly kind: string }[]
  /** Codes that were refused with, counted. */
  readonly codes: Record<string, number>
}

export interface SupportSources {
  readonly config: EngineConfig
  readonly db: Sqlite
  readonly record: KioskRecord | null
  /** null when the engine is not running. */
  readonly state: KioskState | null
  readonly readers: ReturnType<ReaderSupervisor['counts']>
  readonly now: number
}

const ledgerShown = 500

/** Host and port alone: an address may carry a user's name and password. */
function place(address: string): string {
  try {
    return new URL(address).host
  } catch {
    return '?'
  }
}

function settingsOf(config: EngineConfig): SupportBundle['settings'] {
  const { printer } = config
  return {
    mode: config.mode,
    demo: config.demo,
    pollSeconds: config.pollSeconds,
    proxy: config.proxy !== undefined,
    printer: printer.kind,
    paper: printer.kind === 'none' ? null : printer.paper,
    processId: printer.kind === 'none' ? null : printer.processId,
    readers: config.readers.allow.length,
    decoders: config.readers.allow.map(({ decoder }) => decoder).join(' '),
  }
}

function countsOf(db: Sqlite): Record<string, number> {
  const rows = db
    .prepare<[], { state: string; n: number }>('SELECT state, count(*) AS n FROM pickup GROUP BY state')
    .all()
  const slips = db
    .prepare<[], { state: string; n: number }>('SELECT state, count(*) AS n FROM slip GROUP BY state')
    .all()
  return {
    schema: db.pragma('user_version', { simple: true }) as number,
    pages: db.pragma('page_count', { simple: true }) as number,
    ...Object.fromEntries(rows.map(({ state, n }) => [`pickups ${state}`, n])),
    ...Object.fromEntries(slips.map(({ state, n }) => [`slips ${state}`, n])),
  }
}

function codesOf(db: Sqlite): Record<string, number> {
  const rows = db
    .prepare<[], { code: string; n: number }>(
      "SELECT json_extract(bytes, '$.facts.code') AS code, count(*) AS n FROM ledger WHERE json_extract(bytes, '$.facts.code') IS NOT NULL GROUP BY code",
    )
    .all()
  return Object.fromEntries(rows.filter(({ code }) => /^L-\d{3}$/.test(code)).map(({ code, n }) => [code, n]))
}

export function supportBundle({ config, db, record, state, readers, now }: SupportSources): SupportBundle {
  return {
    lodge: 'support/1',
    made: new Date(now).toISOString(),
    program: {
      version,
      node: process.versions.node,
      electron: process.versions['electron'] ?? 'none',
      platform: process.platform,
      arch: process.arch,
      hpke: hpke().name,
      memoryMb: Math.round(process.memoryUsage.rss() / 1_048_576),
    },
    settings: settingsOf(config),
    kiosk:
      record === null
        ? null
        : {
            kiosk: record.kiosk,
            desk: record.desk,
            hub: place(record.hubAddress),
            cursor: record.cursor,
            synced: record.synced,
            acknowledged: record.acked,
            generation: record.generation,
            frozen: record.frozen,
            lastContact: record.lastContact,
          },
    lights:
      state === null
        ? {}
        : {
            setup: state.setup,
            network: state.network.state,
            networkCode: state.network.failure?.code ?? null,
            reader: state.reader.state,
            readerCode: state.reader.failure?.code ?? null,
            printer: state.printer.state,
            printerCode: state.printer.failure?.code ?? null,
            unsent: state.unsent.count,
            unsettled: state.counts.unsettled,
            signedIn: state.staff !== null,
          },
    readers: Object.assign(
      {},
      ...readers.map(({ reader, counts }) => flatCounts(reader, counts)),
    ) as SupportBundle['readers'],
    database: countsOf(db),
    ledger: db
      .prepare<[number], { seq: number; time: number; kind: string }>(
        'SELECT seq, time, kind FROM ledger ORDER BY seq DESC LIMIT ?',
      )
      .all(ledgerShown),
    codes: codesOf(db),
  }
}

/**
 * Writes the bundle into `support/` of the data folder, 0600; resolves with the file's name alone. Fails with L-803.
 */
export function writeSupportBundle(sources: SupportSources): Result<{ file: string }> {
  const { dataDir } = sources.config
  const name = `lodge-support-${new Date(sources.now).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}.json`
  try {
    mkdirSync(join(dataDir, 'support'), { recursive: true, mode: 0o700 })
    writeFileSync(join(dataDir, 'support', name), `${JSON.stringify(supportBundle(sources), null, 1)}\n`, {
      mode: 0o600,
      flush: true,
    })
  } catch {
    return fail(failures.diskNotWritable)
  }
  return ok({ file: join('support', name) })
}
