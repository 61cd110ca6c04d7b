/** A new machine: an empty folder with one file in it, and the browser shell started as its service would. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../src-main/browser/main.ts', import.meta.url))

export interface NewMachine {
  readonly folder: string
  readonly settingsFile: string
  readonly provisioningFile: string
  /** Starts the shell; resolves with the address that opens its window. */
  start(): Promise<string>
  /** Starts a shell that is to refuse; resolves with its exit code and what it said. */
  refused(): Promise<{ code: number | null; said: string }>
  stop(): Promise<void>
}

export function newMachine(provisioning: unknown): NewMachine {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-new-'))
  const settingsFile = join(folder, 'kiosk.json')
  const provisioningFile = join(folder, 'provision.json')
  mkdirSync(folder, { recursive: true })
  writeFileSync(provisioningFile, typeof provisioning === 'string' ? provisioning : JSON.stringify(provisioning))
  let child: ChildProcess | null = null
  const run = () => {
    const made = spawn(process.execPath, ['--no-warnings', entry, '--config', settingsFile, '--no-window'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = made
    return made
  }
  return {
    folder,
    settingsFile,
    provisioningFile,
    start() {
      const made = run()
      return new Promise((resolve, reject) => {
        let said = ''
        made.stdout.on('data', (bytes: Buffer) => {
          said += bytes.toString()
          const found = /open (http:\S+)/.exec(said)
          if (found?.[1] !== undefined) resolve(found[1])
        })
        made.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()))
        made.once('exit', () => reject(new Error(`the kiosk did not start: ${said}`)))
      })
    },
    refused() {
      const made = run()
      let said = ''
      made.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()))
      return new Promise((resolve) => made.once('exit', (code) => resolve({ code, said })))
    },
    async stop() {
      const running = child
      if (running !== null && running.exitCode === null) {
        const gone = new Promise((resolve) => running.once('exit', resolve))
        running.kill('SIGTERM')
        await gone
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
