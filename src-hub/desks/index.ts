export { directoryRecords, publishDirectory } from './directory.ts'
export { appendToFeed, readFeed, type NewChange } from './feed.ts'
export { keptChanges, pruneFeeds } from './prune.ts'
export { deskRecord, deskWords, policyRecord, staffRecords } from './records.ts'
