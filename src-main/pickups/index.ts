export { createPickupCache, type Pickup, type PickupCache } from './cache.ts'
export { displayName, foldForSearch, initials, type Person } from './person.ts'
export { prepareGrant, type PreparedGrant } from './prepared.ts'
