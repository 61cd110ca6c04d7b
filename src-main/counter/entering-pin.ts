/** A PIN is entered for the badge that was read, for each purpose that a badge may be read for. */
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import type { StaffId } from '../../src-shared/domain/index.ts'
import type { Services } from '../desk/index.ts'
import { wipe } from '../vault/index.ts'
import type { Counter } from './counter.ts'
import type { ReadBadge } from './steps.ts'

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly activity: () => void
  /** Whether whoever is signed in may add a colleague. */
  readonly mayAdd: () => Result<null>
  /** Somebody is signed in from now on. */
  readonly signedIn: () => void
  /** What signed-in staff asked of the next badge is done. */
  readonly modeOver: () => void
  /** A colleague has proved badge and PIN. */
  readonly confirm: (staff: StaffId) => Result<null>
}

export function createEnteringPin(parts: Parts): KioskHandlers['enterPin'] {
  const { services, counter, activity } = parts
  const { signIn, release } = services

  return async ({ pin }) => {
    activity()
    const { badge } = counter.held()
    if (counter.step().step !== 'pin' || badge === null) return fail(failures.noBadgeRead)
    switch (badge.purpose) {
      case 'first-supervisor':
        return firstSupervisor(parts, badge, pin)
      case 'choose-pin':
        return colleague(parts, badge, pin)
      case 'old-pin':
        return ownPin(parts, badge, pin)
      case 'witness':
        return colleagueConfirms(parts, badge, pin)
      case 'sign-in': {
        if (release.busy()) return fail(failures.printerBusy)
        const entered = await signIn.enter(badge, pin)
        if (!entered.ok) return wrongPin(parts, badge, entered)
        parts.signedIn()
        return ok(null)
      }
    }
  }
}

/** How many tries are left shows on the step, and until when there are none. */
function wrongPin<T>({ services, counter }: Parts, { member }: ReadBadge, refused: Result<T>): Result<T> {
  const step = counter.step()
  const { left, lockedUntil } = services.signIn.standing(member.id)
  if (step.step === 'pin')
    counter.amend({ ...step, attemptsLeft: left, lockedUntil: lockedUntil > services.now() ? lockedUntil : null })
  return refused
}

/** The step has been left, or another badge was read: what was proved meanwhile serves nothing. */
const stillAt = ({ counter }: Parts, badge: ReadBadge): boolean =>
  counter.step().step === 'pin' && counter.held().badge === badge

/** The kiosk's opening key is born here, behind its first supervisor's badge and PIN. */
async function firstSupervisor({ services, signedIn }: Parts, badge: ReadBadge, pin: string): Promise<Result<null>> {
  const { signIn, sync } = services
  const enrolled = await signIn.enrolFirst(badge, pin)
  if (!enrolled.ok) return enrolled
  const entered = await signIn.enter(badge, pin)
  if (!entered.ok) return entered
  signedIn()
  // The hub seals nothing to this kiosk until it has the key; failing now is no matter, the loop goes on trying.
  void sync.now()
  return ok(null)
}

async function colleague({ services, counter, mayAdd, modeOver }: Parts, badge: ReadBadge, pin: string) {
  const may = mayAdd()
  if (!may.ok) return may
  const enrolled = await services.signIn.enrol(badge, pin)
  if (!enrolled.ok) return enrolled
  modeOver()
  services.sync.nudge()
  counter.idle()
  return ok(null)
}

/** First the PIN that is, which opens the person's own key; then the one to come, which wraps it anew. */
async function ownPin(parts: Parts, badge: ReadBadge, pin: string): Promise<Result<null>> {
  const { services, counter } = parts
  const { signIn, sync } = services
  if (signIn.session()?.staff !== badge.member.id) return fail(failures.notSignedIn)
  const { ownKey } = counter.held()
  if (ownKey === null) {
    const proved = await signIn.prove(badge, pin)
    if (!proved.ok) return wrongPin(parts, badge, proved)
    const step = counter.step()
    if (step.step !== 'pin' || !stillAt(parts, badge)) {
      wipe(proved.value)
      return fail(failures.noBadgeRead)
    }
    counter.amend({ ...step, purpose: 'change-pin' }, { ownKey: proved.value })
    return ok(null)
  }
  const changed = await signIn.changePin(badge, pin, ownKey)
  if (!changed.ok) return changed
  parts.modeOver()
  sync.nudge()
  counter.idle()
  return ok(null)
}

/** Four eyes: the colleague proves badge and PIN; whoever serves stays signed in. */
async function colleagueConfirms(parts: Parts, badge: ReadBadge, pin: string): Promise<Result<null>> {
  const proved = await parts.services.signIn.prove(badge, pin)
  if (!proved.ok) return wrongPin(parts, badge, proved)
  wipe(proved.value)
  return stillAt(parts, badge) ? parts.confirm(badge.member.id) : fail(failures.noBadgeRead)
}
