export { isIdentityCode } from './identity-code.ts'
export { birthsOf, birthStanding, bornOutTags, fartherTags } from './birth.ts'
export { birthOf, expiryOf, expirySeen, type DocumentBirth, type DocumentExpiry, type ExpirySeen } from './dates.ts'
export { isIssuer } from './issuers.ts'
export {
  beginsTd1,
  documentExpired,
  expiryOn,
  isDrivingLicence,
  looksLikeMrz,
  mrzLines,
  readMrz,
  type MachineReadDocument,
} from './mrz.ts'
export { matchName, mayBeShortened, needsEye, type DocumentName } from '../../../src-shared/protocol/names.ts'
export { buildTd1, buildTd2, buildTd3, checkDigit, type Specimen } from './specimen.ts'
