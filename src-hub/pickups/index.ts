export {
  countGrants,
  grantBound,
  grantPickup,
  grantWaiting,
  openGrants,
  repeatRevokes,
  revokePickup,
  type GrantParts,
} from './grants.ts'
export { extendPickup } from './extend.ts'
export { issuePickup } from './issue.ts'
export { checkPolicy, checkRoute, openAddress, type Wish } from './policy-check.ts'
export { abandonWalkIn, issueWalkIn } from './walk-in.ts'
export { pickupTimeline } from './timeline.ts'
export { mayReissue, reissuePickup } from './reissue.ts'
export { burnAndReplace } from './replace.ts'
export { returnUnclaimed } from './returns.ts'
export { issueMany, livePickups, loadRules, mayIssue, type Rules } from './issue-many.ts'
