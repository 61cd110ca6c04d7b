export { agreeingBirths } from './births.ts'
export { issueServerIdentity, type ServerIdentity } from './authority.ts'
export { loadHubKeys, type HubKeys } from './master-key.ts'
