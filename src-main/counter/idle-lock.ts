/** The desk locks itself when nobody does anything: verifications die, and the opening keys rest under the badge. */
import type { Services, Timers } from '../desk/index.ts'
import { storageFailure } from '../storage/index.ts'
import type { Counter } from './counter.ts'

export interface IdleLock {
  /** Someone did something: the idle lock starts anew. */
  readonly activity: () => void
  stop(): void
}

interface Parts {
  readonly services: Pick<Services, 'signIn' | 'release'>
  readonly counter: Counter
  readonly timers: Timers
  readonly idleLockMs: number
  /** Who is signed in has changed. */
  readonly onSession: () => void
}

export function createIdleLock({
  services: { signIn, release },
  counter,
  timers,
  idleLockMs,
  onSession,
}: Parts): IdleLock {
  let cancel: (() => void) | null = null

  function lock(): void {
    if (signIn.session() === null) return
    // Paper is moving: the lock waits for its outcome.
    if (release.busy()) {
      activity()
      return
    }
    try {
      signIn.end('locked')
    } catch (error) {
      // The keys are wiped whatever the disk says; verifications of this session are worth nothing without it.
      if (storageFailure(error) === null) throw error
    }
    onSession()
    counter.idle()
  }

  function activity(): void {
    cancel?.()
    cancel = signIn.session() === null ? null : timers.set(lock, idleLockMs)
  }

  return { activity, stop: () => cancel?.() }
}
