/** HPKE by @hpke/core with X25519 in JavaScript: runs wherever JavaScript does, at some twenty times the cost. */
import type { CipherSuite } from '@hpke/core'
import { encSize, type HpkeProvider } from './provider.ts'

let made: Promise<CipherSuite> | null = null

/** Loaded at the first use: whoever has the platform's X25519 never waits for it. */
function loadSuite(): Promise<CipherSuite> {
  made ??= Promise.all([import('@hpke/core'), import('@hpke/dhkem-x25519')]).then(
    ([{ Aes256Gcm, CipherSuite: Suite, HkdfSha256 }, { DhkemX25519HkdfSha256 }]) =>
      new Suite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() }),
  )
  return made
}

function exactBytes(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength)
  new Uint8Array(copy).set(bytes)
  return copy
}

export const libraryHpke: HpkeProvider = {
  name: 'library',
  async seal(publicKey, plaintext, info, aad) {
    const suite = await loadSuite()
    const recipientPublicKey = await suite.kem.importKey('raw', exactBytes(publicKey), true)
    const sender = await suite.createSenderContext({ recipientPublicKey, info: exactBytes(info) })
    const copy = exactBytes(plaintext)
    try {
      const ciphertext = await sender.seal(copy, exactBytes(aad))
      return Buffer.concat([Buffer.from(sender.enc), Buffer.from(ciphertext)])
    } finally {
      new Uint8Array(copy).fill(0)
    }
  },
  async open(privateKey, sealed, info, aad) {
    const suite = await loadSuite()
    const keyCopy = exactBytes(privateKey)
    try {
      const recipientKey = await suite.kem.importKey('raw', keyCopy, false)
      const recipient = await suite.createRecipientContext({
        recipientKey,
        enc: exactBytes(sealed.subarray(0, encSize)),
        info: exactBytes(info),
      })
      return Buffer.from(await recipient.open(exactBytes(sealed.subarray(encSize)), exactBytes(aad)))
    } finally {
      new Uint8Array(keyCopy).fill(0)
    }
  },
  async sealFrom(senderPrivate, publicKey, plaintext, info, aad) {
    const suite = await loadSuite()
    const keyCopy = exactBytes(senderPrivate)
    const copy = exactBytes(plaintext)
    try {
      const sender = await suite.createSenderContext({
        recipientPublicKey: await suite.kem.importKey('raw', exactBytes(publicKey), true),
        senderKey: await suite.kem.importKey('raw', keyCopy, false),
        info: exactBytes(info),
      })
      return Buffer.concat([Buffer.from(sender.enc), Buffer.from(await sender.seal(copy, exactBytes(aad)))])
    } finally {
      new Uint8Array(keyCopy).fill(0)
      new Uint8Array(copy).fill(0)
    }
  },
  async openFrom(senderPublic, privateKey, sealed, info, aad) {
    const suite = await loadSuite()
    const keyCopy = exactBytes(privateKey)
    try {
      const recipient = await suite.createRecipientContext({
        recipientKey: await suite.kem.importKey('raw', keyCopy, false),
        senderPublicKey: await suite.kem.importKey('raw', exactBytes(senderPublic), true),
        enc: exactBytes(sealed.subarray(0, encSize)),
        info: exactBytes(info),
      })
      return Buffer.from(await recipient.open(exactBytes(sealed.subarray(encSize)), exactBytes(aad)))
    } finally {
      new Uint8Array(keyCopy).fill(0)
    }
  },
  async newKeyPair() {
    const suite = await loadSuite()
    const pair = await suite.kem.generateKeyPair()
    return {
      publicKey: Buffer.from(await suite.kem.serializePublicKey(pair.publicKey)),
      privateKey: Buffer.from(await suite.kem.serializePrivateKey(pair.privateKey)),
    }
  },
}
