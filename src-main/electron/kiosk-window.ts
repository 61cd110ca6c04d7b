/** The one window: made, shown, and kept alive or stopped by the rules of health.ts. */
import { BrowserWindow } from 'electron'
import type { Failure } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { createWindowHealth, hangMs } from './health.ts'
import { stoppedUrl, windowOptions, windowUrl, type Mode } from './rules.ts'

export interface KioskWindowParts {
  readonly preload: string
  readonly mode: Mode
  readonly development: boolean
  readonly timers: { set(run: () => void, ms: number): () => void }
  readonly monotonic: () => number
  readonly log: (line: string) => void
  /** Why there is no window now; the plain page says it. */
  readonly onStopped: (failure: Failure) => void
  /** A page has loaded and listens. */
  readonly onLoaded: () => void
  readonly onClosed: () => void
}

export interface KioskWindow {
  current(): BrowserWindow | null
  /** Opens the window, on the plain page when `stopped`. */
  open(stopped: boolean): void
  /** After a stop, a person wants to try again. */
  again(): void
  focus(): void
  /** From now on the window may close. */
  release(): void
}

export function createKioskWindow(parts: KioskWindowParts): KioskWindow {
  const health = createWindowHealth(parts.monotonic)
  let window: BrowserWindow | null = null
  let released = false
  let cancelHang: (() => void) | null = null

  const load = (of: BrowserWindow, url: string) => {
    of.loadURL(url).catch(() => parts.log('lodge: the window did not load'))
  }

  function stop(of: BrowserWindow): void {
    parts.log('lodge: L-910 the window keeps dying; stopped')
    parts.onStopped({ code: failures.screenStopped })
    load(of, stoppedUrl)
  }

  function watch(made: BrowserWindow): void {
    const { webContents } = made
    made.once('ready-to-show', () => made.show())
    made.on('close', (event) => {
      if (parts.mode === 'kiosk' && !released) event.preventDefault()
    })
    made.on('closed', () => {
      cancelHang?.()
      if (window !== made) return
      window = null
      parts.onClosed()
    })
    // A second full screen, a minimised or a left full screen would leave the desk without its window.
    if (parts.mode === 'kiosk') {
      made.on('leave-full-screen', () => made.setKiosk(true))
      made.on('minimize', () => made.restore())
    }
    webContents.on('did-finish-load', () => {
      webContents.setVisualZoomLevelLimits(1, 1).catch(() => undefined)
      parts.onLoaded()
    })
    webContents.on('render-process-gone', (_event, details) => {
      if (released || window !== made) return
      const act = health.gone(details.reason)
      parts.log(`lodge: the window's process has gone (${details.reason}): ${act}`)
      switch (act) {
        case 'reload':
          load(made, windowUrl)
          return
        case 'recreate':
          window = make()
          made.destroy()
          load(window, windowUrl)
          return
        case 'stop':
          stop(made)
          return
      }
    })
    made.on('unresponsive', () => {
      cancelHang ??= parts.timers.set(() => {
        cancelHang = null
        parts.log('lodge: the window hangs; its process is ended')
        if (!made.isDestroyed()) webContents.forcefullyCrashRenderer()
      }, hangMs)
    })
    made.on('responsive', () => {
      cancelHang?.()
      cancelHang = null
    })
  }

  function make(): BrowserWindow {
    const made = new BrowserWindow(windowOptions(parts.preload, parts.mode, parts.development))
    made.removeMenu()
    watch(made)
    return made
  }

  return {
    current: () => window,
    open(stopped) {
      window = make()
      load(window, stopped ? stoppedUrl : windowUrl)
    },
    again() {
      health.forgive()
      if (window !== null) load(window, windowUrl)
    },
    focus() {
      if (window === null) return
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
    },
    release() {
      released = true
    },
  }
}
