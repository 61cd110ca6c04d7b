/**
 * Ends in order where there is time: quitting waits for the engine, and a computer that goes to sleep or is locked
 * leaves nobody signed in. Correctness depends on none of it (docs/architecture.md#rules-of-the-house, rule 6).
 */
import { app, powerMonitor } from 'electron'
import type { EngineSupervisor } from '../shell/index.ts'

export interface Endings {
  /** The window may close from now on. */
  readonly release: () => void
  readonly supervisor: EngineSupervisor
  readonly log: (line: string) => void
}

export function watchEndings({ release, supervisor, log }: Endings): void {
  let stopped = false
  let stopping = false

  app.on('before-quit', (event) => {
    release()
    if (stopped) return
    event.preventDefault()
    if (stopping) return
    stopping = true
    supervisor.stop().then(
      () => {
        stopped = true
        app.quit()
      },
      () => app.exit(1),
    )
  })
  app.on('window-all-closed', () => app.quit())

  // Electron delays the shutdown of Linux and macOS while this is prevented; we quit as soon as the engine has stopped.
  powerMonitor.on('shutdown', (event?: { preventDefault(): void }) => {
    event?.preventDefault()
    log('lodge: the computer shuts down')
    app.quit()
  })
  const leave = (why: string) => () => {
    log(`lodge: ${why}; staff are signed out`)
    supervisor.call({ t: 'call', id: 0, method: 'signOut', input: {} }, () => undefined)
  }
  powerMonitor.on('suspend', leave('the computer sleeps'))
  powerMonitor.on('lock-screen', leave('the session is locked'))

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => app.quit())
}

/** Windows ends the session without waiting: the engine is told, and its database needs no more. */
export function watchSessionEnd(window: Electron.BrowserWindow, supervisor: EngineSupervisor): void {
  window.on('session-end', () => void supervisor.stop())
}
