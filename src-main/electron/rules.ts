/** The shell's rules as plain values and functions, without electron at run time, so that they are tested as they are. */
import type { BrowserWindowConstructorOptions } from 'electron'

export const windowOrigin = 'app://kiosk'
export const windowUrl = `${windowOrigin}/index.html`

export function windowOptions(preload: string, mode: 'kiosk' | 'shared-counter', development: boolean): BrowserWindowConstructorOptions {
  const kiosk = mode === 'kiosk'
  return {
    width: 1280,
    height: 800,
    show: false,
    kiosk,
    fullscreen: kiosk,
    autoHideMenuBar: true,
    backgroundColor: '#f2f4f5',
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
      spellcheck: false,
      devTools: development,
    },
  }
}

/** The sender of a frame: the window's own main frame at exactly our origin. Checked before anything is awaited. */
export function isOurWindow(sender: { readonly url: string; readonly isMainFrame: boolean; readonly isOurContents: boolean }): boolean {
  if (!sender.isMainFrame || !sender.isOurContents) return false
  try {
    const url = new URL(sender.url)
    // `origin` of a non-special scheme is "null", so protocol and host are compared.
    return url.protocol === 'app:' && url.host === 'kiosk'
  } catch {
    return false
  }
}

/** Only our own page may be navigated to, and only that one exactly. */
export function mayNavigate(url: string): boolean {
  return url === windowUrl
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

/** Back ends of safeStorage on Linux that protect nothing (Electron documentation, safeStorage.getSelectedStorageBackend). */
export function protects(backend: string): boolean {
  return backend !== 'basic_text' && backend !== 'unknown'
}
