/** Entry of the engine's process. */
import { runEngineProcess } from './run-process.ts'

runEngineProcess()
