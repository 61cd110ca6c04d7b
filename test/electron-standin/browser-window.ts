/** `BrowserWindow`: a page of the stand-in's Chromium. */
import { EventEmitter } from 'node:events'
import { app, openWindows, Preventable } from './app.ts'
import { onOrder, report } from './control.ts'
import { WebContents } from './web-contents.ts'

interface Options {
  readonly webPreferences: { readonly preload: string; readonly nodeIntegrationInSubFrames?: boolean }
}

export class BrowserWindow extends EventEmitter {
  readonly webContents: WebContents
  #destroyed = false

  constructor(options: Options) {
    super()
    report({ standin: 'window', options: options as unknown as Record<string, unknown> })
    this.webContents = new WebContents(
      options.webPreferences.preload,
      options.webPreferences.nodeIntegrationInSubFrames === true,
    )
    openWindows.add(this)
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'))
    this.webContents.on('standin-unresponsive', () => {
      report({ standin: 'unresponsive' })
      this.emit('unresponsive')
    })
    this.webContents.on('standin-responsive', () => this.emit('responsive'))
    app.emit('browser-window-created', {}, this)
    app.emit('web-contents-created', {}, this.webContents)
    onOrder((order) => {
      if (order.standin === 'close-window' && !this.#destroyed) this.close()
      if (order.standin === 'session-end' && !this.#destroyed) this.emit('session-end', {})
    })
  }

  async loadURL(url: string): Promise<void> {
    await this.webContents.load(url)
  }
  show(): void {
    // Headless.
  }
  focus(): void {
    report({ standin: 'focused' })
  }
  isMinimized(): boolean {
    return false
  }
  restore(): void {
    // Never minimised.
  }
  removeMenu(): void {
    // None.
  }
  setKiosk(): void {
    // Headless.
  }
  isDestroyed(): boolean {
    return this.#destroyed
  }
  close(): void {
    const event = new Preventable()
    this.emit('close', event)
    if (!event.defaultPrevented) this.destroy()
  }
  destroy(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    openWindows.delete(this)
    this.webContents.end()
    this.emit('closed')
    if (openWindows.size === 0) app.emit('window-all-closed')
  }
}
