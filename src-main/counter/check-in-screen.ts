/**
 * Scans at a check-in screen (docs/architecture.md#words): it holds no pickups, so the hub is asked, and the hub tells
 * the desk's kiosk. Nobody signs in here and nothing is released; a card, a document or a pickup code says who has
 * come, and proves nothing.
 */
import { isOf } from '../../src-shared/failures/groups.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { DocumentKind } from '../../src-shared/domain/document-words.ts'
import type { CheckInAnswer, CheckInQuery } from '../../src-shared/hub-api/kiosk/check-in.ts'
import type { RequestView } from '../../src-shared/kiosk-api/views/requests.ts'
import { failureOfPlaces, placesAt } from '../../src-shared/policy/index.ts'
import { sealQuery } from '../../src-shared/protocol/lookup-query.ts'
import { cardTag } from '../../src-shared/protocol/tags.ts'
import { ok, unreachable, type Failure } from '../../src-shared/failures/result.ts'
import { birthsOf, documentExpired } from '../identity/documents/index.ts'
import { classifyScan } from '../identity/scans/index.ts'
import type { Scan } from '../readers/index.ts'
import { storageFailure } from '../storage/index.ts'
import { deskDate, type Services, type Timers } from '../desk/index.ts'
import type { Counter } from './counter.ts'
import { directions, forRecipient } from './directions.ts'

interface Parts {
  readonly services: Services
  readonly counter: Counter
  readonly timers: Timers
  readonly arrivalMs: number
  readonly refusedMs: number
  /** Where nothing waits for a card: whether delivery to this desk can be asked for. */
  readonly offerRequest: (card: Buffer) => RequestView | undefined
  readonly notify: (failure: Failure) => void
}

/** What somebody came with, beside what the hub says of it. */
interface Shown {
  readonly card: Buffer | null
  /** The kind of a document that has expired. */
  readonly expired: DocumentKind | null
  /** What is said where nothing waits. */
  readonly nothing: typeof failures.nothingToCollect | typeof failures.codeFindsNothing
}

/** Whoever stands there goes to the desk rather than wait longer for the hub, ms. */
const patienceMs = 8000
export interface CheckInScreen {
  readonly onScan: (scan: Scan) => void
  /** Answers that come later change nothing and touch no store. */
  stop(): void
}

interface Screen extends Parts {
  /** The newest look-up: an answer to an older one comes too late. */
  newest: number
  stopped: boolean
}

export function createCheckInScreen(parts: Parts): CheckInScreen {
  const screen: Screen = { ...parts, newest: 0, stopped: false }
  return {
    onScan: (scan) => guarded(screen, () => handle(screen, scan)),
    stop() {
      screen.stopped = true
    },
  }
}

function refuse(
  screen: Screen,
  failure: Failure,
  card: Buffer | null = null,
  where = directions(failure, screen.services.requirePlace(), screen.services.now()),
): void {
  screen.counter.go(
    {
      step: 'refused',
      failure,
      audience: 'recipient',
      pickup: null,
      where,
      until: screen.services.now() + screen.refusedMs,
    },
    screen.refusedMs,
  )
  // After the step is on: what belonged to the one before has been forgotten by then.
  const request = card === null ? undefined : screen.offerRequest(card)
  const step = screen.counter.step()
  if (request !== undefined && step.step === 'refused') screen.counter.amend({ ...step, request })
}

function show(screen: Screen, answer: CheckInAnswer, { card, expired, nothing }: Shown): void {
  switch (answer.outcome) {
    case 'nothing':
      if (answer.known === false) refuse(screen, { code: failures.cardOfNobody })
      else refuse(screen, { code: nothing }, card)
      return
    case 'elsewhere': {
      const { directory } = screen.services.requirePlace()
      refuse(
        screen,
        failureOfPlaces(failures.waitsAtAnotherDesk, answer.desks, directory, screen.services.now()),
        null,
        placesAt(directory, answer.desks, screen.services.now()),
      )
      return
    }
    case 'here': {
      const { initials, language, count, proofs, told } = answer
      screen.counter.go(
        {
          ...{
            step: 'arrival',
            initials,
            language,
            count,
            proofs,
            told,
            until: screen.services.now() + screen.arrivalMs,
          },
          ...(expired === null ? {} : { expired }),
        },
        screen.arrivalMs,
      )
      return
    }
    default:
      unreachable(answer)
  }
}

/** The first answer that is not "nothing": a document's year of birth may mean two. */
async function ask({ services: { hub, keys, kiosk } }: Screen, queries: readonly CheckInQuery[]) {
  const call = (query: CheckInQuery) =>
    hub.call('checkIn', {
      body: { query: sealQuery(keys.lookupKey, kiosk, JSON.stringify(query)) },
    })
  const [first, ...others] = queries
  if (first === undefined) return ok<CheckInAnswer>({ outcome: 'nothing' })
  let reply = await call(first)
  for (const query of others) {
    if (!reply.ok || reply.value.outcome !== 'nothing') break
    reply = await call(query)
  }
  return reply
}

async function lookUp(screen: Screen, queries: readonly CheckInQuery[], more: Partial<Shown>): Promise<void> {
  const shown: Shown = { card: null, expired: null, nothing: failures.nothingToCollect, ...more }
  const mine = ++screen.newest
  const current = () => !screen.stopped && mine === screen.newest && screen.counter.step().step === 'looking'
  screen.counter.go({ step: 'looking' })
  const cancel = screen.timers.set(() => {
    if (current()) refuse(screen, { code: failures.screenOffline })
  }, patienceMs)
  const reply = await ask(screen, queries)
  cancel()
  if (screen.stopped) return
  // The hub is there again: no need to wait for the next try.
  if (reply.ok && screen.services.sync.status().state !== 'online') void screen.services.sync.now()
  if (!current()) return
  guarded(screen, () => {
    if (reply.ok) show(screen, reply.value, shown)
    else if (isOf('not-answered', reply.failure.code)) refuse(screen, { code: failures.screenOffline })
    else refuse(screen, forRecipient(reply.failure))
  })
}

/** A disk that fails is an expected failure, with its code; nobody is left before a screen that waits for ever. */
function guarded(screen: Screen, act: () => void): void {
  try {
    act()
  } catch (error) {
    const failure = storageFailure(error)
    if (failure === null) throw error
    screen.notify(failure)
    if (screen.counter.step().step === 'looking') screen.counter.idle()
  }
}

function handle(screen: Screen, scan: Scan): void {
  if (screen.services.place() === null) {
    screen.notify({ code: failures.notEnrolled })
    return
  }
  const meaning = classifyScan(scan, deskDate(screen.services.now()))
  switch (meaning.kind) {
    case 'unreadable':
      screen.notify(meaning.failure)
      return
    case 'card':
      void lookUp(screen, [{ by: 'card', card: meaning.id }], {
        card: cardTag(screen.services.keys.lookupKey, meaning.id),
      })
      return
    case 'pickup-code':
      void lookUp(screen, [{ by: 'pickup-code', code: meaning.code }], { nothing: failures.codeFindsNothing })
      return
    case 'document': {
      const { family, given, truncated, kind } = meaning.document
      const expired = documentExpired(meaning.document, deskDate(screen.services.now())) ? kind : null
      void lookUp(
        screen,
        birthsOf(meaning.document).map((birthDate) => ({ by: 'document', birthDate, family, given, truncated })),
        { expired },
      )
      return
    }
    default:
      unreachable(meaning)
  }
}
