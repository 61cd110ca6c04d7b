/**
 * The parts of Electron's security checklist that are handlers: permissions, navigation, windows, requests, downloads.
 */
import { app, Menu, session, type WebContents } from 'electron'
import { againUrl, mayNavigate, mayRequest, stoppedUrl, swallowed, type Mode } from './rules.ts'

/** Session-wide refusals. Before any window exists. */
export function hardenSession(log: (line: string) => void): void {
  Menu.setApplicationMenu(null)
  const { defaultSession } = session
  defaultSession.setPermissionRequestHandler((_contents, _permission, decide) => decide(false))
  defaultSession.setPermissionCheckHandler(() => false)
  defaultSession.setDevicePermissionHandler(() => false)
  defaultSession.setDisplayMediaRequestHandler((_request, answer) => answer({}))
  defaultSession.setSpellCheckerEnabled(false)
  defaultSession.on('will-download', (event) => event.preventDefault())
  defaultSession.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !mayRequest(url) }))
  app.on('select-client-certificate', (event) => event.preventDefault())
  app.on('login', (event) => event.preventDefault())
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, decide) => {
    event.preventDefault()
    decide(false)
    log('lodge: a certificate was refused; the window loads nothing from a network')
  })
}

/** Refusals on every web contents, present and future. `again` is the plain page's only link. */
export function hardenContents(mode: Mode, again: () => void): void {
  app.on('web-contents-created', (_event, contents: WebContents) => {
    contents.on('will-navigate', (event) => {
      if (event.url === againUrl) {
        event.preventDefault()
        // Only from the plain page: the window itself has no such link.
        if (contents.getURL() === stoppedUrl) again()
        return
      }
      if (!mayNavigate(event.url)) event.preventDefault()
    })
    contents.on('will-frame-navigate', (event) => {
      if (!event.isMainFrame) event.preventDefault()
    })
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('zoom-changed', (event) => event.preventDefault())
    if (mode !== 'kiosk') return
    contents.on('context-menu', (event) => event.preventDefault())
    contents.on('before-input-event', (event, input) => {
      if (swallowed(input)) event.preventDefault()
    })
  })
}
