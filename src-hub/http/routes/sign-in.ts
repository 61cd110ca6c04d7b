/** Signing in, sessions and accounts of the console. */
import {
  welcomePath,
  type accountRoutes,
  type sessionRoutes,
  type SessionView,
} from '../../../src-shared/hub-api/agent/session.ts'
import { timeZone } from '../../../src-shared/domain/zone.ts'
import { fail, ok, type Result } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import {
  acceptInvitation,
  anyAccount,
  beginSession,
  changePassword,
  endSession,
  findSession,
  inviteAccount,
  listAccounts,
  listSessions,
  makeFirstAdministrator,
  saveAccount,
  signInLocally,
  type Session,
} from '../../sign-in/index.ts'
import type { RouteParts, SomeHandlers, Visitor } from '../handlers.ts'

function viewOf(session: Session): SessionView {
  const { username, displayName, role, by, csrf, startedAt, idleAt, endsAt } = session
  return { name: username, displayName, role, by, csrf, startedAt, idleAt, endsAt, timeZone: timeZone() }
}

export function signInHandlers(
  parts: RouteParts,
): SomeHandlers<keyof typeof sessionRoutes | keyof typeof accountRoutes> {
  const { db, now } = parts
  const local = parts.console?.local ?? true
  const oidc = parts.console?.oidc ?? null

  /** A new session for who has just proved to be it; the one this browser came with ends. */
  async function begin(username: Result<string>, visitor: Visitor): Promise<Result<SessionView>> {
    if (!username.ok) return username
    const raw = await beginSession(db, now(), username.value, visitor.browser, visitor.cookie)
    const session = await findSession(db, raw, now())
    if (!session.ok) return session
    visitor.setCookie(raw)
    return ok(viewOf(session.value))
  }

  const note = (actor: string, act: string, detail: object) =>
    db
      .insertInto('audit')
      .values({ at: now(), actor, act, pickup: null, desk: null, detail: JSON.stringify(detail) })
      .execute()

  return {
    signInOptions: async () =>
      ok({
        local,
        oidc: oidc === null ? null : { label: oidc.label, trouble: oidc.trouble() },
        first: local && !(await anyAccount(db)),
      }),
    signIn: async ({ body, visitor }) =>
      local ? begin(await signInLocally(db, now(), body), visitor) : fail(failures.passwordWrong),
    firstAdministrator: async ({ body, visitor }) =>
      local ? begin(await makeFirstAdministrator(db, now(), body), visitor) : fail(failures.linkSpent),
    acceptInvitation: async ({ body, visitor }) =>
      local ? begin(await acceptInvitation(db, now(), body), visitor) : fail(failures.linkSpent),
    signOut: async ({ agent, session, visitor }) => {
      if (session !== null) {
        await endSession(db, session.id, session.username)
        await note(agent.name, 'signed-out', {})
      }
      visitor.setCookie(null)
      return ok({ signedOut: true as const })
    },
    session: async ({ session, agent }) =>
      ok(
        session === null
          ? {
              name: agent.name,
              displayName: agent.name,
              role: agent.role,
              by: 'token' as const,
              csrf: null,
              startedAt: null,
              idleAt: null,
              endsAt: null,
              timeZone: timeZone(),
            }
          : viewOf(session),
      ),
    sessions: async ({ query, agent, session }) => {
      if (query.of === 'all' && agent.role !== 'administrator') return fail(failures.roleNotAllowed)
      const rows =
        query.of === 'mine' && session === null
          ? []
          : await listSessions(db, now(), query.of === 'all' ? null : agent.name)
      return ok({ sessions: rows.map((row) => ({ ...row, current: row.id === session?.id })) })
    },
    revokeSession: async ({ body, agent, session }) => {
      const mine = session === null ? '' : session.username
      const done = await endSession(db, body.id, agent.role === 'administrator' ? null : mine)
      if (done === null) return fail(failures.notFound, { what: 'session' })
      await note(agent.name, 'session-ended', { of: done })
      return ok({ revoked: true as const })
    },
    changePassword: async ({ body, agent, session }) => {
      const done = await changePassword(db, now(), { username: agent.name, session: session?.id ?? null }, body)
      return done.ok ? ok({ changed: true as const }) : done
    },
    consoleAccounts: async () => ok({ accounts: await listAccounts(db, now()) }),
    saveConsoleAccount: async ({ body, agent }) => {
      const done = await saveAccount(db, now(), agent.name, body)
      return done.ok ? ok({ saved: true as const }) : done
    },
    inviteConsoleAccount: async ({ body, agent, visitor }) => {
      const made = await inviteAccount(db, now(), agent.name, body.username)
      if (!made.ok) return made
      return ok({
        link: `${parts.console?.address ?? visitor.origin}${welcomePath}#${made.value.token}`,
        expiresAt: made.value.expiresAt,
      })
    },
  }
}
