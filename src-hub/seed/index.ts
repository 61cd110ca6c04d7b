export { Institution, parseInstitution } from './institution.ts'
export { isEmpty, seed, type Seeded } from './seed.ts'
