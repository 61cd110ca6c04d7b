/** From the cache's rows to a letter as the post room sees it. */
import { addressLines } from '../../src-shared/policy/index.ts'
import type { LetterView } from '../../src-shared/kiosk-api/views/letters.ts'
import { fullName, type Pickup } from '../pickups/index.ts'
import type { SentLetter } from '../release/index.ts'
import { blockedBy, type ViewParts } from '../desk/index.ts'

function stateOf(pickup: Pickup, sent: SentLetter | null): LetterView['state'] {
  if (sent !== null) return sent.ended ?? 'dispatched'
  switch (pickup.state) {
    case 'verified':
      return 'approved'
    case 'printing':
    case 'printed':
    case 'uncertain':
      return pickup.state
    default:
      return 'waiting'
  }
}

export function letterView(parts: ViewParts, pickup: Pickup, sent: SentLetter | null): LetterView {
  const name = fullName(pickup.person.name)
  return {
    id: pickup.id,
    name,
    address: pickup.person.address === null ? [] : addressLines(name, pickup.person.address),
    requestReference: pickup.person.requestReference,
    state: stateOf(pickup, sent),
    tracking: sent?.tracking ?? null,
    at: sent?.at ?? pickup.issuedAt,
    blocked: sent === null ? blockedBy(parts, pickup) : null,
  }
}
