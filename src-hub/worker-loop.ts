/** How everything that the hub does by itself runs: turn after turn, one at a time, until it is stopped. */
export interface WorkerLoop {
  start(): void
  /** There is something to do: the next turn begins at once, or as soon as the one under way has ended. */
  nudge(): void
  /** Ends when the turn under way has ended. */
  stop(): Promise<void>
  readonly stopped: boolean
}

/** `turn` runs again `pollMs` after it has ended. One that fails is told to `onBug`, and tried again. */
export function createWorkerLoop(
  pollMs: number,
  turn: () => Promise<unknown>,
  onBug: (error: unknown) => void,
): WorkerLoop {
  let timer: NodeJS.Timeout | null = null
  let running: Promise<unknown> = Promise.resolve()
  let started = false
  let stopped = false
  let nudged = false

  function begin(): void {
    timer = null
    nudged = false
    running = turn().catch(onBug)
    void running.then(() => {
      if (!stopped) timer = setTimeout(begin, nudged ? 0 : pollMs)
    })
  }
  return {
    start() {
      started = true
      begin()
    },
    nudge() {
      nudged = true
      if (!started || stopped || timer === null) return
      clearTimeout(timer)
      begin()
    },
    async stop() {
      stopped = true
      if (timer !== null) clearTimeout(timer)
      await running
    },
    get stopped() {
      return stopped
    },
  }
}
