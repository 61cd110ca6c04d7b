import { HkdfSha256 } from '@hpke/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { languages } from '../../src-shared/domain.ts'
import { errorTexts } from '../../src-shared/error-texts.ts'
import { describeFailure, errorCodes } from '../../src-shared/errors.ts'
import { openEnvelope, newSealKeyPair, sealEnvelope } from '../../src-shared/protocol/envelope.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { NodeHkdfSha256 } from '../../src-shared/protocol/node-hkdf.ts'
import { formatEnrolmentCode, parseEnrolmentCode, toBase32 } from '../../src-shared/protocol/enrolment-code.ts'
import { Incarnation, KioskId, PickupId } from '../../src-shared/domain.ts'

describe('error texts', () => {
  it.each(errorCodes)('%s says what happened and what to do next in three languages, with the same placeholders', (code) => {
    const placeholders = languages.map((language) => {
      const { what, next } = describeFailure({ code }, language)
      expect(what.length).toBeGreaterThan(5)
      expect(next.length).toBeGreaterThan(5)
      return (
        errorTexts[code][language]
          .join(' ')
          .match(/\{\w+\}/g)
          ?.sort() ?? []
      )
    })
    expect(placeholders[1]).toEqual(placeholders[0])
    expect(placeholders[2]).toEqual(placeholders[0])
  })
})

describe('envelope', () => {
  it('the hub derives keys exactly as the library does, and as RFC 5869 has them', async () => {
    const [theirs, ours] = [new HkdfSha256(), new NodeHkdfSha256()]
    const hex = (bytes: ArrayBuffer) => Buffer.from(bytes).toString('hex')
    const bytes = (minLength: number, maxLength = 200) => fc.uint8Array({ minLength, maxLength })
    const salt = fc.oneof(fc.constant(new Uint8Array()), bytes(32, 32))
    await fc.assert(
      fc.asyncProperty(salt, bytes(1), bytes(1), fc.integer({ min: 1, max: 100 }), async (from, ikm, info, length) => {
        const prk = await ours.extract(from, ikm)
        expect(hex(prk)).toBe(hex(await theirs.extract(from, ikm)))
        expect(hex(await ours.expand(prk, info, length))).toBe(hex(await theirs.expand(prk, info, length)))
      }),
      { numRuns: 50 },
    )
    // Its test case 3: no salt, no info.
    const prk = await ours.extract(new Uint8Array(), new Uint8Array(22).fill(0x0b))
    expect(hex(prk)).toBe('19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04')
    expect(hex(await ours.expand(prk, new Uint8Array(), 42))).toBe('8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8')
  })

  it('opens only for its own pickup, kiosk, epoch and key, and hides the length of the secret', async () => {
    const keys = await newSealKeyPair()
    const binding = { pickup: PickupId.parse(newId()), kiosk: KioskId.parse(newId()), epoch: { incarnation: Incarnation.parse(newId()), n: 1 } }
    const sealed = await sealEnvelope(keys.publicKey, Buffer.from('Åäö€ž{|}~^`@#'), binding)
    const short = await sealEnvelope(keys.publicKey, Buffer.from('x'), binding)
    expect(short.length).toBe(sealed.length)
    expect((await openEnvelope(keys.privateKey, sealed, binding)).toString('utf8')).toBe('Åäö€ž{|}~^`@#')
    await expect(openEnvelope(keys.privateKey, sealed, { ...binding, pickup: PickupId.parse(newId()) })).rejects.toThrow()
    await expect(openEnvelope(keys.privateKey, sealed, { ...binding, kiosk: KioskId.parse(newId()) })).rejects.toThrow()
    await expect(openEnvelope(keys.privateKey, sealed, { ...binding, epoch: { ...binding.epoch, n: 2 } })).rejects.toThrow()
    await expect(openEnvelope((await newSealKeyPair()).privateKey, sealed, binding)).rejects.toThrow()
  })
})

describe('enrolment code', () => {
  it('survives lower case, look-alikes and lost hyphens; refuses another form', () => {
    const code = formatEnrolmentCode(Buffer.alloc(10, 7), toBase32(Buffer.alloc(16, 9)))
    const parsed = parseEnrolmentCode(code)
    expect(parsed).not.toBeNull()
    expect(parseEnrolmentCode(code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o'))).toEqual(parsed)
    expect(parseEnrolmentCode('ABCD')).toBeNull()
    expect(parseEnrolmentCode(`${code}.X`)).toBeNull()
  })
})
