/** The engine's channel to its parent: Electron gives a utility process `process.parentPort`, a forked Node has IPC. */
import type { FromEngine } from '../../src-shared/kiosk-api/engine-protocol.ts'

interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): void
}

export interface ParentChannel {
  readonly send: (message: FromEngine) => void
  /** Registers the only listener; what came before is handed to it first, in order. */
  readonly onMessage: (listener: (message: unknown) => void) => void
  readonly onGone: (listener: () => void) => void
  /** The first message, while it also waits for the listener. */
  readonly first: Promise<unknown>
}

export function connectParent(): ParentChannel {
  // Electron's own types come with Electron alone, which the engine does not know.
  // eslint-disable-next-line no-restricted-syntax
  const port = (process as unknown as { parentPort?: ParentPort }).parentPort
  const waiting: unknown[] = []
  let receive: ((message: unknown) => void) | null = null
  let tellFirst: (message: unknown) => void = () => undefined
  const first = new Promise<unknown>((resolve) => {
    tellFirst = resolve
  })
  const take = (message: unknown) => {
    tellFirst(message)
    if (receive === null) waiting.push(message)
    else receive(message)
  }
  if (port === undefined) process.on('message', take)
  else port.on('message', (event) => take(event.data))
  return {
    send(message) {
      if (port !== undefined) port.postMessage(message)
      // A parent that has gone is noticed by `disconnect`.
      else if (process.connected) process.send?.(message)
    },
    onMessage(listener) {
      receive = listener
      for (const message of waiting.splice(0)) listener(message)
    },
    onGone(listener) {
      if (port === undefined) process.on('disconnect', listener)
    },
    first,
  }
}
