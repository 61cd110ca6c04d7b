/**
 * Readiness: one light with its reasons, and "can this desk serve now, and offline?". A pure function over facts; each
 * reason is an error code, so that it says in every language what is wrong and what to do next.
 */
import { z } from 'zod'
import { FailureParams } from './bounds.ts'
import { isErrorCode, type ErrorCode, type ErrorParams } from '../failures/codes.ts'
import * as failures from '../failures/named.ts'

export const Light = z.enum(['green', 'amber', 'red'])
export type Light = z.infer<typeof Light>

/** `note`: said, and no reason to hurry. `amber`: serves, and somebody should see to it. `red`: does not serve. */
export const ReadinessReason = z.object({
  code: z.custom<ErrorCode>(isErrorCode),
  params: FailureParams.optional(),
  severity: z.enum(['note', 'amber', 'red']),
  /** It would not serve with the network away. */
  stopsOffline: z.boolean(),
})
export type ReadinessReason = z.infer<typeof ReadinessReason>

export const Readiness = z.object({
  light: Light,
  /** Serves now. */
  serves: z.boolean(),
  /** Would go on serving if the network went away at this moment. */
  servesOffline: z.boolean(),
  /** Worst first. */
  reasons: z.array(ReadinessReason).max(40),
})
export type Readiness = z.infer<typeof Readiness>

/** A check-in screen needs neither printer nor staff nor keys; but without the hub it can tell nobody anything. */
export type ScreenFacts = Pick<
  ReadinessFacts,
  'now' | 'network' | 'clockOffMs' | 'reader' | 'unsent' | 'diskFreeBytes' | 'updateWaiting'
>

/** What is known of the desk. Times in ms; null: not known. */
export interface ReadinessFacts {
  readonly now: number
  readonly network: 'online' | 'offline' | 'never' | 'refused' | 'frozen'
  readonly lastContactAt: number | null
  /** The computer's clock against the hub's at the last answer. */
  readonly clockOffMs: number | null
  /** `wordless`: it says nothing of its state, and the desk accepts the staff's word. */
  readonly printer: {
    readonly canPrint: boolean
    readonly nearEnd: boolean
    readonly wordless: boolean
    readonly code: ErrorCode | null
  }
  /** A slip or a test slip was printed today. */
  readonly printedToday: boolean
  readonly reader: { readonly ready: boolean; readonly code: ErrorCode | null }
  /**
   * `none`: nobody could open an envelope; `unregistered`: the hub has yet to be told of the key; `waits`: a supervisor
   * has yet to compare its letters; `refused`: by a supervisor; `another-waits`: the hub was given another in this
   * kiosk's name.
   */
  readonly openingKey: 'registered' | 'unregistered' | 'none' | 'waits' | 'refused' | 'another-waits'
  /**
   * The letters of the kiosk's opening key, for a supervisor to compare; null until somebody whose badge and PIN opened
   * it has signed in.
   */
  readonly openingFingerprint: string | null
  /** Members of staff whose public key nothing vouches for. */
  readonly staffUnvouched: number
  /** Whoever is signed in does not hold the newest opening key. */
  readonly lacksNewestKey: boolean
  /** Members of staff who can sign in here. */
  readonly staffWithPin: number
  /** Of those, how many have a PIN that may open envelopes without the hub. */
  readonly staffForOffline: number
  readonly unsent: { readonly count: number; readonly oldestAt: number | null }
  readonly unsettled: number
  readonly diskFreeBytes: number | null
  readonly updateWaiting: boolean
  /** Nobody signs in at a kiosk that has not heard from the hub for so long. */
  readonly staffOfflineMs: number
}

const hour = 3_600_000
const megabyte = 1_000_000
/** Where a fact begins to matter. */
export const readinessLimits = {
  /** Without contact: pickups issued since are not here. */
  staleMs: hour,
  /** The desk keeps the hub's time, but a computer this far off has something wrong with it. */
  clockMs: 2 * 60_000,
  /** The ledger waits for the hub. */
  unsentMs: hour,
  diskLowBytes: 1000 * megabyte,
  diskFullBytes: 50 * megabyte,
} as const

const rank = { red: 0, amber: 1, note: 2 } as const

type Add = (
  severity: ReadinessReason['severity'],
  code: ErrorCode,
  params?: ErrorParams,
  stopsOffline?: boolean,
) => void

