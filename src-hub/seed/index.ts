export { Institution, parseInstitution, withoutMark } from './institution.ts'
export { isMerged, noteMerged, seed, type Seeded } from './seed.ts'
