/** A small client of the Chrome DevTools Protocol: one socket, flat sessions. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { chromiumToRun } from '../support/chromium.ts'

export type Params = Record<string, unknown>
export type Listener = (method: string, params: Params) => void

export interface Session {
  send(method: string, params?: Params): Promise<Params>
  listen(listener: Listener): void
}

export interface Chromium {
  readonly endpoint: string
  readonly root: Session
  attach(targetId: string): Promise<Session>
  kill(): void
}

interface Waiting {
  resolve: (value: Params) => void
  reject: (error: Error) => void
}

async function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stderr?.on('data', (bytes: Buffer) => {
      text += bytes.toString()
      const found = /DevTools listening on (ws:\S+)/.exec(text)
      if (found?.[1] !== undefined) resolve(found[1])
    })
    child.once('exit', () => reject(new Error(`Chromium did not start: ${text.slice(-400)}`)))
  })
}

export async function startChromium(): Promise<Chromium> {
  const { path, args, env } = await chromiumToRun()
  const profile = mkdtempSync(join(tmpdir(), 'lodge-standin-'))
  const child = spawn(
    path,
    [
      ...args,
      '--headless=new',
      '--remote-debugging-port=0',
      '--block-new-web-contents',
      `--user-data-dir=${profile}`,
      '--window-size=1280,800',
      'about:blank',
    ],
    {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  process.once('exit', () => {
    child.kill('SIGKILL')
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  })
  const endpoint = await listening(child)
  const socket = new WebSocket(endpoint, { perMessageDeflate: false, maxPayload: 2 ** 28 })
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  const waiting = new Map<number, Waiting>()
  const listeners = new Map<string, Listener[]>()
  let next = 1

  socket.on('message', (data) => {
    const message = JSON.parse((data as Buffer).toString()) as {
      id?: number
      method?: string
      params?: Params
      result?: Params
      error?: { message: string }
      sessionId?: string
    }
    if (message.id !== undefined) {
      const open = waiting.get(message.id)
      waiting.delete(message.id)
      if (message.error === undefined) open?.resolve(message.result ?? {})
      else open?.reject(new Error(message.error.message))
      return
    }
    for (const listener of listeners.get(message.sessionId ?? '') ?? [])
      listener(message.method ?? '', message.params ?? {})
  })

  const session = (sessionId?: string): Session => ({
    send: (method, params = {}) =>
      new Promise((resolve, reject) => {
        const id = next++
        waiting.set(id, { resolve, reject })
        socket.send(JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }))
      }),
    listen(listener) {
      const key = sessionId ?? ''
      listeners.set(key, [...(listeners.get(key) ?? []), listener])
    },
  })
  const root = session()
  return {
    endpoint,
    root,
    async attach(targetId) {
      const { sessionId } = await root.send('Target.attachToTarget', { targetId, flatten: true })
      return session(String(sessionId))
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
