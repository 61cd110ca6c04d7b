/**
 * What one caller may have of this hub process: a bucket that fills again by itself, and may be overdrawn once. The
 * clock is passed in.
 */

export interface Allowance {
  /** ms until this caller may have something; 0: now. */
  wait(caller: string, now: number): number
  /**
   * Takes `cost`, more than there is if need be: what is owed must come back before anything else is had. Negative
   * gives back.
   */
  charge(caller: string, cost: number, now: number): void
}

interface Bucket {
  left: number
  at: number
}

/** Callers remembered at a time; a full bucket says nothing, so those go first. */
const most = 20_000

/** Holds `size`, and `perSecond` comes back. */
export function createAllowance(size: number, perSecond: number): Allowance {
  const buckets = new Map<string, Bucket>()
  function filled(caller: string, now: number): Bucket {
    const bucket = buckets.get(caller) ?? { left: size, at: now }
    // A clock that was set back gives nothing and takes nothing.
    bucket.left = Math.min(size, bucket.left + (Math.max(0, now - bucket.at) / 1000) * perSecond)
    bucket.at = now
    return bucket
  }
  return {
    wait(caller, now) {
      const { left } = filled(caller, now)
      return left > 0 ? 0 : Math.ceil(((1 - left) / perSecond) * 1000)
    },
    charge(caller, cost, now) {
      const bucket = filled(caller, now)
      bucket.left = Math.min(size, bucket.left - cost)
      buckets.set(caller, bucket)
      if (buckets.size <= most) return
      for (const name of buckets.keys()) if (filled(name, now).left >= size) buckets.delete(name)
      // All of them in use: the oldest are forgotten rather than that memory grows.
      if (buckets.size > most) for (const name of [...buckets.keys()].slice(0, most / 10)) buckets.delete(name)
    },
  }
}
