/**
 * As much of Active Directory's LDAP as a password takes: bind, search for one entry, modify, unbind; what it was asked
 * is kept. It answers with Microsoft's result codes where it knows them. No claim about a real domain controller: there
 * is none to test against here.
 */
import { createServer, type TLSSocket } from 'node:tls'
import type { AddressInfo } from 'node:net'
import { BerReader, BerWriter } from 'ldapts'

export interface Modified {
  readonly dn: string
  readonly changes: readonly { readonly operation: number; readonly type: string; readonly values: readonly Buffer[] }[]
}
export interface FakeDirectory {
  readonly url: string
  readonly modified: Modified[]
  /** Attributes of its one entry. */
  readonly entry: Record<string, string>
  /** Result code of the next modify. */
  result: number
  /** Says done to a modify and does nothing. */
  deaf: boolean
  /** Attributes that were ever asked for. */
  readonly asked: Set<string>
  stop(): Promise<void>
}

function message(id: number, tag: number, write: (writer: BerWriter) => void): Buffer {
  const writer = new BerWriter()
  writer.startSequence()
  writer.writeInt(id)
  writer.startSequence(tag)
  write(writer)
  writer.endSequence()
  writer.endSequence()
  return writer.buffer
}
const result = (code: number) => (writer: BerWriter) => {
  writer.writeEnumeration(code)
  writer.writeString('')
  writer.writeString('')
}

function readModify(reader: BerReader): Modified {
  const dn = reader.readString() ?? ''
  const changes: { operation: number; type: string; values: Buffer[] }[] = []
  reader.readSequence()
  for (const end = reader.offset + reader.length; reader.offset < end;) {
    reader.readSequence()
    const operation = reader.readEnumeration() ?? -1
    reader.readSequence()
    const type = reader.readString() ?? ''
    const values: Buffer[] = []
    reader.readSequence(0x31)
    for (const last = reader.offset + reader.length; reader.offset < last;)
      values.push(reader.readString(0x04, true) ?? Buffer.alloc(0))
    changes.push({ operation, type, values })
  }
  return { dn, changes }
}

export async function startFakeDirectory(identity: {
  readonly key: string
  readonly certificate: string
}): Promise<FakeDirectory> {
  const open = new Set<TLSSocket>()
  const state: { result: number; deaf: boolean } = { result: 0, deaf: false }
  const asked = new Set<string>()
  const modified: Modified[] = []
  const entry: Record<string, string> = { pwdLastSet: '133600000000000000', userAccountControl: '512' }
  const server = createServer({ key: identity.key, cert: identity.certificate }, (socket) => {
    open.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (data: Buffer) => {
      const reader = new BerReader(data)
      reader.readSequence()
      const id = reader.readInt() ?? 0
      const tag = reader.readSequence(reader.peek() ?? 0)
      if (tag === 0x60) socket.write(message(id, 0x61, result(0)))
      else if (tag === 0x66) {
        modified.push(readModify(reader))
        for (const { type, values } of modified.at(-1)?.changes ?? [])
          if (type in entry && state.result === 0 && !state.deaf) entry[type] = values[0]?.toString() ?? ''
        socket.write(message(id, 0x67, result(state.result)))
      } else if (tag === 0x63) {
        for (const name of ['pwdLastSet', 'userAccountControl', 'pwdReset', 'pwdAccountLockedTime', 'unicodePwd'])
          if (data.includes(name)) asked.add(name)
        socket.write(
          message(id, 0x64, (writer) => {
            writer.writeString('CN=Kaisa,OU=People,DC=suvanto,DC=example')
            writer.startSequence()
            for (const [name, value] of Object.entries(entry)) {
              writer.startSequence()
              writer.writeString(name)
              writer.startSequence(0x31)
              writer.writeString(value)
              writer.endSequence()
              writer.endSequence()
            }
            writer.endSequence()
          }),
        )
        socket.write(message(id, 0x65, result(0)))
      } else socket.end()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return Object.assign(state, {
    url: `ldaps://127.0.0.1:${(server.address() as AddressInfo).port}`,
    modified,
    asked,
    entry,
    stop: () =>
      new Promise<void>((done) => {
        for (const socket of open) socket.destroy()
        server.close(() => done())
      }),
  })
}
