/** A server that says it is a hub, whose certificate ended long ago: what a kiosk sees whose clock is years ahead. */
import 'reflect-metadata'
import { createServer } from 'node:https'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { authorityFingerprint, formatEnrolmentCode } from '../../src-shared/protocol/enrolment-code.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

export async function startExpiredHub(): Promise<{ url: string; code: string; stop(): Promise<void> }> {
  x509.cryptoProvider.set(webcrypto as never)
  const authorityKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=Lodge authority',
    notBefore: new Date('2015-01-01'),
    notAfter: new Date('2099-01-01'),
    signingAlgorithm: algorithm,
    keys: authorityKeys as never,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  })
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const server = await x509.X509CertificateGenerator.create({
    serialNumber: '02',
    subject: 'CN=hub',
    issuer: authority.subject,
    notBefore: new Date('2015-01-01'),
    notAfter: new Date('2016-01-01'),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey as never,
    signingKey: authorityKeys.privateKey as never,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  })
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  const key = `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`
  const pem = authority.toString('pem')
  const https = createServer({ key, cert: server.toString('pem') }, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ pem }))
  })
  await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve))
  const address = https.address()
  return {
    url: `https://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    code: formatEnrolmentCode(Buffer.alloc(10, 7), authorityFingerprint(pem)),
    async stop() {
      https.closeAllConnections()
      await new Promise((resolve) => https.close(resolve))
    },
  }
}
