export { decideHere, sponsorHere, type ActHere, type Decided, type Place } from './here.ts'
export { createVerifications, type Proof, type Verifications } from './verification.ts'
