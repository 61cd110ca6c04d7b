/**
 * Streams to callers who do not read: a console on a sleeping laptop, a kiosk whose cable was pulled. The hub must
 * outlive them (promise P9).
 */
import { createServer, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { mostUnread } from '../../src-hub/http/event-stream.ts'
import { openEvents } from '../../src-hub/http/events.ts'
import { openHint } from '../../src-hub/http/hints.ts'

let server: Server
let reader: Socket
let response: ServerResponse
let listeners = new Set<(event: never) => void>()
const subscribe = (_about: unknown, tell?: unknown) => {
  const listener = (tell ?? _about) as (event: never) => void
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** A caller who sends a request and then reads nothing. */
async function open(serve: (request: FastifyRequest, reply: FastifyReply) => void): Promise<void> {
  server = createServer((request, raw) => {
    response = raw
    serve({ raw: request } as FastifyRequest, { raw, hijack: () => undefined } as unknown as FastifyReply)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  reader = connect((server.address() as AddressInfo).port, '127.0.0.1')
  reader.pause()
  reader.on('error', () => undefined)
  reader.write('GET / HTTP/1.1\r\nhost: hub\r\n\r\n')
  await vi.waitFor(() => expect(listeners.size).toBe(1))
}
const tell = (event: unknown) => listeners.forEach((listener) => listener(event as never))
/** More than the system takes for a reader at once, and less than the hub keeps. */
const fat: unknown = { about: 'alarms', filler: 'x'.repeat(mostUnread / 4) }
async function turns(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((done) => setImmediate(done))
}
async function fill(): Promise<void> {
  for (let i = 0; i < 2000 && response.writableLength === 0; i++) {
    tell(fat)
    await turns()
  }
  expect(response.writableLength).toBeGreaterThan(0)
}

beforeEach(() => {
  listeners = new Set()
})
afterEach(() => {
  vi.useRealTimers()
  reader.destroy()
  server.closeAllConnections()
  server.close()
})

test('a console that does not read is cut off, not kept in memory; it is told of nothing more', async () => {
  await open((request, reply) => openEvents({ subscribe: subscribe }, {}, async () => true, request, reply))
  for (let i = 0; i < 2000; i++) tell(fat)
  await vi.waitFor(() => expect(listeners.size).toBe(0))
  expect(response.destroyed).toBe(true)
})

test('a stream that has ended while its reader slept takes nothing more, and the hub lives', async () => {
  const broken = vi.fn<(error: unknown) => void>()
  process.on('uncaughtException', broken)
  try {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    let may = true
    await open((request, reply) => openEvents({ subscribe: subscribe }, {}, async () => may, request, reply))
    await fill()
    // Its session has ended: so does the stream, as soon as the reader takes what is before it, which it does not.
    may = false
    await vi.advanceTimersByTimeAsync(120_000)
    expect(response.writableEnded).toBe(true)
    tell(fat)
    await turns()
    expect(broken).not.toHaveBeenCalled()
  } finally {
    process.off('uncaughtException', broken)
  }
})

test('a hub that stops ends the hints of a kiosk that is gone; a change in that moment does not bring it down', async () => {
  const broken = vi.fn<(error: unknown) => void>()
  process.on('uncaughtException', broken)
  try {
    await open((request, reply) => openHint({ subscribe: subscribe }, 'desk', request, reply))
    response.write('x'.repeat(8 * 1024 * 1024))
    response.end()
    tell(null)
    await turns()
    expect(broken).not.toHaveBeenCalled()
  } finally {
    process.off('uncaughtException', broken)
  }
})
