import { expect, test } from 'vitest'
import { isOurWindow, mayNavigate, protects, requestedPath, windowOptions } from '../../src-main/electron/rules.ts'

test('the window is sandboxed and isolated, without Node, and without developer tools in production', () => {
  expect(windowOptions('/p.cjs', 'kiosk', false)).toMatchObject({
    kiosk: true,
    webPreferences: {
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      devTools: false,
    },
  })
})

test('only the main frame of our own window at exactly our origin may send', () => {
  const ours = { url: 'app://kiosk/index.html', isMainFrame: true, isOurContents: true }
  expect(isOurWindow(ours)).toBe(true)
  expect(isOurWindow({ ...ours, isMainFrame: false })).toBe(false)
  expect(isOurWindow({ ...ours, isOurContents: false })).toBe(false)
  for (const url of ['app://kiosk.evil/', 'app://evil/kiosk', 'https://kiosk/', 'file:///kiosk', 'about:blank', ''])
    expect(isOurWindow({ ...ours, url })).toBe(false)
})

test('nothing else is navigated to or served, and key stores that protect nothing are refused', () => {
  expect(mayNavigate('app://kiosk/index.html')).toBe(true)
  expect(mayNavigate('app://kiosk/index.html?x')).toBe(false)
  expect(mayNavigate('https://example.org/')).toBe(false)
  expect(requestedPath('app://other/index.html')).toBeNull()
  expect(protects('basic_text') || protects('unknown')).toBe(false)
  expect(protects('gnome_libsecret')).toBe(true)
})
