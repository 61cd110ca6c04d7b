export {
  countGrants,
  grantBound,
  grantPickup,
  grantNext,
  openGrants,
  repeatRevokes,
  revokePickup,
  someoneWaits,
  WentBack,
  type GrantParts,
  type MarkFloor,
  type Place,
} from './grants.ts'
export { correctGrants } from './correct.ts'
export { extendPickup } from './extend.ts'
export { issueIn, issuePickup, settled, type Issued } from './issue.ts'
export { checkPolicy, checkRoute, openAddress, routesFor, type Wish } from './policy-check.ts'
export { abandonWalkIn, issueWalkIn } from './walk-in.ts'
export { pickupTimeline } from './timeline.ts'
export { mayReissue, reissuePickup } from './reissue.ts'
export { usualPace, type Pace } from './grant-parts.ts'
export { createStride, type Stride } from './stride.ts'
export { openOf, replaceNext, wouldReplace, type Replaced } from './replace.ts'
export { returnUnclaimed } from './returns.ts'
export { issueMany, livePickups, loadRules, mayIssue, type Rules } from './issue-many.ts'
