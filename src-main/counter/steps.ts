/**
 * How the counter goes from step to step, as pure transitions. A step with a time-out returns to idle by itself, and
 * what the desk holds in memory for a step is forgotten with it: one table says through which steps each thing is kept.
 */
import type { CounterStep, DocumentView } from '../../src-shared/kiosk-api/index.ts'
import type { PickupId } from '../../src-shared/domain/index.ts'
import type { Apart } from '../identity/index.ts'
import type { BadgeInHand } from '../staff/index.ts'

export type StepName = CounterStep['step']
export type StepOf<S extends StepName> = Extract<CounterStep, { step: S }>

/** A machine-read document that matched the pickups of one person; it never holds a number or a birth date. */
export interface ReadDocument {
  readonly view: DocumentView
  readonly pickups: ReadonlySet<PickupId>
  /** When it was read, ms, and in whose session: it is in hand no longer than a verification would hold. */
  readonly readAt: number
  readonly session: string
}

/** A badge read for a purpose; its card id is kept in memory only until the PIN is entered or the step is left. */
export interface ReadBadge extends BadgeInHand {
  readonly purpose: 'sign-in' | 'choose-pin' | 'first-supervisor' | 'old-pin' | 'witness'
}

/** What the desk holds beside the step on show. None of it reaches a window. */
export interface Held {
  /** The document that was read in this visit. */
  readonly document: ReadDocument | null
  /** Whom a card, a code or an account's name has told from their namesakes in this visit. */
  readonly apart: Apart | null
  /** The step to come back to once a colleague has entered their PIN. */
  readonly behind: StepOf<'verify' | 'letter'> | null
  /** The badge whose PIN is awaited. */
  readonly badge: ReadBadge | null
  /** The person's own key between their old PIN and the new one; zeros as soon as the step is left. */
  readonly ownKey: Buffer | null
  /** The tag of a card that found nothing, for which delivery may be asked. */
  readonly card: Buffer | null
}

export const nothingHeld: Held = {
  document: null,
  apart: null,
  behind: null,
  badge: null,
  ownKey: null,
  card: null,
}

/** Whoever has two pickups shows their document once; after any other step the visit is over. */
const visit: readonly StepName[] = ['choose', 'verify', 'printing', 'hand-over']
/** The steps that keep what was held before them. What is in no list is held by the one step that it came with. */
const keptThrough: Readonly<Record<keyof Held, readonly StepName[]>> = {
  document: visit,
  apart: visit,
  behind: [],
  badge: [],
  ownKey: [],
  card: [],
}

export interface CounterState {
  readonly step: CounterStep
  /** After how long the step ends by itself, ms; null where it does not. */
  readonly lasts: number | null
  readonly held: Held
}

export const atRest: CounterState = { step: { step: 'idle' }, lasts: null, held: nothingHeld }

/** In the order in which they are carried out. */
export type CounterEffect =
  /** A key that is held no longer. */
  | { readonly do: 'wipe'; readonly key: Buffer }
  /** Any time-out before this one is called off. */
  | { readonly do: 'wait'; readonly ms: number | null }
  /** The rest of a scan that was begun on another screen must not become a scan of this one. */
  | { readonly do: 'flush-readers' }
  /** A step has begun: what hung on the one before may be over. */
  | { readonly do: 'stepped' }
  | { readonly do: 'show' }

export interface CounterMove {
  readonly state: CounterState
  readonly effects: readonly CounterEffect[]
}

/** A step, and what is held from its beginning on. */
export interface Going {
  readonly step: CounterStep
  readonly hold?: Partial<Held>
  readonly lasts?: number
}

function wiped(before: Held, after: Held): readonly CounterEffect[] {
  return before.ownKey === null || before.ownKey === after.ownKey ? [] : [{ do: 'wipe', key: before.ownKey }]
}

const keeps = (held: Held, what: keyof Held, next: StepName): boolean =>
  held[what] !== null && keptThrough[what].includes(next)

function keptBy(held: Held, next: StepName): Held {
  return {
    document: keeps(held, 'document', next) ? held.document : null,
    apart: keeps(held, 'apart', next) ? held.apart : null,
    behind: keeps(held, 'behind', next) ? held.behind : null,
    badge: keeps(held, 'badge', next) ? held.badge : null,
    ownKey: keeps(held, 'ownKey', next) ? held.ownKey : null,
    card: keeps(held, 'card', next) ? held.card : null,
  }
}

/** Begins a step: a new one, or the same one anew. */
export function goes(from: CounterState, { step, hold = {}, lasts }: Going): CounterMove {
  const held = { ...keptBy(from.held, step.step), ...hold }
  return {
    state: { step, lasts: lasts ?? null, held },
    effects: [
      ...wiped(from.held, held),
      { do: 'wait', ms: lasts ?? null },
      ...(step.step === from.step.step ? [] : [{ do: 'flush-readers' } as const]),
      { do: 'stepped' },
      { do: 'show' },
    ],
  }
}

/** Changes the present step without leaving it: its time-out goes on, and what it holds stays. */
export function amends(from: CounterState, step: CounterStep, hold: Partial<Held> = {}): CounterMove {
  const held = { ...from.held, ...hold }
  return { state: { ...from, step, held }, effects: [...wiped(from.held, held), { do: 'show' }] }
}

/** Changes what is held and nothing that shows. */
export function holds(from: CounterState, hold: Partial<Held>): CounterMove {
  const held = { ...from.held, ...hold }
  return { state: { ...from, held }, effects: wiped(from.held, held) }
}

/** A step that ends by itself stays once more as long, from `now`; null where the present one does not end. */
export function staysOn(from: CounterState, now: number): CounterMove | null {
  const { step, lasts, held } = from
  if (lasts === null || !('until' in step) || step.until === null) return null
  return goes(from, { step: { ...step, until: now + lasts }, hold: held, lasts })
}

/** Whoever is signed in awaits a colleague's badge and PIN at this step. */
export function awaitsColleague(step: CounterStep): step is StepOf<'verify' | 'letter'> {
  if (step.step === 'verify') return step.verification !== null && step.fourEyes === 'awaited'
  return step.step === 'letter' && step.fourEyes === 'awaited'
}

/** The step of a badge whose PIN is awaited. */
export function pinStep(
  badge: ReadBadge,
  attemptsLeft: number,
  until: number,
  { attests = null, lockedUntil = null }: Partial<Pick<StepOf<'pin'>, 'attests' | 'lockedUntil'>> = {},
): StepOf<'pin'> {
  const { member, purpose } = badge
  return { step: 'pin', staffName: member.name, attemptsLeft, lockedUntil, purpose, attests, until }
}
