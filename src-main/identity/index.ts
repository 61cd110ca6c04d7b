export { decideHere, sponsorHere, type ActHere, type Decided, type Place } from './here.ts'
export { areNamesakes, tellsApart, type Apart, type Likeness } from './namesakes.ts'
export { createWalkIns, type WalkIn, type WalkIns } from './walk-ins.ts'
export { createVerifications, type Proof, type Verifications } from './verification.ts'
