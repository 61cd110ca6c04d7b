/** The desk's day as the window is told of it. */
import type { KioskState } from '../../src-shared/kiosk-api/index.ts'
import type { Services } from './services.ts'

/** Names only while somebody is signed in. */
export function dayView(services: Services | null): Pick<KioskState, 'closed' | 'paused' | 'call'> {
  if (services === null) return { closed: null, paused: null, call: null }
  const { pausing, opening, calling, roster, signIn } = services
  const paused = pausing.status()
  const by = paused === null || signIn.session() === null ? null : (roster.get(paused.by)?.name ?? null)
  return {
    closed: opening.closed(),
    paused: paused === null ? null : { reason: paused.reason, until: paused.until, by },
    call: calling.open(),
  }
}
