/** What to do when the window's process has gone: reload, make the window anew, or stop and say whom to call. */

/** Reasons of Electron's `render-process-gone` (electronjs.org, RenderProcessGoneDetails). */
export type GoneReason =
  | 'clean-exit'
  | 'abnormal-exit'
  | 'killed'
  | 'crashed'
  | 'oom'
  | 'launch-failed'
  | 'integrity-failure'
  | 'memory-eviction'
export type HealthAct = 'reload' | 'recreate' | 'stop'

const withinMs = 60_000
const deathsToStop = 3
/** How long a window may hang before its process is ended. */
export const hangMs = 8000

export interface WindowHealth {
  /** Told of each death, with the monotonic time in milliseconds. */
  gone(reason: GoneReason): HealthAct
  /** A person asked to try again: past deaths are forgotten. */
  forgive(): void
}

export function createWindowHealth(monotonic: () => number): WindowHealth {
  let deaths: number[] = []
  return {
    gone(reason) {
      const now = monotonic()
      deaths = [...deaths.filter((at) => now - at < withinMs), now]
      if (deaths.length >= deathsToStop) return 'stop'
      switch (reason) {
        // A process that could not be started or whose code is not intact would only fail again.
        case 'launch-failed':
        case 'integrity-failure':
          return 'stop'
        // A reload would keep what filled the memory.
        case 'oom':
        case 'memory-eviction':
          return 'recreate'
        case 'clean-exit':
        case 'abnormal-exit':
        case 'killed':
        case 'crashed':
          return 'reload'
      }
    },
    forgive() {
      deaths = []
    },
  }
}
