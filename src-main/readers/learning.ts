/** "Learn this reader": for as long as it lasts, the reads of one device go to the learner and not to the desk. */
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { ruleFor } from './allow.ts'
import type { ReadersConfig } from './config.ts'
import type { Connections } from './connections.ts'
import { createLearner, type Learner, type LearnState } from './learn/index.ts'
import type { HidDeviceInfo } from './port.ts'

/** A learning that nobody finishes ends by itself. */
const learnMs = 60_000

export interface Learning {
  /** The learner of the device at `path`, when that is the one being learned. */
  learnerOf(path: string): Learner | null
  /** The device being learned. */
  path(): string | null
  state(): LearnState | null
  /** Ends the learning before. Fails as `ReaderSupervisor.learn`. */
  begin(info: HidDeviceInfo | undefined): Promise<Result<null>>
  /** The desk reads the device again as it did; one that is not on its list is closed. */
  end(): void
  /** Ends without anything being opened again. */
  abandon(): void
}

interface Bounds {
  readonly config: ReadersConfig
  readonly connections: Connections
  readonly timers: { set(run: () => void, ms: number): () => void }
  readonly today: () => string
  /** Whether the device may be read as what it would be learned as. */
  readonly mayRead: (info: HidDeviceInfo, as: 'pcprox' | 'keyboard-wedge' | 'document') => Promise<Result<null>>
  /** The device is closed after a learning: what the list says of it is to be done. */
  readonly reopen: () => void
  readonly announce: () => void
}

export function createLearning({ config, connections, timers, today, mayRead, reopen, announce }: Bounds): Learning {
  let current: { readonly path: string; readonly learner: Learner; readonly cancel: () => void } | null = null

  function end(): void {
    if (current === null) return
    const { path, cancel } = current
    cancel()
    current = null
    // A learned pcProx was asked for the learning; the next poll opens the device as the list says.
    void connections.disconnect(path).then(reopen)
  }

  return {
    learnerOf: (path) => (current?.path === path ? current.learner : null),
    path: () => current?.path ?? null,
    state: () => current?.learner.state() ?? null,
    async begin(info) {
      end()
      if (info === undefined) return fail(failures.noReader)
      const learner = createLearner(info, today)
      const keyboard = info.usagePage === 1 && info.usage === 6
      const may = await mayRead(info, learner.asks ? 'pcprox' : keyboard ? 'keyboard-wedge' : 'document')
      if (!may.ok) return may
      await connections.settled(info.path)
      await connections.disconnect(info.path)
      const opened = await connections.connect(info, ruleFor(config, info), learner.asks)
      if (!opened.ok) return opened
      const late = () => {
        end()
        announce()
      }
      current = { path: info.path, learner, cancel: timers.set(late, learnMs) }
      announce()
      return ok(null)
    },
    end,
    abandon() {
      current?.cancel()
      current = null
    },
  }
}
