export {
  createDeskClock,
  EngineConfig,
  parseEngineConfig,
  systemClock,
  systemTimers,
  type SystemClock,
  type Timers,
} from '../desk/index.ts'
export { createEngine, type Engine } from './engine.ts'
export type { EnginePorts } from './ports.ts'
export { version } from './version.ts'
