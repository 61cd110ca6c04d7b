/**
 * A run that is a program of its own (`npm run -s test:outages` and its kind) always ends: once its summary is said,
 * whatever is still open; when it is told to end; and where one stretch of it takes longer than it may, with the name
 * of that stretch, a failure in the summary, and exit code 1.
 */
import { Worker } from 'node:worker_threads'
import { within } from './within.ts'

/** What the run is doing, how long that may take (ms), and the summary's line if it does not end. */
export interface Stretch {
  readonly what: string
  readonly ms: number
  readonly summary: string
}

export interface Run {
  /** From here on the run does `what`, which may take `ms`. */
  at(what: string, ms: number): void
  /** Says the summary and ends the process. What it started is stopped by then, or ends with it (`endWith`). */
  end(good: boolean): never
}

/**
 * `summary`: the last line as things stand, with so many failures more than were counted; empty where nothing is left
 * to say.
 */
export function startRun(name: string, summary: (moreFailed: number) => string): Run {
  const thread = new Worker(new URL('./watchdog-thread.ts', import.meta.url), {
    workerData: { name },
    execArgv: ['--no-warnings'],
  })
  thread.unref()
  thread.on('message', (words: string) => {
    process.stdout.write(`${words}\n${summary(1)}\n`)
    process.exit(1)
  })
  // What is to end with this process does so when it is ended from outside as well.
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  return {
    at: (what, ms) => thread.postMessage({ what, ms, summary: summary(1) } satisfies Stretch),
    end(good) {
      const last = summary(0)
      if (last !== '') process.stdout.write(`${last}\n`)
      process.exit(good ? 0 : 1)
    },
  }
}

/**
 * Calls `stop`, which must not wait, when this process ends without having stopped what it started. Returns how to take
 * that back.
 */
export function endWith(stop: () => void): () => void {
  process.once('exit', stop)
  return () => void process.off('exit', stop)
}

/**
 * Stops everything, one after the other, although some of it does not stop: each within `ms`. Resolves with what went
 * wrong.
 */
export async function stopAll(
  ms: number,
  started: Readonly<Record<string, { stop(): Promise<unknown> } | null>>,
): Promise<string[]> {
  const wrong: string[] = []
  for (const [what, one] of Object.entries(started)) {
    if (one === null) continue
    try {
      await within(ms, `the end of ${what}`, one.stop())
    } catch (error) {
      wrong.push(error instanceof Error ? error.message : String(error))
    }
  }
  return wrong
}
