/** The hub as a child process of the demo: the real entry, the real database, filled from the demo's institution. */
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createHubClient, type HubClient } from '../sync/index.ts'

export interface HubProcess {
  readonly url: string
  readonly port: number
  /** PEM of its certificate authority. */
  readonly authority: string
  /** As a helpdesk agent. */
  readonly agent: HubClient
  /** As an administrator. */
  readonly administrator: HubClient
  stop(): Promise<void>
}

const root = fileURLToPath(new URL('../../', import.meta.url))
export const institutionFile = join(root, 'resources/demo/institution.json')

/** `settings`: more of its environment. */
export async function startHubProcess(
  dataDir: string,
  port: number,
  log: (line: string) => void,
  settings: Readonly<Record<string, string>> = {},
): Promise<HubProcess> {
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  const token = randomBytes(24).toString('base64url')
  const administratorToken = randomBytes(24).toString('base64url')
  const tokens = join(dataDir, 'agents')
  writeFileSync(tokens, `helpdesk-demo ${token} supervisor\nadministrator-demo ${administratorToken} administrator\n`, {
    mode: 0o600,
  })
  const entry = join(root, 'src-hub/main.ts')
  if (!existsSync(entry)) throw new Error('the demo runs from the sources')
  const child = fork(entry, [], {
    execArgv: ['--no-warnings'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      ...process.env,
      ...settings,
      LODGE_HUB_DATA: dataDir,
      LODGE_HUB_PORT: String(port),
      LODGE_HUB_AGENT_TOKENS_FILE: tokens,
      LODGE_HUB_SEED: institutionFile,
    },
  })
  child.stdout?.on('data', (bytes: Buffer) => log(bytes.toString().trimEnd()))
  const serving = await new Promise<{ url: string; port: number }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as { url: string; port: number }))
    child.once('exit', () => reject(new Error('the hub did not start')))
  })
  const now = () => Date.now()
  const stranger = createHubClient({ target: { address: serving.url, authority: null }, signer: null, now })
  const authority = await stranger.call('authority', {})
  await stranger.close()
  if (!authority.ok) throw new Error('the hub does not answer')
  const client = (by: string) =>
    createHubClient({ target: { address: serving.url, authority: authority.value.pem }, signer: null, token: by, now })
  const agent = client(token)
  const administrator = client(administratorToken)
  return {
    ...serving,
    authority: authority.value.pem,
    agent,
    administrator,
    async stop() {
      await agent.close()
      await administrator.close()
      if (child.exitCode !== null) return
      const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.kill('SIGTERM')
      await exited
    },
  }
}
