/** Whoever has no pickup is looked up at the hub, and the accounts that were found are on show. */
import type { AccountQuery, FoundAccount } from '../../src-shared/hub-api/kiosk/walk-in.ts'
import type { WalkInStep } from '../../src-shared/kiosk-api/views/walk-in.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import { sealQuery } from '../../src-shared/protocol/lookup-query.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { MachineReadDocument } from '../identity/documents/index.ts'
import { deskDate, type Services } from '../desk/index.ts'
import type { Session } from '../staff/index.ts'
import { written } from '../storage/index.ts'
import type { Counter } from './counter.ts'
import { expiredAs } from './document-matches.ts'
import type { Serving } from './serving.ts'
import {
  accountOf,
  answered,
  documentOf,
  forgets,
  hubAway,
  looksUp,
  shownDocument,
  walkInStep,
  withoutNumber,
  type DeskFacts,
  type Found,
  type Read,
  type WalkInState,
} from './walk-in-rules.ts'

/** Where the walk-in desk's state is kept: its rooms share one. */
export interface StateOf<T> {
  get(): T
  set(next: T): void
}

export interface LookUp {
  begin(session: Session, queries: readonly AccountQuery[], document: Read | null): Promise<Result<null>>
  /** An account to serve; a pickup that waits here already is simply opened. */
  choose(of: FoundAccount): void
  /** A document while a walk-in is on the counter. */
  readonly readDocument: (document: MachineReadDocument) => void
  /** The walk-in step that is on the counter, if one is. */
  step(): WalkInStep | null
  show(phase: WalkInStep['phase'], notice: Failure | null, more?: boolean): void
  /** What is on show is decided again. */
  readonly redecide: () => void
  refuse(failure: Failure): void
  /** Writes down why a proof was refused. */
  writeDown(failure: Failure): void
  facts(): DeskFacts
}

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly serving: Serving
  readonly refusedMs: number
}

/** Before the hub has answered. */
const looking: WalkInStep = {
  ...{ step: 'walk-in', phase: 'looking', accounts: [], more: false, chosen: null, document: null },
  ...{ proofs: [], birthDateOnRecord: false, fourEyes: false, notice: null },
}

export function createLookUp(parts: Parts, at: StateOf<WalkInState>): LookUp {
  const { services, counter, serving, refusedMs } = parts
  const { signIn, keys, pickups, now } = services
  const facts = () => deskFacts(services)
  const step = () => {
    const current = counter.step()
    return current.step === 'walk-in' ? current : null
  }
  const show = (phase: WalkInStep['phase'], notice: Failure | null, more = step()?.more ?? false) =>
    counter.go(walkInStep(at.get(), facts(), phase, notice, more))

  function refuse(failure: Failure): void {
    at.set(forgets(at.get()))
    counter.go({ step: 'refused', failure, audience: 'staff', pickup: null, until: now() + refusedMs }, refusedMs)
  }

  function choose(of: FoundAccount, more?: boolean): void {
    const pickup = of.live?.here === true ? pickups.get(of.live.pickup) : null
    if (pickup === null || !pickupCan.beServed(pickup.state)) {
      at.set({ ...at.get(), chosen: of.account })
      show('prove', null, more)
      return
    }
    const view = documentOf(at.get(), keys.lookupKey, of)
    const document = view === null ? null : serving.readNow(view, [pickup.id])
    at.set(forgets(at.get()))
    serving.show(pickup, document, null)
  }

  /** Those who were found are on show: the one alone is served, of several one is chosen. */
  function showFound(found: Exclude<Found, { is: 'nobody' }>, phase: WalkInStep['phase'], more?: boolean): void {
    at.set(found.state)
    if (found.is === 'one') choose(found.account, more)
    else show(phase, null, more)
  }

  return {
    ...{ step, show, refuse, choose, facts },
    async begin(session, queries, document) {
      at.set(looksUp(at.get()))
      const { lookUp } = at.get()
      counter.go(looking)
      const reply = await ask(services, session, queries)
      const late = lookUp !== at.get().lookUp || step()?.phase !== 'looking' || signIn.session() !== session
      if (late) return ok(null)
      if (!reply.ok) {
        const failure = hubAway(reply.failure)
        refuse(failure)
        return { ok: false, failure }
      }
      const found = answered(at.get(), keys.lookupKey, reply.value.accounts, document)
      if (found.is === 'nobody') refuse({ code: failures.accountNotFound })
      else showFound(found, 'choose', reply.value.more)
      return ok(null)
    },
    readDocument(document) {
      const shown = step()
      if (shown === null || (shown.phase !== 'choose' && shown.phase !== 'prove')) return
      const found = shownDocument(at.get(), keys.lookupKey, withoutNumber(document, deskDate(now())))
      if (found.is !== 'nobody') {
        showFound(found, shown.phase)
        return
      }
      at.set(found.state)
      const failure: Failure =
        found.refused === failures.documentExpired
          ? expiredAs(document)
          : { code: found.refused ?? failures.documentDiffers }
      writeDown(services, failure)
      show(shown.phase, failure)
    },
    redecide() {
      const shown = step()
      if (shown === null || (shown.phase !== 'choose' && shown.phase !== 'prove')) return
      const next = walkInStep(at.get(), facts(), shown.phase, shown.notice, shown.more)
      if (JSON.stringify(next) !== JSON.stringify(shown)) counter.amend(next)
    },
    writeDown: (failure) => writeDown(services, failure),
  }
}

export function deskFacts({ requirePlace, signIn, views, keys, now }: Services): DeskFacts {
  return {
    place: requirePlace(),
    role: signIn.session()?.role ?? null,
    closed: views.closed(),
    lookupKey: keys.lookupKey,
    now: now(),
  }
}

/** The accounts of the first query that finds any: a document's year of birth may mean two. */
async function ask({ hub, keys, kiosk }: Services, session: Session, queries: readonly AccountQuery[]) {
  const call = (query: AccountQuery) =>
    hub.call('findAccounts', {
      body: { staff: session.staff, query: sealQuery(keys.lookupKey, kiosk, JSON.stringify(query)) },
    })
  const [first, ...others] = queries
  if (first === undefined) return fail(failures.accountNotFound)
  let reply = await call(first)
  for (const query of others) {
    if (!reply.ok || reply.value.accounts.length > 0) break
    reply = await call(query)
  }
  return reply
}

function writeDown({ store, ledger, signIn, sync }: Services, failure: Failure): void {
  written(() =>
    store.transact(() => {
      const session = signIn.session()
      ledger.append({
        kind: 'verification-refused',
        ...(session === null ? {} : { actor: session.staff }),
        facts: { code: failure.code },
      })
    }),
  )
  sync.nudge()
}

export const chosenOf = (state: WalkInState): FoundAccount | null => accountOf(state, state.chosen)
