/** Updates of the packaged program: where this start can install them, and how it starts again. */
import { join } from 'node:path'
import { app } from 'electron'
import {
  createUpdater,
  fetchRelease,
  installerOfThisStart,
  type EngineSupervisor,
  type Updater,
  type UpdateSettings,
} from '../shell/index.ts'
import { systemTimers, version } from '../engine/index.ts'

/** null where nothing is configured, or where a package manager keeps the program. */
export function updaterOf(
  settings: UpdateSettings | undefined,
  dataDir: string,
  supervisor: Pick<EngineSupervisor, 'onFrame' | 'stop'>,
  log: (line: string) => void,
): Updater | null {
  const folder = join(dataDir, 'updates')
  const installer = installerOfThisStart(process.platform, process.env, app.isPackaged, folder)
  if (settings === undefined || installer === null) return null
  return createUpdater({
    settings,
    version,
    platform: process.platform,
    arch: process.arch,
    folder,
    installer,
    fetch: (url, limit) => fetchRelease(url, limit),
    supervisor,
    timers: systemTimers,
    relaunch() {
      const { APPIMAGE: image } = process.env
      // An NSIS installer starts the program itself.
      if (image !== undefined) app.relaunch({ execPath: image, args: process.argv.slice(1) })
      supervisor.stop().then(
        () => app.exit(0),
        () => app.exit(1),
      )
    },
    log,
  })
}
