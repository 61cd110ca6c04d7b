export { deskNames, placeOf, type NamedDesk } from './desk-names.ts'
export { browseAudit, browseLedger } from './ledger.ts'
export { issuesFor, pickupDetail } from './pickup.ts'
export { countPickups, listPickups } from './pickups.ts'
