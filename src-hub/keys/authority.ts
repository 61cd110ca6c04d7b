/** The hub's own certificate authority, and the server certificate it issues at every start (X.509, RFC 5280). */
import 'reflect-metadata'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const day = 86_400_000

export interface ServerIdentity {
  /** PEM of the authority: what an enrolment code pins. */
  readonly authority: string
  readonly certificate: string
  readonly key: string
}

async function privatePem(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')
}

function serial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[0] = (bytes[0] ?? 0) & 0x7f
  return Buffer.from(bytes).toString('hex')
}

async function loadAuthority(dataDir: string): Promise<{ certificate: x509.X509Certificate; key: CryptoKey }> {
  const file = join(dataDir, 'authority.pem')
  if (existsSync(file)) {
    const text = readFileSync(file, 'utf8')
    const [first, second] = x509.PemConverter.decode(text)
    if (first === undefined || second === undefined) throw new Error('authority.pem is damaged')
    const key = await crypto.subtle.importKey('pkcs8', first, algorithm, false, ['sign'])
    return { certificate: new x509.X509Certificate(second), key }
  }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: 'CN=Lodge hub authority',
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 3650 * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  writeFileSync(file, `${await privatePem(keys.privateKey)}\n${certificate.toString('pem')}\n`, {
    mode: 0o600,
    flag: 'wx',
  })
  return { certificate, key: keys.privateKey }
}

/** Issues a fresh server certificate for `names` (DNS names or IP addresses), valid for ninety days from `now` (ms). */
export async function issueServerIdentity(
  dataDir: string,
  names: readonly string[],
  now = Date.now(),
): Promise<ServerIdentity> {
  const authority = await loadAuthority(dataDir)
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: 'CN=Lodge hub',
    issuer: authority.certificate.subject,
    notBefore: new Date(now - day),
    notAfter: new Date(now + 90 * day),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((name) => ({ type: /^[\d.]+$|:/.test(name) ? ('ip' as const) : ('dns' as const), value: name })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
    ],
  })
  return {
    authority: authority.certificate.toString('pem'),
    certificate: certificate.toString('pem'),
    key: await privatePem(keys.privateKey),
  }
}
