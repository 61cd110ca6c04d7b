/**
 * The hub's pages once more, on a port of their own with the institution's certificate, which browsers know. Kiosks
 * keep to the other port, where the hub shows what its own authority issued.
 */
import { createServer, type Server } from 'node:https'
import type { FastifyInstance } from 'fastify'
import type { KeyPair } from '../keys/index.ts'

export interface ConsolePort {
  /** Listens from the first pair on; a later one holds for new connections. Rejects when the port cannot be had. */
  use(pair: KeyPair): Promise<void>
  /** null: not listening yet. */
  readonly port: number | null
  stop(): Promise<void>
}

/** `app` is ready by then. `port`: 0 takes a free one. */
export function createConsolePort(app: FastifyInstance, host: string, port: number): ConsolePort {
  let server: Server | null = null
  return {
    async use({ certificate, key }) {
      if (server !== null) {
        server.setSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' })
        return
      }
      const made = createServer({ cert: certificate, key, minVersion: 'TLSv1.2' }, (request, reply) =>
        app.routing(request, reply),
      )
      made.requestTimeout = app.server.requestTimeout
      await new Promise<void>((resolve, reject) => {
        made.once('error', reject)
        made.listen(port, host, () => {
          made.off('error', reject)
          resolve()
        })
      })
      server = made
    },
    get port() {
      const address = server?.address() ?? null
      return typeof address === 'object' && address !== null ? address.port : null
    },
    async stop() {
      const ending = server
      if (ending === null) return
      await new Promise<void>((done) => {
        ending.close(() => done())
        ending.closeAllConnections()
      })
    },
  }
}
