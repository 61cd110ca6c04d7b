/** Opening the installed Chromium in app mode, with a profile of its own under the desk's data folder. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'microsoft-edge-stable',
  'microsoft-edge',
]
const fixed: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
}

/** The first browser found, or null. `LODGE_BROWSER` names one outright. */
export function findChromium(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string | null {
  const candidates = [
    ...(env.LODGE_BROWSER === undefined ? [] : [env.LODGE_BROWSER]),
    ...(fixed[platform] ?? []),
    ...(env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name))),
  ]
  return candidates.find((file) => existsSync(file)) ?? null
}

export function hasDisplay(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): boolean {
  return platform === 'win32' || platform === 'darwin' || Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY)
}

export function chromiumArguments(url: string, profile: string, mode: 'kiosk' | 'shared-counter'): string[] {
  return [
    `--app=${url}`,
    ...(mode === 'kiosk'
      ? ['--kiosk', '--overscroll-history-navigation=0', '--disable-pinch']
      : ['--window-size=1280,800']),
    `--user-data-dir=${profile}`,
    '--no-first-run',
    // The cues of a desk that nobody has touched since it started.
    '--autoplay-policy=no-user-gesture-required',
    '--no-default-browser-check',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-translate',
    '--disable-features=Translate,AutofillServerCommunication,MediaRouter',
    '--disable-extensions',
    '--disable-dev-tools',
  ]
}

/** Opens the window; the caller sees its end by the process's `exit`. */
export function openChromium(
  file: string,
  url: string,
  dataDir: string,
  mode: 'kiosk' | 'shared-counter',
): ChildProcess {
  return spawn(file, chromiumArguments(url, join(dataDir, 'window'), mode), { stdio: 'ignore' })
}
