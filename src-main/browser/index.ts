export { findChromium, hasDisplay, openChromium } from './chromium.ts'
export { createBrowserShell, takenOver, type BrowserShell } from './shell.ts'
