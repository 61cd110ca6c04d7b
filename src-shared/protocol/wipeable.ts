/**
 * Memory that can be wiped. V8 keeps typed arrays of up to 64 bytes inside its own heap, and its collector moves them:
 * every move leaves a copy behind that no `fill(0)` reaches. Memory behind an ArrayBuffer of its own stays where it is.
 */

/** Zeroed, never moved. The caller wipes it. */
export function wipeable(size: number): Buffer {
  return Buffer.from(new ArrayBuffer(size))
}

/** The same for code points. */
export function wipeablePoints(count: number): Uint32Array {
  return new Uint32Array(new ArrayBuffer(count * 4))
}
