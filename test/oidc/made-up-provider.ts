/** A provider whose every answer a test makes up: for what no real one can be brought to say. */
import { createSign, generateKeyPairSync } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

export type Claims = Readonly<Record<string, unknown>>

export function signed(claims: Claims): string {
  const head = `${part({ alg: 'RS256', kid: 'k', typ: 'JWT' })}.${part(claims)}`
  return `${head}.${createSign('RSA-SHA256').update(head).sign(privateKey).toString('base64url')}`
}

export interface Answer {
  readonly status?: number
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

export const json = (value: object, status = 200): Answer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
})

export interface MadeUp {
  /** What the description says, once the issuer is known; an answer in its place. */
  description?: (usual: Record<string, unknown>) => Answer
  /** What the token endpoint answers. */
  token?: (issuer: string) => Answer
  authorization?: Answer
}

export interface MadeUpProvider {
  readonly issuer: string
  stop(): Promise<void>
}

function send(reply: ServerResponse, { status = 200, type = 'text/html', headers = {}, body }: Answer): void {
  reply.writeHead(status, { 'content-type': type, ...headers }).end(body)
}

export async function makeUp(said: MadeUp): Promise<MadeUpProvider> {
  let issuer = ''
  const server = createServer((request, reply) => {
    const path = new URL(request.url ?? '/', issuer).pathname
    const usual = {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      id_token_signing_alg_values_supported: ['RS256'],
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
    }
    if (path.endsWith('/.well-known/openid-configuration')) return send(reply, said.description?.(usual) ?? json(usual))
    if (path.endsWith('/jwks'))
      return send(
        reply,
        json({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'RS256' }] }),
      )
    if (path.endsWith('/token')) return send(reply, said.token?.(issuer) ?? json({ error: 'invalid_grant' }, 400))
    return send(reply, said.authorization ?? { status: 404, body: '' })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    issuer,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
