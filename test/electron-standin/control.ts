/** How a test steers the stand-in and hears of it: over the process's own channel, beside the shell's frames. */
export type Report =
  | { standin: 'chromium'; endpoint: string }
  | { standin: 'window'; options: Record<string, unknown> }
  | { standin: 'dialog'; title: string; body: string }
  | { standin: 'relaunch'; args: string[] }
  | { standin: 'popup'; url: string; action: string }
  | { standin: 'engine'; pid: number | null; args: string[] }
  | { standin: 'permission'; request: boolean | null; check: boolean; device: boolean }
  | { standin: 'pressed'; prevented: boolean }
  | { standin: 'focused' }
  | { standin: 'frames'; frames: { url: string; main: boolean }[] }
  | { standin: 'unresponsive' }
  | { standin: 'loaded'; url: string }

export type Order =
  | { standin: 'power'; event: 'suspend' | 'resume' | 'lock-screen' | 'shutdown' }
  | { standin: 'session-end' }
  | { standin: 'quit' }
  /** Ends the renderer's process and says it was for this reason. */
  | { standin: 'gone'; reason: string }
  | { standin: 'gpu-gone' }
  /** The window manager asks the window to close (Alt-F4, a close button). */
  | { standin: 'close-window' }
  /** What a renderer that has been taken over can do: any message, from any of its frames. */
  | { standin: 'send-from'; frame: 'main' | 'sub' | 'other-window'; channel: string; args: unknown[] }
  | { standin: 'permission'; permission: string }
  | { standin: 'press'; input: Record<string, unknown> }
  | { standin: 'list-frames' }

const orders: ((order: Order) => void)[] = []

process.on('message', (message: unknown) => {
  if (typeof message !== 'object' || message === null || !('standin' in message)) return
  for (const take of orders) take(message as Order)
})

export function onOrder(take: (order: Order) => void): void {
  orders.push(take)
}

export function report(message: Report): void {
  if (process.connected) process.send?.(message)
}
