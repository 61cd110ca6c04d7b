export { useFailureWords } from './failures.ts'
export { useLocal } from './local.ts'
export { useTimes } from './times.ts'
