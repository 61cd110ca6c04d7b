export { createSecretWorker, type SecretWorker } from './worker.ts'
