/**
 * The one place through which everything runs that no caller waits for: timers, what readers and the printer tell,
 * pushes of the state, and promises that nobody awaits. A disk or database that fails there is an expected failure with
 * its code; anything else is a bug and is thrown.
 */
import type { Failure } from '../../src-shared/failures/result.ts'
import { storageFailure } from '../storage/index.ts'
import type { Timers } from './clock.ts'

export interface DiskGuard {
  /**
   * Runs `work`; afterwards, where the disk failed under it, `onFailure` has been told. Throws what is no failure of
   * the disk.
   */
  run(work: () => void): void
  /** The same for what a device or a timer calls. */
  wrap<A extends readonly unknown[]>(listener: (...args: A) => void): (...args: A) => void
  timers(timers: Timers): Timers
  /** For what was thrown past everything: true where it was a failure of the disk, which has now been told. */
  take(error: unknown): boolean
}

export function createDiskGuard(onFailure: (failure: Failure) => void): DiskGuard {
  const take = (error: unknown): boolean => {
    const failure = storageFailure(error)
    if (failure === null) return false
    onFailure(failure)
    return true
  }
  const run = (work: () => void): void => {
    try {
      work()
    } catch (error) {
      if (!take(error)) throw error
    }
  }
  return {
    run,
    wrap:
      (listener) =>
      (...args) =>
        run(() => listener(...args)),
    timers: (timers) => ({ set: (work, ms) => timers.set(() => run(work), ms) }),
    take,
  }
}
