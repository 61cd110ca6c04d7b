export { acceptsProof, mayReleaseHere } from './policy.ts'
export { createVerifications, type Proof, type Verifications } from './verification.ts'
