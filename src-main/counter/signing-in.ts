/** Badge + PIN at the counter: signing in and resuming, PINs of one's own and of colleagues. */
import type { StaffId } from '../../src-shared/domain/index.ts'
import type { KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { BadgeInHand, Session } from '../staff/index.ts'
import { startOfDeskDay, type Services } from '../desk/index.ts'
import type { Mode } from './badge.ts'
import type { Counter } from './counter.ts'
import { createEnteringPin } from './entering-pin.ts'
import { createKeyKeeper } from './key-owed.ts'

type Handlers = Pick<KioskHandlers, 'enterPin' | 'signOut' | 'addStaff' | 'changePin' | 'staff' | 'removePin' | 'shift'>

export interface SigningIn {
  /** What whoever is signed in asked of the next badge. */
  mode(): Mode
  /** L-409 when the hub has been away for too long to know who has been removed. */
  maySignIn(): Result<null>
  /** A badge after an idle lock: true when it alone was enough. */
  resume(badge: BadgeInHand): boolean
  /** The hub has been heard: whoever it removed is out, and a key that is owed is made. */
  afterContact(): void
  /** The desk was left alone: verifications die and the opening keys are wiped. */
  stop(): void
  readonly handlers: Handlers
}

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly offlineDays: number
  /** Someone did something: the idle lock starts anew. */
  readonly activity: () => void
  /** Who is signed in has changed. */
  readonly onSession: () => void
  /** The oldest unsettled slip comes before anything else; false where there is none. */
  readonly showUnsettled: () => boolean
  /** A colleague has proved badge and PIN. */
  readonly confirm: (staff: StaffId) => Result<null>
}

/** A mode belongs to the session in which it was asked for, and ends with it. */
export interface AskedMode {
  readonly mode: Mode
  readonly session: string | null
}

export const modeIn = (asked: AskedMode, session: Pick<Session, 'id'> | null): Mode =>
  session !== null && asked.session === session.id ? asked.mode : 'none'

/** Supervisors add anyone, offline too; a colleague introduces while the hub is there to be told. */
export function mayAdd(session: Pick<Session, 'role'> | null, online: boolean): Result<null> {
  if (session === null) return fail(failures.notSignedIn)
  return session.role === 'supervisor' || online ? ok(null) : fail(failures.introductionNeedsNetwork)
}

export function createSigningIn(parts: Parts): SigningIn {
  const { services, counter, offlineDays, activity, onSession } = parts
  const { signIn, release, openingKeys, records, sync, now } = services
  let asked: AskedMode = { mode: 'none', session: null }
  const setMode = (mode: Mode) => {
    asked = { mode, session: signIn.session()?.id ?? null }
  }
  const keepKeys = createKeyKeeper(services)

  function signedIn(): void {
    setMode('none')
    onSession()
    activity()
    keepKeys()
    sync.nudge()
    if (!parts.showUnsettled()) counter.idle()
  }

  const adding = () => mayAdd(signIn.session(), sync.status().state === 'online')
  const enterPin = createEnteringPin({
    ...{ services, counter, activity, signedIn, mayAdd: adding },
    modeOver: () => setMode('none'),
    confirm: parts.confirm,
  })

  return {
    mode: () => modeIn(asked, signIn.session()),
    maySignIn() {
      const last = sync.status().lastContactAt
      return last !== null && now() - last > offlineDays * 86_400_000 ? fail(failures.offlineTooLong) : ok(null)
    },
    resume(read) {
      if (signIn.resume(read) === null) return false
      signedIn()
      return true
    },
    afterContact() {
      // Paper is moving: the outcome is recorded first, and the next contact ends the session.
      if (!release.busy() && signIn.recheck()) {
        onSession()
        counter.idle()
      }
      keepKeys()
      // In the middle of a round a grant that was sealed to an old key may still be on its way.
      if (sync.caughtUp() && records.read()?.openingRegistered === true) openingKeys.dropSpent()
    },
    stop() {
      counter.hold({ badge: null, ownKey: null })
      signIn.end('restarted')
    },
    handlers: {
      enterPin,
      ...ownHandlers(parts),
      ...colleagueHandlers(parts, keepKeys),
      addStaff() {
        activity()
        const may = adding()
        if (may.ok) setMode('adding')
        return may
      },
      changePin() {
        activity()
        setMode('changing')
        return ok(null)
      },
    },
  }
}

function ownHandlers({ services, counter, activity, onSession }: Parts): Pick<Handlers, 'signOut' | 'shift'> {
  const { signIn, release, sync, ledger, records, shift, slips, now } = services
  return {
    signOut() {
      if (release.busy()) return fail(failures.printerBusy)
      signIn.end('asked')
      onSession()
      activity()
      sync.nudge()
      counter.idle()
      return ok(null)
    },
    shift() {
      const session = signIn.session()
      if (session === null) return fail(failures.notSignedIn)
      activity()
      const unsent = ledger.head().seq - (records.read()?.acked ?? 0)
      return ok({ ...shift.of(session.staff, startOfDeskDay(now())), unsettled: slips.unsettled().length, unsent })
    },
  }
}

function colleagueHandlers(
  { services, activity, onSession }: Parts,
  keepKeys: () => void,
): Pick<Handlers, 'staff' | 'removePin'> {
  const { signIn, roster, sync, now } = services
  return {
    staff() {
      activity()
      return ok({
        staff: roster.present().map(({ id, name, role }) => {
          const { hasPin, lockedUntil } = signIn.standing(id)
          return { id, name, role, hasPin, lockedUntil: lockedUntil > now() ? lockedUntil : null }
        }),
      })
    },
    removePin({ staff, reason }) {
      activity()
      const session = signIn.session()
      if (session === null) return fail(failures.notSignedIn)
      if (session.staff === staff) return fail(failures.ownPinNotRemoved)
      const removed = signIn.removePin(staff, reason, session.staff)
      if (!removed.ok) return removed
      if (signIn.recheck()) onSession()
      keepKeys()
      sync.nudge()
      return ok(null)
    },
  }
}
