/** Sealing and opening one envelope, beside the bare cryptography that HPKE is made of (RFC 9180). */
import { createCipheriv, createDecipheriv, diffieHellman, generateKeyPairSync, hkdfSync } from 'node:crypto'
import { Epoch, Incarnation, KioskId, PickupId } from '../../src-shared/domain/index.ts'
import { maxSecretBytes, newSealKeyPair, openEnvelope, sealEnvelope } from '../../src-shared/protocol/envelope.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { figure, median, type Figure } from './figure.ts'
import { sized } from './size.ts'

const warm = sized(200, 5)
const runs = sized(2000, 20)

/** Microseconds that the middle one of `runs` takes. */
async function middle(once: () => unknown): Promise<number> {
  for (let i = 0; i < warm; i++) await once()
  const took: number[] = []
  for (let i = 0; i < runs; i++) {
    const began = process.hrtime.bigint()
    await once()
    took.push(Number(process.hrtime.bigint() - began) / 1000)
  }
  return median(took)
}

const padded = Buffer.alloc(1 + maxSecretBytes, 1)
const derive = (shared: Buffer) => Buffer.from(hkdfSync('sha256', shared, '', 'bench', 44))

/** One key agreement, one HKDF, one AES-256-GCM: with a fresh key pair where one seals. */
function bareFloors() {
  const recipient = generateKeyPairSync('x25519')
  const sender = generateKeyPairSync('x25519')
  const encrypt = (shared: Buffer) => {
    const key = derive(shared)
    const cipher = createCipheriv('aes-256-gcm', key.subarray(0, 32), key.subarray(32))
    return { bytes: Buffer.concat([cipher.update(padded), cipher.final()]), tag: cipher.getAuthTag() }
  }
  const sealed = encrypt(diffieHellman({ privateKey: sender.privateKey, publicKey: recipient.publicKey }))
  return {
    seal: () => {
      const { privateKey } = generateKeyPairSync('x25519')
      return encrypt(diffieHellman({ privateKey, publicKey: recipient.publicKey }))
    },
    open: () => {
      const key = derive(diffieHellman({ privateKey: recipient.privateKey, publicKey: sender.publicKey }))
      const decipher = createDecipheriv('aes-256-gcm', key.subarray(0, 32), key.subarray(32))
      decipher.setAuthTag(sealed.tag)
      return Buffer.concat([decipher.update(sealed.bytes), decipher.final()])
    },
  }
}

export async function hpkeFigures(): Promise<Figure[]> {
  const pair = await newSealKeyPair()
  const binding = {
    pickup: PickupId.parse(newId()),
    kiosk: KioskId.parse(newId()),
    epoch: Epoch.parse({ incarnation: Incarnation.parse(newId()), n: 1 }),
  }
  const secret = Buffer.from('Aurinko-7-Kettu-Lumi')
  const envelope = await sealEnvelope(pair.publicKey, secret, binding)
  const floor = bareFloors()
  const name = 'one raw X25519, HKDF and AES-GCM'
  const figures: Figure[] = []
  for (const [figureName, once, bare] of [
    ['hpke_seal_us', () => sealEnvelope(pair.publicKey, secret, binding), floor.seal],
    ['hpke_open_us', () => openEnvelope(pair.privateKey, envelope, binding), floor.open],
  ] as const) {
    const baseline = await middle(bare)
    const value = await middle(once)
    figures.push(figure(figureName, value, 'us', { name, value: baseline }, '<= 250 us', (us) => us <= 250))
  }
  return figures
}
