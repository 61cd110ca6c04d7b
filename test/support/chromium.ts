/** A real Chromium for the end-to-end tests: the installed one, else the one an npm package carries. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { shared } from './shared/client.ts'

const installed = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
]

/** Path of a Chromium on this computer, or null. */
export function installedChromium(): string | null {
  return installed.find((path): path is string => path !== undefined && path !== '' && existsSync(path)) ?? null
}

/**
 * Unpacks the packaged Chromium into the temporary folder, with the libraries a bare server lacks (NSS and the like),
 * which the package itself brings out only where it believes to be in a cloud function.
 */
async function packagedChromium(): Promise<{ path: string; env: Record<string, string> }> {
  const packaged = await import('@sparticuz/chromium')
  const path = await packaged.default.executablePath()
  const bin = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..', 'bin')
  await packaged.inflate(join(bin, 'al2023.tar.br'))
  const libraries = join(tmpdir(), 'al2023', 'lib')
  const before = process.env['LD_LIBRARY_PATH']
  return {
    path,
    env: {
      LD_LIBRARY_PATH: before === undefined || before === '' ? libraries : `${libraries}:${before}`,
      FONTCONFIG_PATH: join(tmpdir(), 'fonts'),
    },
  }
}

/**
 * What to run: a path, the arguments that this machine needs, and the environment. `packaged` asks for the npm
 * package's even where one is installed.
 */
export async function chromiumToRun({ packaged = false }: { packaged?: boolean } = {}): Promise<{
  path: string
  args: string[]
  env: Record<string, string>
}> {
  const path = packaged ? null : installedChromium()
  const env = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  const args = ['--no-sandbox', '--disable-dev-shm-usage']
  if (path !== null) return { path, args, env }
  const own = await packagedChromium()
  return { path: own.path, args: [...args, '--no-zygote', '--disable-gpu'], env: { ...env, ...own.env } }
}

/**
 * A headless Chromium: the run's, in contexts of the caller's own, else one of its own. `close()` ends the caller's
 * contexts in either.
 */
export async function openBrowser({ packaged = false, own = false } = {}): Promise<Browser> {
  const address = packaged || own ? null : await shared('browser')
  if (address !== null) return chromium.connect(address)
  const { path, args, env } = await chromiumToRun({ packaged })
  return chromium.launch({ executablePath: path, args, env })
}
