/**
 * Serving one person: opening a pickup, proving identity, printing, settling. Every act needs a signed-in member of
 * staff. `visit.ts` and `verifying.ts` are its rules, and need no desk.
 */
import type { KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import type { Services } from '../desk/index.ts'
import type { Pickup } from '../pickups/index.ts'
import type { Counter } from './counter.ts'
import { createProving, type Proving } from './proving.ts'
import { createReleasing } from './releasing.ts'
import type { Acting } from './session.ts'
import { createShowing, type Showing } from './showing.ts'

export interface Serving extends Omit<Showing, 'askWhich' | 'writeDown' | 'say' | 'others' | 'ownerOf'> {
  readonly proveByEId: Proving['proveByEId']
  readonly refuseEId: Proving['refuseEId']
  readonly handlers: Pick<
    KioskHandlers,
    'openPickup' | 'verifyDocument' | 'verifyByEye' | 'release' | 'instructions' | 'settle' | 'noSlip'
  >
}

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly acting: Acting
  readonly doneMs: number
  /** Where a PIN is worth less than this, envelopes are opened only while the hub is there. */
  readonly floorYears: number
  readonly activity: () => void
  /** Letters have steps of their own. */
  readonly showLetter: (letter: Pickup, notice: Failure | null) => void
}

export function createServing(parts: Parts): Serving {
  const showing = createShowing(parts)
  const { handlers, ...proving } = createProving({ ...parts, showing })
  const releasing = createReleasing({ ...parts, showing })
  return { ...showing, ...proving, handlers: { ...releasing, ...handlers } }
}
