export { useActs } from './acts.ts'
export { useKiosk, type Presence } from './kiosk.ts'
export { textSizes, usePreferences, type Memory, type Theme } from './preferences.ts'
export { queueFilters, useQueue, type QueueFilter } from './queue.ts'
