import type { FrameLink } from '../src-shared/contract.ts'

declare global {
  interface Window {
    /** Set by the Electron preload; absent in the browser shell. */
    readonly lodge?: FrameLink
  }
}
