/** What the envelope needs of HPKE (RFC 9180), whoever computes it. */

/**
 * One message under a fresh key each (RFC 9180, section 6.1): base or auth mode, sequence number 0. All keys are raw
 * X25519.
 */
export interface HpkeProvider {
  /** `native`: the platform's X25519 and AES. `library`: the same in JavaScript, for a platform without. */
  readonly name: 'native' | 'library'
  /** Returns `enc` (32 bytes), then the ciphertext. Throws for a public key of the wrong length or of low order. */
  seal(publicKey: Uint8Array, plaintext: Uint8Array, info: Uint8Array, aad: Uint8Array): Promise<Buffer>
  /** Throws when the bytes were not sealed for this key, `info` and `aad`. The caller wipes what is returned. */
  open(privateKey: Uint8Array, sealed: Uint8Array, info: Uint8Array, aad: Uint8Array): Promise<Buffer>
  /** As `seal`, in auth mode (section 5.1.3): it opens only as coming from the holder of `senderPrivate`. */
  sealFrom(
    senderPrivate: Uint8Array,
    publicKey: Uint8Array,
    plaintext: Uint8Array,
    info: Uint8Array,
    aad: Uint8Array,
  ): Promise<Buffer>
  /**
   * Opens what `sealFrom` made; throws when it does not come from the holder of the private half of `senderPublic`, or
   * was changed.
   */
  openFrom(
    senderPublic: Uint8Array,
    privateKey: Uint8Array,
    sealed: Uint8Array,
    info: Uint8Array,
    aad: Uint8Array,
  ): Promise<Buffer>
  /** A fresh key pair, 32 bytes each. The caller wipes the private key. */
  newKeyPair(): Promise<{ publicKey: Buffer; privateKey: Buffer }>
}

/** Length of `enc`, a raw X25519 public key (RFC 9180, section 7.1: Nenc of DHKEM(X25519, HKDF-SHA256)). */
export const encSize = 32
