export { columnsAbout, dataSubject, detachPickups, erasePerson, type Column } from './person.ts'
export { purgeEnded } from './retention.ts'
export { readRetention, retentionKey, saveRetention } from './retention-settings.ts'
