/** A port of the loopback for a server that must be told one, and have it again when it is started anew. */
import { createServer, type AddressInfo } from 'node:net'

/** One that nobody listens on now; somebody else may take it before it is used. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done))
  const { port } = probe.address() as AddressInfo
  await new Promise((done) => probe.close(done))
  return port
}
