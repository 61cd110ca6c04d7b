/** Builds the window as it ships, into a folder of the caller's. */
import { build } from 'vite'
import { rendererConfig } from '../../src-renderer/vite.config.ts'

export async function buildWindow(folder: string): Promise<void> {
  // Under a test runner it is 'test', which would leave Vue's development checks in.
  process.env['NODE_ENV'] = 'production'
  await build({
    ...rendererConfig,
    configFile: false,
    logLevel: 'error',
    build: { ...rendererConfig.build, outDir: folder },
  })
}
