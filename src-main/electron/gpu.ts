/** Machines without a working GPU: its process dying again and again starts the kiosk anew, drawing in software. */
import { app } from 'electron'

const deathsToLeave = 3

/** Before `ready`. `wanted` false is the desk's own setting. */
export function watchGpu(wanted: boolean, log: (line: string) => void, beforeRelaunch: () => Promise<void>): void {
  if (!wanted) app.disableHardwareAcceleration()
  if (!wanted || app.commandLine.hasSwitch('disable-gpu')) return
  let deaths = 0
  app.on('child-process-gone', (_event, { type }) => {
    if (type !== 'GPU') return
    deaths += 1
    if (deaths !== deathsToLeave) return
    log('lodge: the GPU keeps failing; started anew without it')
    beforeRelaunch().then(
      () => {
        app.relaunch({ args: [...process.argv.slice(1), '--disable-gpu'] })
        app.exit(0)
      },
      () => app.exit(1),
    )
  })
}
