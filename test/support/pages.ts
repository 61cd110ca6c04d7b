/**
 * The kiosk's window and the hub's console as they ship, built into a folder of the caller's; once for all files of a
 * run.
 */
import { cpSync } from 'node:fs'
import { build, type UserConfig } from 'vite'
import { consoleConfig } from '../../src-hub/console/vite.config.ts'
import { rendererConfig } from '../../src-renderer/vite.config.ts'
import { shared } from './shared/client.ts'

async function buildPages(config: UserConfig, folder: string): Promise<void> {
  // Under a test runner it is 'test', which would leave Vue's development checks in.
  process.env['NODE_ENV'] = 'production'
  await build({ ...config, configFile: false, logLevel: 'error', build: { ...config.build, outDir: folder } })
}

export const buildWindowPages = (folder: string): Promise<void> => buildPages(rendererConfig, folder)
export const buildConsolePages = (folder: string): Promise<void> => buildPages(consoleConfig, folder)

export async function buildWindow(folder: string): Promise<void> {
  const built = await shared('window')
  if (built === null) await buildWindowPages(folder)
  else cpSync(built, folder, { recursive: true })
}

/** A folder of the built window, to be read only: the run's, else `folder`. */
export async function builtWindow(folder: string): Promise<string> {
  const built = await shared('window')
  if (built === null) await buildWindowPages(folder)
  return built ?? folder
}

export async function buildConsole(folder: string): Promise<void> {
  const built = await shared('console')
  if (built === null) await buildConsolePages(folder)
  else cpSync(built, folder, { recursive: true })
}
