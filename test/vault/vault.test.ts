/** The vault: what is wrapped opens for its own key, name and place, and for nothing else. */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KioskId, PickupId } from '../../src-shared/domain/index.ts'
import { newSealKeyPair, openEnvelope, sealEnvelope } from '../../src-shared/protocol/envelope.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import {
  calibratePinCost,
  defaultPinCost,
  leastPinCost,
  makeResumeKey,
  openShare,
  putToRest,
  sealShare,
  signInTargetMs,
  timePinGuess,
  unwrap,
  unwrapUnderPin,
  wake,
  wrap,
  wrapUnderPin,
  type PinCost,
} from '../../src-main/vault/index.ts'
import { incarnation } from '../staff/rooms.ts'

const cheap = { memoryKib: 8192, passes: 1 }

describe('wrapping', () => {
  it('opens with its key and label, and with no bit changed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), fc.integer({ min: 0, max: 7 }), (plain, place, bit) => {
        const key = randomBytes(32)
        const wrapped = wrap(key, 'a', plain)
        expect(unwrap(key, 'a', wrapped)?.equals(plain)).toBe(true)
        expect(unwrap(key, 'b', wrapped)).toBe(null)
        expect(unwrap(randomBytes(32), 'a', wrapped)).toBe(null)
        const bad = Buffer.from(wrapped)
        const at = place % bad.length
        bad[at] = (bad[at] ?? 0) ^ (1 << bit)
        expect(unwrap(key, 'a', bad)).toBe(null)
        expect(unwrap(key, 'a', wrapped.subarray(0, place % wrapped.length))).toBe(null)
      }),
    )
  })
  it('never uses a nonce twice', () => {
    const key = randomBytes(32)
    const nonces = new Set(
      Array.from({ length: 2000 }, () => wrap(key, 'a', Buffer.alloc(1)).subarray(0, 12).toString('hex')),
    )
    expect(nonces.size).toBe(2000)
  })
})

describe('badge and PIN', () => {
  it('open together, under the keystore, for that person alone', async () => {
    const [kek, key] = [randomBytes(32), randomBytes(32)]
    const record = await wrapUnderPin(kek, 's1', 'BADGE1', '739164', key, cheap)
    expect((await unwrapUnderPin(kek, 's1', 'BADGE1', '739164', record))?.equals(key)).toBe(true)
    for (const [k, staff, badge, pin] of [
      [randomBytes(32), 's1', 'BADGE1', '739164'],
      [kek, 's2', 'BADGE1', '739164'],
      [kek, 's1', 'BADGE2', '739164'],
      [kek, 's1', 'BADGE1', '739165'],
      // The parts cannot be shifted into one another.
      [kek, 's1', 'BADGE', '1739164'],
    ] as const)
      expect(await unwrapUnderPin(k, staff, badge, pin, record)).toBe(null)
  })
})

describe('an envelope', () => {
  it('opens for its pickup, kiosk and epoch, and not when swapped or replayed', async () => {
    const pair = await newSealKeyPair()
    const binding = { pickup: PickupId.parse(newId()), kiosk: KioskId.parse(newId()), epoch: { incarnation, n: 2 } }
    const envelope = await sealEnvelope(pair.publicKey, Buffer.from('Zürich-ß€'), binding)
    expect((await openEnvelope(pair.privateKey, envelope, binding)).toString()).toBe('Zürich-ß€')
    for (const other of [
      { ...binding, pickup: PickupId.parse(newId()) },
      { ...binding, kiosk: KioskId.parse(newId()) },
      { ...binding, epoch: { incarnation, n: 3 } },
      { ...binding, epoch: { incarnation: newId() as typeof incarnation, n: 2 } },
    ])
      await expect(openEnvelope(pair.privateKey, envelope, other)).rejects.toThrow()
    await expect(openEnvelope((await newSealKeyPair()).privateKey, envelope, binding)).rejects.toThrow()
    const short = await sealEnvelope(pair.publicKey, Buffer.from('x'), binding)
    expect(short.length).toBe(envelope.length)
  })
})

it('a share opens for the person and the key it names', async () => {
  const [mine, theirs, opening] = await Promise.all([newSealKeyPair(), newSealKeyPair(), newSealKeyPair()])
  const share = await sealShare(mine.publicKey, 's1', opening.publicKey, opening.privateKey)
  expect((await openShare(mine.privateKey, 's1', opening.publicKey, share))?.equals(opening.privateKey)).toBe(true)
  expect(await openShare(theirs.privateKey, 's1', opening.publicKey, share)).toBe(null)
  expect(await openShare(mine.privateKey, 's2', opening.publicKey, share)).toBe(null)
  expect(await openShare(mine.privateKey, 's1', theirs.publicKey, share)).toBe(null)
})

it('keys at rest wake for their badge, and leave zeros where they were', () => {
  const keys = [randomBytes(32), randomBytes(32)]
  const copies = keys.map((key) => Buffer.from(key))
  const resting = putToRest(makeResumeKey('BADGE1'), keys)
  for (const key of keys) expect(key.every((byte) => byte === 0)).toBe(true)
  expect(wake(resting, 'BADGE2')).toBe(null)
  expect(wake(resting, 'BADGE1')).toEqual(copies)
})

describe('the cost of a PIN', () => {
  /** A computer that needs so many ms for a MiB and a pass. */
  const computer =
    (perMibPass: number) =>
    ({ memoryKib, passes }: PinCost) =>
      Promise.resolve((memoryKib / 1024) * passes * perMibPass)
  it('fills the time there is on any computer, and never falls below the floor', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0.005, max: 20, noNaN: true }), async (speed) => {
        const cost = await calibratePinCost(computer(speed))
        expect(cost.memoryKib).toBeGreaterThanOrEqual(leastPinCost.memoryKib)
        expect(cost.passes).toBeGreaterThanOrEqual(3)
        if (cost.memoryKib > leastPinCost.memoryKib)
          expect(await computer(speed)(cost)).toBeLessThanOrEqual(signInTargetMs * 1.01)
      }),
    )
  })
  it('takes memory first, then passes', async () => {
    expect(await calibratePinCost(computer(0.5))).toEqual({ memoryKib: 262_144, passes: 3 })
    expect((await calibratePinCost(computer(0.1))).passes).toBeGreaterThan(10)
    expect((await calibratePinCost(computer(2))).memoryKib).toBeLessThan(defaultPinCost.memoryKib * 2)
  })
  it('on this computer signs in within a second', async () => {
    const cost = await calibratePinCost(timePinGuess)
    const times = [await timePinGuess(cost), await timePinGuess(cost), await timePinGuess(cost)].sort((a, b) => a - b)
    expect(times[0]).toBeLessThan(1000)
  })
})
