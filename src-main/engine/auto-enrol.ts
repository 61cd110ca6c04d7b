/**
 * Enrols by itself from the settings a kiosk was provisioned with: tries again while the hub is away or the clock is
 * wrong, stops where only a person can help, and says on the set-up screen where it stands.
 */
import { isOf } from '../../src-shared/failures/groups.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { KioskState } from '../../src-shared/kiosk-api/index.ts'
import type { Failure, Result } from '../../src-shared/failures/result.ts'
import { createBackoff } from '../sync/index.ts'
import type { Timers } from '../desk/index.ts'

export interface AutoEnrol {
  /** null once the kiosk is enrolled, or when the settings have no code. */
  status(): KioskState['enrolment']
  start(): Promise<void>
  stop(): void
}

interface Parts {
  readonly hub: string
  readonly enrol: () => Promise<Result<null>>
  readonly timers: Timers
  readonly random: () => number
  readonly onChange: () => void
}

export function createAutoEnrol({ hub, enrol, timers, random, onChange }: Parts): AutoEnrol {
  const backoff = createBackoff(random, 2000, 60_000)
  let status: KioskState['enrolment'] = { hub, trying: false, failure: null }
  let cancel: (() => void) | null = null
  let stopped = false

  async function attempt(): Promise<void> {
    if (stopped) return
    status = { hub, trying: true, failure: status?.failure ?? null }
    onChange()
    const joined = await enrol()
    if (joined.ok) {
      status = null
      onChange()
      return
    }
    const failure: Failure = joined.failure
    // Someone typed a code meanwhile.
    if (failure.code === failures.alreadyEnrolled) {
      status = null
      return
    }
    const again = isOf('passing', failure.code)
    status = { hub, trying: again, failure }
    onChange()
    if (again) cancel = timers.set(() => void attempt(), backoff.next())
  }

  return {
    status: () => status,
    start: attempt,
    stop() {
      stopped = true
      cancel?.()
    },
  }
}
