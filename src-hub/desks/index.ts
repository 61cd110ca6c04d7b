export { appendToFeed, readFeed, type NewChange } from './feed.ts'
export { deskRecord, policyRecord, staffRecords } from './records.ts'
