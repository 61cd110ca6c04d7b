/**
 * Sign-in by OpenID Connect: authorization code with PKCE (RFC 7636), state and nonce kept at the hub, and the browser
 * that began is the one that must come back. The role comes from a claim; who has none of the roles does not come in.
 */
import { createHash } from 'node:crypto'
import * as client from 'openid-client'
import { Username } from '../../src-shared/hub-api/agent/session.ts'
import { HumanLabel, shownText } from '../../src-shared/domain/human-text.ts'
import type { AgentRole } from '../../src-shared/hub-api/authority.ts'
import type { FetchLimits } from '../../src-shared/outgoing/index.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db } from '../database/index.ts'
import { createProvider, newBinding, type ClientSettings, type Trouble } from '../oidc/index.ts'
import { endSessions } from './sessions.ts'

export interface OidcSettings extends ClientSettings {
  /** How the sign-in page names it. */
  readonly label: string
  readonly scope: string
  /** Claim that holds the roles: a text, or a list of them; a dot goes into an object. */
  readonly claim: string
  /** Values of the claim and what they may do here. The first that fits counts. */
  readonly roles: readonly (readonly [string, AgentRole])[]
}

const attemptMs = 10 * 60_000
const hashed = (text: string) => createHash('sha256').update(text).digest()

export interface OidcSignIn {
  readonly label: string
  /**
   * The setting, or the clock, that the last conversation with the provider showed to be wrong; null since one went
   * well.
   */
  trouble(): Failure | null
  /**
   * The provider's address, and what this browser must bring back in its cookie. L-665 when the provider is away, L-670
   * to L-676.
   */
  begin(now: number, returnTo: string): Promise<Result<{ address: string; keep: string }>>
  /** The account's name. Fails with L-665, L-670 to L-676. */
  finish(now: number, url: URL, kept: string): Promise<Result<string>>
}

/** The claim's values as texts. */
export function claimValues(claims: unknown, path: string): string[] {
  let at = claims
  // A claim's own name may hold dots (`https://example.org/roles`).
  if (typeof at === 'object' && at !== null && path in at) at = (at as Record<string, unknown>)[path]
  else
    for (const part of path.split('.'))
      at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[part] : undefined
  return (Array.isArray(at) ? at : [at]).filter((value): value is string => typeof value === 'string')
}

function nameOf(claims: Record<string, unknown>): string | null {
  for (const claim of ['preferred_username', 'email', 'sub']) {
    const text = claims[claim]
    const name = Username.safeParse(typeof text === 'string' ? text.toLowerCase() : null)
    if (name.success) return name.data
  }
  return null
}

interface Around extends Partial<FetchLimits> {
  /** Told of a wrong setting or clock, once for each that is new. */
  readonly onTrouble?: (failure: Failure) => void
}

export function createOidc(
  db: Db,
  settings: OidcSettings,
  { onTrouble = () => undefined, ...limits }: Around = {},
): OidcSignIn {
  const provider = createProvider(settings, 'OIDC', limits)
  let trouble: Failure | null = null

  function failureOf(found: Trouble): Result<never> {
    if (found.kind !== 'setting' && found.kind !== 'clock') return fail(failures.signInFailed, { why: 'provider' })
    if (trouble?.code !== found.failure.code) onTrouble(found.failure)
    trouble = found.failure
    return { ok: false, failure: found.failure }
  }

  return {
    label: settings.label,
    trouble: () => trouble,
    async begin(now, returnTo) {
      const binding = newBinding()
      const { state: keep, verifier, nonce } = binding
      const address = await provider.address(now, binding, { redirect_uri: returnTo, scope: settings.scope })
      if (!address.ok) return failureOf(address.trouble)
      await db.deleteFrom('oidc_attempt').where('expires_at', '<', now).execute()
      await db
        .insertInto('oidc_attempt')
        .values({ state_hash: hashed(keep), verifier, nonce, expires_at: now + attemptMs })
        .execute()
      return ok({ address: address.value.href, keep })
    },
    async finish(now, url, kept) {
      // Used up whatever comes of it. Without the cookie of the browser that began there is nothing to finish.
      const attempt = await db
        .deleteFrom('oidc_attempt')
        .where('state_hash', '=', hashed(kept))
        .returningAll()
        .executeTakeFirst()
      if (attempt === undefined || Number(attempt.expires_at) <= now)
        return fail(failures.signInFailed, { why: 'again' })
      const binding = { state: kept, nonce: attempt.nonce, verifier: attempt.verifier }
      const granted = await provider.exchange(now, url, binding)
      if (!granted.ok) return failureOf(granted.trouble)
      trouble = null
      const { claims, accessToken, config } = granted.value
      let all: Record<string, unknown> = claims
      try {
        // Many providers put groups into the user info alone.
        if (config.serverMetadata().userinfo_endpoint !== undefined && claimValues(all, settings.claim).length === 0)
          all = { ...(await client.fetchUserInfo(config, accessToken, claims.sub)), ...claims }
      } catch {
        return fail(failures.signInFailed, { why: 'provider' })
      }
      return signInAs(db, settings, now, claims, all)
    },
  }
}

/**
 * The account of the person that the provider names, made at the first sign-in. `all`: the claims of the token and of
 * the user info.
 */
async function signInAs(
  db: Db,
  settings: OidcSettings,
  now: number,
  claims: client.IDToken,
  all: Record<string, unknown>,
): Promise<Result<string>> {
  const values = claimValues(all, settings.claim)
  const role = settings.roles.find(([value]) => values.includes(value))?.[1]
  const username = nameOf(all)
  if (role === undefined || username === null) return fail(failures.signInFailed, { why: 'role' })
  const subject = `${claims.iss}|${claims.sub}`
  // The provider's word cannot be sent back: what would not be taken from a person is left out of it.
  const shown = typeof all.name === 'string' ? shownText(all.name.normalize('NFC')).trim().slice(0, 120) : ''
  const name = HumanLabel(120).safeParse(shown).data ?? username
  return transact(db, async (tx) => {
    const old = await tx
      .selectFrom('console_account')
      .selectAll()
      .where('subject', '=', subject)
      .forUpdate()
      .executeTakeFirst()
    if (old === undefined) {
      // A name that is someone else's here already is not handed to a stranger.
      const taken = await tx
        .selectFrom('console_account')
        .select('username')
        .where('username', '=', username)
        .executeTakeFirst()
      if (taken !== undefined) return fail(failures.signInFailed, { why: 'name' })
      await tx
        .insertInto('console_account')
        .values({ username, name, role, by: 'oidc', password: null, subject, disabled: false, created_at: now })
        .execute()
    } else {
      if (old.disabled) return fail(failures.accountOff)
      await tx.updateTable('console_account').set({ name, role }).where('username', '=', old.username).execute()
      if (old.role !== role) await endSessions(tx, old.username, null)
    }
    const who = old?.username ?? username
    await tx
      .insertInto('audit')
      .values({
        at: now,
        actor: who,
        act: 'signed-in',
        pickup: null,
        desk: null,
        detail: JSON.stringify({ by: 'oidc', role }),
      })
      .execute()
    return ok(who)
  })
}