/** What any kiosk needs, whatever its kind. */
function common(facts: ScreenFacts, add: Add): void {
  const { now, reader, unsent } = facts
  if (facts.clockOffMs !== null && Math.abs(facts.clockOffMs) > readinessLimits.clockMs)
    add('amber', failures.clockOff, { minutes: Math.round(Math.abs(facts.clockOffMs) / 60_000) })
  if (!reader.ready) add('red', reader.code ?? failures.noReader)
  if (unsent.count > 0 && unsent.oldestAt !== null && now - unsent.oldestAt > readinessLimits.unsentMs)
    add('amber', failures.entriesUnsent, { count: unsent.count, sinceAt: unsent.oldestAt })
  const free = facts.diskFreeBytes
  if (free !== null && free < readinessLimits.diskLowBytes)
    add(free < readinessLimits.diskFullBytes ? 'red' : 'amber', failures.diskLow, {
      megabytes: Math.floor(free / megabyte),
    })
  if (facts.updateWaiting) add('note', failures.updateWaiting)
}

function concluded(gather: (add: Add) => void): Readiness {
  const reasons: ReadinessReason[] = []
  gather((severity, code, params, stopsOffline = severity === 'red') => {
    reasons.push({ code, ...(params === undefined ? {} : { params: { ...params } }), severity, stopsOffline })
  })
  reasons.sort((a, b) => rank[a.severity] - rank[b.severity])
  const worst = reasons[0]?.severity ?? 'note'
  const serves = worst !== 'red'
  return {
    light: worst === 'note' ? 'green' : worst,
    serves,
    servesOffline: serves && !reasons.some((reason) => reason.stopsOffline),
    reasons,
  }
}

/** Of a check-in screen: can people check in here now? Never without the hub. */
export function screenReadinessOf(facts: ScreenFacts): Readiness {
  const found = concluded((add) => {
    if (facts.network === 'frozen') add('red', failures.kioskFrozen)
    else if (facts.network === 'refused') add('red', failures.kioskNotAccepted)
    else if (facts.network !== 'online') add('red', failures.screenOffline)
    common(facts, add)
  })
  return { ...found, servesOffline: false }
}

/** Every combination of facts has an answer, and a fact that gets worse never makes the answer better. */
export function readinessOf(facts: ReadinessFacts): Readiness {
  const { now, lastContactAt, printer } = facts
  return concluded((add) => {
    if (facts.network === 'frozen') add('red', failures.kioskFrozen)
    if (facts.network === 'refused') add('red', failures.kioskNotAccepted)
    const silentMs = lastContactAt === null ? Infinity : now - lastContactAt
    const silent = facts.network !== 'online'
    if (silent && lastContactAt === null) add('red', failures.hubNeverHeard)
    else if (silent && silentMs > facts.staffOfflineMs) add('red', failures.offlineTooLong)
    else if (silent && silentMs > readinessLimits.staleMs)
      add('amber', failures.hubSilent, { sinceAt: lastContactAt ?? 0 })
    else if (silent) add('note', failures.hubSilent, { sinceAt: lastContactAt ?? 0 })

    if (!printer.canPrint) add('red', printer.code ?? failures.printerSilent)
    else if (printer.nearEnd) add('amber', failures.paperLow)
    else if (printer.wordless) add('note', failures.printerMute)
    if (!facts.printedToday) add('amber', failures.printerUntried)

    if (facts.openingKey === 'none') add('red', failures.noOpeningKey)
    else if (facts.openingKey === 'unregistered') add('amber', failures.noOpeningKey)
    else if (facts.openingKey === 'waits' && facts.openingFingerprint === null)
      add('amber', failures.openingKeyUncompared)
    else if (facts.openingKey === 'waits')
      add('amber', failures.openingKeyUnconfirmed, { fingerprint: facts.openingFingerprint ?? '' })
    else if (facts.openingKey === 'refused') add('amber', failures.openingKeyRefused)
    else if (facts.openingKey === 'another-waits') add('amber', failures.openingKeyOfAnother)
    if (facts.staffUnvouched > 0) add('amber', failures.membersWithoutKey, { count: facts.staffUnvouched })
    if (facts.lacksNewestKey) add('amber', failures.memberWithoutKey)
    if (facts.staffWithPin === 0) add('red', failures.nobodyCanSignIn)
    else if (facts.staffWithPin === 1) add('amber', failures.onlyOneMember)
    if (facts.staffForOffline === 0)
      add(facts.network === 'online' ? 'note' : 'red', failures.noPinOffline, undefined, true)
    if (facts.unsettled > 0) add('amber', failures.slipsUnsettled, { count: facts.unsettled })
    common(facts, add)
  })
}
