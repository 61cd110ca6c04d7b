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

/** Another process goes on with what this one had taken. */
export class LeaseLost extends Error {}

/** How a worker takes up what waits: each under a lease, one after the other. */
export interface Leased<T> {
  /** The oldest that waits, or whose process has died; null when none does. */
  readonly claim: () => Promise<T | null>
  readonly work: (one: T) => Promise<void>
  /** Anybody may go on with what is left of it. */
  readonly giveBack: (one: T) => Promise<void>
}

/**
 * Takes up what waits until nothing does or the loop is stopped; returns how many that were. One that fails waits for
 * its lease to end, and those behind it do not; the first failure is thrown at the end. A lease that was lost, or work
 * that was called off, is no failure.
 */
export async function takeEach<T>(
  { claim, work, giveBack }: Leased<T>,
  loop: Pick<WorkerLoop, 'stopped'>,
): Promise<number> {
  const failed: unknown[] = []
  let taken = 0
  for (; !loop.stopped; taken++) {
    const one = await claim()
    if (one === null) break
    try {
      await work(one)
    } catch (error) {
      if (!(error instanceof LeaseLost)) failed.push(error)
      continue
    }
    await giveBack(one)
  }
  if (failed.length > 0) throw failed[0]
  return taken
}
