/**
 * A desk's engine inside an Electron shell that was started here: its supervisor, seen from outside through the
 * starter's link.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ReplyFrame, type Frame } from '../../src-shared/kiosk-api/contract.ts'
import { ShellNotice } from '../../src-shared/kiosk-api/index.ts'
import { fail } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { EngineSupervisor } from '../shell/index.ts'

export interface ElectronStart {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

export interface ElectronHost extends EngineSupervisor {
  /** The shell's process, once started. */
  child(): ChildProcess | null
}

const stopMs = 15_000

/** Path of Electron's runtime where it is installed, else null. Never downloads one. */
export function findElectron(): string | null {
  if (process.env['ELECTRON_OVERRIDE_DIST_PATH'] !== undefined)
    return join(process.env['ELECTRON_OVERRIDE_DIST_PATH'], 'electron')
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  const named = join(folder, 'path.txt')
  if (!existsSync(named)) return null
  const file = join(folder, 'dist', readFileSync(named, 'utf8').trim())
  return existsSync(file) ? file : null
}

/**
 * `dataDir` takes the settings file that the shell is started with; with `null` for the settings it is started as a new
 * machine is.
 */
export function createElectronHost(
  start: ElectronStart,
  config: Record<string, unknown> | null,
  dataDir: string,
): ElectronHost {
  const listeners = new Set<(frame: Frame | ShellNotice) => void>()
  const open = new Map<number, { id: number; answer: (reply: ReplyFrame) => void }>()
  let nextId = 1
  let child: ChildProcess | null = null
  let engine: number | undefined
  let notice: ShellNotice = { t: 'shell', engine: 'starting', failure: null }

  function hear(raw: unknown): void {
    const reply = ReplyFrame.safeParse(raw)
    if (reply.success) {
      const waiting = open.get(reply.data.id)
      open.delete(reply.data.id)
      waiting?.answer({ ...reply.data, id: waiting.id })
      return
    }
    const said = ShellNotice.safeParse(raw)
    if (said.success) {
      notice = said.data
      const { pid } = raw as { pid?: number | null }
      engine = pid ?? undefined
    }
    for (const listener of listeners) listener(said.success ? said.data : (raw as Frame))
  }

  function gone(): void {
    child = null
    notice = { t: 'shell', engine: 'down', failure: { code: failures.engineRestarting } }
    for (const { id, answer } of open.values()) answer({ t: 'reply', id, result: fail(failures.engineRestarting) })
    open.clear()
    for (const listener of listeners) listener(notice)
  }

  return {
    child: () => child,
    start() {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 })
      const file = join(dataDir, 'settings.json')
      if (config !== null) writeFileSync(file, JSON.stringify(config))
      const made = spawn(start.command, [...start.args, `--config=${file}`], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        env: { ...process.env, ...start.env },
      })
      child = made
      made.on('message', hear)
      return new Promise((resolve, reject) => {
        made.once('spawn', resolve)
        made.once('error', reject)
        made.once('exit', gone)
      })
    },
    stop() {
      const last = child
      if (last === null || last.exitCode !== null) return Promise.resolve()
      return new Promise((resolve) => {
        const timer = setTimeout(() => last.kill('SIGKILL'), stopMs)
        last.once('exit', () => {
          clearTimeout(timer)
          resolve()
        })
        // The shell quits in order when its starter lets go.
        last.disconnect()
      })
    },
    notice: () => notice,
    onFrame(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    call(frame, answer) {
      if (child?.connected !== true) {
        answer({ t: 'reply', id: frame.id, result: fail(failures.engineRestarting) })
        return
      }
      const id = nextId++
      open.set(id, { id: frame.id, answer })
      child.send({ ...frame, id }, () => undefined)
    },
    retry: () => undefined,
    pid: () => engine,
  }
}
