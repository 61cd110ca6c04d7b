/** The engine's process with mines in it; its only argument says which. */
import { enableCompileCache } from 'node:module'
import { z } from 'zod'
import { layMines } from './mines.ts'

const Settings = z.object({
  mine: z.string().nullable(),
  trace: z.string(),
  database: z.string(),
  printerPort: z.number(),
  armed: z.boolean(),
  code: z.string(),
})

const settings = Settings.parse(JSON.parse(process.argv[2] ?? '{}'))
enableCompileCache(settings.code)
const { checkpoint } = layMines(settings)
const { runEngineProcess } = await import('../../src-main/engine/run-process.ts')
runEngineProcess({ checkpoint })
