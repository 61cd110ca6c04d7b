/** Nothing cut off in any language, at 200% text and on any size of screen; every control large enough for a thumb. */
import { describe, expect, it } from 'vitest'
import { languages } from '../../../src-shared/domain/index.ts'
import { sceneNames } from '../../renderer/scenes.ts'
import { everyScreen } from './every-screen.ts'
import { layoutFaults } from './layout-faults.ts'
import type { Look } from './scripted-window.ts'
import { useScriptedWindow } from './use-scripted-window.ts'

const desk = useScriptedWindow()

describe('every screen', () => {
  const shapes: readonly [string, Look][] = [
    ...languages.map((language): [string, Look] => [
      `${language}, 1024x600`,
      { language, viewport: { width: 1024, height: 600 } },
    ]),
    ['en, 800x1280', { language: 'en', viewport: { width: 800, height: 1280 } }],
    ['fi, 1080x1920', { language: 'fi', viewport: { width: 1080, height: 1920 } }],
    ['sv, 1920x1080', { language: 'sv', viewport: { width: 1920, height: 1080 } }],
    ['fi, text at 200%, 1024x600', { language: 'fi', textSize: '2', viewport: { width: 1024, height: 600 } }],
    ['sv, text at 200%, 1024x600', { language: 'sv', textSize: '2', viewport: { width: 1024, height: 600 } }],
    ['fi, text at 200%, 800x1280', { language: 'fi', textSize: '2', viewport: { width: 800, height: 1280 } }],
  ]
  it.each(shapes)('cuts nothing off and gives every control 44 pixels: %s', async (_name, look) => {
    await desk.open('idle', look)
    expect(await desk.page.locator('button').count()).toBeGreaterThan(5)
    const found: string[] = []
    await everyScreen(desk.now(), async (name) => {
      found.push(...(await layoutFaults(desk.page)).map((fault) => `${name}: ${fault}`))
    })
    expect(found).toEqual([])
  })

  it('offers a way on from every step that waits for a person', async () => {
    await desk.open('idle')
    for (const name of sceneNames.filter(
      (each) =>
        ![
          'idle',
          'idle-no-reader',
          'idle-locked',
          'idle-closed',
          'enrol',
          'first-sync',
          'first-supervisor',
          'printing',
        ].includes(each),
    )) {
      await desk.show(name)
      expect(await desk.page.locator('main button:enabled').count(), name).toBeGreaterThan(0)
    }
  })
})
