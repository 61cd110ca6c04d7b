/**
 * Signing in to the console. A session is a cookie (`__Host-lodge`), sent back by the browser; every unsafe call by
 * cookie brings the session's `csrf` in the header `csrfHeader`. Sign-in by OIDC is two addresses of a browser, not of
 * a program: `oidcStartPath`, which sends it to the provider, and the provider's way back.
 */
import { z } from 'zod'
import { FailureParams } from '../../domain/bounds.ts'
import { Instant, StoredInstant } from '../../domain/index.ts'
import { HumanLabel } from '../../domain/human-text.ts'
import { isErrorCode, type ErrorCode } from '../../failures/codes.ts'
import { noBody, none, route } from '../route.ts'
import { AgentRole } from './words.ts'

export const sessionCookie = '__Host-lodge'
export const csrfHeader = 'lodge-csrf'
export const oidcStartPath = '/v1/agent/oidc/start'
export const oidcReturnPath = '/v1/agent/oidc/return'
/** Of the console: `#TOKEN` behind it. A failed OIDC sign-in comes back to `/sign-in?failure=L-6xx`. */
export const welcomePath = '/welcome'

/** Sign-in names: what acts are recorded under. */
export const Username = z.string().regex(/^[a-z0-9][a-z0-9._@-]{1,79}$/)
/** At least twelve characters; common and personal ones are refused with L-653. */
export const Password = z.string().min(1).max(200)
const LinkToken = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

const Failed = z.object({ code: z.custom<ErrorCode>(isErrorCode), params: FailureParams.optional() })

export const SessionView = z.object({
  /** Acts are recorded under this. */
  name: z.string(),
  displayName: z.string(),
  role: AgentRole,
  by: z.enum(['local', 'oidc', 'token']),
  /** For `csrfHeader`; null for a token, which needs none. */
  csrf: z.string().nullable(),
  startedAt: StoredInstant,
  /** Ends then when nothing is asked before; and at `endsAt` whatever happens. */
  idleAt: StoredInstant,
  endsAt: StoredInstant,
  /** The institution's, for every time that the console shows. */
  timeZone: z.string(),
})
export type SessionView = z.infer<typeof SessionView>

export const sessionRoutes = {
  /**
   * What the sign-in page offers. `first`: no account exists, and the hub's log names the link that makes the first.
   */
  signInOptions: route('GET', '/v1/agent/sign-in', 'open', {
    query: none,
    body: noBody,
    reply: z.object({
      local: z.boolean(),
      /** `trouble`: what the last conversation with the provider showed to be wrong at the hub, L-670 to L-676. */
      oidc: z.object({ label: z.string(), trouble: Failed.nullable().default(null) }).nullable(),
      first: z.boolean(),
    }),
  }),
  /** Sets the cookie. Fails with L-650 (name or password), L-651 (locked for a while), L-652 (switched off). */
  signIn: route('POST', '/v1/agent/sign-in', 'code', {
    query: none,
    body: z.object({ username: z.string().max(80), password: Password }),
    reply: SessionView,
  }),
  signOut: route('POST', '/v1/agent/sign-out', 'agent', {
    query: none,
    body: none,
    reply: z.object({ signedOut: z.literal(true) }),
  }),
  /** Who is signed in. L-610 when nobody is. */
  session: route('GET', '/v1/agent/session', 'agent', { query: none, body: noBody, reply: SessionView }),
  /** One's own sessions; an administrator may ask for those of all. */
  sessions: route('GET', '/v1/agent/sessions', 'agent', {
    query: z.object({ of: z.enum(['mine', 'all']).default('mine') }),
    body: noBody,
    reply: z.object({
      sessions: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          current: z.boolean(),
          startedAt: Instant,
          lastSeenAt: Instant,
          endsAt: Instant,
          browser: z.string(),
        }),
      ),
    }),
  }),
  revokeSession: route('POST', '/v1/agent/sessions/revoke', 'agent', {
    query: none,
    body: z.object({ id: z.string().max(64) }),
    reply: z.object({ revoked: z.literal(true) }),
  }),
  /**
   * Ends every other session of the account. Fails with L-650 (the old one is wrong), L-653 (the rules), L-654 (signed
   * in by OIDC or token).
   */
  changePassword: route('POST', '/v1/agent/password', 'agent', {
    query: none,
    body: z.object({ old: Password, new: Password }),
    reply: z.object({ changed: z.literal(true) }),
  }),
  /**
   * The first account, by the one-time link of the hub's log. Signs in. Fails with L-655 (used, too old, or not the
   * newest), L-653.
   */
  firstAdministrator: route('POST', '/v1/agent/first-administrator', 'code', {
    query: none,
    body: z.object({ token: LinkToken, username: Username, name: HumanLabel(120), password: Password }),
    reply: SessionView,
  }),
  /** A password by the one-time link of an invitation. Signs in. Fails with L-655, L-653. */
  acceptInvitation: route('POST', '/v1/agent/invitation', 'code', {
    query: none,
    body: z.object({ token: LinkToken, password: Password }),
    reply: SessionView,
  }),
} as const

export const accountRoutes = {
  consoleAccounts: route('GET', '/v1/agent/accounts', 'agent', {
    query: none,
    body: noBody,
    reply: z.object({
      accounts: z.array(
        z.object({
          username: Username,
          name: z.string(),
          role: AgentRole,
          by: z.enum(['local', 'oidc']),
          disabled: z.boolean(),
          lockedUntil: StoredInstant,
          invitedUntil: StoredInstant,
          lastSignInAt: StoredInstant,
        }),
      ),
    }),
  }),
  /**
   * Makes or changes an account; ends its sessions when role or use changes. The last administrator that can sign in
   * stays one (L-656). A new local account has no password: invite it.
   */
  saveConsoleAccount: route('POST', '/v1/agent/accounts', 'agent', {
    query: none,
    body: z.object({
      username: Username,
      name: HumanLabel(120),
      role: AgentRole,
      disabled: z.boolean().default(false),
    }),
    reply: z.object({ saved: z.literal(true) }),
  }),
  /**
   * A one-time address to choose a password at, good for three days; the old password ends at once. Shown this once.
   */
  inviteConsoleAccount: route('POST', '/v1/agent/accounts/invite', 'agent', {
    query: none,
    body: z.object({ username: Username }),
    reply: z.object({ link: z.string(), expiresAt: Instant }),
  }),
} as const
