/**
 * The shell for a plain Chromium: serves the window's files on 127.0.0.1 alone and bridges one WebSocket to the engine.
 * Another local user, a web page in another window, or a name that was rebound to 127.0.0.1 gets nothing: one-time
 * token, HttpOnly SameSite=Strict cookie, exact Host, exact Origin.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { z } from 'zod'
import { languages } from '../../src-shared/domain/index.ts'
import { describeFailure } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { createGate, maxFrameBytes, readStatic, securityHeaders, type EngineSupervisor } from '../shell/index.ts'
import { cookieName, createTickets } from './tickets.ts'

export interface BrowserShell {
  /** Resolves when it listens. */
  start(): Promise<{ readonly port: number }>
  stop(): Promise<void>
  /** A fresh one-time address that opens the window; ends the one before when used. */
  launchUrl(): string
  /** Told when the window's connection comes or goes. */
  onWindow(listener: (open: boolean) => void): () => void
}

export interface BrowserShellParts {
  readonly supervisor: EngineSupervisor
  /** Folder of the built window. */
  readonly rendererDir: string
  /** 0 takes a free one. */
  readonly port: number
  readonly monotonic: () => number
}

/** Close code for a window that another has taken over from. */
export const takenOver = 4001
const maxCallsPerSecond = 60
const Retry = z.strictObject({ t: z.literal('retry') })

export function createBrowserShell({
  supervisor,
  rendererDir,
  port: wanted,
  monotonic,
}: BrowserShellParts): BrowserShell {
  const tickets = createTickets(monotonic)
  const headers = securityHeaders("'self'")
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxFrameBytes, perMessageDeflate: false })
  const windowListeners = new Set<(open: boolean) => void>()
  let port = wanted
  let window: WebSocket | null = null

  const host = () => `127.0.0.1:${port}`
  const origin = () => `http://${host()}`

  function refuse(response: ServerResponse): void {
    const texts = languages.map((language) => {
      const { what, next } = describeFailure({ code: failures.windowNotAuthorised }, language)
      return `<p lang="${language}">${what} ${next}</p>`
    })
    response.writeHead(403, { ...headers, 'content-type': 'text/html; charset=utf-8' })
    response.end(`<!doctype html><meta charset="utf-8"><title>L-906</title><h1>L-906</h1>${texts.join('')}`)
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.host !== host() || (request.method !== 'GET' && request.method !== 'HEAD')) {
      refuse(response)
      return
    }
    const url = new URL(request.url ?? '/', origin())
    if (url.pathname === '/launch') {
      const cookie = tickets.redeem(url.searchParams.get('token') ?? '')
      if (cookie === null) {
        refuse(response)
        return
      }
      response.writeHead(303, {
        ...headers,
        location: '/',
        'set-cookie': `${cookieName}=${cookie}; HttpOnly; SameSite=Strict; Path=/`,
      })
      response.end()
      return
    }
    if (!tickets.admits(request.headers.cookie)) {
      refuse(response)
      return
    }
    // The raw path: URL has already folded `..`, and containment is checked on the real file.
    const file = await readStatic(rendererDir, (request.url ?? '/').split(/[?#]/)[0] ?? '/')
    if (file === null) {
      response.writeHead(404, headers)
      response.end()
      return
    }
    response.writeHead(200, { ...headers, 'content-type': file.type })
    response.end(request.method === 'HEAD' ? undefined : file.bytes)
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Node takes its own listener off an upgraded socket: without one, a peer that resets would end the shell.
    socket.on('error', () => socket.destroy())
    const allowed =
      request.headers.host === host() &&
      request.headers.origin === origin() &&
      request.url === '/kiosk' &&
      tickets.admits(request.headers.cookie)
    if (!allowed) {
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, connect)
  }

  function connect(socket: WebSocket): void {
    window?.close(takenOver)
    window = socket
    for (const listener of windowListeners) listener(true)
    const send = (frame: unknown) => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame))
    }
    const gate = createGate((frame, answer) => supervisor.call(frame, answer))
    let second = 0
    let calls = 0
    socket.on('message', (data, binary) => {
      const now = Math.floor(monotonic() / 1000)
      calls = now === second ? calls + 1 : 1
      second = now
      if (binary || calls > maxCallsPerSecond) {
        socket.close(1008)
        return
      }
      let frame: unknown
      try {
        frame = JSON.parse((data as Buffer).toString('utf8'))
      } catch {
        socket.close(1007)
        return
      }
      if (Retry.safeParse(frame).success) supervisor.retry()
      else gate.receive(frame, send)
    })
    socket.on('error', () => undefined)
    const off = supervisor.onFrame(send)
    socket.on('close', () => {
      off()
      if (window !== socket) return
      window = null
      for (const listener of windowListeners) listener(false)
    })
    send(supervisor.notice())
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  server.on('upgrade', upgrade)

  return {
    async start() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        // Loopback and nothing else, whatever the configuration says.
        server.listen(wanted, '127.0.0.1', resolve)
      })
      const address = server.address()
      if (typeof address === 'object' && address !== null) port = address.port
      return { port }
    },
    async stop() {
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
    launchUrl: () => `${origin()}/launch?token=${tickets.mint()}`,
    onWindow(listener) {
      windowListeners.add(listener)
      return () => windowListeners.delete(listener)
    },
  }
}
