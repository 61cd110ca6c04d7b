/** Grants on their way from one thread to another: one text and one block of bytes, a fifth of what copying objects costs. */
import type { PreparedGrant } from '../../pickups/index.ts'

export interface PackedGrants {
  readonly text: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

type Facts = Omit<PreparedGrant, 'person' | 'envelope' | 'sealedTo' | 'birthTag' | 'codeTag' | 'cardTags'>
/** Lengths of: person, envelope, sealedTo (-1: none), birthTag (-1: none), codeTag, then every card tag. */
type Row = readonly [
  Facts['id'],
  string,
  number,
  Facts['recipientClass'],
  Facts['channel'],
  Facts['secretKind'],
  number,
  number,
  Facts['walkIn'],
  readonly number[],
]

export function packGrants(grants: readonly PreparedGrant[]): PackedGrants {
  const parts: Uint8Array[] = []
  const rows = grants.map((grant): Row => {
    const lengths = [grant.person, grant.envelope, grant.sealedTo, grant.birthTag, grant.codeTag, ...grant.cardTags].map((part) => {
      if (part === null) return -1
      parts.push(part)
      return part.length
    })
    const { id, incarnation, n, recipientClass, channel, secretKind, issuedAt, expiresAt, walkIn } = grant
    return [id, incarnation, n, recipientClass, channel, secretKind, issuedAt, expiresAt, walkIn, lengths]
  })
  const bytes = new Uint8Array(new ArrayBuffer(parts.reduce((sum, part) => sum + part.length, 0)))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return { text: JSON.stringify(rows), bytes }
}

/** Only for what `packGrants` made in this same program. */
export function unpackGrants({ text, bytes }: PackedGrants): PreparedGrant[] {
  const block = Buffer.from(bytes.buffer)
  let at = 0
  const take = (length: number | undefined) => block.subarray(at, (at += length ?? 0))
  const maybe = (length: number | undefined) => (length === undefined || length < 0 ? null : take(length))
  return (JSON.parse(text) as Row[]).map(([id, incarnation, n, recipientClass, channel, secretKind, issuedAt, expiresAt, walkIn, lengths]) => {
    const [person, envelope, sealedTo, birthTag, codeTag, ...cards] = lengths
    return {
      id,
      incarnation,
      n,
      recipientClass,
      channel,
      secretKind,
      issuedAt,
      expiresAt,
      person: take(person),
      envelope: take(envelope),
      sealedTo: maybe(sealedTo),
      birthTag: maybe(birthTag),
      codeTag: take(codeTag),
      cardTags: cards.map(take),
      walkIn,
    }
  })
}
