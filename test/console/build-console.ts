/** Builds the console as it ships, into a folder of the caller's. */
import { build } from 'vite'
import { consoleConfig } from '../../src-hub/console/vite.config.ts'

export async function buildConsole(folder: string): Promise<void> {
  // Under a test runner it is 'test', which would leave Vue's development checks in.
  process.env['NODE_ENV'] = 'production'
  await build({
    ...consoleConfig,
    configFile: false,
    logLevel: 'error',
    build: { ...consoleConfig.build, outDir: folder },
  })
}
