export { fillBirthIndexes } from './blind-indexes.ts'
export { findAccounts } from './find.ts'
