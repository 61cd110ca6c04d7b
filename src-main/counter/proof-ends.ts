/** A proof or an approval that ends unused, inside the caller's transaction. A pickup that has ended stays ended. */
import type { PickupId, PickupState } from '../../src-shared/domain/index.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import type { Services } from '../desk/index.ts'

function end({ pickups }: Pick<Services, 'pickups'>, id: PickupId, back: PickupState): void {
  pickups.voidVerifications(id)
  const pickup = pickups.get(id)
  if (pickup !== null && pickupCan.release(pickup.state)) pickups.setState(id, back)
}

/** What was proved proves nothing any more; whoever came is still here. */
export const endVerification = (services: Pick<Services, 'pickups'>, id: PickupId): void => end(services, id, 'arrived')

/** What was approved is approved by nobody any more; nobody comes for a letter. */
export const endApproval = (services: Pick<Services, 'pickups'>, id: PickupId): void => end(services, id, 'waiting')
