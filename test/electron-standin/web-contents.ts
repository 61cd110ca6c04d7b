/** `webContents` over a real page: navigation, frames, crashes and the preload's messages as Chromium tells them. */
import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { setInterval } from 'node:timers'
import { chromium, ipcMain, Preventable } from './app.ts'
import type { Params, Session } from './cdp.ts'
import { onOrder, report } from './control.ts'
import { pageWorld, preloadWorld } from './injected.ts'
import { answerOf, session } from './session.ts'
import { toChromium, toElectron } from './urls.ts'

interface Frame {
  readonly id: string
  url: string
  readonly parent: Frame | null
}

const hangMs = 1500

export class WebContents extends EventEmitter {
  readonly #ready: Promise<Session>
  readonly #frames = new Map<string, Frame>()
  /** Execution contexts of the preload's world, by frame. */
  readonly #worlds = new Map<string, number>()
  #main = ''
  #targetId = ''
  #ended = false
  /** The address that the main process itself is loading: not a navigation of the page's. */
  #loading: string | null = null
  #loaded: (() => void) | null = null
  #reason: string | null = null
  #openHandler: ((details: { url: string }) => { action: string }) | null = null
  #hung = false

  constructor(preload: string, inSubFrames: boolean) {
    super()
    this.#ready = this.#attach(readFileSync(preload, 'utf8'), inSubFrames)
    onOrder((order) => {
      if (this.#ended) return
      if (order.standin === 'gone') void this.#kill(order.reason)
      if (order.standin === 'send-from') void this.#sendFrom(order.frame, order.channel, order.args)
      if (order.standin === 'list-frames')
        report({
          standin: 'frames',
          frames: [...this.#frames.values()].map(({ url, parent }) => ({ url, main: parent === null })),
        })
      if (order.standin === 'press') {
        const event = new Preventable()
        this.emit('before-input-event', event, order.input)
        report({ standin: 'pressed', prevented: event.defaultPrevented })
      }
    })
  }

  get mainFrame(): Frame | undefined {
    return this.#frames.get(this.#main)
  }
  getURL(): string {
    return this.mainFrame?.url ?? ''
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.#openHandler = handler
  }
  setVisualZoomLevelLimits(): Promise<void> {
    return Promise.resolve()
  }

  async load(url: string): Promise<void> {
    const cdp = await this.#ready
    if (this.#ended) return
    this.#loading = toChromium(url)
    const loaded = new Promise<void>((resolve) => {
      this.#loaded = resolve
    })
    await cdp.send('Page.navigate', { url: this.#loading })
    await loaded
  }

  send(channel: string, ...args: unknown[]): void {
    const world = this.#worlds.get(this.#main)
    if (world === undefined || this.#ended) return
    void this.#ready.then((cdp) =>
      cdp
        .send('Runtime.evaluate', {
          contextId: world,
          expression: `standinDeliver(${JSON.stringify(channel)}, ${JSON.stringify(args)})`,
        })
        .catch(() => undefined),
    )
  }

  forcefullyCrashRenderer(): void {
    void this.#kill('killed')
  }

  end(): void {
    this.#ended = true
    void this.#ready.then(async () => {
      const browser = await chromium()
      await browser.root.send('Target.closeTarget', { targetId: this.#targetId }).catch(() => undefined)
    })
  }

  async #attach(preload: string, inSubFrames: boolean): Promise<Session> {
    const browser = await chromium()
    const { targetId } = await browser.root.send('Target.createTarget', { url: 'about:blank' })
    this.#targetId = String(targetId)
    const cdp = await browser.attach(this.#targetId)
    cdp.listen((method, params) => this.#hear(cdp, method, params))
    browser.root.listen((method, params) => {
      if (method !== 'Target.targetCreated') return
      const info = params['targetInfo'] as { targetId: string; openerId?: string }
      if (info.openerId === this.#targetId)
        void browser.root.send('Target.closeTarget', { targetId: info.targetId }).catch(() => undefined)
    })
    await browser.root.send('Target.setDiscoverTargets', { discover: true })
    const tree = await cdp.send('Page.getFrameTree')
    const { frame } = tree['frameTree'] as { frame: { id: string; url: string } }
    this.#main = frame.id
    this.#frames.set(frame.id, { id: frame.id, url: frame.url, parent: null })
    await cdp.send('Page.enable')
    await cdp.send('Inspector.enable')
    await cdp.send('Runtime.addBinding', { name: 'standinSend', executionContextName: 'preload' })
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: pageWorld })
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', {
      source: preloadWorld(preload, inSubFrames),
      worldName: 'preload',
    })
    await cdp.send('Runtime.enable')
    await cdp.send('Fetch.enable', { patterns: [{ urlPattern: '*', requestStage: 'Request' }] })
    this.#watchHang(cdp)
    return cdp
  }

  #hear(cdp: Session, method: string, params: Params): void {
    switch (method) {
      case 'Page.frameAttached': {
        const id = String(params['frameId'])
        this.#frames.set(id, { id, url: '', parent: this.#frames.get(String(params['parentFrameId'])) ?? null })
        return
      }
      case 'Page.frameNavigated': {
        const { id, url, parentId } = params['frame'] as { id: string; url: string; parentId?: string }
        if (parentId === undefined && id !== this.#main) {
          this.#frames.delete(this.#main)
          this.#main = id
        }
        // A frame is another frame after it has gone elsewhere, as WebFrameMain is.
        this.#frames.set(id, {
          id,
          url: toElectron(url),
          parent: parentId === undefined ? null : (this.#frames.get(parentId) ?? null),
        })
        return
      }
      case 'Page.frameDetached':
        this.#frames.delete(String(params['frameId']))
        return
      case 'Runtime.executionContextCreated': {
        const { id, name, auxData } = params['context'] as { id: number; name: string; auxData: { frameId: string } }
        if (name === 'preload') this.#worlds.set(auxData.frameId, id)
        return
      }
      case 'Runtime.executionContextsCleared':
        this.#worlds.clear()
        return
      case 'Runtime.bindingCalled':
        this.#message(String(params['payload']), Number(params['executionContextId']))
        return
      case 'Page.loadEventFired':
        this.#loaded?.()
        this.#loaded = null
        report({ standin: 'loaded', url: this.getURL() })
        this.emit('did-finish-load')
        return
      case 'Page.windowOpen': {
        const url = toElectron(String(params['url']))
        report({ standin: 'popup', url, action: this.#openHandler?.({ url }).action ?? 'allow' })
        return
      }
      case 'Inspector.targetCrashed':
        if (this.#ended) return
        this.#worlds.clear()
        this.#hung = false
        this.emit('render-process-gone', {}, { reason: this.#reason ?? 'crashed', exitCode: 1 })
        this.#reason = null
        return
      case 'Fetch.requestPaused':
        void this.#answer(cdp, params).catch(() => undefined)
        return
      default:
    }
  }

  #message(payload: string, context: number): void {
    const frameId = [...this.#worlds].find(([, world]) => world === context)?.[0]
    const { channel, args } = JSON.parse(payload) as { channel: string; args: unknown[] }
    ipcMain.emit(channel, { sender: this, senderFrame: this.#frames.get(frameId ?? '') ?? null }, ...args)
  }

  async #answer(cdp: Session, params: Params): Promise<void> {
    const requestId = String(params['requestId'])
    const request = params['request'] as { url: string; method: string }
    const url = toElectron(request.url)
    const refuse = (errorReason: string) => cdp.send('Fetch.failRequest', { requestId, errorReason })
    if (params['resourceType'] === 'Document') {
      const isMainFrame = params['frameId'] === this.#main
      const own = isMainFrame && request.url === this.#loading
      if (own) this.#loading = null
      if (!own) {
        const event = Object.assign(new Preventable(), { url, isMainFrame })
        this.emit('will-frame-navigate', event)
        if (isMainFrame) this.emit('will-navigate', event)
        if (event.defaultPrevented) {
          await refuse('Aborted')
          return
        }
      }
    }
    let cancelled = false
    session.defaultSession.beforeRequest?.({ url }, ({ cancel }) => {
      cancelled = cancel === true
    })
    const response = cancelled ? null : await answerOf(url, request.method)
    if (response === null) {
      await refuse(cancelled ? 'BlockedByClient' : 'NameNotResolved')
      return
    }
    await cdp.send('Fetch.fulfillRequest', {
      requestId,
      responseCode: response.status,
      responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
      body: Buffer.from(await response.arrayBuffer()).toString('base64'),
    })
  }

  async #sendFrom(which: 'main' | 'sub' | 'other-window', channel: string, args: unknown[]): Promise<void> {
    if (which === 'other-window') {
      ipcMain.emit(channel, { sender: { mainFrame: this.mainFrame }, senderFrame: this.mainFrame }, ...args)
      return
    }
    const frame = which === 'main' ? this.mainFrame : [...this.#frames.values()].find(({ parent }) => parent !== null)
    const world = this.#worlds.get(frame?.id ?? '')
    if (world === undefined) throw new Error('no such frame')
    const cdp = await this.#ready
    await cdp.send('Runtime.evaluate', {
      contextId: world,
      expression: `standinRaw(${JSON.stringify(channel)}, ${JSON.stringify(args)})`,
    })
  }

  async #kill(reason: string): Promise<void> {
    this.#reason = reason
    const browser = await chromium()
    const { processInfo } = await browser.root.send('SystemInfo.getProcessInfo')
    for (const { type, id } of processInfo as { type: string; id: number }[])
      if (type === 'renderer') process.kill(id, 'SIGKILL')
  }

  /** Electron says `unresponsive` when a page does not answer for a while. */
  #watchHang(cdp: Session): void {
    let asked = 0
    setInterval(() => {
      if (this.#ended) return
      if (asked !== 0) {
        if (!this.#hung && performance.now() - asked > hangMs) {
          this.#hung = true
          this.emit('standin-unresponsive')
        }
        return
      }
      asked = performance.now()
      const answered = () => {
        asked = 0
        if (this.#hung) this.emit('standin-responsive')
        this.#hung = false
      }
      cdp.send('Runtime.evaluate', { expression: '1' }).then(answered, answered)
    }, 300).unref()
  }
}
