export { isIdentityCode } from './identity-code.ts'
export { documentExpired, looksLikeMrz, mrzLines, readMrz, type MachineReadDocument } from './mrz.ts'
export { matchName, needsEye, type DocumentName } from '../../../src-shared/protocol/names.ts'
export { buildTd1, buildTd2, buildTd3, checkDigit, type Specimen } from './specimen.ts'
