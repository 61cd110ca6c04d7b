/** The key that signs exports: Ed25519, in a file beside the master key, its public half published. */
import { createHash, createPublicKey, sign, type KeyObject } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newSignKeyPair, privateKeyFromDer } from '../../src-shared/protocol/request-signature.ts'

export interface ExportKey {
  /** 32 bytes, base64url. */
  readonly publicKey: string
  /** SHA-256 of those bytes, hex in groups, as people compare it. */
  readonly fingerprint: string
  /** Ed25519 over the bytes, base64url. */
  sign(bytes: Uint8Array): string
}

/**
 * Makes the key at first use (0600). Several hub processes of one hub share their data folder's key, as they do the
 * master key.
 */
export function loadExportKey(dataDir: string): ExportKey {
  const file = join(dataDir, 'export.key')
  if (!existsSync(file)) {
    try {
      writeFileSync(file, newSignKeyPair().privateKeyDer, { mode: 0o600, flag: 'wx', flush: true })
    } catch (error) {
      // Another process was first: its key is the one.
      if ((error as { code?: string }).code !== 'EEXIST') throw error
    }
  }
  const key: KeyObject = privateKeyFromDer(readFileSync(file))
  const publicKey = createPublicKey(key).export({ format: 'jwk' }).x ?? ''
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex')
  return {
    publicKey,
    fingerprint: digest.match(/.{8}/g)?.join(' ') ?? digest,
    sign: (bytes) => sign(null, bytes, key).toString('base64url'),
  }
}
