/** The hub's own PostgreSQL over deaths and interruptions of the hub: real processes, as they are started and stopped. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const root = mkdtempSync(join(tmpdir(), 'lodge-embedded-'))
const running = new Set<ChildProcess>()
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  // Under root the cluster may lie elsewhere.
  if (existsSync(join(root, 'hub', 'cluster-place')))
    rmSync(clusterOf(join(root, 'hub')), { recursive: true, force: true })
  rmSync(root, { recursive: true, force: true })
})

interface Hub {
  readonly child: ChildProcess
  readonly said: () => string
  /** Exit code; null when a signal ended it. */
  readonly gone: Promise<number | null>
}

function hub(dataDir: string): Hub {
  const entry = fileURLToPath(new URL('../../src-hub/main.ts', import.meta.url))
  const child = spawn(process.execPath, ['--no-warnings', entry], {
    env: { ...process.env, LODGE_HUB_DATA: dataDir, LODGE_HUB_PORT: '0', DATABASE_URL: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => {
      said += bytes.toString()
    })
  const gone = new Promise<number | null>((done) =>
    child.once('exit', (code) => {
      running.delete(child)
      done(code)
    }),
  )
  return { child, said: () => said, gone }
}

const serves = (one: Hub) => expect.poll(one.said, { timeout: 60_000 }).toContain('lodge hub: serving')
const clusterOf = (dataDir: string) => readFileSync(join(dataDir, 'cluster-place'), 'utf8')
const serverOf = (dataDir: string) =>
  Number(readFileSync(join(clusterOf(dataDir), 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
const lives = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('a PostgreSQL left behind by kill -9 is found and stopped, one whose hub lives is left alone, and an interrupted hub leaves nothing', async () => {
  const dataDir = join(root, 'hub')
  mkdirSync(dataDir, { mode: 0o711 })
  const killed = hub(dataDir)
  await serves(killed)
  const orphan = serverOf(dataDir)
  // A second hub on the same folder is told so, and harms nobody.
  const intruder = hub(dataDir)
  expect(await intruder.gone).not.toBe(0)
  expect(intruder.said()).toContain('another hub uses this folder')
  expect(lives(orphan)).toBe(true)
  killed.child.kill('SIGKILL')
  await killed.gone
  expect(lives(orphan)).toBe(true)

  const next = hub(dataDir)
  await serves(next)
  expect(lives(orphan)).toBe(false)
  const server = serverOf(dataDir)
  expect(server).not.toBe(orphan)
  next.child.kill('SIGINT')
  expect(await next.gone).toBe(0)
  expect(lives(server)).toBe(false)
  // Ctrl-C is no fault: nothing that looks like one is said.
  expect(next.said()).not.toMatch(/Error|error|\n\s+at /)

  // Interrupted while it starts, at whatever moment.
  const early = hub(dataDir)
  const cluster = join(clusterOf(dataDir), 'data', 'postmaster.pid')
  await expect.poll(() => existsSync(cluster), { timeout: 30_000, interval: 5 }).toBe(true)
  early.child.kill('SIGTERM')
  await early.gone
  await expect.poll(() => existsSync(cluster), { timeout: 30_000 }).toBe(false)
})
