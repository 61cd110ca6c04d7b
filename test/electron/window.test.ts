/** What a hostile page, frame or renderer may try against the built main and preload bundles. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { kioskApi } from '../../src-shared/kiosk-api/index.ts'
import { kioskMethods } from '../../src-shared/kiosk-api/methods.ts'
import { startShellDesk, type ShellDesk } from './desk.ts'

let desk: ShellDesk
let page: Page

interface Lodge {
  call: Record<string, (id: number, input: unknown) => void>
  retryEngine: () => void
  onFrame: (listener: (frame: unknown) => void) => void
}
declare global {
  interface Window {
    frames_: Record<string, unknown>[]
  }
}

/** Keeps the frames that reach the page, so that a reply to an id of the test's own can be seen. */
async function listen(): Promise<void> {
  await page.evaluate(() => {
    window.frames_ = []
    ;(window as unknown as { lodge: Lodge }).lodge.onFrame((frame) =>
      window.frames_.push(frame as Record<string, unknown>),
    )
  })
}
const call = (method: string, id: number, input: unknown = {}) =>
  page.evaluate(([m, i, value]) => (window as unknown as { lodge: Lodge }).lodge.call[m]?.(i, value), [
    method,
    id,
    input,
  ] as const)
const replyTo = (id: number) =>
  page
    .waitForFunction((wanted) => window.frames_.find((frame) => frame['t'] === 'reply' && frame['id'] === wanted), id, {
      timeout: 10_000,
    })
    .then((handle) => handle.jsonValue() as Promise<{ result: { ok: boolean; failure?: { code: string } } }>)
const wasAnswered = (id: number) =>
  page.evaluate((wanted) => window.frames_.some((frame) => frame['t'] === 'reply' && frame['id'] === wanted), id)

beforeAll(async () => {
  desk = await startShellDesk()
  page = await desk.page()
  await page.getByTestId('screen-enrol').waitFor({ timeout: 20_000 })
  await listen()
})
afterAll(() => desk.stop())

describe('the window', () => {
  it('is asked for sandboxed, isolated, without Node and locked down', async () => {
    const { options } = await desk.shell.reported('window', 0)
    expect(options).toMatchObject({
      kiosk: true,
      fullscreen: true,
      webPreferences: {
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
      },
    })
    expect(options['webPreferences']).not.toHaveProperty('enableBlinkFeatures')
  })

  it('has the contract’s methods, the events and a retry, and nothing else of Electron or Node', async () => {
    const seen = await page.evaluate(() => {
      const { lodge, ...rest } = window as unknown as { lodge: Lodge } & Record<string, unknown>
      return {
        keys: Object.keys(lodge).sort(),
        methods: Object.keys(lodge.call).sort(),
        node: ['require', 'process', 'module', 'ipcRenderer', 'Buffer'].filter((name) => name in rest),
      }
    })
    expect(seen).toEqual({
      keys: ['call', 'onFrame', 'retryEngine'],
      methods: Object.keys(kioskApi.methods).sort(),
      node: [],
    })
    expect([...kioskMethods].sort()).toEqual(seen.methods)
  })

  it('may run its own scripts only', async () => {
    const ran = await page.evaluate(async () => {
      const script = document.createElement('script')
      script.textContent = 'window.inlineRan = true'
      document.head.append(script)
      // In a task of its own: what the test itself evaluates is exempt from the policy.
      const evalRan = await new Promise((resolve) => {
        setTimeout(() => {
          try {
            // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
            new Function('return 1')()
            resolve(true)
          } catch {
            resolve(false)
          }
        })
      })
      const fetched = await fetch('https://example.org/').then(
        () => true,
        () => false,
      )
      const socket = await new Promise((resolve) => {
        try {
          const made = new WebSocket('wss://example.org/')
          made.onopen = () => resolve(true)
          made.onerror = () => resolve(false)
        } catch {
          resolve(false)
        }
      })
      return { inline: 'inlineRan' in window, evalRan, fetched, socket }
    })
    expect(ran).toEqual({ inline: false, evalRan: false, fetched: false, socket: false })
  })

  it.each([
    '/..%2fmain%2felectron.js',
    '/%2e%2e/main/electron.js',
    '/..%5cmain%5celectron.js',
    '/../main/electron.js',
    '//main/electron.js',
    '/assets/%00.js',
  ])('is not served %s', async (path) => {
    const loads = (src: string) =>
      page.evaluate(
        (from) =>
          new Promise<boolean>((resolve) => {
            const script = document.createElement('script')
            script.type = 'module'
            script.onload = () => resolve(true)
            script.onerror = () => resolve(false)
            script.src = from
            document.head.append(script)
          }),
        src,
      )
    const own = await page.evaluate(
      () => document.querySelector<HTMLScriptElement>('script[src*="assets"]')?.getAttribute('src') ?? '',
    )
    expect(await loads(own)).toBe(true)
    expect(await loads(path)).toBe(false)
  })
})

