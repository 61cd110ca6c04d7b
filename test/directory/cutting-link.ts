/**
 * A link to a directory that a test cuts where it wants: it ends the TLS itself, so that it sees which request is on
 * its way.
 */
import { connect, createServer, type TLSSocket } from 'node:tls'
import type { AddressInfo } from 'node:net'
import type { Directory } from './slapd.ts'

/** `before-request` drops the request with the password; `before-answer` lets it through and drops what comes back. */
export type Cut = 'never' | 'at-connect' | 'before-request' | 'before-answer'

export interface CuttingLink {
  readonly port: number
  cut: Cut
  cuts: number
  /** New passwords that went through, as they stand in the requests. */
  readonly passwords: string[]
  stop(): Promise<void>
}

/** RFC 3062's object identifier, as it is on the wire. */
const passwordModify = Buffer.from('1.3.6.1.4.1.4203.1.11.1')

export async function startCuttingLink(directory: Directory): Promise<CuttingLink> {
  const open = new Set<TLSSocket>()
  const link: { cut: Cut; cuts: number; passwords: string[] } = { cut: 'never', cuts: 0, passwords: [] }
  const { key, certificate: cert } = directory.server
  const server = createServer({ key, cert }, (near) => {
    if (link.cut === 'at-connect') {
      link.cuts += 1
      near.destroy()
      return
    }
    const far = connect({ port: directory.securePort, host: '127.0.0.1', ca: directory.authority })
    let deaf = false
    const end = () => {
      near.destroy()
      far.destroy()
    }
    const cutHere = () => {
      link.cuts += 1
      end()
    }
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', end).on('close', end)
    }
    near.on('data', (data: Buffer) => {
      if (data.includes(passwordModify)) {
        if (link.cut === 'before-request') return cutHere()
        deaf = link.cut === 'before-answer'
        // `[2] newPasswd` ends the request (RFC 3062, section 2).
        const fresh = /\x82(.)([^\x82]*)$/s.exec(data.toString('latin1'))
        if (fresh?.[2]?.length === fresh?.[1]?.charCodeAt(0)) link.passwords.push(fresh?.[2] ?? '')
      }
      far.write(data)
    })
    // The directory has answered, so it has done it; the hub is not told.
    far.on('data', (data: Buffer) => (deaf ? cutHere() : void near.write(data)))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return Object.assign(link, {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise<void>((done) => {
        for (const socket of open) socket.destroy()
        server.close(() => done())
      }),
  })
}
