/**
 * Tells the hub how the desk stands: when it has changed, at most once a minute, while the hub is there. Nothing
 * depends on it.
 */
import type { KioskStatus } from '../../src-shared/hub-api/kiosk/status.ts'
import type { HubClient } from './hub-client.ts'

/** Least time between two reports. */
export const reportEveryMs = 60_000

export interface StatusReporter {
  /** Something may have changed. */
  look(): void
  stop(): void
}

interface Parts {
  readonly hub: HubClient
  readonly status: () => KioskStatus
  readonly online: () => boolean
  readonly now: () => number
  readonly timers: { set(run: () => void, ms: number): () => void }
}

export function createStatusReporter({ hub, status, online, now, timers }: Parts): StatusReporter {
  let told = ''
  let toldAt = -Infinity
  let cancel: (() => void) | null = null
  let sending = false
  let stopped = false

  async function send(text: string): Promise<void> {
    sending = true
    toldAt = now()
    const reply = await hub.call('status', { body: JSON.parse(text) as KioskStatus })
    sending = false
    // One that did not arrive is told again with the next look, a minute from now at the earliest.
    if (reply.ok) told = text
    if (!stopped) look()
  }

  function look(): void {
    if (stopped || sending || cancel !== null || !online()) return
    const text = JSON.stringify(status())
    if (text === told) return
    const wait = toldAt + reportEveryMs - now()
    if (wait <= 0) void send(text)
    else {
      cancel = timers.set(() => {
        cancel = null
        look()
      }, wait)
    }
  }

  return {
    look,
    stop() {
      stopped = true
      cancel?.()
    },
  }
}
