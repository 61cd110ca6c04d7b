/** The engine as a forked Node process. */
import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { EngineChild } from './supervisor.ts'

/** Beside this file in a build (`out/main`), in its own room in the sources. */
export function engineEntry(): string {
  const built = fileURLToPath(new URL('./engine.js', import.meta.url))
  return existsSync(built) ? built : fileURLToPath(new URL('../engine/process.ts', import.meta.url))
}

/** Variables that would let another process look into the engine or change what it runs are not passed on. */
function engineEnv(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_INSPECT_RESUME_ON_START: _inspect, CREDENTIALS_DIRECTORY: _credentials, ...env } = process.env
  return env
}

export function forkEngine(entry = engineEntry()): EngineChild {
  const child = fork(entry, [], { serialization: 'advanced', env: engineEnv(), execArgv: ['--no-warnings'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  child.on('error', () => undefined)
  return {
    pid: child.pid,
    send(message) {
      // A child that has just died is noticed by its exit.
      if (child.connected) child.send(message, () => undefined)
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', (code) => listener(code)),
    kill: (signal) => void child.kill(signal),
  }
}
