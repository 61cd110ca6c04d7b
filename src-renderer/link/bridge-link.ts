/** The Electron shell's bridge: always there, because the preload put it there before the page ran. */
import type { FrameLink } from '../../src-shared/contract.ts'
import type { KioskLink } from './link.ts'

export function createBridgeLink(bridge: FrameLink): KioskLink {
  return {
    send: (frame) => {
      bridge.send(frame)
    },
    onFrame: (receive) => {
      bridge.onFrame(receive)
    },
    onState: (watch) => {
      watch('up')
    },
    start() {
      // The preload opened it.
    },
    stop() {
      // It lives as long as the page.
    },
  }
}
