/** What a staff badge means at this moment, as a pure function over what the desk knows of its owner. */
import type { StaffRole } from '../../src-shared/domain/index.ts'
import { fail, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { StaffMember } from '../staff/index.ts'
import type { ReadBadge } from './steps.ts'

/** What signed-in staff asked for, which the next badge answers. */
export type Mode = 'none' | 'adding' | 'changing'

export interface BadgeFacts {
  readonly member: Pick<StaffMember, 'id' | 'role'>
  readonly standing: { readonly hasPin: boolean; readonly lockedUntil: number }
  /** Nothing that this desk can check vouches for the key behind the PIN. */
  readonly unvouched: boolean
  readonly session: { readonly staff: StaffMember['id']; readonly role: StaffRole } | null
  readonly mode: Mode
  /** What is open on the counter awaits a colleague. */
  readonly awaitsColleague: boolean
  /** Somebody has chosen a PIN at this desk. */
  readonly anyPin: boolean
  /** Whether the desk knows well enough who has been removed (L-409). */
  readonly maySignIn: Result<null>
  /** Whether this role serves at a desk of this kind. */
  readonly serves: Result<null>
  readonly now: number
}

export type BadgeMeans =
  /** `lockedUntil`: the screen counts down, and takes a PIN once it is over. */
  | { readonly do: 'ask-pin'; readonly purpose: ReadBadge['purpose']; readonly lockedUntil: number | null }
  /** Nobody is signed in, or somebody else is: the badge alone may be enough after an idle lock. */
  | { readonly do: 'sign-in' }
  /** The step that is open stays, and the failure is said beside it. */
  | { readonly do: 'notify'; readonly failure: Failure }
  | { readonly do: 'refuse'; readonly failure: Failure }

const notify = ({ failure }: { readonly failure: Failure }): BadgeMeans => ({ do: 'notify', failure })
const refuse = ({ failure }: { readonly failure: Failure }): BadgeMeans => ({ do: 'refuse', failure })
const ask = (purpose: ReadBadge['purpose']): BadgeMeans => ({
  ...{ do: 'ask-pin', purpose, lockedUntil: null },
})

function lockedOut({ standing, now }: BadgeFacts): ReturnType<typeof fail> | null {
  const left = standing.lockedUntil - now
  return left > 0 ? fail(failures.pinLocked, { minutes: Math.ceil(left / 60_000) }) : null
}

/** A colleague confirms what is open. */
function witnesses(facts: BadgeFacts, session: NonNullable<BadgeFacts['session']>): BadgeMeans {
  const { member, serves, maySignIn, standing } = facts
  const locked = lockedOut(facts)
  if (session.staff === member.id) return notify(fail(failures.needsSomebodyElse))
  if (!serves.ok) return notify(serves)
  if (!maySignIn.ok) return notify(maySignIn)
  if (!standing.hasPin) return notify(fail(failures.badgeHasNoPin))
  return locked === null ? ask('witness') : notify(locked)
}

/**
 * An introduction gives a first PIN, or one in place of a PIN whose key nothing vouches for; to replace another, or a
 * supervisor's, takes a supervisor.
 */
function introduces({ member, standing, unvouched }: BadgeFacts, role: StaffRole): BadgeMeans {
  const isFirst = !standing.hasPin || (member.role !== 'supervisor' && unvouched)
  return role === 'supervisor' || isFirst ? ask('choose-pin') : notify(fail(failures.needsSupervisor))
}

export function badgeMeans(facts: BadgeFacts): BadgeMeans {
  const { member, session, mode, standing, maySignIn } = facts
  const locked = lockedOut(facts)
  if (session !== null && mode === 'changing') {
    if (session.staff !== member.id) return notify(fail(failures.badgeOfSomebodyElse))
    return locked === null ? ask('old-pin') : notify(locked)
  }
  if (session !== null && facts.awaitsColleague) return witnesses(facts, session)
  if (session?.staff === member.id) return notify(fail(failures.cardProvesNothing))
  if (!facts.anyPin)
    return member.role === 'supervisor' ? ask('first-supervisor') : refuse(fail(failures.noFirstSupervisor))
  if (session !== null && mode === 'adding') return introduces(facts, session.role)
  if (!maySignIn.ok) return refuse(maySignIn)
  if (!standing.hasPin) return refuse(fail(failures.badgeHasNoPin))
  return locked === null ? { do: 'sign-in' } : { do: 'ask-pin', purpose: 'sign-in', lockedUntil: standing.lockedUntil }
}
