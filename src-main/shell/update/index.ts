export { fetchRelease } from './fetch.ts'
export { installerOfThisStart, type Installer } from './installers.ts'
export { createUpdater, UpdateSettings, type Updater } from './updater.ts'
