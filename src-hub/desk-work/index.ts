export { openWork, replacedOf } from './list.ts'
export { transactAndCarryOn, type Wanted } from './want.ts'
export { createDeskWorker, oneTurn, type DeskWorker } from './worker.ts'
