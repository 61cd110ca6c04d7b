/**
 * A disk that fails during a release, for real: the running engine process is given a file-size limit (RLIMIT_FSIZE:
 * its writes fail at the very byte), every write and sync of it is made to fail by the kernel's tracer where there is
 * one, another process takes the database's lock, the folder cannot be written by the engine's user.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { signIn } from '../../src-main/demo/acts.ts'
import { startTrialDesk, type TrialDesk } from './desk.ts'
import { onDesk } from './on-desk.ts'
import { prove } from './scenarios.ts'
import type { Template } from './template.ts'

/** Something that makes the engine's disk fail until it is undone. */
interface Trouble {
  readonly name: string
  /** Throws `Unavailable` where this computer cannot do it. */
  readonly begin: (pid: number, database: string) => Promise<() => Promise<void>>
}

export class Unavailable extends Error {
  override name = 'Unavailable'
}

function limitFileSize(pid: number, bytes: string): void {
  const done = spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}`])
  if (done.status !== 0) throw new Unavailable('prlimit (util-linux) cannot limit another process here')
}

/** No byte more than there is. */
const full: Trouble = {
  name: 'no room for another byte (RLIMIT_FSIZE)',
  begin: (pid, database) => {
    limitFileSize(pid, `${statSync(`${database}-wal`).size}:unlimited`)
    return Promise.resolve(() => Promise.resolve(limitFileSize(pid, 'unlimited')))
  },
}
/** Room for a page and a half: the commit tears. */
const nearlyFull: Trouble = {
  name: 'room for a page and a half (RLIMIT_FSIZE)',
  begin: (pid, database) => {
    limitFileSize(pid, `${statSync(`${database}-wal`).size + 6000}:unlimited`)
    return Promise.resolve(() => Promise.resolve(limitFileSize(pid, 'unlimited')))
  },
}

/** The kernel's tracer answers the engine's system calls with an error. */
function traced(name: string, call: string, error: string): Trouble {
  return {
    name: `${name} (${call} fails with ${error})`,
    async begin(pid) {
      const tracer = spawn(
        'strace',
        [
          '-f',
          '-qq',
          '-p',
          String(pid),
          '-e',
          `trace=${call}`,
          '-e',
          `inject=${call}:error=${error}`,
          '-o',
          '/dev/null',
        ],
        {
          stdio: ['ignore', 'ignore', 'pipe'],
        },
      )
      await attached(tracer, pid)
      return async () => {
        const gone = new Promise((resolve) => tracer.once('exit', resolve))
        tracer.kill('SIGINT')
        await gone
      }
    },
  }
}

async function attached(tracer: ChildProcess, pid: number): Promise<void> {
  let over = false
  tracer.once('error', () => (over = true))
  tracer.once('exit', () => (over = true))
  for (let looks = 0; looks < 400; looks++) {
    if (over) break
    const { stdout } = spawnSync('grep', [
      '-L',
      `^TracerPid:\t${tracer.pid ?? 0}$`,
      ...readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}/status`),
    ])
    if (stdout.length === 0) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  tracer.kill('SIGINT')
  throw new Unavailable('strace is not installed or may not attach to another process here')
}

const troubles: readonly Trouble[] = [
  full,
  nearlyFull,
  traced('disk full', 'pwrite64', 'ENOSPC'),
  traced('disk turned read-only', 'pwrite64', 'EROFS'),
  traced('disk lost what it was told to keep', 'fsync,fdatasync', 'EIO'),
]

async function untilProven(desk: TrialDesk, template: Template) {
  await desk.ready()
  const hands = desk.hands()
  const [customer] = template.customers
  await signIn(hands, template.chief.badge, template.chief.pin)
  const verification = await prove(hands, customer)
  return { hands, request: { pickup: customer.pickup, verification, language: 'fi' } as const }
}

/** Before a byte is sent: refused with L-803, the verification not spent; and it prints once the disk is well again. */
async function before(desk: TrialDesk, template: Template, trouble: Trouble, database: string): Promise<string[]> {
  const wrong: string[] = []
  const { hands, request } = await untilProven(desk, template)
  const end = await trouble.begin(desk.supervisor.pid() ?? 0, database)
  const refused = await hands.client.release(request)
  if (refused.ok || refused.failure.code !== 'L-803') wrong.push(`not refused with L-803: ${JSON.stringify(refused)}`)
  const state = await hands.client.state({})
  if (state.ok && !(state.value.counter.step === 'verify' && state.value.counter.notice?.code === 'L-803'))
    wrong.push(`the screen says nothing of it: ${state.value.counter.step}`)
  if (desk.takePaper().length > 0 || desk.printer.state().buffered > 0) wrong.push('bytes were sent')
  await end()
  const again = await hands.client.release(request)
  if (!again.ok) wrong.push(`the verification was lost: ${again.failure.code}`)
  return wrong
}

