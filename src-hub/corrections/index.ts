export { createCorrectionWorker, type CorrectionWorker } from './worker.ts'
