/** The browser shell's WebSocket. When it breaks it is sought again, quickly at first, at most every five seconds. */
import type { Frame } from '../../src-shared/kiosk-api/contract.ts'
import type { KioskLink, LinkState } from './link.ts'

/** The part of WebSocket that is used, so that a test can stand in for it. */
export interface SocketLike {
  send(text: string): void
  close(): void
  onopen: (() => void) | null
  onclose: ((event: { readonly code: number }) => void) | null
  onmessage: ((event: { readonly data: unknown }) => void) | null
}

export interface SocketPorts {
  open(): SocketLike
  /** Returns a function that cancels. */
  later(work: () => void, milliseconds: number): () => void
  /** Uniform in [0, 1). */
  random(): number
}

/**
 * The browser shell's close code for a window that another has taken over from. Seeking it again would make two windows
 * fight for ever.
 */
const takenOver = 4001
const firstWaitMs = 200
const longestWaitMs = 5_000

/**
 * Milliseconds before the attempt after `failures` failed ones: half fixed, half jitter, so that it is neither hasty
 * nor in step.
 */
export function reconnectWait(failures: number, random: number): number {
  const ceiling = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures, 10))
  return ceiling / 2 + (ceiling / 2) * random
}

export function createSocketLink(ports: SocketPorts): KioskLink {
  let socket: SocketLike | null = null
  let cancel: (() => void) | null = null
  let failures = 0
  let state: LinkState = 'connecting'
  let watch: (state: LinkState) => void = () => undefined
  let receive: (frame: unknown) => void = () => undefined

  function become(next: LinkState): void {
    if (state === next) return
    state = next
    watch(next)
  }

  function connect(): void {
    const mine = ports.open()
    socket = mine
    mine.onopen = () => {
      if (socket !== mine) return
      failures = 0
      become('up')
    }
    mine.onmessage = ({ data }) => {
      if (socket !== mine || typeof data !== 'string') return
      let frame: unknown
      try {
        frame = JSON.parse(data)
      } catch {
        // Not a frame: nothing the shell sends looks like this, and nothing is lost by leaving it.
        return
      }
      receive(frame)
    }
    mine.onclose = ({ code }) => {
      if (socket !== mine) return
      socket = null
      if (code === takenOver) {
        become('elsewhere')
        return
      }
      become('lost')
      cancel = ports.later(connect, reconnectWait(failures, ports.random()))
      failures += 1
    }
  }

  return {
    retryEngine() {
      if (state === 'up') socket?.send(JSON.stringify({ t: 'retry' }))
    },
    send(frame: Frame) {
      if (state === 'up') socket?.send(JSON.stringify(frame))
    },
    onFrame(receiver) {
      receive = receiver
    },
    onState(watcher) {
      watch = watcher
      watcher(state)
    },
    start: connect,
    stop() {
      cancel?.()
      const last = socket
      socket = null
      last?.close()
    },
  }
}
