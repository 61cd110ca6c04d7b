export { countGrants, grantPickup, grantWaiting, openGrants, repeatRevokes, revokePickup, type GrantParts } from './grants.ts'
export { issuePickup } from './issue.ts'
export { pickupTimeline } from './timeline.ts'