describe('a call', () => {
  it('is answered to the window’s own main frame', async () => {
    desk.shell.order({ standin: 'send-from', frame: 'main', channel: 'lodge:call:state', args: [9001, {}] })
    expect((await replyTo(9001)).result.ok).toBe(true)
  })

  it('is not answered to a sub-frame or another window, even with the channel known', async () => {
    await page.evaluate(() => document.body.append(document.createElement('iframe')))
    await page.waitForFunction(() => window.frames.length === 1)
    for (const [frame, id] of [
      ['sub', 9101],
      ['other-window', 9102],
    ] as const)
      desk.shell.order({ standin: 'send-from', frame, channel: 'lodge:call:state', args: [id, {}] })
    desk.shell.order({ standin: 'send-from', frame: 'main', channel: 'lodge:call:state', args: [9103, {}] })
    await replyTo(9103)
    expect(await wasAnswered(9101)).toBe(false)
    expect(await wasAnswered(9102)).toBe(false)
  })

  it('of a method that the contract does not have reaches nobody', async () => {
    desk.shell.order({ standin: 'send-from', frame: 'main', channel: 'lodge:call:constructor', args: [9201, {}] })
    desk.shell.order({
      standin: 'send-from',
      frame: 'main',
      channel: 'lodge:frame',
      args: [{ t: 'call', id: 9202, method: 'state', input: {} }],
    })
    await call('state', 9203)
    await replyTo(9203)
    expect(await wasAnswered(9201)).toBe(false)
    expect(await wasAnswered(9202)).toBe(false)
  })

  it.each([
    ['a release of text', 'release', { text: 'Kissa-42' }],
    ['another prototype', 'openPickup', JSON.parse('{"__proto__":{"pickup":"x"},"constructor":1}') as unknown],
    ['an array for an object', 'settle', []],
    ['an operator in place of a PIN', 'enterPin', { pin: { $ne: '' } }],
    ['no input', 'verifyByEye', null],
  ])('with %s is refused L-903', async (_name, method, input) => {
    const id = 9300 + kioskMethods.indexOf(method as never)
    await call(method, id, input)
    expect((await replyTo(id)).result).toEqual({ ok: false, failure: { code: 'L-903' } })
  })

  it('of ten megabytes or a thousand deep is dropped, and the next is answered', async () => {
    await page.evaluate(() => {
      const { lodge } = window as unknown as { lodge: Lodge }
      lodge.call['queue']?.(9401, { filter: 'all', search: 'x'.repeat(10_000_000), limit: 10 })
      let deep: unknown = 1
      for (let level = 0; level < 1000; level += 1) deep = { deep }
      lodge.call['queue']?.(9402, deep)
    })
    await call('state', 9403)
    await replyTo(9403)
    expect(await wasAnswered(9401)).toBe(false)
    expect(await wasAnswered(9402)).toBe(false)
  })

  it('among too many a second is told so', async () => {
    await page.evaluate(() => {
      for (let id = 9500; id < 9700; id += 1) (window as unknown as { lodge: Lodge }).lodge.call['state']?.(id, {})
    })
    expect((await replyTo(9699)).result).toEqual({ ok: false, failure: { code: 'L-914' } })
    let id = 9701
    await expect
      .poll(
        async () => {
          id += 1
          await call('state', id)
          return (await replyTo(id)).result.ok
        },
        { timeout: 5000 },
      )
      .toBe(true)
  })
})

