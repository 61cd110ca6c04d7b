/** The engine as a utilityProcess: packaged Electron runs nothing else (fuse RunAsNode is off). */
import { utilityProcess } from 'electron'
import { fileURLToPath } from 'node:url'
import type { EngineChild } from '../shell/index.ts'

export function forkUtility(): EngineChild {
  const child = utilityProcess.fork(fileURLToPath(new URL('./engine.js', import.meta.url)), [], {
    serviceName: 'Lodge engine',
    stdio: 'inherit',
  })
  return {
    get pid() {
      return child.pid
    },
    // The key-encryption key goes by this MessagePort, never by environment or arguments.
    send: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', (code) => listener(code)),
    kill: () => void child.kill(),
  }
}
