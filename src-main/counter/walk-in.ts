/**
 * Someone without a pickup at the counter (docs/architecture.md#channels-and-rules-of-the-institution): looked up at
 * the hub, verified here first, then issued for against that verification, and printed. Online only. Whatever comes to
 * nothing midway is given back, and what was issued for it is disabled: an open walk-in exists only while its person is
 * being served. `walk-in-rules.ts` is its rules, and needs no desk.
 */
import type { KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import type { AccountQuery } from '../../src-shared/hub-api/kiosk/walk-in.ts'
import { failureOf } from '../../src-shared/policy/index.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { walkInDesks } from '../../src-shared/domain/serving.ts'
import { birthsOf, type MachineReadDocument } from '../identity/documents/index.ts'
import { deskDate, type Services, type Timers } from '../desk/index.ts'
import { permit, type Session } from '../staff/index.ts'
import { written } from '../storage/index.ts'
import type { Counter } from './counter.ts'
import { doneStep } from './done-step.ts'
import type { Serving } from './serving.ts'
import { createIssuingWalkIn, giveBack, type IssuingWalkIn } from './walk-in-issue.ts'
import { chosenOf, createLookUp, type LookUp, type StateOf } from './walk-in-look-up.ts'
import {
  accountOf,
  ends,
  forgets,
  looksUp,
  nobody,
  sweeps,
  withoutNumber,
  type Read,
  type WalkInState,
} from './walk-in-rules.ts'

type Handlers = Pick<KioskHandlers, 'findAccount' | 'chooseAccount' | 'issueWalkIn' | 'noSlipWalkIn'>

export interface WalkInDesk {
  /**
   * A card that has no pickup here. true: it is being looked up; false: this desk, or nobody signed in, does not serve
   * walk-ins.
   */
  byCard(cardId: string): boolean
  byDocument(document: MachineReadDocument): boolean
  /** A document while a walk-in is on the counter. */
  readonly readDocument: (document: MachineReadDocument) => void
  /** Something is under way that a scan must not disturb. */
  busy(): boolean
  /** After a step began or the hub was heard: a walk-in that nobody is served by any more is given back. */
  readonly sweep: () => void
  /** The policy or the hours may have changed: what is on show is decided again. */
  readonly redecide: () => void
  stop(): void
  readonly handlers: Handlers
}

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly serving: Serving
  readonly timers: Timers
  readonly refusedMs: number
  readonly doneMs: number
  readonly activity: () => void
}

export function createWalkInDesk(parts: Parts): WalkInDesk {
  const { services, counter } = parts
  let state = nobody
  const at: StateOf<WalkInState> = {
    get: () => state,
    set(next) {
      state = next
    },
  }
  const lookUp = createLookUp(parts, at)
  const sweep = () => sweepOpen(services, counter, lookUp, at)
  const issuing = createIssuingWalkIn({ ...parts, lookUp, sweep }, at)

  function start(queries: readonly AccountQuery[], document: Read | null): boolean {
    const may = mayServeWalkIns(services)
    if (!may.ok || queries.length === 0) return false
    void lookUp.begin(may.value, queries, document)
    return true
  }

  return {
    byCard: (cardId) => start([{ by: 'card', card: cardId }], null),
    byDocument(document) {
      const without = withoutNumber(document, deskDate(services.now()))
      const { family, given, truncated } = document
      const queries = birthsOf(document).map(
        (birthDate) => ({ by: 'document', birthDate, family, given, truncated }) as const,
      )
      return without !== null && start(queries, without)
    },
    readDocument: lookUp.readDocument,
    busy: () => state.issuing,
    sweep,
    redecide: lookUp.redecide,
    stop() {
      at.set(looksUp(state))
      issuing.callOff()
    },
    handlers: handlersOf(parts, at, lookUp, issuing),
  }
}

