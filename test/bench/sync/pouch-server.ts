/** express-pouchdb on loopback, LevelDB beneath, as its README sets it up. First argument: an empty folder. */
import type { createServer, AddressInfo } from 'node:net'
import { requirePeer as require } from './peers.ts'

interface Application {
  use(handler: unknown): void
  listen(port: number, host: string, done: () => void): ReturnType<typeof createServer>
}
const express = require('express') as () => Application
const PouchDB = require('pouchdb') as { defaults(options: { prefix: string }): unknown }
const expressPouch = require('express-pouchdb') as (pouch: unknown, options: object) => unknown

const folder = `${process.argv[2] ?? ''}/`
const app = express()
app.use(
  expressPouch(PouchDB.defaults({ prefix: folder }), {
    mode: 'minimumForPouchDB',
    inMemoryConfig: true,
    logPath: `${folder}log.txt`,
  }),
)
const server = app.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('SIGTERM', () => process.exit(0))
process.on('disconnect', () => process.exit(0))
