/**
 * A hub with a script instead of a database: serves the built console on loopback and answers by the contract. Queries,
 * bodies and replies go through the contract's own schemas, so the double cannot drift from it.
 */
import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import type { z } from 'zod'
import { eventsPath, type ConsoleEvent } from '../../src-shared/hub-api/agent/health.ts'
import { hubApi } from '../../src-shared/hub-api/index.ts'
import { chainPath } from '../../src-shared/hub-api/agent/audit.ts'
import { type ConsoleApi, type ConsoleReply, type ConsoleRoute } from '../../src-hub/console/api/contract.ts'
import { ok, type Result } from '../../src-shared/failures/result.ts'

export type ScriptedHandlers = {
  [R in ConsoleRoute]?: (
    query: z.output<ConsoleApi[R]['query']>,
    body: z.output<ConsoleApi[R]['body']>,
  ) => ConsoleReply<R> | { readonly failed: string; readonly params?: object }
}

export interface ScriptedHub {
  readonly url: string
  /** Every act asked for, in order. */
  readonly acts: readonly { readonly route: string; readonly body: unknown }[]
  script(handlers: ScriptedHandlers): void
  event(event: ConsoleEvent): void
  /** While away, nothing is answered. */
  away: boolean
  stop(): Promise<void>
}

/** As the hub sends it with the console's files. */
export const consolePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
}

export async function startScriptedHub(folder: string, first: ScriptedHandlers): Promise<ScriptedHub> {
  let handlers = first
  const acts: { route: string; body: unknown }[] = []
  const streams = new Set<ServerResponse>()
  const routes = Object.entries(hubApi) as [ConsoleRoute, ConsoleApi[ConsoleRoute]][]

  function answer(name: ConsoleRoute, query: unknown, json: unknown): Result<unknown> {
    const route = hubApi[name]
    const handler = handlers[name] as ((query: unknown, body: unknown) => unknown) | undefined
    if (handler === undefined) return { ok: false, failure: { code: 'L-609', params: { what: name } } }
    const body = route.body.parse(json)
    if (route.method === 'POST') acts.push({ route: name, body })
    const said = handler(route.query.parse(query), body)
    if (typeof said === 'object' && said !== null && 'failed' in said) {
      const { failed, params } = said as unknown as { failed: 'L-901'; params?: Record<string, string> }
      return { ok: false, failure: params === undefined ? { code: failed } : { code: failed, params } }
    }
    return ok(route.reply.parse(said))
  }

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://console.test')
    if (hub.away && pathname.startsWith('/v1/')) {
      request.socket.destroy()
      return
    }
    if (pathname === eventsPath) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      response.write('event: hello\ndata: {}\n\n')
      streams.add(response)
      response.on('close', () => streams.delete(response))
      return
    }
    if (pathname === chainPath) {
      response.writeHead(200, { 'content-type': 'application/jsonl' })
      for (const checked of [2_000, 4_000]) response.write(`${JSON.stringify({ t: 'progress', checked, of: 4_812 })}\n`)
      response.end(
        `${JSON.stringify({ t: 'intact', checked: 4_812, signatures: 96, head: 'a'.repeat(64), lastSignedSeq: 4_812 })}\n`,
      )
      return
    }
    if (pathname.startsWith('/v1/')) {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const found = routes.find(([, route]) => route.path === pathname && route.method === request.method)
        const text = Buffer.concat(chunks).toString()
        const result: Result<unknown> =
          found === undefined
            ? { ok: false, failure: { code: 'L-609', params: { what: pathname } } }
            : answer(found[0], Object.fromEntries(searchParams), text === '' ? undefined : JSON.parse(text))
        response.writeHead(result.ok ? 200 : result.failure.code === 'L-610' ? 401 : 400, {
          'content-type': 'application/json',
        })
        response.end(JSON.stringify(result.ok ? result.value : result.failure))
      })
      return
    }
    const path = extname(pathname) === '' ? 'index.html' : normalize(pathname).replace(/^[/\\]+/, '')
    readFile(join(folder, path)).then(
      (bytes) => {
        response.writeHead(200, {
          'content-type': types[extname(path)] ?? 'application/octet-stream',
          'content-security-policy': consolePolicy,
        })
        response.end(bytes)
      },
      () => {
        response.writeHead(404).end()
      },
    )
  })
  const hub: ScriptedHub = {
    url: '',
    acts,
    away: false,
    script(more) {
      handlers = { ...handlers, ...more }
    },
    event(event) {
      for (const stream of streams) stream.write(`event: change\ndata: ${JSON.stringify(event)}\n\n`)
    },
    async stop() {
      for (const stream of streams) stream.end()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(hub, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}
