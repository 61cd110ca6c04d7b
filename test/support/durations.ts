/** How long each test file took when it last ran here; kept beside the other caches, never in the repository. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const file = fileURLToPath(new URL('../../node_modules/.cache/lodge-test-seconds.json', import.meta.url))
const Seconds = z.record(z.string(), z.number().nonnegative())

/** By absolute path; empty where nothing has run yet. */
export function recordedSeconds(): Map<string, number> {
  try {
    return new Map(Object.entries(Seconds.parse(JSON.parse(readFileSync(file, 'utf8')))))
  } catch {
    return new Map()
  }
}

/** Files that did not run keep what was known of them. */
export function recordSeconds(times: readonly { readonly path: string; readonly seconds: number }[]): void {
  const known = recordedSeconds()
  for (const { path, seconds } of times) known.set(path, Math.round(seconds * 10) / 10)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(Object.fromEntries([...known].sort())))
}
