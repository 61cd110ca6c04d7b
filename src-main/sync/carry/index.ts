export { createCarry, type Carry } from './carry.ts'
export { linuxSticks, mountedSticks, type Stick, type Sticks } from './sticks.ts'
