/** The engine as a forked Node process. */
import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { EngineChild } from './supervisor.ts'

/** `out/main/engine.js` in a build, whose shared code lies a folder deeper; its own room in the sources. */
export function engineEntry(): string {
  const places = ['./engine.js', '../engine.js', '../engine/process.ts'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  )
  const found = places.find((place) => existsSync(place))
  if (found === undefined) throw new Error('the engine is not where it was built')
  return found
}

/** Variables that would let another process look into the engine or change what it runs are not passed on. */
function engineEnv(): NodeJS.ProcessEnv {
  const {
    NODE_OPTIONS: _options,
    NODE_INSPECT_RESUME_ON_START: _inspect,
    CREDENTIALS_DIRECTORY: _credentials,
    ...env
  } = process.env
  return env
}

export function forkEngine(entry = engineEntry()): EngineChild {
  const child = fork(entry, [], {
    serialization: 'advanced',
    env: engineEnv(),
    execArgv: ['--no-warnings'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
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
