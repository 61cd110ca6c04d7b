export { enrolKiosk, newEnrolmentCode, registerOpeningKey, type Enrolled } from './enrol.ts'
export { takeReport } from './report.ts'
export { awaited, beginIncarnation } from './restore.ts'
export { unfreeze, writeOff } from './write-off.ts'
