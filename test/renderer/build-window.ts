/** Builds the window as it ships, into a folder of the caller's. */
import { build } from 'vite'
import { rendererConfig } from '../../src-renderer/vite.config.ts'

export async function buildWindow(folder: string): Promise<void> {
  await build({ ...rendererConfig, configFile: false, logLevel: 'error', build: { ...rendererConfig.build, outDir: folder } })
}
