/** Full-jitter exponential back-off ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015). */
export interface Backoff {
  /** Milliseconds until the next try. */
  next(): number
  reset(): void
}

export function createBackoff(random: () => number, baseMs = 500, capMs = 60_000): Backoff {
  let tries = 0
  return {
    next() {
      const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(tries, 16))
      tries += 1
      return Math.max(50, Math.floor(random() * ceiling))
    },
    reset() {
      tries = 0
    },
  }
}
