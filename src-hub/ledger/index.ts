export { takeLedger, type Intake } from './intake.ts'
