/** Whoever is signed in and acts at the counter. */
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Session, SignIn } from '../staff/index.ts'

/** The session of whoever acts now: their act puts the idle lock off. L-401 when nobody is signed in. */
export type Acting = () => Result<Session>

export function createActing(signIn: Pick<SignIn, 'session'>, activity: () => void): Acting {
  return () => {
    const session = signIn.session()
    if (session === null) return fail(failures.notSignedIn)
    activity()
    return ok(session)
  }
}

/** By whom a proof is recorded and spent. */
export const byOf = (session: Session) => ({ staff: session.staff, session: session.id })
