export { directoryRecords, publishDirectory } from './directory.ts'
export { appendToFeed, readFeed, type NewChange } from './feed.ts'
export { keptChanges, pruneFeeds } from './prune.ts'
export { deskRecord, policyRecord, staffRecords } from './records.ts'
