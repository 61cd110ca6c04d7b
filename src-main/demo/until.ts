/** Waiting for the kiosk to reach a state: by its own events, never by sleeping. */
import type { KioskClient, KioskState } from '../../src-shared/kiosk-api/index.ts'

export class NotReached extends Error {
  override name = 'NotReached'
}

/** Resolves with the first state that satisfies `reached`; rejects after `ms` with what was waited for. */
export async function until(
  client: KioskClient,
  what: string,
  reached: (state: KioskState) => boolean,
  ms = 20_000,
): Promise<KioskState> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      off()
      clearTimeout(timer)
      settle()
    }
    const look = (state: KioskState) => {
      if (reached(state)) finish(() => resolve(state))
    }
    const timer = setTimeout(() => finish(() => reject(new NotReached(what))), ms)
    const off = client.on('state', look)
    client.state({}).then(
      (now) => {
        if (now.ok) look(now.value)
      },
      (error: unknown) => finish(() => reject(error instanceof Error ? error : new NotReached(what))),
    )
  })
}
