/**
 * What a release says of itself: signed with Ed25519 by the institution's own release key, which each kiosk pins in its
 * settings.
 */
import { createPublicKey, verify } from 'node:crypto'
import { z } from 'zod'
import { fail, ok, type Result } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'

/**
 * Rings from the first kiosks that get a release to all of them; a kiosk takes what its own ring or an outer one was
 * given.
 */
export const Ring = z.enum(['first', 'early', 'all'])
export type Ring = z.infer<typeof Ring>

export const ReleaseFile = z.strictObject({
  platform: z.enum(['linux', 'win32']),
  arch: z.enum(['x64', 'arm64']),
  /** Relative to the release file's own address. */
  path: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/),
  /** SHA-512, hex. */
  sha512: z.string().regex(/^[0-9a-f]{128}$/),
  size: z.number().int().positive().max(1_000_000_000),
})
export type ReleaseFile = z.infer<typeof ReleaseFile>

export const Release = z.strictObject({
  lodge: z.literal('release/1'),
  version: z.string().regex(/^\d{1,5}\.\d{1,5}\.\d{1,5}$/),
  ring: Ring,
  files: z.array(ReleaseFile).min(1).max(20),
})
export type Release = z.infer<typeof Release>

/** As served: the exact signed text, and the signature over its UTF-8 bytes, base64url. */
export const SignedRelease = z.strictObject({
  release: z.string().max(20_000),
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
})

/** SubjectPublicKeyInfo of Ed25519 before the 32 raw bytes (RFC 8410 section 4). */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')

/** `key` is the raw public key, base64url. Fails with L-617: not signed by that key, or not of the form. */
export function openRelease(served: unknown, key: string): Result<Release> {
  const signed = SignedRelease.safeParse(served)
  if (!signed.success) return fail(failures.updateNotSigned)
  const publicKey = createPublicKey({
    key: Buffer.concat([spkiPrefix, Buffer.from(key, 'base64url')]),
    format: 'der',
    type: 'spki',
  })
  if (!verify(null, Buffer.from(signed.data.release), publicKey, Buffer.from(signed.data.signature, 'base64url')))
    return fail(failures.updateNotSigned)
  let json: unknown
  try {
    json = JSON.parse(signed.data.release)
  } catch {
    return fail(failures.updateNotSigned)
  }
  const release = Release.safeParse(json)
  return release.success ? ok(release.data) : fail(failures.updateNotSigned)
}

/** Negative when a is the older version. Three numbers, compared as numbers. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number))
  for (let part = 0; part < 3; part += 1) {
    const difference = (left?.[part] ?? 0) - (right?.[part] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Whether this kiosk is to take the release: newer, not one that it has rolled back from, and given to its ring. */
export function isForUs(
  release: Release,
  us: { readonly version: string; readonly ring: Ring; readonly rejected: readonly string[] },
): boolean {
  const rings = Ring.options
  return (
    compareVersions(release.version, us.version) > 0 &&
    !us.rejected.includes(release.version) &&
    rings.indexOf(us.ring) <= rings.indexOf(release.ring)
  )
}
