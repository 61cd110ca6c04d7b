/** `session` and `protocol`: handlers as they were set, asked by the stand-in's own Chromium or by a test's order. */
import { EventEmitter } from 'node:events'
import { onOrder, report } from './control.ts'

type Handler<A extends unknown[], R> = ((...args: A) => R) | null

class Session extends EventEmitter {
  request: Handler<[unknown, string, (granted: boolean) => void], void> = null
  check: Handler<[unknown, string], boolean> = null
  device: Handler<[unknown], boolean> = null
  beforeRequest: ((details: { url: string }, answer: (decision: { cancel?: boolean }) => void) => void) | null = null
  readonly webRequest = {
    onBeforeRequest: (
      listener: (details: { url: string }, answer: (decision: { cancel?: boolean }) => void) => void,
    ) => {
      this.beforeRequest = listener
    },
  }
  setPermissionRequestHandler(handler: typeof this.request): void {
    this.request = handler
  }
  setPermissionCheckHandler(handler: typeof this.check): void {
    this.check = handler
  }
  setDevicePermissionHandler(handler: typeof this.device): void {
    this.device = handler
  }
  setDisplayMediaRequestHandler(): void {
    // Asked for by no page here.
  }
  setSpellCheckerEnabled(): void {
    // No spell checker here.
  }
}

export const session = { defaultSession: new Session() }

onOrder((order) => {
  if (order.standin !== 'permission') return
  const { request, check, device } = session.defaultSession
  let granted: boolean | null = null
  // Without a handler Electron grants.
  if (request === null) granted = true
  else
    request(null, order.permission, (answer) => {
      granted = answer
    })
  report({
    standin: 'permission',
    request: granted,
    check: check?.(null, order.permission) ?? true,
    device: device?.({}) ?? true,
  })
})

const schemes = new Map<string, (request: Request) => Response | Promise<Response>>()
export const protocol = {
  registerSchemesAsPrivileged: () => undefined,
  handle(scheme: string, handler: (request: Request) => Response | Promise<Response>): void {
    schemes.set(scheme, handler)
  },
}

/** What the bundle's own handler answers, or null for a scheme that nobody handles. */
export async function answerOf(url: string, method: string): Promise<Response | null> {
  const handler = schemes.get(new URL(url).protocol.slice(0, -1))
  if (handler === undefined) return null
  // Request refuses a custom scheme's method other than GET with a body; none is sent here.
  return handler({ url, method } as Request)
}
