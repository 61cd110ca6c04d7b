/**
 * The settings of a start, for both shells: provisioned first where the machine is new, and wiped of the code once
 * enrolled.
 */
import { dirname, join } from 'node:path'
import { KioskState } from '../../src-shared/kiosk-api/index.ts'
import { ok, type Result } from '../../src-shared/failures/result.ts'
import { provision, provisioningFileBeside, wipeInvitation } from './provision.ts'
import { readSettingsFile, type SettingsFile } from './settings-file.ts'
import type { EngineSupervisor } from './supervisor.ts'

export interface ProvisionedStart {
  readonly settings: SettingsFile
  /** Watches for the end of enrolment; the code then leaves the disk. Returns a function that stops watching. */
  watch(supervisor: EngineSupervisor, log: (line: string) => void): () => void
}

const Enrolled = KioskState.pick({ setup: true })

/** Fails with L-101 or L-803. `provisioningFile` is beside the settings unless named. */
export function readProvisionedSettings(
  settingsFile: string,
  provisioningFile = provisioningFileBeside(settingsFile),
): Result<ProvisionedStart> {
  const places = { settingsFile, provisioningFile, defaultDataDir: join(dirname(settingsFile), 'data') }
  const made = provision(places)
  if (!made.ok) return made
  const settings = readSettingsFile(settingsFile)
  if (!settings.ok) return settings
  return ok({
    settings: settings.value,
    watch(supervisor, log) {
      const { raw } = settings.value
      const invited = typeof raw === 'object' && raw !== null && 'enrolment' in raw
      if (!invited) return () => undefined
      const off = supervisor.onFrame((frame) => {
        if (frame.t !== 'event' || frame.name !== 'state') return
        const state = Enrolled.safeParse(frame.payload)
        if (!state.success || state.data.setup === 'enrol') return
        off()
        try {
          wipeInvitation(places)
          log('lodge: enrolled; the code has been wiped from the settings')
        } catch {
          log('lodge: L-803 the used code could not be wiped from the settings')
        }
      })
      return off
    },
  })
}
