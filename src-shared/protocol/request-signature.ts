/**
 * Signed requests: method, path with query, body hash and hub time under the kiosk's Ed25519 key
 * (docs/architecture.md#ledger-and-sync, point 2).
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto'

function stringToSign(method: string, path: string, body: string | Uint8Array, time: number): Buffer {
  const bodyHash = createHash('sha256').update(body).digest('base64url')
  return Buffer.from(['lodge/request/1', method, path, bodyHash, String(time)].join('\n'))
}

/** Returns the signature, base64url. `path` includes the query as sent; `body` is empty text when there is none. */
export function signRequest(
  key: KeyObject,
  method: string,
  path: string,
  body: string | Uint8Array,
  time: number,
): string {
  return sign(null, stringToSign(method, path, body, time), key).toString('base64url')
}

export function verifyRequest(
  key: KeyObject,
  method: string,
  path: string,
  body: string | Uint8Array,
  time: number,
  signature: string,
): boolean {
  return verify(null, stringToSign(method, path, body, time), key, Buffer.from(signature, 'base64url'))
}

/** What is known of a request before its body is read. */
export interface RequestHead {
  readonly method: string
  /** With the query, as sent. */
  readonly path: string
  /** Hub time, ms. */
  readonly time: number
  /** `content-encoding`; empty where the body goes as it is. */
  readonly encoding: string
  /** Bytes of the body as it goes on the line. */
  readonly length: number
  /** Its SHA-256, base64url (`bodyDigest`). */
  readonly body: string
}

/** SHA-256 of a body as it goes on the line, base64url. */
export function bodyDigest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url')
}

function headToSign({ method, path, time, encoding, length, body }: RequestHead): Buffer {
  return Buffer.from(['lodge/head/1', method, path, body, encoding, String(length), String(time)].join('\n'))
}

/** Signature over a request's head, base64url. */
export function signHead(key: KeyObject, head: RequestHead): string {
  return sign(null, headToSign(head), key).toString('base64url')
}

export function verifyHead(key: KeyObject, head: RequestHead, signature: string): boolean {
  return verify(null, headToSign(head), key, Buffer.from(signature, 'base64url'))
}

/** Ed25519 public key from its 32 raw bytes (RFC 8410 wraps it as JWK `x`). */
export function publicKeyFromRaw(raw: Uint8Array): KeyObject {
  return createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') },
    format: 'jwk',
  })
}

/** Ed25519 private key from PKCS #8 DER. */
export function privateKeyFromDer(der: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
}

/** A fresh Ed25519 pair: raw public key (32 bytes) and PKCS #8 DER private key. */
export function newSignKeyPair(): { publicKey: Buffer; privateKeyDer: Buffer } {
  const pair = generateKeyPairSync('ed25519')
  const x = pair.publicKey.export({ format: 'jwk' }).x ?? ''
  return {
    publicKey: Buffer.from(x, 'base64url'),
    privateKeyDer: pair.privateKey.export({ format: 'der', type: 'pkcs8' }),
  }
}
