/**
 * Someone without a pickup at the counter (docs/architecture.md#channels-and-rules-of-the-institution): looked up at
 * the hub, verified here first, then issued for against that verification, and printed. Online only. Whatever comes to
 * nothing midway is given back, and what was issued for it is disabled: an open walk-in exists only while its person is
 * being served.
 */
import type { Language, ProofKind, SlipId, WalkInId } from '../../src-shared/domain/index.ts'
import type { KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import type { AccountQuery, FoundAccount } from '../../src-shared/hub-api/kiosk/walk-in.ts'
import type { AccountView, WalkInStep } from '../../src-shared/kiosk-api/views/walk-in.ts'
import type { DocumentView } from '../../src-shared/kiosk-api/views/document.ts'
import { isOf } from '../../src-shared/failures/groups.ts'
import { pickupCan } from '../../src-shared/domain/pickup-states.ts'
import { channelOf, failureOf, proofsOf } from '../../src-shared/policy/index.ts'
import { sealQuery } from '../../src-shared/protocol/lookup-query.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import { issuesAs, walkInDesks } from '../../src-shared/domain/serving.ts'
import { areNamesakes, decideHere, sponsorHere, type Decided, type Proof, type WalkIn } from '../identity/index.ts'
import {
  birthsOf,
  birthStanding,
  expiryOn,
  matchName,
  mayBeShortened,
  needsEye,
  type DocumentBirth,
  type ExpirySeen,
  type MachineReadDocument,
} from '../identity/documents/index.ts'
import { fullName, initials } from '../pickups/index.ts'
import { permit, type Session } from '../staff/index.ts'
import { written } from '../storage/index.ts'
import { deskDate, type Services, type Timers } from '../desk/index.ts'
import type { Counter } from './counter.ts'
import type { Serving } from './serving.ts'

export interface WalkInDesk {
  /**
   * A card that has no pickup here. true: it is being looked up; false: this desk, or nobody signed in, does not serve
   * walk-ins.
   */
  byCard(cardId: string): boolean
  byDocument(document: MachineReadDocument): boolean
  /** A document while a walk-in is on the counter. */
  readDocument(document: MachineReadDocument): void
  /** Something is under way that a scan must not disturb. */
  busy(): boolean
  /** Before every push of the state: a walk-in that nobody is served by any more is given back. */
  sweep(): void
  stop(): void
  readonly handlers: Pick<KioskHandlers, 'findAccount' | 'chooseAccount' | 'issueWalkIn' | 'noSlipWalkIn'>
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

/** A read document without its number: what is compared with an account. */
interface Read extends Pick<
  MachineReadDocument,
  'kind' | 'issuerCountry' | 'family' | 'given' | 'truncated' | 'birthDate' | 'orBorn'
> {
  readonly expiry: Exclude<ExpirySeen, 'expired'>
}

/** null: it has expired. */
function withoutNumber(document: MachineReadDocument, today: string): Read | null {
  const { kind, issuerCountry, family, given, truncated, birthDate, orBorn } = document
  const expiry = expiryOn(document, today)
  return expiry === 'expired' ? null : { kind, issuerCountry, family, given, truncated, birthDate, orBorn, expiry }
}

/** While another desk has yet to give a pickup back, it is asked this often, ms. */
const askAgainMs = 2000

export function createWalkInDesk({
  services,
  counter,
  serving,
  timers,
  refusedMs,
  doneMs,
  activity,
}: Parts): WalkInDesk {
  const { store, ledger, pickups, slips, signIn, sync, walkIns, hub, keys, now } = services
  let found: readonly FoundAccount[] = []
  let read: Read | null = null
  /** The account that is being served, by name. */
  let chosen: string | null = null
  /** The walk-in under way, from its verification on. */
  let current: WalkInId | null = null
  let issuing = false
  let look = 0
  let cancelRetry: (() => void) | null = null

  function forget(): void {
    found = []
    read = null
    chosen = null
    cancelRetry?.()
    cancelRetry = null
  }

  const step = (): WalkInStep | null => {
    const at = counter.step()
    return at.step === 'walk-in' ? at : null
  }
  const account = (name: string | null): FoundAccount | null => found.find((each) => each.account === name) ?? null

  /** As a pickup of this account would be, for the policy. */
  function asPickup(of: FoundAccount): Decided {
    const { desk } = services.requirePlace()
    const { recipient, name, formerNames, language, account: named, sponsor, accountValidUntil } = of
    const person = {
      recipient,
      name,
      formerNames,
      language,
      account: named,
      sponsor,
      accountValidUntil,
      requestReference: null,
      address: null,
      namesake: false,
    }
    return {
      recipientClass: of.recipientClass,
      channel: channelOf(desk.kind),
      person,
      expiresAt: Infinity,
      revokePending: false,
    }
  }

  /** Whether whoever is signed in may issue for this account here. */
  function mayIssue(of: FoundAccount) {
    const role = signIn.session()?.role
    return role === undefined
      ? fail('L-401')
      : decideHere(services.requirePlace(), asPickup(of), { kind: 'issue', closed: null, by: issuesAs(role) }, now())
  }

  /**
   * Somebody else who was found has this name, and this birth date or one that the date which was shown bears out as
   * well: staff have chosen by the account's name. `keyed`: the date by eye; null: the document's that was read.
   */
  function hasNamesake(of: FoundAccount, keyed: string | null): boolean {
    const shown = keyed === null ? read : { birthDate: keyed, orBorn: null }
    const alsoBorn = (each: FoundAccount) =>
      each.birthTag === of.birthTag || (shown !== null && bornAs(shown, each) === 'whole')
    return found.some((each) => of.birthTag !== null && alsoBorn(each) && areNamesakes(of, each))
  }

  function accountView(of: FoundAccount): AccountView {
    const allowed = mayIssue(of)
    return {
      account: of.account,
      name: fullName(of.name),
      recipientClass: of.recipientClass,
      language: of.language,
      sponsor: sponsorHere(services.requirePlace(), asPickup(of), now()),
      live: of.live === null ? null : { here: of.live.here, desk: of.live.desk },
      blocked: allowed.ok ? services.views.closed() : allowed.failure,
    }
  }

  const bornAs = (document: DocumentBirth, of: FoundAccount) =>
    birthStanding(keys.lookupKey, document, of.birthTag === null ? null : Buffer.from(of.birthTag, 'base64url'))

  function matchOf(document: Read, of: FoundAccount): 'exact' | 'tolerant' | null {
    return bornAs(document, of) === 'whole' ? matchName(document, of.name, of.formerNames) : null
  }

  /** The document leaves open what the record knows of the birth date. */
  const fallsShort = (document: Read, of: FoundAccount) =>
    bornAs(document, of) === 'short' && matchName(document, of.name, of.formerNames) !== null

  /** Why a good document is nobody's of these: a machine cannot tell, or it is another person's. */
  function differs(document: Read, among: readonly FoundAccount[]): 'L-246' | 'L-302' | 'L-324' | 'L-336' {
    if (among.some((each) => fallsShort(document, each))) return 'L-324'
    const born = among.filter((of) => bornAs(document, of) === 'whole')
    if (born.some((of) => needsEye(of.name, of.formerNames))) return 'L-246'
    return born.some((of) => mayBeShortened(document, of.name, of.formerNames)) ? 'L-336' : 'L-302'
  }

  function documentView(of: FoundAccount): DocumentView | null {
    const nameMatch = read === null ? null : matchOf(read, of)
    if (read === null || nameMatch === null) return null
    return { kind: read.kind, issuerCountry: read.issuerCountry, expiry: read.expiry, nameMatch }
  }

  function refuse(failure: Failure): void {
    forget()
    counter.go({ step: 'refused', failure, audience: 'staff', pickup: null, until: now() + refusedMs }, refusedMs)
  }

  function show(phase: WalkInStep['phase'], notice: Failure | null): void {
    const of = account(chosen)
    const allowed = of === null ? null : mayIssue(of)
    const next: WalkInStep = {
      step: 'walk-in',
      phase,
      accounts: found.map(accountView),
      more: step()?.more ?? false,
      chosen: of === null ? null : accountView(of),
      document: of === null ? null : documentView(of),
      proofs:
        allowed?.ok === true
          ? proofsOf(services.requirePlace().policy, allowed.value.rule).filter((proof) => proof !== 'e-id')
          : [],
      birthDateOnRecord: of !== null && of.birthTag !== null,
      fourEyes: allowed?.ok === true && allowed.value.rule.fourEyes,
      notice,
    }
    counter.go(next)
  }

  function elsewhere(): Failure {
    const { desk, directory } = services.requirePlace()
    const refused = {
      allowed: false,
      code: 'L-225',
      deskKinds: walkInDesks,
      address: null,
      sponsor: null,
      opensAt: null,
    } as const
    return failureOf(refused, directory, now(), { desk: desk.id })
  }

  /** Whether someone without a pickup may be served now, and by whom. */
  function mayServe(): Result<Session> {
    const session = signIn.session()
    if (session === null) return fail('L-401')
    const { desk } = services.requirePlace()
    if (!walkInDesks.includes(desk.kind)) return { ok: false, failure: elsewhere() }
    const serves = permit('serving', session.role, desk.kind)
    return serves.ok ? ok(session) : serves
  }

  /** The accounts of the first query that finds any: a document's year of birth may mean two. */
  async function ask(session: Session, queries: readonly AccountQuery[]) {
    const call = (query: AccountQuery) =>
      hub.call('findAccounts', {
        body: { staff: session.staff, query: sealQuery(keys.lookupKey, services.kiosk, JSON.stringify(query)) },
      })
    const [first, ...others] = queries
    if (first === undefined) return fail('L-215')
    let reply = await call(first)
    for (const query of others) {
      if (!reply.ok || reply.value.accounts.length > 0) break
      reply = await call(query)
    }
    return reply
  }

  async function begin(
    session: Session,
    queries: readonly AccountQuery[],
    document: Read | null,
  ): Promise<Result<null>> {
    forget()
    const mine = ++look
    counter.go({
      ...{ step: 'walk-in', phase: 'looking', accounts: [], more: false, chosen: null, document: null },
      ...{ proofs: [], birthDateOnRecord: false, fourEyes: false, notice: null },
    })
    const reply = await ask(session, queries)
    if (mine !== look || step()?.phase !== 'looking' || signIn.session() !== session) return ok(null)
    if (!reply.ok) {
      const failure: Failure = isOf('not-asked', reply.failure.code) ? { code: 'L-217' } : reply.failure
      refuse(failure)
      return { ok: false, failure }
    }
    // Compared here once more: what the hub finds is not yet a proof.
    const accounts =
      document === null ? reply.value.accounts : reply.value.accounts.filter((each) => matchOf(document, each) !== null)
    if (accounts.length === 0) {
      refuse({ code: 'L-215' })
      return ok(null)
    }
    found = accounts
    read = document
    const only = accounts.length === 1 ? accounts[0] : undefined
    if (only !== undefined) choose(only)
    else show('choose', null)
    const at = step()
    if (at !== null && at.more !== reply.value.more) counter.amend({ ...at, more: reply.value.more })
    return ok(null)
  }

  /** A pickup that waits here already is simply opened. */
  function choose(of: FoundAccount): void {
    const pickup = of.live?.here === true ? pickups.get(of.live.pickup) : null
    if (pickup !== null && pickupCan.beServed(pickup.state)) {
      const view = documentView(of)
      const document = view === null ? null : serving.readNow(view, [pickup.id])
      forget()
      serving.show(pickup, document, null)
      return
    }
    chosen = of.account
    show('prove', null)
  }

  function note(failure: Failure): void {
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

  /** Gives a walk-in back where no paper of it is unaccounted for. */
  function abandon(walkIn: WalkIn, code: Failure['code']): Result<null> {
    if (walkIn.pickup !== null && slips.unsettledOf(walkIn.pickup) !== null) return ok(null)
    const done = written(() => {
      store.transact(() => {
        const pickup = walkIn.pickup === null ? null : pickups.get(walkIn.pickup)
        if (pickup !== null && !pickupCan.beServed(pickup.state)) walkIns.done(walkIn.id)
        else walkIns.abandon(walkIn, code)
      })
      return null
    })
    if (current === walkIn.id) current = null
    sync.nudge()
    return done
  }

  /** Back to the proof of identity with what went wrong, if that is still where the desk is. */
  function comeToNothing(id: WalkInId, failure: Failure): Result<never> {
    const walkIn = walkIns.get(id)
    const open = walkIn !== null && (walkIn.state === 'verified' || walkIn.state === 'issued')
    const gone = open ? abandon(walkIn, failure.code) : ok(null)
    const said: Failure = gone.ok ? failure : gone.failure
    const phase = step()?.phase
    if (phase === 'issuing' || phase === 'asked-back') show('prove', said)
    return { ok: false, failure: said }
  }

  function proofOf(
    of: FoundAccount,
    byEye: Parameters<WalkInDesk['handlers']['issueWalkIn']>[0]['byEye'],
  ): Result<Proof> {
    if (byEye === null) {
      const document = documentView(of)
      return document === null
        ? fail('L-303')
        : ok({
            kind: document.kind,
            method: 'machine-read',
            issuerCountry: document.issuerCountry,
            expiry: document.expiry,
          })
    }
    if (of.birthTag === null) return fail('L-306')
    const right = services.birthDates.check(of.recipient, byEye.birthDate, Buffer.from(of.birthTag, 'base64url'))
    if (!right.ok) return right
    return ok({
      kind: byEye.kind satisfies ProofKind,
      method: 'by-eye',
      issuerCountry: byEye.issuerCountry,
      expiry: 'by-eye',
    })
  }

  /** Everything that must hold before anybody is asked to issue anything; the printer first. */
  async function record(
    session: Session,
    of: FoundAccount,
    byEye: Parameters<typeof proofOf>[1],
  ): Promise<Result<WalkInId>> {
    const paper = await services.printer.check()
    if (!paper.canPrint) return { ok: false, failure: paper.failure ?? { code: 'L-503' } }
    if (signIn.session() !== session || step()?.phase !== 'prove' || chosen !== of.account) return fail('L-209')
    const allowed = mayIssue(of)
    if (!allowed.ok) return allowed
    const closed = services.views.closed()
    if (closed !== null) return { ok: false, failure: closed }
    const shown = proofOf(of, byEye)
    const proof: typeof shown =
      shown.ok && hasNamesake(of, byEye?.birthDate ?? null)
        ? ok({ ...shown.value, toldApart: 'account' as const })
        : shown
    if (!proof.ok) {
      if (['L-305', 'L-323', 'L-324'].includes(proof.failure.code)) note(proof.failure)
      return proof
    }
    if (proof.value.kind === 'e-id') return fail('L-304')
    const accepted = decideHere(
      services.requirePlace(),
      asPickup(of),
      { kind: 'verify', closed: null, proof: proof.value },
      now(),
    )
    if (!accepted.ok) {
      note(accepted.failure)
      return accepted
    }
    if (sync.status().state !== 'online') return fail('L-217')
    const seconds = services.requirePlace().policy.verificationSeconds
    const recorded = written(() =>
      store.transact(() =>
        walkIns.record(
          { ...of, birthTag: of.birthTag === null ? null : Buffer.from(of.birthTag, 'base64url') },
          proof.value,
          { staff: session.staff, session: session.id },
          seconds,
          allowed.value.rule.fourEyes,
        ),
      ),
    )
    if (!recorded.ok) return recorded
    current = recorded.value.id
    return ok(recorded.value.id)
  }

  /** Still the same person at the same counter, under the same hands. */
  const still = (session: Session, walkIn: WalkInId) =>
    signIn.session() === session &&
    current === walkIn &&
    step() !== null &&
    (walkIns.get(walkIn)?.expiresAt ?? 0) > now()

  /** The hub issues against what the ledger says; the grant comes by the feed and is bound as it arrives. */
  async function issue(
    session: Session,
    walkIn: WalkInId,
    of: FoundAccount,
    language: Language,
  ): Promise<Result<{ slip: SlipId | null }>> {
    const said = (failure: Failure): Failure => (isOf('not-asked', failure.code) ? { code: 'L-217' } : failure)
    const pushed = await sync.now()
    if (!pushed.ok) return comeToNothing(walkIn, said(pushed.failure))
    if (!still(session, walkIn)) return comeToNothing(walkIn, { code: 'L-307' })
    const reply = await hub.call('walkIn', { body: { walkIn, account: of.account } })
    if (!still(session, walkIn)) return comeToNothing(walkIn, { code: 'L-307' })
    if (!reply.ok && reply.failure.code === 'L-216') {
      show('asked-back', reply.failure)
      cancelRetry = timers.set(() => {
        cancelRetry = null
        void again(session, walkIn, of, language)
      }, askAgainMs)
      return { ok: false, failure: reply.failure }
    }
    // After the hub may have issued, nothing is certain but that it is given back.
    if (!reply.ok)
      return comeToNothing(
        walkIn,
        isOf('not-asked', reply.failure.code) ? { code: 'L-218', params: { code: reply.failure.code } } : reply.failure,
      )
    const pulled = await sync.now()
    const verification = walkIns.verificationOf(walkIn)
    const pickup = pickups.get(reply.value.pickup)
    if (!still(session, walkIn) || verification === null || pickup === null || pickup.state !== 'verified')
      return comeToNothing(walkIn, { code: 'L-218', params: { code: pulled.ok ? 'L-307' : pulled.failure.code } })
    const document = documentView(of)
    serving.showVerified(pickup, document, verification)
    // A colleague confirms before anything is printed, where policy asks for it.
    const at = counter.step()
    if (at.step === 'verify' && at.fourEyes !== 'not-needed') return ok({ slip: null })
    return serving.handlers.release({ pickup: pickup.id, verification, language })
  }

  async function again(session: Session, walkIn: WalkInId, of: FoundAccount, language: Language): Promise<void> {
    if (step()?.phase !== 'asked-back' || issuing) return
    if (!still(session, walkIn)) {
      comeToNothing(walkIn, { code: 'L-307' })
      return
    }
    issuing = true
    try {
      await issue(session, walkIn, of, language)
    } finally {
      issuing = false
      sweep()
    }
  }

  function served(walkIn: WalkIn): boolean {
    const at = counter.step()
    switch (at.step) {
      case 'walk-in':
        return walkIn.id === current
      case 'verify':
      case 'printing':
      case 'hand-over':
        return at.pickup.id === walkIn.pickup
      case 'pin':
        return at.purpose === 'witness'
      default:
        return false
    }
  }

  function sweep(): void {
    for (const walkIn of walkIns.open()) {
      if (walkIn.pickup === null) {
        if (!served(walkIn)) abandon(walkIn, 'L-307')
        continue
      }
      const pickup = pickups.get(walkIn.pickup)
      if (pickup === null || slips.unsettledOf(pickup.id) !== null) continue
      if (!pickupCan.beServed(pickup.state)) {
        written(() => store.transact(() => walkIns.done(walkIn.id)))
        if (current === walkIn.id) current = null
        continue
      }
      // Nothing came out, for certain: the secret is disabled, and the person, who still stands here, is served anew.
      const failed = pickup.state === 'arrived' && slips.wasted(pickup.id, pickup.epoch) === 0
      if (failed && served(walkIn)) {
        const at = counter.step()
        const cause = at.step === 'verify' ? (at.notice?.code ?? 'L-307') : 'L-307'
        abandon(walkIn, cause)
        if (account(chosen) !== null) {
          read = null
          show('prove', { code: 'L-218', params: { code: cause } })
        } else refuse({ code: 'L-218', params: { code: cause } })
      } else if (failed || !served(walkIn)) abandon(walkIn, 'L-307')
    }
    if (step() === null && current === null) forget()
  }

  function start(queries: readonly AccountQuery[], document: Read | null): boolean {
    const may = mayServe()
    if (!may.ok || queries.length === 0) return false
    void begin(may.value, queries, document)
    return true
  }

  return {
    byCard: (cardId) => start([{ by: 'card', card: cardId }], null),
    byDocument(document) {
      const without = withoutNumber(document, deskDate(now()))
      const { family, given, truncated } = document
      return (
        without !== null &&
        start(
          birthsOf(document).map((birthDate) => ({ by: 'document', birthDate, family, given, truncated })),
          without,
        )
      )
    },
    readDocument(document) {
      const at = step()
      if (at === null || (at.phase !== 'choose' && at.phase !== 'prove')) return
      const next = withoutNumber(document, deskDate(now()))
      const of = account(chosen)
      const among = of === null ? found : [of]
      const matching = next === null ? [] : among.filter((each) => matchOf(next, each) !== null)
      if (next === null || matching.length === 0) {
        read = null
        const failure: Failure = { code: next === null ? 'L-301' : differs(next, among) }
        note(failure)
        show(at.phase, failure)
        return
      }
      read = next
      const only = matching.length === 1 ? matching[0] : undefined
      if (only !== undefined) choose(only)
      else show(at.phase, null)
    },
    busy: () => issuing,
    sweep,
    stop() {
      look += 1
      cancelRetry?.()
    },

    handlers: {
      findAccount({ search }) {
        const may = mayServe()
        if (!may.ok) return may
        activity()
        if (issuing || services.release.busy()) return fail('L-511')
        if (slipInTheAir()) return fail('L-214')
        return begin(may.value, [{ by: 'search', text: search }], null)
      },
      chooseAccount({ account: name }) {
        const may = mayServe()
        if (!may.ok) return may
        activity()
        const of = account(name)
        if (of === null || issuing || step() === null) return fail('L-209')
        choose(of)
        return ok(null)
      },
      noSlipWalkIn({ account: name, reason }) {
        const may = mayServe()
        if (!may.ok) return may
        activity()
        const of = account(name)
        if (of === null || chosen !== name || step()?.phase !== 'prove') return fail('L-209')
        if (issuing || services.release.busy()) return fail('L-511')
        const noted = written(() => {
          store.transact(() => ledger.append({ kind: 'no-slip', actor: may.value.staff, facts: { reason } }))
        })
        if (!noted.ok) return noted
        sync.nudge()
        counter.go(
          {
            step: 'done',
            outcome: 'nothing-issued',
            initials: initials(of.name),
            language: of.language,
            until: now() + doneMs,
          },
          doneMs,
        )
        forget()
        return ok(null)
      },
      async issueWalkIn({ account: name, language, byEye }) {
        const may = mayServe()
        if (!may.ok) return may
        activity()
        const session = may.value
        const of = account(name)
        if (of === null || chosen !== name || step()?.phase !== 'prove') return fail('L-209')
        if (issuing || services.release.busy()) return fail('L-511')
        issuing = true
        try {
          const recorded = await record(session, of, byEye)
          if (!recorded.ok) {
            if (step()?.phase === 'prove') show('prove', recorded.failure)
            return recorded
          }
          show('issuing', null)
          const result = await issue(session, recorded.value, of, language)
          return result
        } finally {
          issuing = false
        }
      },
    },
  }

  /** A slip that is out is settled first. */
  function slipInTheAir(): boolean {
    return counter.step().step === 'hand-over'
  }
}
