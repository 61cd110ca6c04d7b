/**
 * Grants on their way from one thread to another: one text and one block of bytes, a fifth of what copying objects
 * costs.
 */
import type { GrantedPickup } from '../../../src-shared/hub-api/index.ts'
import { prepare, type Prepared, type PreparedGrant } from '../../pickups/index.ts'
import { wrapInto, wrapOverhead, type WrapKey } from '../../vault/index.ts'

export interface PackedGrants {
  /** JSON of the rows, with the length of each part in place of its bytes. */
  readonly text: string
  /** The parts, one after the other in the order in which `prepare` makes them. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Bytes for a pickup with one card and no long names; where that is too little, the block grows. */
const usual = 640

/** Makes grants ready for the cache, straight into one block. */
export function packGrants(cacheKey: WrapKey, pickups: readonly GrantedPickup[]): PackedGrants {
  let block = Buffer.from(new ArrayBuffer(usual * (pickups.length + 1)))
  let at = 0
  function room(size: number): void {
    if (at + size <= block.length) return
    const larger = Buffer.from(new ArrayBuffer(Math.max(block.length * 2, at + size)))
    larger.set(block.subarray(0, at))
    block = larger
  }
  const place = {
    decoded(text: string): number {
      // Three bytes for four characters, never more.
      room(text.length)
      const size = block.write(text, at, 'base64url')
      at += size
      return size
    },
    sealed(label: string, plaintext: Buffer): number {
      const size = plaintext.length + wrapOverhead
      room(size)
      wrapInto(block.subarray(at, at + size), cacheKey, label, plaintext)
      at += size
      return size
    },
  }
  const text = JSON.stringify(pickups.map((pickup) => prepare(place, pickup)))
  return { text, bytes: new Uint8Array(block.buffer, 0, at) }
}

/** Only for what `packGrants` made in this same program. */
export function unpackGrants({ text, bytes }: PackedGrants): PreparedGrant[] {
  const block = Buffer.from(bytes.buffer)
  let at = 0
  const take = (size: number) => block.subarray(at, (at += size))
  const maybe = (size: number | null) => (size === null ? null : take(size))
  return (JSON.parse(text) as Prepared<number>[]).map(
    ({ person, envelope, sealedTo, birthTag, codeTag, cardTags, ...facts }) => ({
      ...facts,
      person: take(person),
      envelope: take(envelope),
      sealedTo: maybe(sealedTo),
      birthTag: maybe(birthTag),
      codeTag: take(codeTag),
      cardTags: cardTags.map(take),
    }),
  )
}
