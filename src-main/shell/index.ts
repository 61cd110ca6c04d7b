export { createEngineClient } from './client.ts'
export { engineEntry, forkEngine } from './fork.ts'
export { createGate, maxFrameBytes, type Gate } from './gate.ts'
export { securityHeaders } from './headers.ts'
export { createFileKeystore, type Keystore } from './keystore.ts'
export { inLines, lockdownReport, thisMachine, type LockdownReport } from './lockdown/index.ts'
export {
  provision,
  ProvisioningFile,
  provisioningFileBeside,
  wipeInvitation,
  type ProvisioningPlaces,
} from './provision.ts'
export { readProvisionedSettings, type ProvisionedStart } from './provisioned-start.ts'
export { readSettingsFile, type SettingsFile } from './settings-file.ts'
export { readStatic, type StaticFile } from './static-files.ts'
export { createUpdater, fetchRelease, installerOfThisStart, type Updater, type UpdateSettings } from './update/index.ts'
export { startWatchdog } from './watchdog.ts'
export { createEngineSupervisor, type EngineChild, type EngineSupervisor, type SupervisorParts } from './supervisor.ts'
