/** How often one caller may do what could be abused: a stolen kiosk is no way to read a directory out. */
export interface Budget {
  /** false: too often in the last minute. */
  take(caller: string): boolean
}

/** `perMinute` for each caller, in this hub process. */
export function createBudget(perMinute: number, now: () => number): Budget {
  const taken = new Map<string, number[]>()
  return {
    take(caller) {
      const since = now() - 60_000
      const recent = (taken.get(caller) ?? []).filter((at) => at > since)
      if (recent.length >= perMinute) return false
      if (taken.size > 10_000) taken.clear()
      taken.set(caller, [...recent, now()])
      return true
    },
  }
}