/** Whoever may serve somebody without a pickup now. L-401; L-225 with where to go; or what their role may not. */
function mayServeWalkIns({ signIn, requirePlace, now }: Services): Result<Session> {
  const session = signIn.session()
  if (session === null) return fail(failures.notSignedIn)
  const { desk, directory } = requirePlace()
  if (!walkInDesks.includes(desk.kind)) {
    const refused = { allowed: false, code: failures.preparedInAdvanceOnly, deskKinds: walkInDesks } as const
    const nothing = { address: null, sponsor: null, opensAt: null }
    return { ok: false, failure: failureOf({ ...refused, ...nothing }, directory, now(), { desk: desk.id }) }
  }
  const serves = permit('serving', session.role, desk.kind)
  return serves.ok ? ok(session) : serves
}

function sweepOpen(services: Services, counter: Counter, lookUp: LookUp, at: StateOf<WalkInState>): void {
  const { walkIns, pickups, slips, store } = services
  for (const walkIn of walkIns.open()) {
    const pickup = walkIn.pickup === null ? null : pickups.get(walkIn.pickup)
    const swept = sweeps(counter.step(), at.get().current, {
      ...{ walkIn, pickup },
      unsettled: pickup !== null && slips.unsettledOf(pickup.id) !== null,
      wasted: pickup === null ? 0 : slips.wasted(pickup.id, pickup.epoch),
    })
    switch (swept.do) {
      case 'keep':
        break
      case 'done':
        written(() => store.transact(() => walkIns.done(walkIn.id)))
        at.set(ends(at.get(), walkIn.id))
        break
      case 'give-back':
        giveBack(services, at, walkIn, swept.code)
        break
      case 'serve-anew': {
        giveBack(services, at, walkIn, swept.code)
        const failure: Failure = { code: failures.walkInCameToNothing, params: { code: swept.code } }
        if (chosenOf(at.get()) === null) lookUp.refuse(failure)
        else {
          at.set({ ...at.get(), read: null })
          lookUp.show('prove', failure)
        }
        break
      }
    }
  }
  if (lookUp.step() === null && at.get().current === null) at.set(forgets(at.get()))
}

function handlersOf(
  { services, counter, activity, doneMs }: Parts,
  at: StateOf<WalkInState>,
  lookUp: LookUp,
  issuing: IssuingWalkIn,
): Handlers {
  const { release, store, ledger, sync, now } = services

  /** Whoever serves a walk-in, and acts. */
  function acting(): Result<Session> {
    const may = mayServeWalkIns(services)
    if (may.ok) activity()
    return may
  }
  const busy = () => at.get().issuing || release.busy()
  /** The account that is being proved. */
  function proving(name: string) {
    const of = accountOf(at.get(), name)
    return of !== null && at.get().chosen === name && lookUp.step()?.phase === 'prove' ? of : null
  }

  return {
    findAccount({ search }) {
      const may = acting()
      if (!may.ok) return may
      if (busy()) return fail(failures.printerBusy)
      // A slip that is out is settled first.
      if (counter.step().step === 'hand-over') return fail(failures.slipUnsettled)
      return lookUp.begin(may.value, [{ by: 'search', text: search }], null)
    },
    chooseAccount({ account: name }) {
      const may = acting()
      if (!may.ok) return may
      const of = accountOf(at.get(), name)
      if (of === null || at.get().issuing || lookUp.step() === null) return fail(failures.pickupInAnotherState)
      lookUp.choose(of)
      return ok(null)
    },
    noSlipWalkIn({ account: name, reason }) {
      const may = acting()
      if (!may.ok) return may
      const of = proving(name)
      if (of === null) return fail(failures.pickupInAnotherState)
      if (busy()) return fail(failures.printerBusy)
      const noted = written(() => {
        store.transact(() => ledger.append({ kind: 'no-slip', actor: may.value.staff, facts: { reason } }))
      })
      if (!noted.ok) return noted
      sync.nudge()
      counter.go(doneStep('nothing-issued', of, now() + doneMs), doneMs)
      at.set(forgets(at.get()))
      return ok(null)
    },
    async issueWalkIn(asked) {
      const may = acting()
      if (!may.ok) return may
      const of = proving(asked.account)
      if (of === null) return fail(failures.pickupInAnotherState)
      if (busy()) return fail(failures.printerBusy)
      return issuing.issue(may.value, of, asked)
    },
  }
}
