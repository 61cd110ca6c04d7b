/** Gathers the facts of readiness: cheap ones at every push of the state, the others a minute old at most. */
import { readFileSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { isErrorCode } from '../../src-shared/failures/codes.ts'
import { openingFingerprint } from '../../src-shared/protocol/opening-link.ts'
import type { KioskStatus } from '../../src-shared/hub-api/kiosk/status.ts'
import { readinessOf, screenReadinessOf, type Readiness, type ScreenFacts } from '../../src-shared/domain/readiness.ts'
import type { Printer } from '../printers/index.ts'
import type { ReaderSupervisor } from '../readers/index.ts'
import type { KioskRecord } from '../sync/index.ts'
import { startOfDeskDay } from './clock.ts'
import type { EngineConfig } from './config.ts'
import type { Services } from './services.ts'

/** How old the facts that cost a look at the disk may be. */
const sampledMs = 60_000

/** Free bytes where the desk's database is; null where the computer does not say. */
export function diskFree(dataDir: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(dataDir)
    return bavail * bsize
  } catch {
    return null
  }
}

/** The shell's updater keeps its record here; without one nothing waits. */
function updateWaiting(dataDir: string): boolean {
  try {
    const record = JSON.parse(readFileSync(join(dataDir, 'updates', 'update.json'), 'utf8')) as { waiting?: unknown }
    return record.waiting !== null && record.waiting !== undefined
  } catch {
    return false
  }
}

/** As the hub is told: nothing about people, and no figure that would change by itself. */
export function kioskStatus(
  { pausing, roster }: Services,
  { light, serves, servesOffline, reasons }: Readiness,
): KioskStatus {
  const paused = pausing.status()
  return {
    light,
    serves,
    servesOffline,
    reasons: reasons.map(({ code, severity }) => ({ code, severity })),
    paused: paused === null ? null : { reason: paused.reason, until: paused.until },
    staff: roster.pinCounts(0).all,
  }
}

interface Parts {
  readonly services: Services
  readonly config: EngineConfig
  readonly printer: Printer
  readonly readers: ReaderSupervisor
  readonly floorYears: number
  readonly freeBytes: () => number | null
}

export type ReadinessNow = (record: KioskRecord | null) => Readiness

/** The returned function answers from what is known now. */
export function createReadiness({ services, config, printer, readers, floorYears, freeBytes }: Parts): ReadinessNow {
  const { now, sync, roster, signIn, slips, ledger, dayRecord, clockOff } = services
  let sampledAt = -Infinity
  let sampled = { free: null as number | null, update: false }

  return (record) => {
    const at = now()
    if (at - sampledAt >= sampledMs || at < sampledAt) {
      sampledAt = at
      sampled = { free: freeBytes(), update: updateWaiting(config.dataDir) }
    }
    const acked = record?.acked ?? 0
    const reader = readers.status()
    const { state, lastContactAt } = sync.status()
    const common: ScreenFacts = {
      now: at,
      network: state,
      clockOffMs: clockOff(),
      reader: { ready: reader.state === 'ready', code: reader.failure?.code ?? null },
      unsent: { count: ledger.head().seq - acked, oldestAt: ledger.timeAfter(acked) },
      diskFreeBytes: sampled.free,
      updateWaiting: sampled.update,
    }
    if (services.kind === 'check-in') return screenReadinessOf(common)
    const light = printer.status()
    const pins = roster.pinCounts(floorYears)
    return readinessOf({
      ...common,
      lastContactAt,
      printer: {
        canPrint: light.canPrint,
        nearEnd: light.state === 'paper-near-end',
        wordless: light.state === 'no-status',
        code: light.failure !== null && isErrorCode(light.failure.code) ? light.failure.code : null,
      },
      printedToday: Math.max(dayRecord.printedAt(), slips.newestPrintedAt()) >= startOfDeskDay(at),
      openingKey:
        record === null || record.openingPublic === null
          ? 'none'
          : record.openingRegistered
            ? 'registered'
            : (record.openingAnswer ?? 'unregistered'),
      openingFingerprint:
        record === null || record.openingPublic === null || !signIn.isWitnessed(record.openingPublic)
          ? null
          : openingFingerprint(record.kiosk, record.openingPublic),
      staffUnvouched: signIn.unvouched().length,
      lacksNewestKey: signIn.lacksNewest(),
      staffWithPin: pins.all,
      staffForOffline: pins.enough,
      unsettled: slips.unsettled().length,
      staffOfflineMs: config.staffOfflineDays * 86_400_000,
    })
  }
}
