/**
 * The hub as it runs: a process of its own from its real entry, at a port that stays, so that kiosks find it again
 * after it has died.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createHubClient, type HubClient } from '../../src-main/sync/index.ts'
import { startChild } from '../bench/sync/children.ts'
import { value } from './fleet.ts'
import { freePort } from '../free-port.ts'

const token = 'token-of-the-processes-0001'

export interface HubProcess {
  readonly url: string
  readonly agent: HubClient
  /** SIGKILL: nothing of it is told. */
  kill(): Promise<void>
  stop(): Promise<void>
}

export interface HubPlace {
  start(databaseUrl: string, ...flags: string[]): Promise<HubProcess>
}

/**
 * One data folder and one port for all processes after one another. Seeded with the demo's institution where the
 * database is empty.
 */
export async function hubPlace(folder: string): Promise<HubPlace> {
  const dataDir = join(folder, 'hub')
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  const tokens = join(dataDir, 'agents')
  writeFileSync(tokens, `tester ${token} supervisor\n`, { mode: 0o600 })
  const port = await freePort()
  const now = () => Date.now()
  return {
    async start(databaseUrl, ...flags) {
      const child = await startChild<{ url: string }>('../../../src-hub/main.ts', flags, {
        LODGE_HUB_DATA: dataDir,
        LODGE_HUB_PORT: String(port),
        LODGE_HUB_AGENT_TOKENS_FILE: tokens,
        LODGE_HUB_SEED: fileURLToPath(new URL('../../resources/demo/institution.json', import.meta.url)),
        DATABASE_URL: databaseUrl,
      })
      const { url } = child.said
      const stranger = createHubClient({ target: { address: url, authority: null }, signer: null, now })
      const { pem } = value(await stranger.call('authority', {}))
      await stranger.close()
      const agent = createHubClient({
        target: { address: url, authority: pem },
        signer: null,
        token,
        now,
        timeoutMs: 30_000,
      })
      return {
        url,
        agent,
        async kill() {
          await agent.close()
          await child.kill()
        },
        async stop() {
          await agent.close()
          await child.stop()
        },
      }
    },
  }
}
