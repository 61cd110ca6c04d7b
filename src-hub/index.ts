export { startHub, type HubOptions, type RunningHub } from './hub.ts'
export { seed, parseInstitution, Institution, type Seeded } from './seed/index.ts'
