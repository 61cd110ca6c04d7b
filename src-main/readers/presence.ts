/** Which devices are to be open, and what the desk is told of those that are not: rules without a device. */
import type { Failure } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { ruleFor } from './allow.ts'
import type { ReaderRule, ReadersConfig } from './config.ts'
import type { HidDeviceInfo, ListedDevice, ReaderStatus } from './port.ts'

/** A device that could not be opened, and when it is tried again. */
export interface Refusal {
  /** Monotonic, ms. */
  readonly until: number
  readonly tries: number
  readonly failure: Failure
}

const firstRetryMs = 1000
const longestRetryMs = 30_000

/** Each try in a row waits twice as long as the one before. */
export function refusedAgain(before: Refusal | undefined, failure: Failure, at: number): Refusal {
  const tries = (before?.tries ?? 0) + 1
  return { until: at + Math.min(longestRetryMs, firstRetryMs * 2 ** (tries - 1)), tries, failure }
}

/** A machine without its library stays so for long; a machine that lists its devices is asked every time. */
export const nextPollMs = (pollMs: number, failedLists: number): number =>
  Math.min(longestRetryMs, pollMs * 2 ** Math.min(failedLists, 10))

export type Duty =
  | { readonly act: 'leave' }
  | { readonly act: 'wait'; readonly failure: Failure }
  | { readonly act: 'open'; readonly rule: ReaderRule }

/** What a poll does with a device that is on the bus. */
export function dutyFor(
  info: HidDeviceInfo,
  config: ReadersConfig,
  isOpen: boolean,
  refusal: Refusal | undefined,
  at: number,
): Duty {
  const rule = ruleFor(config, info)
  if (rule === null || isOpen) return { act: 'leave' }
  if (refusal !== undefined && refusal.until > at) return { act: 'wait', failure: refusal.failure }
  return { act: 'open', rule }
}

/** Readers that are open make the desk ready, whatever ails the others. */
export function statusOf(names: readonly string[], failure: Failure | null): ReaderStatus {
  if (names.length > 0) return { state: 'ready', names, failure: null }
  return failure === null
    ? { state: 'none', names, failure: { code: failures.noReader } }
    : { state: 'trouble', names, failure }
}

/** `openAs`: the rule that a device is read by at this moment; undefined when it is not. */
export function listedDevice(
  info: HidDeviceInfo,
  config: ReadersConfig,
  openAs: string | undefined,
  refusal: Refusal | undefined,
): ListedDevice {
  const rule = ruleFor(config, info)
  return {
    info,
    used: rule !== null && openAs === rule.name,
    rule: rule?.name ?? null,
    failure: rule === null ? null : (refusal?.failure ?? null),
  }
}
