/** A wait with an end: what never comes fails, and says what was waited for. */

export class NotWithin extends Error {
  override name = 'NotWithin'
}

/** The same promise, or a NotWithin after `ms` that names what was awaited. */
export async function within<T>(ms: number, what: string, waiting: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NotWithin(`${what}: not within ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([waiting, late])
  } finally {
    clearTimeout(timer)
  }
}
