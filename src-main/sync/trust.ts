/** Which authorities of the hub's a kiosk trusts: the one that its enrolment code pinned, and its successors. */
import { X509Certificate } from 'node:crypto'
import type { NextAuthority } from '../../src-shared/domain/index.ts'

function authoritiesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  return blocks.map((block) => new X509Certificate(block))
}

/** The newest one's SHA-256 in lower-case hexadecimal, as the hub counts them; undefined: no certificate is pinned. */
export function newestTrusted(pem: string): string | undefined {
  return authoritiesIn(pem).at(-1)?.fingerprint256.replaceAll(':', '').toLowerCase()
}

/**
 * What to trust once the hub has named its next authority: that one beside whichever has signed it. null: it is known
 * already, or none that is trusted has signed it.
 */
export function trustedWith(pem: string, next: NextAuthority): string | null {
  try {
    const known = authoritiesIn(pem)
    const [own, cross] = [new X509Certificate(next.certificate), new X509Certificate(next.cross)]
    if (known.some((each) => each.fingerprint256 === own.fingerprint256)) return null
    const signer = known.find((each) => cross.checkIssued(each) && cross.verify(each.publicKey))
    const same = cross.publicKey.equals(own.publicKey) && own.ca && own.verify(own.publicKey)
    return signer === undefined || !same ? null : `${signer.toString()}\n${own.toString()}\n`
  } catch {
    return null
  }
}
