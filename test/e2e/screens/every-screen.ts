/** A walk through every screen: each scene of the engine's, and what a tap opens from it without the engine. */
import { sceneNames, type SceneName } from '../../renderer/scenes.ts'
import type { ScriptedWindow } from './scripted-window.ts'

export interface Side {
  readonly name: string
  enter(desk: ScriptedWindow): Promise<void>
  leave(desk: ScriptedWindow): Promise<void>
}

const stay = () => Promise.resolve()
const over = (name: 'help' | 'look' | 'training' | 'other-desks'): Side => ({
  name,
  async enter({ page, tap }) {
    await tap(`${name}-open`)
    await page.getByTestId(name).waitFor()
  },
  leave: ({ tap }) => tap(`${name}-close`),
})
/** By the scene they are entered from, in order. */
export const sides: Readonly<Partial<Record<SceneName, readonly Side[]>>> = {
  idle: [over('help'), over('look'), over('training')],
  'idle-other-desks': [over('other-desks')],
  'verify-scan': [
    {
      name: 'by-eye',
      async enter({ tap }) {
        await tap('by-eye-kind-passport')
        await tap('by-eye-country-more')
      },
      leave: stay,
    },
  ],
  'verify-verified': (['L-248', 'L-249'] as const).map((code) => ({
    name: `toast-${code}`,
    async enter({ kiosk, page }: ScriptedWindow) {
      kiosk.notice({ code })
      await page.getByTestId('scan-notice').waitFor()
    },
    leave: ({ page }: ScriptedWindow) => page.getByTestId('scan-notice').getByRole('button').click(),
  })),
  'verify-document': [
    {
      name: 'send-elsewhere',
      async enter({ page, tap }) {
        await tap('send-elsewhere')
        await page.getByTestId('destination').first().waitFor()
      },
      leave: stay,
    },
  ],
  'queue-unsettled': [
    {
      name: 'leaving-slips',
      async enter({ page, tap }) {
        await tap('sign-out')
        await page.getByTestId('leaving-slip').waitFor()
      },
      leave: ({ tap }) => tap('leaving-slips-close'),
    },
  ],
  'letter-back': [{ name: 'letter-back-sure', enter: ({ tap }) => tap('returned'), leave: stay }],
  queue: [
    { name: 'queue-keyboard', enter: ({ tap }) => tap('keyboard-show'), leave: ({ tap }) => tap('keyboard-show') },
    {
      name: 'queue-request-for',
      async enter({ page }) {
        await page.getByTestId('queue-search').fill('qvistolo')
        await page.getByTestId('request-for').waitFor()
      },
      async leave({ page }) {
        await page.getByTestId('queue-search').fill('')
        await page.getByTestId('queue-row').first().waitFor()
      },
    },
    { name: 'pause', enter: ({ tap }) => tap('pause'), leave: ({ tap }) => tap('pause') },
    { name: 'status-panel', enter: ({ tap }) => tap('status-network'), leave: ({ tap }) => tap('status-close') },
    {
      name: 'shift',
      async enter({ page, tap }) {
        await tap('shift')
        await page.getByTestId('colleague').first().waitFor()
      },
      leave: stay,
    },
    {
      name: 'carry',
      async enter({ page, tap }) {
        await tap('carry')
        await page.getByTestId('stick').first().waitFor()
      },
      leave: ({ tap }) => tap('back'),
    },
    {
      name: 'readers',
      async enter({ page, tap }) {
        await tap('readers')
        await page.getByTestId('reader-device').first().waitFor()
      },
      async leave({ tap }) {
        await tap('back')
        await tap('back')
      },
    },
    {
      name: 'journal',
      async enter({ page, tap }) {
        await tap('journal')
        await page.getByTestId('journal-row').first().waitFor()
      },
      leave: ({ tap }) => tap('back'),
    },
  ],
  'hand-over': [{ name: 'missing-sure', enter: ({ tap }) => tap('missing'), leave: stay }],
}

/** Calls `look` on every screen; ends with the notice that the engine is away. */
export async function everyScreen(desk: ScriptedWindow, look: (name: string) => Promise<void>): Promise<void> {
  for (const scene of sceneNames) {
    await desk.show(scene)
    await look(scene)
    for (const side of sides[scene] ?? []) {
      await side.enter(desk)
      await look(side.name)
      await side.leave(desk)
    }
  }
  desk.kiosk.shell({ engine: 'down', failure: null })
  await desk.page.getByTestId('engine-notice').waitFor()
  await look('engine-away')
}
