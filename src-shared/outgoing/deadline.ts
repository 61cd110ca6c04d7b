/**
 * One total deadline around work that goes out: whatever the other end does or leaves undone, the caller gets its
 * thread back.
 */

/** The deadline has passed. */
export class Overdue extends Error {
  override readonly name = 'Overdue'
}

/** Whoever asked is stopping. */
export class Stopping extends Error {
  override readonly name = 'Stopping'
}

/**
 * Runs `work` for at most `totalMs`. Then, or when `stop` aborts, the signal that `work` was given aborts and the
 * promise rejects with `Overdue` or `Stopping`, also when `work` takes no notice. `work` closes what it has opened when
 * its signal aborts.
 */
export function withinDeadline<T>(
  totalMs: number,
  work: (signal: AbortSignal) => Promise<T>,
  stop?: AbortSignal,
): Promise<T> {
  const over = new AbortController()
  return new Promise<T>((resolve, reject) => {
    function give(reason: Error): void {
      // The caller is answered first: what closes on the signal may throw.
      reject(reason)
      over.abort(reason)
    }
    const stopped = () => give(new Stopping())
    const timer = setTimeout(() => give(new Overdue()), totalMs)
    if (stop?.aborted === true) stopped()
    else stop?.addEventListener('abort', stopped, { once: true })
    const done = () => {
      clearTimeout(timer)
      stop?.removeEventListener('abort', stopped)
    }
    const started = over.signal.aborted ? Promise.reject(new Stopping()) : work(over.signal)
    started.then(resolve, reject).finally(done)
  })
}
