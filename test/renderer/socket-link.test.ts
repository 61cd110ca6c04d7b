import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSocketLink, reconnectWait, type LinkState, type SocketLike } from '../../src-renderer/link/index.ts'

function stand() {
  const sockets: (SocketLike & { sent: string[]; closed: boolean })[] = []
  const waits: { work: () => void; milliseconds: number; cancelled: boolean }[] = []
  const states: LinkState[] = []
  const frames: unknown[] = []
  const link = createSocketLink({
    open() {
      const socket = {
        sent: [] as string[],
        closed: false as boolean,
        send(text: string) {
          socket.sent.push(text)
        },
        close() {
          socket.closed = true
        },
        onopen: null,
        onclose: null,
        onmessage: null,
      } satisfies SocketLike & { sent: string[]; closed: boolean }
      sockets.push(socket)
      return socket
    },
    later(work, milliseconds) {
      const wait = { work, milliseconds, cancelled: false }
      waits.push(wait)
      return () => {
        wait.cancelled = true
      }
    },
    random: () => 0.5,
  })
  link.onState((state) => states.push(state))
  link.onFrame((frame) => frames.push(frame))
  return { link, sockets, waits, states, frames }
}

describe('the WebSocket link', () => {
  it('seeks the shell again after a break, and carries frames of the new connection only', () => {
    const { link, sockets, waits, states, frames } = stand()
    link.start()
    sockets[0]?.onopen?.()
    sockets[0]?.onmessage?.({ data: '{"t":"event","name":"state","payload":1}' })
    sockets[0]?.onclose?.({ code: 1006 })
    expect(states).toEqual(['connecting', 'up', 'lost'])
    link.send({ t: 'call', id: 1, method: 'state', input: {} })
    waits[0]?.work()
    sockets[1]?.onopen?.()
    sockets[0]?.onmessage?.({ data: '{"t":"late"}' })
    sockets[1]?.onmessage?.({ data: '{"t":"new"}' })
    expect(states).toEqual(['connecting', 'up', 'lost', 'up'])
    expect(frames).toEqual([{ t: 'event', name: 'state', payload: 1 }, { t: 'new' }])
    // A call made while away is not sent late into another engine.
    expect(sockets.flatMap((socket) => socket.sent)).toEqual([])
  })

  it('does not fight another window that has taken over, until a person asks', () => {
    const { link, sockets, waits, states } = stand()
    link.start()
    sockets[0]?.onopen?.()
    sockets[0]?.onclose?.({ code: 4001 })
    expect(states.at(-1)).toBe('elsewhere')
    expect(waits).toEqual([])
    link.start()
    sockets[1]?.onopen?.()
    expect(states.at(-1)).toBe('up')
  })

  it('waits longer after each failure in a row, and begins anew after a success', () => {
    const { link, sockets, waits } = stand()
    link.start()
    for (let round = 0; round < 6; round += 1) {
      sockets.at(-1)?.onclose?.({ code: 1006 })
      waits.at(-1)?.work()
    }
    const grown = waits.map((wait) => wait.milliseconds)
    expect(grown).toEqual([...grown].sort((a, b) => a - b))
    sockets.at(-1)?.onopen?.()
    sockets.at(-1)?.onclose?.({ code: 1006 })
    expect(waits.at(-1)?.milliseconds).toBe(grown[0])
  })

  it('is never hasty and never waits above five seconds', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (failures, random) => {
        const wait = reconnectWait(failures, random)
        expect(wait).toBeGreaterThanOrEqual(100)
        expect(wait).toBeLessThanOrEqual(5_000)
      }),
    )
  })

  it('leaves what is not a frame, and stops for good when told', () => {
    const { link, sockets, waits, frames } = stand()
    link.start()
    sockets[0]?.onopen?.()
    sockets[0]?.onmessage?.({ data: 'not json' })
    sockets[0]?.onmessage?.({ data: new ArrayBuffer(2) })
    expect(frames).toEqual([])
    link.stop()
    sockets[0]?.onclose?.({ code: 1006 })
    expect(sockets[0]?.closed).toBe(true)
    expect(waits).toEqual([])
  })
})
