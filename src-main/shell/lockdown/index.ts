export { inLines, lockdownReport, type LockdownReport } from './report.ts'
export { thisMachine, type Finding, type Machine } from './machine.ts'
