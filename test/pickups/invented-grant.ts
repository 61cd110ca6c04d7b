/** A grant as a kiosk is sent it, of nobody in particular. */
import { randomBytes } from 'node:crypto'
import { RecipientId, type Epoch, type PickupId } from '../../src-shared/domain/index.ts'
import type { GrantedPickup } from '../../src-shared/hub-api/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'

export function inventedGrant(id: PickupId, epoch: Epoch, own: Partial<GrantedPickup> = {}): GrantedPickup {
  return {
    id,
    epoch,
    envelope: 'AA',
    secretKind: 'password',
    channel: 'porter',
    requestReference: null,
    recipient: RecipientId.parse(newId()),
    recipientClass: 'student',
    name: { family: 'Virtanen', given: 'Aino' },
    formerNames: [],
    language: 'fi',
    account: 'virtanai',
    sponsor: null,
    accountValidUntil: null,
    birthTag: null,
    cardTags: [],
    pickupCodeTag: randomBytes(16).toString('base64url'),
    issuedAt: 1_772_438_400_000,
    expiresAt: 4_000_000_000_000,
    ...own,
  }
}
