export { fillBirthIndexes } from './blind-indexes.ts'
export { findAccounts } from './find.ts'
export { peopleOf, readQuery } from './who.ts'
