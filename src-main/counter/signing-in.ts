/** Badge + PIN at the counter: signing in, locking and resuming, PINs of one's own and of colleagues. */
import type { KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import type { BadgeInHand } from '../staff/index.ts'
import { storageFailure } from '../storage/index.ts'
import { wipe } from '../vault/index.ts'
import { startOfDeskDay, type Services, type Timers } from '../desk/index.ts'
import type { Counter } from './counter.ts'
import type { ReadBadge } from './scanning.ts'
import type { Serving } from './serving.ts'

export interface SigningIn {
  onBadge(badge: ReadBadge): void
  adding(): boolean
  changing(): boolean
  /** L-409 when the hub has been away for too long to know who has been removed. */
  maySignIn(): Result<null>
  /** A badge after an idle lock: true when it alone was enough. */
  resume(badge: BadgeInHand): boolean
  /** The hub has been heard: whoever it removed is out, and a key that is owed is made. */
  afterContact(): void
  /** Someone did something: the idle lock starts anew. */
  activity(): void
  /** The desk was left alone: verifications die and the opening keys are wiped. */
  stop(): void
  readonly handlers: Pick<
    KioskHandlers,
    'enterPin' | 'signOut' | 'addStaff' | 'changePin' | 'staff' | 'removePin' | 'shift'
  >
}

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly timers: Timers
  readonly idleLockMs: number
  readonly offlineDays: number
  readonly onChange: () => void
}

