/**
 * A TCP proxy between one kiosk and whichever hub process it is pointed at. It lets a number of bytes through, then
 * does what the test has planned.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Proxy {
  readonly url: string
  pointAt(port: number): void
  /**
   * After so many bytes in both directions the cable breaks, once `then` has run; a torn message, not none, arrives.
   */
  breakAfter(bytes: number, then?: () => void): void
  mend(): void
  stop(): Promise<void>
}

export async function startProxy(): Promise<Proxy> {
  let target = 0
  let left = Number.MAX_SAFE_INTEGER
  let act: () => void = () => undefined
  const open = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    const end = () => {
      near.destroy()
      far.destroy()
    }
    const carry = (data: Buffer, to: Socket) => {
      if (data.length < left) {
        left -= data.length
        to.write(data)
        return
      }
      if (left > 0) {
        act()
        to.write(data.subarray(0, left), end)
      } else end()
      left = 0
    }
    near.on('data', (data: Buffer) => carry(data, far))
    far.on('data', (data: Buffer) => carry(data, near))
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', end).on('close', () => {
        open.delete(socket)
        end()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pointAt(port) {
      target = port
      for (const socket of open) socket.destroy()
    },
    breakAfter(bytes, then = () => undefined) {
      left = bytes
      act = then
    },
    mend() {
      left = Number.MAX_SAFE_INTEGER
    },
    stop() {
      for (const socket of open) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
