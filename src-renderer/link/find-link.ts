/** Finds the link of this page: the Electron preload's bridge, else the WebSocket of the shell that served it. */
import { createBridgeLink } from './bridge-link.ts'
import type { KioskLink } from './link.ts'
import { createSocketLink, type SocketLike } from './socket-link.ts'

export function findLink(): KioskLink {
  if (window.lodge !== undefined) return createBridgeLink(window.lodge)
  const address = new URL('/kiosk', window.location.href)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  return createSocketLink({
    open() {
      const socket = new WebSocket(address)
      const mine: SocketLike = {
        send: (text) => {
          socket.send(text)
        },
        close: () => {
          socket.close()
        },
        onopen: null,
        onclose: null,
        onmessage: null,
      }
      socket.onopen = () => mine.onopen?.()
      socket.onclose = (event) => mine.onclose?.(event)
      socket.onmessage = (event: MessageEvent<unknown>) => mine.onmessage?.(event)
      return mine
    },
    later(work, milliseconds) {
      const timer = window.setTimeout(work, milliseconds)
      return () => {
        window.clearTimeout(timer)
      }
    },
    random: () => Math.random(),
  })
}
