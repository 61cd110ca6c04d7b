/** The hub's own certificate authority, and the server certificate it issues at every start (X.509, RFC 5280). */
import 'reflect-metadata'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
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

/** An authority that issues certificates. */
export interface Authority {
  readonly certificate: x509.X509Certificate
  readonly key: CryptoKey
  /** PEM of the same authority as the one before it has signed it; shown to kiosks that know only that one. */
  readonly cross?: string
}

/** From PEM. */
export async function importAuthorityKey(pem: string): Promise<CryptoKey> {
  const [der] = x509.PemConverter.decode(pem)
  if (der === undefined) throw new Error('the key of an authority is damaged')
  return importKey(der)
}

/** PEM of `next` as `present` signs it; it ends when `present` does. */
export async function crossSign(present: Authority, next: x509.X509Certificate, now: number): Promise<string> {
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: next.subject,
    issuer: present.certificate.subject,
    notBefore: new Date(now - day),
    notAfter: present.certificate.notAfter,
    signingAlgorithm: algorithm,
    publicKey: next.publicKey,
    signingKey: present.key,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(next.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(present.certificate.publicKey),
    ],
  })
  return certificate.toString('pem')
}

const importKey = (der: ArrayBuffer) => crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])

const authorityDays = 3650

/** Writes a file whole or not at all: a power cut leaves the one before. */
function replaceFile(file: string, text: string, mode: number): void {
  const draft = `${file}.new`
  rmSync(draft, { force: true })
  const open = openSync(draft, 'wx', mode)
  try {
    writeSync(open, text)
    fsyncSync(open)
  } finally {
    closeSync(open)
  }
  renameSync(draft, file)
}

/**
 * The authority of a data folder: `authority.pem`, its certificate, which people copy to whatever shall trust the hub,
 * and `authority.key`. Both were one file once: then the key is written first, and only then taken out of the other.
 */
export async function loadAuthority(dataDir: string, now = Date.now()): Promise<Authority> {
  const [certificateFile, keyFile] = [join(dataDir, 'authority.pem'), join(dataDir, 'authority.key')]
  if (existsSync(certificateFile)) {
    const text = readFileSync(certificateFile, 'utf8')
    const blocks = x509.PemConverter.decodeWithHeaders(text)
    const own = blocks.find(({ type }) => type === 'CERTIFICATE')
    const inside = blocks.find(({ type }) => type === 'PRIVATE KEY')
    if (own === undefined) throw new Error('authority.pem is damaged')
    const certificate = new x509.X509Certificate(own.rawData)
    if (inside !== undefined) {
      replaceFile(keyFile, `${x509.PemConverter.encode(inside.rawData, 'PRIVATE KEY')}\n`, 0o600)
      replaceFile(certificateFile, `${certificate.toString('pem')}\n`, 0o644)
    }
    if (!existsSync(keyFile)) throw new Error('authority.key is missing')
    const [der] = x509.PemConverter.decode(readFileSync(keyFile, 'utf8'))
    if (der === undefined) throw new Error('authority.key is damaged')
    return { certificate, key: await importKey(der) }
  }
  const made = await newAuthority('CN=Lodge hub authority', now)
  replaceFile(keyFile, `${made.keyPem}\n`, 0o600)
  replaceFile(certificateFile, `${made.certificate.toString('pem')}\n`, 0o644)
  return made
}

/** A self-signed authority of ten years from `now` (ms), with its private key as PEM. */
export async function newAuthority(name: string, now: number): Promise<Authority & { readonly keyPem: string }> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name,
    notBefore: new Date(now - day),
    notAfter: new Date(now + authorityDays * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate, key: keys.privateKey, keyPem: await privatePem(keys.privateKey) }
}

/** Issues a fresh server certificate for `names` (DNS names or IP addresses), valid for ninety days from `now` (ms). */
export async function issueServerIdentity(
  dataDir: string,
  names: readonly string[],
  now = Date.now(),
): Promise<ServerIdentity> {
  return issueUnder(await loadAuthority(dataDir, now), names, now)
}

/** The same under an authority at hand; its cross-certificate, while that holds, comes with the server's. */
export async function issueUnder(authority: Authority, names: readonly string[], now: number): Promise<ServerIdentity> {
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
    certificate: [certificate.toString('pem'), ...crossOf(authority, now)].join('\n'),
    key: await privatePem(keys.privateKey),
  }
}

function crossOf({ cross }: Authority, now: number): string[] {
  return cross !== undefined && new x509.X509Certificate(cross).notAfter.getTime() > now ? [cross] : []
}
