export {
  createDeskClock,
  EngineConfig,
  parseEngineConfig,
  systemClock,
  systemTimers,
  type SystemClock,
  type Timers,
} from '../desk/index.ts'
export { createEngine, type Engine, type EnginePorts } from './engine.ts'
export { version } from './version.ts'
