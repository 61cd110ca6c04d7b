/**
 * Talking to the broker: OpenID Connect authorization code with PKCE (RFC 7636), state and nonce, the ID token's signature checked.
 * What comes back is looked at here and let go: neither a token nor an identity code is kept.
 */
import * as client from 'openid-client'
import { isUnreached, outgoingFetch, type FetchLimits } from '../../src-shared/outgoing/index.ts'
import { fail, ok, type Result } from '../../src-shared/result.ts'
import { eIdCallbackPath, onLoopback, type EIdSettings } from './settings.ts'

/** What one try is bound to. */
export interface Binding {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export interface Identified {
  readonly claims: Readonly<Record<string, unknown>>
  readonly acr: string
}

export interface Broker {
  newBinding(): Binding
  /** L-319 when the broker is away. */
  address(binding: Binding, language: string): Promise<Result<string>>
  /** L-315 (cancelled), L-319 (away), L-320 (not strong enough), L-321 (not made now), L-322 (cannot be verified). `search`: the callback's query. `since`: s, when this try was opened. */
  finish(binding: Binding, search: string, now: number, since: number): Promise<Result<Identified>>
}

/** Clocks of broker and hub may differ by so much, seconds. */
const skewSeconds = 10

/** Longest that one question to the broker may take, whatever it does, and longest answer that is read. */
const usualLimits = { totalMs: 10_000, maxBytes: 1_048_576 }

export function createBroker(settings: EIdSettings, given: Partial<FetchLimits> = {}): Broker {
  const limits = { ...usualLimits, ...given }
  let known: Promise<client.Configuration> | null = null
  const returnTo = new URL(eIdCallbackPath, settings.publicUrl).href

  function discover(): Promise<client.Configuration> {
    known ??= client
      .discovery(
        new URL(settings.issuer),
        settings.clientId,
        undefined,
        settings.clientSecret === null ? client.None() : client.ClientSecretPost(settings.clientSecret),
        {
          timeout: limits.totalMs / 1000,
          [client.customFetch]: outgoingFetch(limits),
          execute: [
            client.enableNonRepudiationChecks,
            ...(onLoopback(settings.issuer) ? [client.allowInsecureRequests] : []),
          ],
        },
      )
      .catch((error: unknown) => {
        // Asked again at the next try.
        known = null
        throw error
      })
    return known
  }

  function failureOf(error: unknown): Result<never> {
    if (error instanceof client.AuthorizationResponseError)
      return fail(error.error === 'access_denied' ? 'L-315' : 'L-319')
    // A wrong code, an altered token, another issuer, nonce or audience.
    if (error instanceof client.ResponseBodyError || error instanceof client.ClientError)
      return fail(isAway(error) ? 'L-319' : 'L-322')
    return fail('L-319')
  }

  return {
    newBinding: () => ({
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    }),
    async address({ state, nonce, verifier }, language) {
      try {
        const url = client.buildAuthorizationUrl(await discover(), {
          redirect_uri: returnTo,
          scope: settings.scope,
          state,
          nonce,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          // Who stands at the desk identifies now, whoever's session the browser may hold.
          prompt: 'login',
          max_age: '0',
          ui_locales: language,
          ...(settings.acr.length === 0 ? {} : { acr_values: settings.acr.join(' ') }),
        })
        return ok(url.href)
      } catch {
        return fail('L-319')
      }
    },
    async finish({ state, nonce, verifier }, search, now, since) {
      let config: client.Configuration
      try {
        config = await discover()
      } catch {
        return fail('L-319')
      }
      try {
        const tokens = await client.authorizationCodeGrant(config, new URL(`${returnTo}${search}`), {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        })
        const given = tokens.claims()
        if (given === undefined) return fail('L-322')
        const { acr, auth_time: authTime } = given
        if (typeof acr !== 'string' || !settings.acr.includes(acr)) return fail('L-320')
        const seconds = Math.floor(now / 1000)
        // Made before this try began, or too long ago: somebody else's session, or an old one.
        if (
          typeof authTime !== 'number' ||
          authTime < since - skewSeconds ||
          authTime > seconds + skewSeconds ||
          seconds - authTime > settings.maxAgeSeconds
        )
          return fail('L-321')
        const more =
          config.serverMetadata().userinfo_endpoint === undefined
            ? {}
            : await client.fetchUserInfo(config, tokens.access_token, given.sub)
        return ok({ claims: { ...more, ...given }, acr })
      } catch (error) {
        return failureOf(error)
      }
    },
  }
}

function isAway(error: Error & { code?: string }): boolean {
  return error.code === 'OAUTH_TIMEOUT' || error.code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' || isUnreached(error)
}
