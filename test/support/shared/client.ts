/**
 * Asks for what all test files of one run share. Outside of such a run (a bench, a picture) there is nothing to share.
 */

/** Environment variable with the address of the run's server. */
export const sharedAddress = 'LODGE_TEST_SHARED'

/**
 * `postgres`: URL of a cluster's owner. `browser`: WebSocket of a Chromium. `window`, `console`: folders of built
 * pages.
 */
export type SharedName = 'postgres' | 'browser' | 'window' | 'console'

const madeWithinMs = 180_000

/** null where nothing is shared. Throws when it could not be made. */
export async function shared(name: SharedName): Promise<string | null> {
  const address = process.env[sharedAddress]
  if (address === undefined) return null
  const reply = await fetch(`${address}/${name}`, { signal: AbortSignal.timeout(madeWithinMs) })
  const text = await reply.text()
  if (!reply.ok) throw new Error(text)
  return text
}
