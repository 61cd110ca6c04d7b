export { enrolKiosk, newEnrolmentCode, type Enrolled } from './enrol.ts'
export { endOwnKeys } from './opening-holders.ts'
export { confirmOpeningKey, refuseOpeningKey, registerOpeningKey } from './opening-keys.ts'
export { previewWriteOff } from './preview.ts'
export { heedStanding, type SaidStanding } from './evidence.ts'
export { takeReport } from './report.ts'
export { awaited, beginIn, beginIncarnation, inLineage, lineage, type Cause } from './restore.ts'
export { unfreeze, writeOff } from './write-off.ts'
export {
  codesCsv,
  fileName,
  provisioningFile,
  type DeskLine,
  type Invited,
  type ProvisioningCommon,
} from './provisioning.ts'
