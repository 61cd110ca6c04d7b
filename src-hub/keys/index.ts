export { agreeingBirths } from './births.ts'
export { issueServerIdentity, type ServerIdentity } from './authority.ts'
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
