export { agreeingBirths } from './births.ts'
export {
  crossSign,
  importAuthorityKey,
  issueServerIdentity,
  issueUnder,
  loadAuthority,
  newAuthority,
  type Authority,
  type ServerIdentity,
} from './authority.ts'
export {
  consoleCertificateSettings,
  createCertificateWorker,
  readConsoleCertificate,
  type CertificateWorker,
  type ConsoleCertificate,
  type KeyPair,
} from './certificates.ts'
export { forgetKeyFile, judgeKeyFiles, keyFileNames, keysOfThisHub, noteKeyFiles } from './key-files.ts'
export { loadHubKeys, type HubKeys } from './master-key.ts'