/** After the slip was cut: L-803, the slip is shown as uncertain, and it is settled once the disk is well again. */
async function after(desk: TrialDesk, template: Template, trouble: Trouble, database: string): Promise<string[]> {
  const wrong: string[] = []
  const { hands, request } = await untilProven(desk, template)
  let begun: Promise<() => Promise<void>> | null = null
  // The roll ends in the secret: while the printer stands still, so does the engine.
  desk.printer.setFault({ atByte: 420, kind: 'paper-out' })
  const off = desk.printer.onChange(() => {
    if (desk.printer.state().paper === 'out') begun ??= trouble.begin(desk.supervisor.pid() ?? 0, database)
  })
  const answer = await hands.client.release(request)
  off()
  const end = await (begun as Promise<() => Promise<void>> | null)
  if (end === null) return ['the disk never failed']
  if (answer.ok || answer.failure.code !== 'L-803')
    wrong.push(`the lost outcome was not said: ${JSON.stringify(answer)}`)
  const state = await hands.client.state({})
  const counter = state.ok ? state.value.counter : null
  if (counter?.step !== 'hand-over' || counter.slip.state !== 'uncertain')
    wrong.push(`the slip is not shown as uncertain: ${counter?.step ?? ''}`)
  else {
    const settled = await hands.client.settle({ slip: counter.slip.id, settlement: 'spoiled' })
    if (settled.ok || settled.failure.code !== 'L-803')
      wrong.push(`settled on a disk that keeps nothing: ${JSON.stringify(settled)}`)
  }
  await end()
  return wrong
}

/** Nobody else gets the database while the engine has it, nor the engine while somebody else has. */
async function locked(template: Template): Promise<string[]> {
  const wrong: string[] = []
  const dataDir = template.copy('disk locked')
  const file = join(dataDir, 'kiosk.db')
  const other = new Database(file, { timeout: 0 })
  other.pragma('locking_mode = EXCLUSIVE')
  other.exec('BEGIN EXCLUSIVE')
  const desk = await startTrialDesk({ dataDir, engines: template.engines })
  try {
    const notice = await desk.notice('given-up')
    if (notice.failure?.code !== 'L-802')
      wrong.push(`the engine started on a locked database: ${notice.failure?.code ?? ''}`)
    other.exec('COMMIT')
    other.close()
    desk.supervisor.retry()
    const { hands, request } = await untilProven(desk, template)
    let tried = 0
    const off = desk.printer.onChange(() => {
      tried += 1
      try {
        const thief = new Database(file, { timeout: 0 })
        thief.exec('BEGIN IMMEDIATE')
        wrong.push('a second process took the lock in the middle of a release')
        thief.close()
      } catch {
        // As it should be.
      }
    })
    const released = await hands.client.release(request)
    off()
    if (!released.ok) wrong.push(`the release failed: ${released.failure.code}`)
    if (tried === 0) wrong.push('nobody tried')
  } finally {
    await desk.stop()
  }
  return wrong
}

/** An engine whose user may read but not write its folder. */
async function unwritable(template: Template): Promise<string[]> {
  const dataDir = template.copy('disk unwritable')
  const nobody = 65_534
  const root = process.getuid?.() === 0
  for (const name of readdirSync(dataDir)) {
    const path = join(dataDir, name)
    if (!statSync(path).isFile()) continue
    chmodSync(path, 0o400)
    if (root) chownSync(path, nobody, nobody)
  }
  chmodSync(dataDir, 0o500)
  if (root) chownSync(dataDir, nobody, nobody)
  const desk = await startTrialDesk({ dataDir, engines: template.engines, ...(root ? { user: nobody } : {}) })
  try {
    const notice = await desk.notice('given-up')
    return notice.failure?.code === 'L-803' ? [] : [`not refused with L-803: ${notice.failure?.code ?? 'no code'}`]
  } finally {
    await desk.stop()
    chmodSync(dataDir, 0o700)
  }
}

export function diskCases(template: Template, seed: number): { name: string; run: () => Promise<string[]> }[] {
  return [
    ...troubles.flatMap((trouble) => [
      {
        name: `${trouble.name}, before the slip`,
        run: () =>
          onDesk(template, `${trouble.name} 1`, seed, (desk, database) => before(desk, template, trouble, database)),
      },
      {
        name: `${trouble.name}, after the first bytes of the secret`,
        run: () =>
          onDesk(template, `${trouble.name} 2`, seed, (desk, database) => after(desk, template, trouble, database)),
      },
    ]),
    { name: 'database locked by another process', run: () => locked(template) },
    { name: 'folder that the engine may not write', run: () => unwritable(template) },
  ]
}
