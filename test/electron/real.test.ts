/** The same end-to-end tests in real Electron, wherever its runtime and a display are. */
import { test } from 'vitest'
import { hasDisplay } from '../../src-main/browser/index.ts'
import { findElectron } from '../../src-main/demo/electron-host.ts'

if (findElectron() === null)
  test('a handover in real Electron', (ctx) =>
    ctx.skip('Electron’s runtime is not installed here (npx install-electron fetches it)'))
else if (!hasDisplay())
  test('a handover in real Electron', (ctx) => ctx.skip('there is no display here (xvfb-run gives one)'))
else {
  process.env['LODGE_SHELL'] = 'electron'
  await import('../e2e/handover.test.ts')
  await import('../e2e/channels.test.ts')
}
