export { sealAddress, setAddress } from './address.ts'
export { listLetters } from './list.ts'
