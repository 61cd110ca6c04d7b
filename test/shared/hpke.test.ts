/** HPKE on the platform's own primitives: the RFC's bytes, and the library's, both ways. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hpke } from '../../src-shared/protocol/hpke/index.ts'
import { libraryHpke } from '../../src-shared/protocol/hpke/library.ts'
import { aes128Gcm, nativeHpke, openOnce, sealWithEphemeral } from '../../src-shared/protocol/hpke/native.ts'

const hex = (text: string) => Buffer.from(text, 'hex')

/** RFC 9180, appendix A.1.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode, sequence number 0. */
const rfc = {
  info: hex('4f6465206f6e2061204772656369616e2055726e'),
  ephemeral: hex('52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736'),
  enc: '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431',
  recipientPrivate: hex('4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8'),
  recipientPublic: hex('3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d'),
  plaintext: hex('4265617574792069732074727574682c20747275746820626561757479'),
  aad: hex('436f756e742d30'),
  ciphertext: 'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a',
}

/** The same, appendix A.1.3: auth mode. */
const rfcAuth = {
  ephemeral: hex('ff4442ef24fbc3c1ff86375b0be1e77e88a0de1e79b30896d73411c5ff4c3518'),
  enc: '23fb952571a14a25e3d678140cd0e5eb47a0961bb18afcf85896e5453c312e76',
  recipientPrivate: hex('fdea67cf831f1ca98d8e27b1f6abeb5b7745e9d35348b80fa407ff6958f9137e'),
  recipientPublic: hex('1632d5c2f71c2b38d0a8fcc359355200caa8b1ffdf28618080466c909cb69b2e'),
  senderPrivate: hex('dc4a146313cce60a278a5323d321f051c5707e9c45ba21a3479fecdf76fc69dd'),
  senderPublic: hex('8b0c70873dc5aecb7f9ee4e62406a397b350e57012be45cf53b7105ae731790b'),
  ciphertext: '5fd92cc9d46dbf8943e72a07e42f363ed5f721212cd90bcfd072bfd9f44e06b80fd17824947496e21b680c141b',
}

