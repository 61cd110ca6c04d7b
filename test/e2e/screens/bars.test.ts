/**
 * The bars keep their height whatever they say, leave large text its room, and the list its rows; and nothing stays lit
 * under a finger.
 */
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { scenes, sceneNames } from '../../renderer/scenes.ts'
import { useScriptedWindow } from './use-scripted-window.ts'

const desk = useScriptedWindow()
const barHeight = () =>
  desk.page.getByTestId('status-bar').evaluate((bar) => Math.round(bar.getBoundingClientRect().height))

describe('the status bar', () => {
  it.each([
    { viewport: { width: 1024, height: 600 } },
    { viewport: { width: 800, height: 1280 } },
    { viewport: { width: 1920, height: 1080 } },
  ])('has one height for visitors and one for staff on every screen: $viewport.width', async (look) => {
    await desk.open('idle', { language: 'sv', ...look })
    const heights = new Map<boolean, Map<number, string>>()
    for (const name of sceneNames) {
      await desk.show(name)
      const staff = scenes[name].staff !== null
      // A scene may have the screen of the one before.
      await expect.poll(() => desk.page.getByTestId('staff-name').count()).toBe(staff ? 1 : 0)
      const of = heights.get(staff) ?? new Map<number, string>()
      heights.set(staff, of.set(await barHeight(), name))
    }
    // Of each height the last screen that has it.
    for (const [, of] of heights) expect([...of].slice(1)).toEqual([])
  })

  it.each([
    { textSize: '2', viewport: { width: 1024, height: 600 } },
    { textSize: '2', viewport: { width: 800, height: 1280 } },
    { textSize: '1.5', viewport: { width: 1024, height: 600 } },
  ] as const)('takes a fifth of the height at most: text $textSize, $viewport.height', async (look) => {
    await desk.open('idle', { language: 'fi', ...look })
    for (const name of ['idle', 'idle-no-reader', 'queue', 'queue-unsettled', 'verify-paper-out'] as const) {
      await desk.show(name)
      expect(await barHeight(), name).toBeLessThanOrEqual(look.viewport.height / 5)
    }
  })
})

it('the list shows four people whole on a panel of 1024 by 600', async () => {
  await desk.open('queue', { viewport: { width: 1024, height: 600 }, language: 'fi' })
  await desk.tap('queue-tab-all')
  await expect.poll(() => desk.page.getByTestId('queue-row').count()).toBe(4)
  const last = await desk.page.getByTestId('queue-row').nth(3).boundingBox()
  expect((last?.y ?? 9999) + (last?.height ?? 0)).toBeLessThanOrEqual(600)
})

it.each([
  { width: 1024, height: 600 },
  { width: 800, height: 1280 },
  { width: 1920, height: 1080 },
])('nothing of the screen at rest is cut off, with the notice of a restart or without: $width', async (viewport) => {
  await desk.open('queue', { language: 'fi', viewport })
  desk.kiosk.shell({ engine: 'down', failure: null })
  await desk.page.getByTestId('engine-notice').waitFor()
  desk.kiosk.show(scenes.idle)
  await desk.page.getByTestId('interrupted').waitFor()
  const hidden = () => desk.page.locator('main').evaluate((main) => main.scrollHeight - main.clientHeight)
  expect(await hidden()).toBeLessThanOrEqual(0)
  for (const name of ['arrival', 'idle', 'idle-called', 'idle-other-desks'] as const) {
    await desk.show(name)
    expect(await hidden(), name).toBeLessThanOrEqual(0)
  }
})

it('nothing stays lit under a finger: every hover is for what can hover', () => {
  const root = new URL('../../../src-renderer/', import.meta.url)
  const bare = globSync('**/*.{vue,css}', { cwd: root }).flatMap((path) => {
    const text = readFileSync(new URL(path, root), 'utf8')
    const rest = text.replace(/@media \(hover: hover\) \{(?:[^{}]*\{[^{}]*\})*\s*\}/g, '')
    return rest.includes(':hover') ? [path] : []
  })
  expect(bare).toEqual([])
})
