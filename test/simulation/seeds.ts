/** Plays seeds in a process of its own and tells the parent of each. */
import { playHistory } from './history.ts'

export interface Share {
  readonly first: number
  readonly step: number
  readonly count: number
  readonly desks: number
  /** Stop at the first violation. */
  readonly untilViolation: boolean
}

// Whoever asked is gone: nobody waits for the rest.
process.on('disconnect', () => process.exit())
process.on('message', (share: Share) => {
  void (async () => {
    for (let i = 0; i < share.count; i++) {
      const outcome = await playHistory({ seed: share.first + i * share.step, desks: share.desks })
      process.send?.({ ...outcome, story: [] })
      if (outcome.violation !== null && share.untilViolation) break
    }
    process.disconnect()
  })()
})
