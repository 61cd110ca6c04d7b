import type { KioskBridge } from '../src-shared/kiosk-api/methods.ts'

declare global {
  interface Window {
    /** Set by the Electron preload; absent in the browser shell. */
    readonly lodge?: KioskBridge
  }
}
