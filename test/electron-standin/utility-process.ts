/** `utilityProcess`: a forked Node whose only way to the parent is `process.parentPort`. */
import { fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { report } from './control.ts'

const shim = new URL('./utility-child.ts', import.meta.url).href

export const utilityProcess = {
  fork(entry: string, args: string[]) {
    const { STANDIN_DIR: _folder, ...env } = process.env
    const child = fork(entry, args, { execArgv: ['--no-warnings', '--import', shim], serialization: 'advanced', env })
    report({ standin: 'engine', pid: child.pid ?? null, args })
    const outer = new EventEmitter()
    child.on('message', (message) => outer.emit('message', message))
    child.once('spawn', () => outer.emit('spawn'))
    child.once('exit', (code) => outer.emit('exit', code))
    process.once('exit', () => child.kill('SIGKILL'))
    return Object.assign(outer, {
      get pid() {
        return child.pid
      },
      // A MessagePort clones: a Buffer arrives as a Uint8Array.
      postMessage: (message: object) => void (child.connected && child.send(structuredClone(message))),
      kill: () => child.kill('SIGTERM'),
    })
  },
}
