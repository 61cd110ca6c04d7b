export { accountEnded, policyCaseOf, type AskedFor } from './case.ts'
export {
  channelOf,
  decide,
  desksOf,
  policyCodes,
  proofsOf,
  showsSponsor,
  takesRequests,
  type Allowed,
  type Closed,
  type Decision,
  type PolicyCase,
  type PolicyCode,
  type Refused,
} from './decide.ts'
export { failureOf, failureOfPlaces, whereText } from './failure.ts'
export {
  directoryLimit,
  DirectoryDesk,
  kindName,
  PlaceNow,
  placesAt,
  placesNow,
  placeText,
  type From,
} from './places.ts'
export {
  addressLines,
  greaterHelsinki,
  postalArea,
  AddressOnRecord,
  PostalAddress,
  PostalRange,
  type PostalArea,
} from './postal.ts'
export {
  acceptsIssuer,
  classRule,
  ClassRule,
  issuersOf,
  Policy,
  PolicyRule,
  longestBadgeResume,
  proofRule,
  ProofRule,
  walkInAt,
} from './schema.ts'
export { policyTemplateNames, policyTemplates, type PolicyTemplate } from './templates.ts'
