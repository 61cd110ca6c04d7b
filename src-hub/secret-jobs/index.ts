export { endBeforeErasure, oweEndings } from './endings.ts'
export { createSecretWorker, type SecretWorker } from './worker.ts'
