/** `app`, with a real single-instance lock: a socket in the stand-in's folder. */
import { EventEmitter } from 'node:events'
import { createServer, connect } from 'node:net'
import { existsSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { startChromium, type Chromium } from './cdp.ts'
import { onOrder, report } from './control.ts'

export class Preventable {
  defaultPrevented = false
  preventDefault(): void {
    this.defaultPrevented = true
  }
}

/** Windows that are open, for quitting. */
export const openWindows = new Set<{ close(): void; isDestroyed(): boolean }>()

export const folder = process.env['STANDIN_DIR'] ?? '.'
const lock = join(folder, 'instance.sock')
let browser: Promise<Chromium> | null = null

export function chromium(): Promise<Chromium> {
  browser ??= startChromium().then((started) => {
    report({ standin: 'chromium', endpoint: started.endpoint })
    return started
  })
  return browser
}

class App extends EventEmitter {
  readonly isPackaged = process.env['STANDIN_PACKAGED'] === '1'
  readonly commandLine = {
    hasSwitch: (name: string) =>
      process.argv.some((argument) => argument === `--${name}` || argument.startsWith(`--${name}=`)),
    appendSwitch: () => undefined,
  }

  enableSandbox(): void {
    // The stand-in's Chromium is its own; what is asked for is asserted by the window's options.
  }
  disableHardwareAcceleration(): void {
    // Headless already.
  }
  async whenReady(): Promise<void> {
    await chromium()
  }
  getVersion(): string {
    return '0.0.0'
  }

  /** Synchronous in Electron: here the lock is known from the socket's file, and the first instance is told. */
  requestSingleInstanceLock(): boolean {
    if (existsSync(lock)) {
      const other = connect(lock)
      other.on('error', () => undefined)
      other.end('second')
      return false
    }
    const server = createServer((peer) => {
      peer.on('error', () => undefined)
      peer.resume()
      this.emit('second-instance', {}, [], '')
    })
    server.listen(lock)
    server.unref()
    process.once('exit', () => {
      if (existsSync(lock)) unlinkSync(lock)
    })
    return true
  }

  quit(): void {
    const event = new Preventable()
    this.emit('before-quit', event)
    if (event.defaultPrevented) return
    for (const window of [...openWindows]) window.close()
    if (openWindows.size > 0) return
    this.exit(0)
  }
  exit(code = 0): void {
    process.exit(code)
  }
  relaunch({ args }: { args?: string[] } = {}): void {
    report({ standin: 'relaunch', args: args ?? process.argv.slice(1) })
  }
}

export const app = new App()
export const powerMonitor = new EventEmitter()
export const ipcMain = new EventEmitter()
export const Menu = { setApplicationMenu: () => undefined }
export const dialog = { showErrorBox: (title: string, body: string) => report({ standin: 'dialog', title, body }) }

onOrder((order) => {
  if (order.standin === 'quit') app.quit()
  if (order.standin === 'power') powerMonitor.emit(order.event, new Preventable())
  if (order.standin === 'gpu-gone') app.emit('child-process-gone', {}, { type: 'GPU', reason: 'crashed' })
})
