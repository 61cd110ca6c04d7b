/**
 * Sign-in by OpenID Connect: authorization code with PKCE (RFC 7636), state and nonce kept at the hub, and the browser
 * that began is the one that must come back. The role comes from a claim; who has none of the roles does not come in.
 */
import { createHash } from 'node:crypto'
import * as client from 'openid-client'
import { Username } from '../../src-shared/agent-api/session.ts'
import type { AgentRole } from '../../src-shared/hub-authority.ts'
import { outgoingFetch, type FetchLimits } from '../../src-shared/outgoing/index.ts'
import { fail, ok, type Result } from '../../src-shared/result.ts'
import { transact, type Db } from '../database/index.ts'
import { endSessions } from './sessions.ts'

export interface OidcSettings {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string | null
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
  /** The provider's address, and what this browser must bring back in its cookie. L-665 when the provider is away. */
  begin(now: number, returnTo: string): Promise<Result<{ address: string; keep: string }>>
  /** The account's name. Fails with L-665. */
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

/** Longest that one question to the provider may take, whatever it does, and longest answer that is read. */
const usualLimits = { totalMs: 10_000, maxBytes: 1_048_576 }

export function createOidc(db: Db, settings: OidcSettings, given: Partial<FetchLimits> = {}): OidcSignIn {
  const limits = { ...usualLimits, ...given }
  let known: Promise<client.Configuration> | null = null
  const issuer = new URL(settings.issuer)
  const loopback = issuer.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(issuer.hostname)

  function discover(): Promise<client.Configuration> {
    known ??= client
      .discovery(
        issuer,
        settings.clientId,
        undefined,
        settings.clientSecret === null ? client.None() : client.ClientSecretPost(settings.clientSecret),
        // Plain HTTP only to this computer itself, for trying. Its mark as deprecated is a warning against anything else.
        {
          timeout: limits.totalMs / 1000,
          [client.customFetch]: outgoingFetch(limits),
          ...(loopback ? { execute: [client.allowInsecureRequests] } : {}),
        },
      )
      .catch((error: unknown) => {
        known = null
        throw error
      })
    return known
  }

  async function account(now: number, claims: client.IDToken, all: Record<string, unknown>): Promise<Result<string>> {
    const values = claimValues(all, settings.claim)
    const role = settings.roles.find(([value]) => values.includes(value))?.[1]
    const username = nameOf(all)
    if (role === undefined || username === null) return fail('L-665', { why: 'role' })
    const subject = `${claims.iss}|${claims.sub}`
    const name = typeof all.name === 'string' && all.name !== '' ? all.name.slice(0, 120) : username
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
        if (taken !== undefined) return fail('L-665', { why: 'name' })
        await tx
          .insertInto('console_account')
          .values({ username, name, role, by: 'oidc', password: null, subject, disabled: false, created_at: now })
          .execute()
      } else {
        if (old.disabled) return fail('L-652')
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

  return {
    label: settings.label,
    async begin(now, returnTo) {
      const keep = client.randomState()
      const verifier = client.randomPKCECodeVerifier()
      const nonce = client.randomNonce()
      let address: URL
      try {
        address = client.buildAuthorizationUrl(await discover(), {
          redirect_uri: returnTo,
          scope: settings.scope,
          state: keep,
          nonce,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        })
      } catch {
        return fail('L-665', { why: 'provider' })
      }
      await db.deleteFrom('oidc_attempt').where('expires_at', '<', now).execute()
      await db
        .insertInto('oidc_attempt')
        .values({ state_hash: hashed(keep), verifier, nonce, expires_at: now + attemptMs })
        .execute()
      return ok({ address: address.href, keep })
    },
    async finish(now, url, kept) {
      // Used up whatever comes of it. Without the cookie of the browser that began there is nothing to finish.
      const attempt = await db
        .deleteFrom('oidc_attempt')
        .where('state_hash', '=', hashed(kept))
        .returningAll()
        .executeTakeFirst()
      if (attempt === undefined || Number(attempt.expires_at) <= now) return fail('L-665', { why: 'again' })
      let claims: client.IDToken
      let all: Record<string, unknown>
      try {
        const config = await discover()
        const tokens = await client.authorizationCodeGrant(config, url, {
          pkceCodeVerifier: attempt.verifier,
          expectedState: kept,
          expectedNonce: attempt.nonce,
          idTokenExpected: true,
        })
        const given = tokens.claims()
        if (given === undefined) return fail('L-665', { why: 'provider' })
        claims = given
        all = given
        // Many providers put groups into the user info alone.
        if (config.serverMetadata().userinfo_endpoint !== undefined && claimValues(all, settings.claim).length === 0)
          all = { ...(await client.fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims }
      } catch {
        return fail('L-665', { why: 'provider' })
      }
      return account(now, claims, all)
    },
  }
}
