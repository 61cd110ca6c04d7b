export { createDeskClock, systemClock, systemTimers, type SystemClock, type Timers } from './clock.ts'
export { EngineConfig, parseEngineConfig } from './config.ts'
export { createEngine, type Engine, type EnginePorts } from './engine.ts'
export { version } from './version.ts'