describe('a page that wants elsewhere', () => {
  const here = () => page.evaluate(() => location.pathname)

  it('stays: links, scripts, forms and redirects to anywhere else are refused', async () => {
    for (const act of [
      () => page.evaluate(() => void (location.href = 'https://example.org/')),
      () => page.evaluate(() => void (location.href = '/other.html')),
      () => page.evaluate(() => void (location.href = 'file:///etc/passwd')),
      () => page.evaluate(() => void (location.href = '/again')),
      () =>
        page.evaluate(() => {
          const form = document.createElement('form')
          form.action = 'https://example.org/'
          document.body.append(form)
          form.submit()
        }),
    ]) {
      await act()
      await call('state', 9801)
      await replyTo(9801)
      expect(await here()).toBe('/index.html')
    }
  })

  it('gets no frame of another origin', async () => {
    await page.evaluate(() => {
      const frame = document.createElement('iframe')
      frame.src = 'https://example.org/'
      document.body.append(frame)
    })
    const { frames } = await (async () => {
      const answer = desk.shell.reported('frames')
      desk.shell.order({ standin: 'list-frames' })
      return answer
    })()
    expect(frames.filter(({ url }) => url.includes('example'))).toEqual([])
  })

  it('opens no window', async () => {
    const denied = desk.shell.reported('popup')
    await page.evaluate(() => void window.open('https://example.org/'))
    expect(await denied).toMatchObject({ url: 'https://example.org/', action: 'deny' })
    await expect
      .poll(
        () =>
          page
            .context()
            .pages()
            .filter((other) => other.url().includes('example')).length,
      )
      .toBe(0)
  })

  it.each([
    'media',
    'geolocation',
    'notifications',
    'midi',
    'pointerLock',
    'fullscreen',
    'openExternal',
    'clipboard-read',
    'hid',
    'serial',
    'usb',
    'unknown',
  ])('is refused the permission %s, asked or checked', async (permission) => {
    const answer = desk.shell.reported('permission')
    desk.shell.order({ standin: 'permission', permission })
    expect(await answer).toMatchObject({ request: false, check: false, device: false })
  })

  it('has the browser’s own keys swallowed and typing let through', async () => {
    const press = async (input: Record<string, unknown>) => {
      const answer = desk.shell.reported('pressed')
      desk.shell.order({
        standin: 'press',
        input: { type: 'keyDown', control: false, meta: false, alt: false, shift: false, ...input },
      })
      return (await answer).prevented
    }
    for (const keys of [
      { key: 'F5' },
      { key: 'R', control: true },
      { key: 'p', control: true },
      { key: 'F12' },
      { key: 'I', control: true, shift: true },
      { key: 'F4', alt: true },
      { key: '0', control: true },
    ])
      expect(await press(keys)).toBe(true)
    for (const keys of [
      { key: 'a' },
      { key: '7' },
      { key: 'Tab' },
      { key: 'Enter' },
      { key: 'Backspace' },
      { key: 'c', control: true },
    ])
      expect(await press(keys)).toBe(false)
  })
})

describe('what is on the screen', () => {
  it('cannot be selected or dragged, has no context menu, and takes no dropped file', async () => {
    const held = await page.evaluate(() => {
      const kinds = ['dragstart', 'drop', 'contextmenu'] as const
      const prevented = kinds.filter(
        (kind) => !document.body.dispatchEvent(new Event(kind, { bubbles: true, cancelable: true })),
      )
      document.execCommand('selectAll')
      return { prevented, selected: window.getSelection()?.toString() ?? '' }
    })
    expect(held).toEqual({ prevented: ['dragstart', 'drop', 'contextmenu'], selected: '' })
  })
})

describe('a main frame that got to another origin after all', () => {
  it('is told nothing and is not answered', async () => {
    // The stand-in lets a page go to about:blank unasked, as a flaw in a browser might.
    const other = await startShellDesk()
    const lost = await other.page()
    await lost.getByTestId('screen-enrol').waitFor({ timeout: 20_000 })
    await lost.evaluate(() => void (location.href = 'about:blank'))
    await lost.waitForURL('about:blank')
    const heard: unknown[] = []
    await lost.exposeFunction('heard', (frame: unknown) => heard.push(frame))
    await lost.evaluate(() => {
      const { lodge, heard: tell } = window as unknown as { lodge: Lodge; heard: (frame: unknown) => void }
      lodge.onFrame((frame) => tell(frame))
      lodge.call['state']?.(9901, {})
    })
    // Back home the window is answered again; whatever was sent before has come by then.
    await lost.evaluate(() => void (location.href = 'https://kiosk.app.test/index.html'))
    await lost.getByTestId('screen-enrol').waitFor({ timeout: 20_000 })
    expect(heard).toEqual([])
    await other.stop()
  })
})
