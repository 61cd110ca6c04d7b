/**
 * The demo's world for tests: hub process, engine processes, devices. Its database is the run's, signing in costs the
 * least that Argon2id can, and the shell's clock runs so fast that engines which a test kills are no crash loop.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDesk, type DemoDesk, type DemoDeskOptions } from '../../src-main/demo/desk.ts'
import { startHubProcess, type HubProcess } from '../../src-main/demo/hub-process.ts'
import { startWorld, type World, type WorldOptions } from '../../src-main/demo/world.ts'
import { openTestDatabase } from './database.ts'

/** What signing in costs where its cost is not what a test is about. */
export const cheapPin = { memoryKib: 8192, passes: 1 } as const

/** Signing in is quick here, so the same badge is tapped again sooner than a hand would. */
const quickDesk = { pinCost: cheapPin, readers: { debounceMs: 0 } } as const

const quietly = () => undefined

/** The same world with a folder and a database that go with it. */
export async function startTestWorld(options: WorldOptions = {}): Promise<World & { readonly base: string }> {
  const base = mkdtempSync(join(tmpdir(), 'lodge-world-'))
  chmodSync(base, 0o711)
  const database = await openTestDatabase()
  const world = await startWorld(base, quietly, {
    ...options,
    hubSettings: { DATABASE_URL: database.url, ...options.hubSettings },
    deskSettings: { ...quickDesk, ...options.deskSettings },
  })
  return {
    ...world,
    base,
    async stop() {
      await world.stop()
      await database.drop()
      rmSync(base, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** A hub process filled with the demo's institution, on a database that goes with it. */
export async function startTestHub(dataDir: string): Promise<HubProcess> {
  const database = await openTestDatabase()
  const hub = await startHubProcess(dataDir, 0, quietly, { DATABASE_URL: database.url })
  return {
    ...hub,
    async stop() {
      await hub.stop()
      await database.drop()
    },
  }
}

/** One desk whose staff sign in cheaply. */
export function startTestEngine(options: DemoDeskOptions): Promise<DemoDesk> {
  let minutes = 0
  return startDesk({
    monotonic: () => ++minutes * 60_000,
    ...options,
    settings: { ...quickDesk, ...options.settings },
  })
}
