/**
 * The hub's public address in the demo: what an institution's proxy with a certificate of its own does for people's
 * phones. Only the pages of e-ID go through.
 */
import { createServer, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'

export interface PublicFront {
  readonly url: string
  /** The hub, and the authority that its certificate is from. */
  lead(hub: string, authority: string): void
  stop(): Promise<void>
}

export async function startFront(wantedPort = 0): Promise<PublicFront> {
  let target: { readonly hub: URL; readonly ca: string } | null = null
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    if (target === null || !path.startsWith('/e-id/')) {
      response.writeHead(404).end()
      return
    }
    const { hub, ca } = target
    const send = hub.protocol === 'https:' ? tlsRequest : plainRequest
    const onward = send(
      {
        host: hub.hostname,
        port: hub.port,
        path,
        method: request.method,
        headers: { ...request.headers, host: hub.host },
        ca,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      },
    )
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(wantedPort, '127.0.0.1', resolve)
  })
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : wantedPort}`,
    lead(hub, ca) {
      target = { hub: new URL(hub), ca }
    },
    async stop() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
