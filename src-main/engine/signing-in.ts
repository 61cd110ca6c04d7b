/** Badge + PIN at the counter: signing in, the first supervisor of a new kiosk, and a new colleague's PIN. */
import type { KioskHandlers } from '../../src-shared/kiosk-api.ts'
import { newSealKeyPair } from '../../src-shared/protocol/envelope.ts'
import { fail, ok, type Result } from '../../src-shared/result.ts'
import { checkNewPin } from '../staff/index.ts'
import { wipe } from '../vault/index.ts'
import type { Timers } from './clock.ts'
import type { Counter } from './counter.ts'
import type { ReadBadge } from './scanning.ts'
import type { Services } from './services.ts'
import type { Serving } from './serving.ts'

export interface SigningIn {
  onBadge(badge: ReadBadge): void
  adding(): boolean
  /** Someone did something: the idle lock starts anew. */
  activity(): void
  /** The desk was left alone: verifications die and the opening key is wiped. */
  stop(): void
  readonly handlers: Pick<KioskHandlers, 'enterPin' | 'signOut' | 'addStaff'>
}

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly timers: Timers
  readonly idleLockMs: number
  readonly onChange: () => void
}

export function createSigningIn({ services, counter, timers, idleLockMs, onChange }: Parts, serving: () => Serving): SigningIn {
  const { signIn, release, records, sync, store } = services
  let badge: ReadBadge | null = null
  let adding = false
  let cancelLock: (() => void) | null = null
  counter.onLeave(() => {
    if (counter.step().step === 'pin') badge = null
  })

  function lock(): void {
    if (signIn.session() === null) return
    // Paper is moving: the lock waits for its outcome.
    if (release.busy()) {
      activity()
      return
    }
    signIn.end('locked')
    adding = false
    counter.idle()
  }

  function activity(): void {
    cancelLock?.()
    cancelLock = signIn.session() === null ? null : timers.set(lock, idleLockMs)
  }

  function signedIn(): Result<null> {
    adding = false
    activity()
    sync.nudge()
    if (!serving().showUnsettled()) counter.idle()
    onChange()
    return ok(null)
  }

  /** The kiosk's opening key is born here, behind its first supervisor's badge and PIN. */
  async function firstSupervisor(read: ReadBadge, pin: string): Promise<Result<null>> {
    const allowed = checkNewPin(pin)
    if (!allowed.ok) return allowed
    const pair = await newSealKeyPair()
    try {
      store.transact(() => {
        records.setOpening(pair.publicKey)
      })
      const enrolled = await signIn.enrol(read.member, read.cardId, pin, pair.privateKey, read.member.id)
      if (!enrolled.ok) return enrolled
    } finally {
      wipe(pair.privateKey)
    }
    const entered = await signIn.enter(read.member, read.cardId, pin)
    if (!entered.ok) return entered
    const result = signedIn()
    // The hub seals nothing to this kiosk until it has the key; failing now is no matter, the loop goes on trying.
    void sync.now()
    return result
  }

  async function colleague(read: ReadBadge, pin: string): Promise<Result<null>> {
    const session = signIn.session()
    if (session?.role !== 'supervisor') return fail('L-405')
    const enrolled = await signIn.enrol(read.member, read.cardId, pin, session.openingKey, session.staff)
    if (!enrolled.ok) return enrolled
    adding = false
    sync.nudge()
    counter.idle()
    return ok(null)
  }

  return {
    onBadge(read) {
      badge = read
    },
    adding: () => adding,
    activity,
    stop() {
      cancelLock?.()
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
          case 'sign-in': {
            const entered = await signIn.enter(read.member, read.cardId, pin)
            if (entered.ok) return signedIn()
            const now = counter.step()
            if (now.step === 'pin') counter.amend({ ...now, attemptsLeft: signIn.standing(read.member.id).left })
            return entered
          }
        }
      },
      signOut() {
        if (release.busy()) return fail('L-511')
        signIn.end('asked')
        adding = false
        activity()
        sync.nudge()
        counter.idle()
        return ok(null)
      },
      addStaff() {
        activity()
        if (signIn.session() === null) return fail('L-401')
        if (signIn.session()?.role !== 'supervisor') return fail('L-405')
        adding = true
        return ok(null)
      },
    },
  }
}
