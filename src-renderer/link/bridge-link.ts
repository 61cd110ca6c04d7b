/** The Electron shell's bridge: always there, because the preload put it there before the page ran. */
import { sendByBridge, type KioskBridge } from '../../src-shared/kiosk-api/methods.ts'
import type { KioskLink } from './link.ts'

export function createBridgeLink(bridge: KioskBridge): KioskLink {
  return {
    send: (frame) => {
      sendByBridge(bridge, frame)
    },
    onFrame: (receive) => {
      bridge.onFrame(receive)
    },
    onState: (watch) => {
      watch('up')
    },
    retryEngine() {
      bridge.retryEngine()
    },
    start() {
      // The preload opened it.
    },
    stop() {
      // It lives as long as the page.
    },
  }
}
