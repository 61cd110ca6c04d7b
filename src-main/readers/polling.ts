/** Looks at the bus again and again, one look at a time. */
export interface Polling {
  /** Looks now; a call during a look has another one follow at once. Resolves when the look under way is over. */
  now(): Promise<void>
  /** No look begins any more; resolves when the one under way is over. */
  stop(): Promise<void>
}

export function createPolling(
  look: () => Promise<void>,
  /** Asked after each look, ms. */
  nextMs: () => number,
  timers: { set(run: () => void, ms: number): () => void },
): Polling & { start(): void } {
  let stopped = true
  let cancel: (() => void) | null = null
  let under: Promise<void> | null = null
  let again = false

  function now(): Promise<void> {
    cancel?.()
    cancel = null
    if (under !== null) {
      again = true
      return under
    }
    under = look().finally(() => {
      under = null
      if (stopped) return
      const wait = again ? 0 : nextMs()
      again = false
      cancel = timers.set(() => void now(), wait)
    })
    return under
  }

  return {
    now,
    start() {
      stopped = false
    },
    async stop() {
      stopped = true
      cancel?.()
      await under
    },
  }
}
