/** The electron module, as far as src-main/electron uses it. */
export { app, dialog, ipcMain, Menu, powerMonitor } from './app.ts'
export { BrowserWindow } from './browser-window.ts'
export { safeStorage } from './safe-storage.ts'
export { protocol, session } from './session.ts'
export { utilityProcess } from './utility-process.ts'
