export { createApplier, type Applier } from './apply.ts'
export { createBackoff, type Backoff } from './backoff.ts'
export { enrol, type EnrolledKiosk, type Invitation } from './enrol.ts'
export {
  createHubClient,
  type HubClient,
  type HubTarget,
  type Signer,
  type Transport,
  type TransportReply,
} from './hub-client.ts'
export {
  createKioskRecords,
  mayServe,
  type KioskRecord,
  type KioskRecords,
  type OpeningAnswer,
} from './kiosk-record.ts'
export { signedEvery } from './push.ts'
export { createStatusReporter, reportEveryMs, type StatusReporter } from './status-reporter.ts'
export { createSync, type Sync, type SyncStatus } from './sync.ts'
export { createPageReader, createPageThread, type PageReader, type PageThread } from './pages/index.ts'
export { createCarry, linuxSticks, mountedSticks, type Carry, type Stick, type Sticks } from './carry/index.ts'
