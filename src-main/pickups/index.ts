export { createPickupCache, type Pickup, type PickupCache } from './cache.ts'
export { createDeliveryRequests, type DeliveryRequest, type DeliveryRequests, type Whose } from './delivery-requests.ts'
export { displayName, foldForSearch, initials, type Person } from './person.ts'
export { prepareGrant, type PreparedGrant } from './prepared.ts'
