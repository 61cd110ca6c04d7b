export { createInstructions, type Instructions, type LayoutInstructions } from './instructions.ts'
export { accountForIntents, createRelease, type LayoutSlip, type Release, type ReleaseRequest } from './release.ts'
export { settleSlip } from './settle.ts'
export { createSlips, printsThatMayFail, type Slip, type Slips } from './slips.ts'
