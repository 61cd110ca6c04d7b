/** When the rounds with the hub are made: one at a time, on a poll, on a hint or when asked, whatever the disk does. */
import type { Result } from '../../src-shared/failures/result.ts'
import { storageFailure } from '../storage/index.ts'

export interface Rounds {
  start(this: void): void
  stop(): Promise<void>
  /** Makes a round now, or joins the one under way, after which another is made. */
  now(this: void): Promise<Result<null>>
  /** There is something to tell: after the round under way, or in `ms`; null waits for the next poll. */
  wake(ms: number | null): void
}

interface Parts {
  readonly round: () => Promise<Result<null>>
  /** Told how the rounds ended. Returns when the next begins, ms from now. */
  readonly conclude: (result: Result<null>) => number
  /** Calls `wake` when the hub has something; resolves when it has closed. */
  readonly hints: (wake: () => void) => Promise<void>
  readonly timers: { set(run: () => void, ms: number): () => void }
  readonly random: () => number
  readonly pollMs: number
  readonly onDiskFailure: (error: unknown) => void
}

/** A hint is followed within this long, ms: one change may wake many kiosks. */
const hintSpreadMs = 300

export function createRounds({ round, conclude, hints, timers, random, pollMs, onDiskFailure }: Parts): Rounds {
  let cancel: (() => void) | null = null
  let running: Promise<Result<null>> | null = null
  let again = false
  let stopped = true
  let listening = false

  /**
   * Opened after a round that succeeded, closed by whatever closes it: so it never comes back faster than rounds do.
   */
  function listen(): void {
    if (listening || stopped) return
    listening = true
    void hints(() => wake(stopped || running !== null ? null : Math.floor(random() * hintSpreadMs))).finally(() => {
      listening = false
    })
  }

  async function runRounds(): Promise<Result<null>> {
    let result: Result<null>
    do {
      again = false
      try {
        result = await round()
      } catch (error) {
        const failure = storageFailure(error)
        if (failure === null) throw error
        result = { ok: false, failure }
        onDiskFailure(error)
      }
    } while (result.ok && again && !stopped)
    let wait = pollMs
    try {
      wait = conclude(result)
    } catch (error) {
      if (storageFailure(error) === null) throw error
      onDiskFailure(error)
    }
    // Whatever the disk does, the loop goes on.
    if (!stopped) schedule(wait)
    if (result.ok) listen()
    return result
  }

  function run(): Promise<Result<null>> {
    if (running !== null) {
      again = true
      return running
    }
    cancel?.()
    cancel = null
    running = runRounds().finally(() => {
      running = null
    })
    return running
  }

  function schedule(ms: number): void {
    cancel?.()
    cancel = timers.set(() => void run(), ms)
  }

  function wake(ms: number | null): void {
    if (stopped) return
    if (running !== null) again = true
    else if (ms !== null) schedule(ms)
  }

  return {
    start() {
      stopped = false
      schedule(0)
    },
    async stop() {
      stopped = true
      cancel?.()
      await running
    },
    now: run,
    wake,
  }
}
