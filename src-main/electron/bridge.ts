/** What the preload gives the window: one named method per method of the contract, and the events. No generic channel. */
import type { Frame } from '../../src-shared/contract.ts'

/** The two fixed channels, one each way. */
export const toMain = 'lodge:frame'
export const toWindow = 'lodge:event'

export interface Bridge {
  /** Takes a call frame of a method that the contract names; anything else is dropped here and refused by the gate in main. */
  send(frame: Frame): void
  onFrame(listener: (frame: unknown) => void): void
}

export interface BridgePorts {
  post(channel: typeof toMain, frame: unknown): void
  listen(channel: typeof toWindow, listener: (frame: unknown) => void): void
}

export function createBridge(methods: ReadonlySet<string>, ports: BridgePorts): Bridge {
  let receive: ((frame: unknown) => void) | null = null
  ports.listen(toWindow, (frame) => receive?.(frame))
  return {
    send(frame) {
      if (frame.t !== 'call' || !methods.has(frame.method)) return
      // Rebuilt, so that nothing but these four fields crosses.
      ports.post(toMain, { t: 'call', id: frame.id, method: frame.method, input: frame.input })
    },
    onFrame(listener) {
      receive = listener
    },
  }
}
