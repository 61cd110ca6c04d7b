export { takeCarried } from './carried.ts'
export { takeLedger, type Intake } from './intake.ts'
export { startedVersions } from './versions.ts'
export { givenUpWindowMs } from './given-up.ts'