export function createSigningIn(
  { services, counter, timers, idleLockMs, offlineDays, onChange }: Parts,
  serving: () => Serving,
): SigningIn {
  const { signIn, release, roster, openingKeys, records, sync, ledger, slips, shift, now } = services
  let badge: ReadBadge | null = null
  /** The person's own key between the old PIN and the new one; zeros as soon as the step is left. */
  let own: Buffer | null = null
  let adding = false
  let changing = false
  let cancelLock: (() => void) | null = null
  let rotating = false

  function forgetBadge(): void {
    badge = null
    wipe(own)
    own = null
  }
  counter.onLeave(() => {
    if (counter.step().step === 'pin') forgetBadge()
  })

  function endModes(): void {
    adding = false
    changing = false
  }

  function lock(): void {
    if (signIn.session() === null) return
    // Paper is moving: the lock waits for its outcome.
    if (release.busy()) {
      activity()
      return
    }
    try {
      signIn.end('locked')
    } catch (error) {
      // The keys are wiped whatever the disk says; verifications of this session are worth nothing without it.
      if (storageFailure(error) === null) throw error
    }
    endModes()
    counter.idle()
  }

  function activity(): void {
    cancelLock?.()
    cancelLock = signIn.session() === null ? null : timers.set(lock, idleLockMs)
  }

  function signedIn(): Result<null> {
    endModes()
    activity()
    keepKeys()
    sync.nudge()
    if (!serving().showUnsettled()) counter.idle()
    onChange()
    return ok(null)
  }

  /** The kiosk's opening key is born here, behind its first supervisor's badge and PIN. */
  async function firstSupervisor(read: ReadBadge, pin: string): Promise<Result<null>> {
    const enrolled = await signIn.enrolFirst(read, pin)
    if (!enrolled.ok) return enrolled
    const entered = await signIn.enter(read, pin)
    if (!entered.ok) return entered
    const result = signedIn()
    // The hub seals nothing to this kiosk until it has the key; failing now is no matter, the loop goes on trying.
    void sync.now()
    return result
  }

  /** Supervisors add anyone, offline too; a colleague introduces while the hub is there to be told. */
  function mayAdd(): Result<null> {
    const session = signIn.session()
    if (session === null) return fail('L-401')
    return session.role === 'supervisor' || sync.status().state === 'online' ? ok(null) : fail('L-413')
  }

  async function colleague(read: ReadBadge, pin: string): Promise<Result<null>> {
    const may = mayAdd()
    if (!may.ok) return may
    const enrolled = await signIn.enrol(read, pin)
    if (!enrolled.ok) return enrolled
    endModes()
    sync.nudge()
    counter.idle()
    return ok(null)
  }

  function wrongPin(read: ReadBadge): void {
    const step = counter.step()
    if (step.step !== 'pin') return
    const { left, lockedUntil } = signIn.standing(read.member.id)
    counter.amend({ ...step, attemptsLeft: left, lockedUntil: lockedUntil > now() ? lockedUntil : null })
  }

  async function ownPin(read: ReadBadge, pin: string): Promise<Result<null>> {
    if (signIn.session()?.staff !== read.member.id) return fail('L-401')
    if (own === null) {
      const proved = await signIn.prove(read, pin)
      if (!proved.ok) {
        wrongPin(read)
        return proved
      }
      const step = counter.step()
      if (step.step !== 'pin' || badge !== read) {
        wipe(proved.value)
        return fail('L-407')
      }
      own = proved.value
      counter.amend({ ...step, purpose: 'change-pin' })
      return ok(null)
    }
    const changed = await signIn.changePin(read, pin, own)
    if (!changed.ok) return changed
    endModes()
    sync.nudge()
    counter.idle()
    return ok(null)
  }

  /** Four eyes: the colleague proves badge and PIN; whoever serves stays signed in. */
  async function colleagueConfirms(read: ReadBadge, pin: string): Promise<Result<null>> {
    const proved = await signIn.prove(read, pin)
    if (!proved.ok) {
      wrongPin(read)
      return proved
    }
    wipe(proved.value)
    if (counter.step().step !== 'pin' || badge !== read) return fail('L-407')
    return serving().witness(read.member.id)
  }

  const rotationOwed = () =>
    roster.rotationOwed() ||
    openingKeys.count() === 0 ||
    records.read()?.openingAnswer === 'refused' ||
    signIn.owesTrustedKey()

  function rotationIsDue(): boolean {
    if (!rotationOwed()) return false
    // Before the hub has told its own key nothing can be vouched for; a hub that tells none asks for nothing.
    return records.read()?.hubCountersign !== null || sync.status().state === 'online'
  }

  /**
   * A key is owed after someone lost their share, when a supervisor refused the newest, or when nothing vouches for it.
   * It is made while somebody is signed in, whose keys vouch for it; until then the hub goes on with the one in force.
   * Failing (a full disk) it is tried again. Who holds the newest is told to the hub as well.
   */
  function keepKeys(): void {
    if (rotating || signIn.session() === null) return
    rotating = true
    const rotated = rotationIsDue() ? signIn.rotate(rotationOwed) : Promise.resolve(false)
    rotated
      .then(async (made) => (await signIn.stateHolders()) || made)
      .then(
        (made) => {
          // Whoever cannot make it leaves it owed: telling the hub would begin all of this anew, at once.
          if (made) sync.nudge()
        },
        () => undefined,
      )
      .finally(() => {
        rotating = false
      })
  }

  return {
    onBadge(read) {
      wipe(own)
      own = null
      badge = read
    },
    adding: () => adding,
    changing: () => changing,
    maySignIn() {
      const last = sync.status().lastContactAt
      return last !== null && now() - last > offlineDays * 86_400_000 ? fail('L-409') : ok(null)
    },
    resume(read) {
      if (signIn.resume(read) === null) return false
      signedIn()
      return true
    },
    afterContact() {
      // Paper is moving: the outcome is recorded first, and the next contact ends the session.
      if (!release.busy() && signIn.recheck()) {
        endModes()
        counter.idle()
      }
      keepKeys()
      // In the middle of a round a grant that was sealed to an old key may still be on its way.
      if (sync.caughtUp() && records.read()?.openingRegistered === true) openingKeys.dropSpent()
    },
    activity,
    stop() {
      cancelLock?.()
      forgetBadge()
      signIn.end('restarted')
    },
    handlers: {
      async enterPin({ pin }) {
        activity()
        const step = counter.step()
        const read = badge
        if (step.step !== 'pin' || read === null) return fail('L-407')
        switch (read.purpose) {
          case 'first-supervisor':
            return firstSupervisor(read, pin)
          case 'choose-pin':
            return colleague(read, pin)
          case 'old-pin':
            return ownPin(read, pin)
          case 'witness':
            return colleagueConfirms(read, pin)
          case 'sign-in': {
            if (release.busy()) return fail('L-511')
            const entered = await signIn.enter(read, pin)
            if (entered.ok) return signedIn()
            wrongPin(read)
            return entered
          }
        }
      },
      signOut() {
        if (release.busy()) return fail('L-511')
        signIn.end('asked')
        endModes()
        activity()
        sync.nudge()
        counter.idle()
        return ok(null)
      },
      addStaff() {
        activity()
        const may = mayAdd()
        if (!may.ok) return may
        endModes()
        adding = true
        return ok(null)
      },
      changePin() {
        activity()
        endModes()
        changing = true
        return ok(null)
      },
      staff() {
        activity()
        return ok({
          staff: roster.present().map(({ id, name, role }) => {
            const standing = signIn.standing(id)
            return {
              id,
              name,
              role,
              hasPin: standing.hasPin,
              lockedUntil: standing.lockedUntil > now() ? standing.lockedUntil : null,
            }
          }),
        })
      },
      removePin({ staff, reason }) {
        activity()
        const session = signIn.session()
        if (session === null) return fail('L-401')
        if (session.staff === staff) return fail('L-412')
        const removed = signIn.removePin(staff, reason, session.staff)
        if (!removed.ok) return removed
        signIn.recheck()
        keepKeys()
        sync.nudge()
        return ok(null)
      },
      shift() {
        const session = signIn.session()
        if (session === null) return fail('L-401')
        activity()
        const unsent = ledger.head().seq - (records.read()?.acked ?? 0)
        return ok({ ...shift.of(session.staff, startOfDeskDay(now())), unsettled: slips.unsettled().length, unsent })
      },
    },
  }
}
