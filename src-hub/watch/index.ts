export { watch } from './desks.ts'
export { createLights, lookAtDesks, type Lights } from './lights.ts'
export { series } from './series.ts'