const pairFrom = (raw: Buffer) => {
  const privateKey = createPrivateKey({
    key: Buffer.concat([hex('302e020100300506032b656e04220420'), raw]),
    format: 'der',
    type: 'pkcs8',
  })
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

describe('the vector of RFC 9180, appendix A.1.1', () => {
  test('is sealed byte for byte', () => {
    const { plaintext, info, aad } = rfc
    const sealed = sealWithEphemeral(pairFrom(rfc.ephemeral), rfc.recipientPublic, { plaintext, info, aad }, aes128Gcm)
    expect(sealed.toString('hex')).toBe(rfc.enc + rfc.ciphertext)
  })

  test('opens', () => {
    const opened = openOnce(rfc.recipientPrivate, hex(rfc.enc + rfc.ciphertext), rfc.info, rfc.aad, aes128Gcm)
    expect(opened.equals(rfc.plaintext)).toBe(true)
  })
})

describe('the vector of appendix A.1.3, auth mode', () => {
  const { plaintext, info, aad } = rfc
  test('is sealed byte for byte', () => {
    const ephemeral = pairFrom(rfcAuth.ephemeral)
    const message = { plaintext, info, aad }
    const sealed = sealWithEphemeral(ephemeral, rfcAuth.recipientPublic, message, aes128Gcm, rfcAuth.senderPrivate)
    expect(sealed.toString('hex')).toBe(rfcAuth.enc + rfcAuth.ciphertext)
  })

  test('opens as from its sender, and from nobody else', () => {
    const open = (sender: Buffer | null) =>
      openOnce(rfcAuth.recipientPrivate, hex(rfcAuth.enc + rfcAuth.ciphertext), info, aad, aes128Gcm, sender)
    expect(open(rfcAuth.senderPublic).equals(plaintext)).toBe(true)
    expect(() => open(rfcAuth.recipientPublic)).toThrow()
    expect(() => open(null)).toThrow()
  })
})

describe('beside the library', () => {
  test('each opens what the other sealed as somebody, and only as from them', async () => {
    const bytes = (maxLength: number) => fc.uint8Array({ maxLength })
    await fc.assert(
      fc.asyncProperty(bytes(60), bytes(40), bytes(100), fc.boolean(), async (plaintext, info, aad, forth) => {
        const [from, to] = forth ? [nativeHpke, libraryHpke] : [libraryHpke, nativeHpke]
        const [sender, other, pair] = [await from.newKeyPair(), await from.newKeyPair(), await to.newKeyPair()]
        const sealed = await from.sealFrom(sender.privateKey, pair.publicKey, plaintext, info, aad)
        const opened = await to.openFrom(sender.publicKey, pair.privateKey, sealed, info, aad)
        expect(opened.equals(plaintext)).toBe(true)
        await expect(to.openFrom(other.publicKey, pair.privateKey, sealed, info, aad)).rejects.toThrow()
        await expect(to.open(pair.privateKey, sealed, info, aad)).rejects.toThrow()
      }),
      { numRuns: 30 },
    )
  })

  test('each opens what the other sealed', async () => {
    const bytes = (maxLength: number) => fc.uint8Array({ maxLength })
    await fc.assert(
      fc.asyncProperty(bytes(200), bytes(40), bytes(100), fc.boolean(), async (plaintext, info, aad, forth) => {
        const [from, to] = forth ? [nativeHpke, libraryHpke] : [libraryHpke, nativeHpke]
        const pair = await to.newKeyPair()
        const sealed = await from.seal(pair.publicKey, plaintext, info, aad)
        expect((await to.open(pair.privateKey, sealed, info, aad)).equals(plaintext)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})

describe('what was not sealed for it', () => {
  test('does not open: one bit of it, its info or its associated data, or another key', async () => {
    const pair = await nativeHpke.newKeyPair()
    const [info, aad] = [Buffer.from('info'), Buffer.from('aad')]
    const sealed = await nativeHpke.seal(pair.publicKey, Buffer.from('secret'), info, aad)
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: sealed.length - 1 }), fc.nat({ max: 7 }), async (at, bit) => {
        const bad = Buffer.from(sealed)
        bad[at] = (bad[at] ?? 0) ^ (1 << bit)
        await expect(nativeHpke.open(pair.privateKey, bad, info, aad)).rejects.toThrow()
      }),
      // X25519 ignores the highest bit of a public key (RFC 7748, section 5): HPKE binds `enc` itself, so it fails as
      // well.
      { examples: [[31, 7]] },
    )
    const other = await nativeHpke.newKeyPair()
    await expect(nativeHpke.open(other.privateKey, sealed, info, aad)).rejects.toThrow()
    await expect(nativeHpke.open(pair.privateKey, sealed, aad, aad)).rejects.toThrow()
    await expect(nativeHpke.open(pair.privateKey, sealed, info, info)).rejects.toThrow()
    await expect(nativeHpke.open(pair.privateKey, sealed.subarray(0, 47), info, aad)).rejects.toThrow()
  })

  test('and a public key of low order or of another length is refused', async () => {
    const none = Buffer.alloc(0)
    // The points of small order on Curve25519 that a u-coordinate can name (RFC 7748, section 6.1: the result is all
    // zeros).
    const lowOrder = [
      '00'.repeat(32),
      `01${'00'.repeat(31)}`,
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
      `ec${'ff'.repeat(30)}7f`,
    ]
    for (const point of lowOrder) await expect(nativeHpke.seal(hex(point), none, none, none)).rejects.toThrow()
    for (const size of [0, 31, 33])
      await expect(nativeHpke.seal(Buffer.alloc(size, 9), none, none, none)).rejects.toThrow()
  })
})

test('Node computes it natively', () => {
  expect(hpke().name).toBe('native')
})
