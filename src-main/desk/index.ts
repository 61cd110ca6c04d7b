export { createCarryingHandlers, type CarryingHandlers } from './carrying.ts'
export {
  createDeskClock,
  deskDate,
  startOfDeskDay,
  systemClock,
  systemTimers,
  type SystemClock,
  type Timers,
} from './clock.ts'
export { EngineConfig, parseEngineConfig } from './config.ts'
export { dayView } from './day-view.ts'
export { createDiskGuard, type DiskGuard } from './disk-guard.ts'
export { foldNamesInBackground, foldRemaining } from './fold-names.ts'
export { readersView } from './readers-view.ts'
export { createReadiness, diskFree, kioskStatus, type ReadinessNow } from './readiness.ts'
export { createRoundHandlers, type RoundHandlers } from './round.ts'
export { composeServices, type Services } from './services.ts'
export { blockedBy, pickupView, slipView, type ViewParts } from './views.ts'
export { checkWholeLedger } from './whole-ledger.ts'
