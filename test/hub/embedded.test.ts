/**
 * The hub's own PostgreSQL over deaths and interruptions of the hub: real processes, as they are started and stopped.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const root = mkdtempSync(join(tmpdir(), 'lodge-embedded-'))
const running = new Set<ChildProcess>()
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  // Under root the cluster may lie elsewhere.
  for (const name of readdirSync(root))
    if (existsSync(join(root, name, 'cluster-place')))
      rmSync(clusterOf(join(root, name)), { recursive: true, force: true })
  rmSync(root, { recursive: true, force: true })
})

interface Hub {
  readonly child: ChildProcess
  readonly said: () => string
  /** Exit code; null when a signal ended it. */
  readonly gone: Promise<number | null>
}

/** `group`: a process group of its own, so that a test can press Ctrl-C: that reaches every process of the group. */
function hub(dataDir: string, group = false): Hub {
  const entry = fileURLToPath(new URL('../../src-hub/main.ts', import.meta.url))
  const child = spawn(process.execPath, ['--no-warnings', entry], {
    env: { ...process.env, LODGE_HUB_DATA: dataDir, LODGE_HUB_PORT: '0', DATABASE_URL: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: group,
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

/** The hub makes its cluster: a folder that is there only for as long as that takes. */
const making = (dataDir: string) =>
  existsSync(join(dataDir, 'cluster-place')) &&
  existsSync(clusterOf(dataDir)) &&
  readdirSync(clusterOf(dataDir)).some((name) => name.startsWith('making-'))

test('Ctrl-C or kill -9 while the cluster is made: nothing that looks like a fault is said, and the next start serves', async () => {
  const dataDir = join(root, 'first')
  mkdirSync(dataDir, { mode: 0o711 })
  const interrupted = hub(dataDir, true)
  await expect.poll(() => making(dataDir), { timeout: 60_000, interval: 5 }).toBe(true)
  process.kill(-(interrupted.child.pid ?? 0), 'SIGINT')
  expect(await interrupted.gone).toBe(0)
  expect(interrupted.said()).toBe('')
  // Again at once, while the interrupted initdb may still be ending. A cluster that was ready just then stays, for the
  // next hub to clear.
  const killed = hub(dataDir)
  const own = `making-${killed.child.pid}`
  await expect.poll(() => readdirSync(clusterOf(dataDir)), { timeout: 60_000, interval: 5 }).toContain(own)
  killed.child.kill('SIGKILL')
  await killed.gone
  const next = hub(dataDir)
  await serves(next)
  expect(making(dataDir)).toBe(false)
  next.child.kill('SIGTERM')
  expect(await next.gone).toBe(0)
})

test('two hubs that begin the same new folder in the same second: one serves, the other is told', async () => {
  const dataDir = join(root, 'both')
  mkdirSync(dataDir, { mode: 0o711 })
  const both = [hub(dataDir), hub(dataDir)]
  const refused = await Promise.race(both.map(async (one) => (await one.gone, one)))
  expect(refused.said()).toContain('another hub uses this folder')
  const [serving] = both.filter((one) => one !== refused)
  if (serving === undefined) throw new Error('both ended')
  await serves(serving)
  serving.child.kill('SIGTERM')
  expect(await serving.gone).toBe(0)
})
