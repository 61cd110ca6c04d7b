/** How much work a PIN costs at this computer: as much as fits into the time that a person at the desk will wait. */
import { defaultPinCost, type PinCost } from './pin-wrap.ts'

/** A sign-in takes at most a second (docs/architecture.md#security); half of it is left for a busy computer. */
export const signInTargetMs = 500
/** Never below this, however slow the computer: OWASP's least Argon2id memory, with one pass more. */
export const leastPinCost: PinCost = { memoryKib: 19_456, passes: 3 }
const mostMemoryKib = 262_144
const fewPasses = 3

/**
 * Argon2id parameters for about `targetMs` of work, never below `leastPinCost`. Memory first, up to 256 MiB, since it
 * is what a guessing rig lacks; then passes. `time` measures one guess in ms.
 */
export async function calibratePinCost(
  time: (cost: PinCost) => Promise<number>,
  targetMs = signInTargetMs,
): Promise<PinCost> {
  // The quickest of three: a computer that is busy for a moment is not a slow one.
  const first = Math.min(await time(defaultPinCost), await time(defaultPinCost), await time(defaultPinCost))
  const perMibPass = first / ((defaultPinCost.memoryKib / 1024) * defaultPinCost.passes)
  const budget = targetMs / Math.max(perMibPass, 1e-6)
  let memoryKib = Math.min(mostMemoryKib, Math.floor(budget / fewPasses) * 1024)
  // Whole steps of 8 MiB: the figure is stored and shown.
  memoryKib = Math.floor(memoryKib / 8192) * 8192
  if (memoryKib < leastPinCost.memoryKib) return leastPinCost
  const passes = Math.max(fewPasses, Math.min(20, Math.floor(budget / (memoryKib / 1024))))
  return { memoryKib, passes }
}
