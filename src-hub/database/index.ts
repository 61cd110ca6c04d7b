export { connectDatabase, migrate, transact, type Db, type Tx } from './connect.ts'
export { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded.ts'
export { appendOnly, prepareOwnRole, prepareRole } from './running-role.ts'
export type { Tables } from './schema.ts'
