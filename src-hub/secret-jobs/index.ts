export { cancelActs, endBeforeErasure, oweEndings, sourceOwed } from './endings.ts'
export { createSecretWorker, type SecretWorker } from './worker.ts'
