/**
 * The shell's rules as plain values and functions, without electron at run time, so that they are tested as they are.
 */
import type { BrowserWindowConstructorOptions } from 'electron'

export type Mode = 'kiosk' | 'shared-counter'

export const windowOrigin = 'app://kiosk'
export const windowUrl = `${windowOrigin}/index.html`
/** The plain page that says why there is no window, and its link to try again. */
export const stoppedUrl = `${windowOrigin}/stopped`
export const againUrl = `${windowOrigin}/again`

/** What the custom scheme may do: no more than a page needs (electronjs.org, protocol.registerSchemesAsPrivileged). */
export const schemePrivileges = {
  standard: true,
  secure: true,
  supportFetchAPI: false,
  corsEnabled: false,
  bypassCSP: false,
  allowServiceWorkers: false,
} as const

export function windowOptions(preload: string, mode: Mode, development: boolean): BrowserWindowConstructorOptions {
  const kiosk = mode === 'kiosk'
  return {
    width: 1280,
    height: 800,
    show: false,
    kiosk,
    fullscreen: kiosk,
    closable: !kiosk,
    minimizable: !kiosk,
    autoHideMenuBar: true,
    backgroundColor: '#f2f4f5',
    title: 'Lodge',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      disableDialogs: true,
      safeDialogs: true,
      spellcheck: false,
      webgl: false,
      autoplayPolicy: 'no-user-gesture-required',
      backgroundThrottling: false,
      devTools: development,
    },
  }
}

/** The sender of a frame: the window's own main frame at exactly our origin. Checked before anything is awaited. */
export function isOurWindow(sender: {
  readonly url: string
  readonly isMainFrame: boolean
  readonly isOurContents: boolean
}): boolean {
  if (!sender.isMainFrame || !sender.isOurContents) return false
  return isOurPage(sender.url)
}

/** Whether an address is of our own origin, `app://kiosk`. */
export function isOurPage(text: string): boolean {
  try {
    const url = new URL(text)
    // `origin` of a non-special scheme is "null", so protocol and host are compared.
    return url.protocol === 'app:' && url.host === 'kiosk'
  } catch {
    return false
  }
}

/** Only our own page may be navigated to, and only that one exactly; `againUrl` is an act, not a page. */
export function mayNavigate(url: string): boolean {
  return url === windowUrl
}

/** Requests that the window may make at all: its own files. Everything else is cancelled before it leaves. */
export function mayRequest(url: string): boolean {
  return isOurPage(url) || url.startsWith('data:image/')
}

/** The path of an `app://kiosk/...` request, or null for another host. */
export function requestedPath(url: string): string | null {
  try {
    const parsed = new URL(url)
    return parsed.protocol === 'app:' && parsed.host === 'kiosk' ? parsed.pathname : null
  } catch {
    return null
  }
}

/** Back ends of safeStorage on Linux that protect nothing (electronjs.org, safeStorage.getSelectedStorageBackend). */
export function protects(backend: string): boolean {
  return backend !== 'basic_text' && backend !== 'unknown'
}

/** A key press as `before-input-event` tells it. */
export interface KeyPress {
  readonly type: string
  readonly key: string
  readonly control: boolean
  readonly meta: boolean
  readonly alt: boolean
  readonly shift: boolean
}

const withControl = new Set([
  'r',
  'w',
  'n',
  't',
  'p',
  's',
  'o',
  'u',
  'f',
  'g',
  'h',
  'j',
  'd',
  'e',
  'k',
  'l',
  'q',
  'i',
  '+',
  '-',
  '=',
  '0',
  'F4',
  'F5',
  'Tab',
])
const alone = new Set([
  'F1',
  'F3',
  'F5',
  'F6',
  'F7',
  'F10',
  'F11',
  'F12',
  'BrowserBack',
  'BrowserForward',
  'BrowserRefresh',
  'BrowserHome',
  'ContextMenu',
])
const withAlt = new Set(['F4', 'ArrowLeft', 'ArrowRight', 'Home', ' ', 'd', 'f', 'e'])

/**
 * Whether a locked-down window swallows this key: reload, close, new window, print, save, open, find, zoom, developer
 * tools, history and the browser's function keys. What the operating system takes first (Ctrl-Alt-Del, Alt-Tab, the
 * Windows key) never comes here. Editing keys and Tab pass.
 */
export function swallowed(press: KeyPress): boolean {
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key
  if (press.control || press.meta) return withControl.has(key) || (press.shift && ['c', 'j', 'i'].includes(key))
  if (press.alt) return withAlt.has(key)
  return alone.has(key)
}

/**
 * Command-line switches that would let another process drive or look into the window; a packaged kiosk refuses to start
 * with one.
 */
export const debuggingSwitches = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'inspect',
  'inspect-brk',
  'js-flags',
  'disable-web-security',
  'no-sandbox',
  'load-extension',
  'host-rules',
  'host-resolver-rules',
  'ignore-certificate-errors',
  'proxy-server',
] as const

export function debuggingSwitch(has: (name: string) => boolean): string | null {
  return debuggingSwitches.find((name) => has(name)) ?? null
}

/** The settings file: `--config=`, else the machine's. */
export function configFile(argv: readonly string[], platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string {
  const flag = argv.find((argument) => argument.startsWith('--config='))
  if (flag !== undefined) return flag.slice('--config='.length)
  return platform === 'win32'
    ? `${env['ProgramData'] ?? 'C:\\ProgramData'}\\Lodge\\kiosk.json`
    : '/etc/lodge/kiosk.json'
}
