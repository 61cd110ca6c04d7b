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

/** What the shell serves, and the window that is open. */
interface Shell extends Pick<BrowserShellParts, 'supervisor' | 'rendererDir' | 'monotonic'> {
  readonly tickets: ReturnType<typeof createTickets>
  readonly headers: ReturnType<typeof securityHeaders>
  readonly sockets: WebSocketServer
  readonly windowListeners: Set<(open: boolean) => void>
  port: number
  window: WebSocket | null
}

export function createBrowserShell({
  supervisor,
  rendererDir,
  port: wanted,
  monotonic,
}: BrowserShellParts): BrowserShell {
  const shell: Shell = {
    supervisor,
    rendererDir,
    monotonic,
    tickets: createTickets(monotonic),
    headers: securityHeaders("'self'"),
    sockets: new WebSocketServer({ noServer: true, maxPayload: maxFrameBytes, perMessageDeflate: false }),
    windowListeners: new Set(),
    port: wanted,
    window: null,
  }

  const server = createServer((request, response) => {
    serve(shell, request, response).catch(() => response.destroy())
  })
  server.on('upgrade', (request, socket, head) => upgrade(shell, request, socket, head))

  return {
    async start() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        // Loopback and nothing else, whatever the configuration says.
        server.listen(wanted, '127.0.0.1', resolve)
      })
      const address = server.address()
      if (typeof address === 'object' && address !== null) shell.port = address.port
      return { port: shell.port }
    },
    async stop() {
      for (const socket of shell.sockets.clients) socket.terminate()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
    launchUrl: () => `${origin(shell)}/launch?token=${shell.tickets.mint()}`,
    onWindow(listener) {
      shell.windowListeners.add(listener)
      return () => shell.windowListeners.delete(listener)
    },
  }
}

const host = (shell: Shell) => `127.0.0.1:${shell.port}`
const origin = (shell: Shell) => `http://${host(shell)}`

function refuse(shell: Shell, response: ServerResponse): void {
  const texts = languages.map((language) => {
    const { what, next } = describeFailure({ code: failures.windowNotAuthorised }, language)
    return `<p lang="${language}">${what} ${next}</p>`
  })
  response.writeHead(403, { ...shell.headers, 'content-type': 'text/html; charset=utf-8' })
  response.end(`<!doctype html><meta charset="utf-8"><title>L-906</title><h1>L-906</h1>${texts.join('')}`)
}

async function serve(shell: Shell, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.headers.host !== host(shell) || (request.method !== 'GET' && request.method !== 'HEAD')) {
    refuse(shell, response)
    return
  }
  const url = new URL(request.url ?? '/', origin(shell))
  if (url.pathname === '/launch') {
    const cookie = shell.tickets.redeem(url.searchParams.get('token') ?? '')
    if (cookie === null) {
      refuse(shell, response)
      return
    }
    response.writeHead(303, {
      ...shell.headers,
      location: '/',
      'set-cookie': `${cookieName}=${cookie}; HttpOnly; SameSite=Strict; Path=/`,
    })
    response.end()
    return
  }
  if (!shell.tickets.admits(request.headers.cookie)) {
    refuse(shell, response)
    return
  }
  // The raw path: URL has already folded `..`, and containment is checked on the real file.
  const file = await readStatic(shell.rendererDir, (request.url ?? '/').split(/[?#]/)[0] ?? '/')
  if (file === null) {
    response.writeHead(404, shell.headers)
    response.end()
    return
  }
  response.writeHead(200, { ...shell.headers, 'content-type': file.type })
  response.end(request.method === 'HEAD' ? undefined : file.bytes)
}

function upgrade(shell: Shell, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  // Node takes its own listener off an upgraded socket: without one, a peer that resets would end the shell.
  socket.on('error', () => socket.destroy())
  const allowed =
    request.headers.host === host(shell) &&
    request.headers.origin === origin(shell) &&
    request.url === '/kiosk' &&
    shell.tickets.admits(request.headers.cookie)
  if (!allowed) {
    socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
    return
  }
  shell.sockets.handleUpgrade(request, socket, head, (opened) => connect(shell, opened))
}

function connect(shell: Shell, socket: WebSocket): void {
  shell.window?.close(takenOver)
  shell.window = socket
  for (const listener of shell.windowListeners) listener(true)
  const send = (frame: unknown) => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame))
  }
  const gate = createGate((frame, answer) => shell.supervisor.call(frame, answer))
  let second = 0
  let calls = 0
  socket.on('message', (data, binary) => {
    const now = Math.floor(shell.monotonic() / 1000)
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
    if (Retry.safeParse(frame).success) shell.supervisor.retry()
    else gate.receive(frame, send)
  })
  socket.on('error', () => undefined)
  const off = shell.supervisor.onFrame(send)
  socket.on('close', () => {
    off()
    if (shell.window !== socket) return
    shell.window = null
    for (const listener of shell.windowListeners) listener(false)
  })
  send(shell.supervisor.notice())
}
