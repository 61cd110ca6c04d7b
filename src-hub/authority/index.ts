export { presentAuthority, succeed } from './succession.ts'
