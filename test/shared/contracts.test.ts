import { describe, expect, it } from 'vitest'
import { Incarnation, KioskId, PickupId, languages } from '../../src-shared/domain/index.ts'
import { errorTexts } from '../../src-shared/failures/texts.ts'
import { describeFailure, errorCodes } from '../../src-shared/failures/codes.ts'
import { openEnvelope, newSealKeyPair, sealEnvelope } from '../../src-shared/protocol/envelope.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { formatEnrolmentCode, parseEnrolmentCode, toBase32 } from '../../src-shared/protocol/enrolment-code.ts'

describe('error texts', () => {
  it.each(errorCodes)(
    '%s says what happened and what to do next in three languages, with the same placeholders',
    (code) => {
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
    },
  )
})

describe('envelope', () => {
  it('opens only for its own pickup, kiosk, epoch and key, and hides the length of the secret', async () => {
    const keys = await newSealKeyPair()
    const binding = {
      pickup: PickupId.parse(newId()),
      kiosk: KioskId.parse(newId()),
      epoch: { incarnation: Incarnation.parse(newId()), n: 1 },
    }
    const sealed = await sealEnvelope(keys.publicKey, Buffer.from('Åäö€ž{|}~^`@#'), binding)
    const short = await sealEnvelope(keys.publicKey, Buffer.from('x'), binding)
    expect(short.length).toBe(sealed.length)
    expect((await openEnvelope(keys.privateKey, sealed, binding)).toString('utf8')).toBe('Åäö€ž{|}~^`@#')
    await expect(
      openEnvelope(keys.privateKey, sealed, { ...binding, pickup: PickupId.parse(newId()) }),
    ).rejects.toThrow()
    await expect(openEnvelope(keys.privateKey, sealed, { ...binding, kiosk: KioskId.parse(newId()) })).rejects.toThrow()
    await expect(
      openEnvelope(keys.privateKey, sealed, { ...binding, epoch: { ...binding.epoch, n: 2 } }),
    ).rejects.toThrow()
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
