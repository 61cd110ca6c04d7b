/** The other ends of the bench as processes of their own: the hub from its real entry, and express-pouchdb. */
import { fork, type ChildProcess } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createHubClient, type HubClient } from '../../../src-main/sync/index.ts'
import { within } from '../../support/within.ts'

/** Longest that a process may take to begin, and to end, ms. */
const startMs = 120_000
const endMs = 60_000

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export interface Child<T> {
  readonly said: T
  readonly pid: number
  stop(): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
}

/** Forks and waits for the first message. */
export async function startChild<T>(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Child<T>> {
  const child: ChildProcess = fork(here(file), [...args], {
    execArgv: ['--no-warnings'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  })
  const first = new Promise<T>((resolve, reject) => {
    child.once('message', (message) => resolve(message as T))
    child.once('exit', (code) => reject(new Error(`${file} ended with ${String(code)}`)))
  })
  const said = await within(startMs, `the first message of ${file}`, first).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill(signal)
    await within(endMs, `the end of ${file}`, exited).catch((error: unknown) => {
      child.kill('SIGKILL')
      throw error
    })
  }
  return {
    said,
    pid: child.pid ?? 0,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  }
}

export interface BenchHub {
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly authority: string
  readonly agent: HubClient
  stop(): Promise<void>
}

const token = 'token-of-the-bench-0001'

/** A hub process on a PostgreSQL that is there already, or (without `databaseUrl`) on one of its own. */
export async function startBenchHub(dataDir: string, env: NodeJS.ProcessEnv): Promise<BenchHub> {
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  const tokens = join(dataDir, 'agents')
  writeFileSync(tokens, `bench ${token} supervisor\n`, { mode: 0o600 })
  const child = await startChild<{ url: string; port: number }>('../../../src-hub/main.ts', [], {
    LODGE_HUB_DATA: dataDir,
    LODGE_HUB_PORT: '0',
    LODGE_HUB_AGENT_TOKENS_FILE: tokens,
    LODGE_HUB_SEED: here('../../../resources/demo/institution.json'),
    ...env,
  })
  const now = () => Date.now()
  const stranger = createHubClient({ target: { address: child.said.url, authority: null }, signer: null, now })
  const authority = await stranger.call('authority', {})
  await stranger.close()
  if (!authority.ok) throw new Error(authority.failure.code)
  const agent = createHubClient({
    target: { address: child.said.url, authority: authority.value.pem },
    signer: null,
    token,
    now,
  })
  return {
    ...child.said,
    pid: child.pid,
    authority: authority.value.pem,
    agent,
    async stop() {
      await agent.close()
      await child.stop()
    },
  }
}
