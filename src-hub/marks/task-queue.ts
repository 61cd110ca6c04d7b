/** Work that is done one piece at a time, because each piece begins from what the one before has left. */
export interface TaskQueue {
  /** Does the work when all that was asked for before is over, whatever came of it. */
  own(work: () => Promise<void>): Promise<void>
  /**
   * The same, for work that serves everybody who asks while it has not begun: whoever comes while one is under way
   * shares the next, which begins after all of them have asked.
   */
  shared(work: () => Promise<void>): Promise<void>
}

export function createTaskQueue(): TaskQueue {
  let last = Promise.resolve()
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null

  function own(work: () => Promise<void>): Promise<void> {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }

  function run(work: () => Promise<void>): Promise<void> {
    running = own(work).finally(() => {
      running = null
    })
    return running
  }

  return {
    own,
    shared(work) {
      if (running === null) return run(work)
      next ??= running
        .catch(() => undefined)
        .then(() => {
          next = null
          return run(work)
        })
      return next
    },
  }
}
