/**
 * Talking to the broker: OpenID Connect authorization code with PKCE (RFC 7636), state and nonce, the ID token's
 * signature checked. What comes back is looked at here and let go: neither a token nor an identity code is kept.
 */
import * as client from 'openid-client'
import { isUnreached, type FetchLimits } from '../../src-shared/outgoing/index.ts'
import { fail, ok, unreachable, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { clockTrouble, createProvider, newBinding, skewSeconds, type Binding, type Trouble } from '../oidc/index.ts'
import { eIdCallbackPath, type EIdSettings } from './settings.ts'

export interface Identified {
  readonly claims: Readonly<Record<string, unknown>>
  readonly acr: string
}

export interface Broker {
  newBinding(): Binding
  /** L-319 when the broker is away, L-327 when a setting is wrong. */
  address(binding: Binding, language: string, now: number): Promise<Result<string>>
  /**
   * L-315 (cancelled), L-319 (away), L-320 (not strong enough), L-321 (not made now), L-322 (cannot be verified), L-327
   * (a setting is wrong), L-328 (the clocks differ). `search`: the callback's query. `since`: s, when this try was
   * opened.
   */
  finish(binding: Binding, search: string, now: number, since: number): Promise<Result<Identified>>
}

interface Around extends Partial<FetchLimits> {
  /** Told of a wrong setting or clock, once for each that is new: whoever stands at the desk cannot mend it. */
  readonly onTrouble?: (failure: Failure) => void
}

export function createBroker(settings: EIdSettings, { onTrouble = () => undefined, ...limits }: Around = {}): Broker {
  const provider = createProvider(settings, 'EID', limits, [client.enableNonRepudiationChecks])
  const returnTo = new URL(eIdCallbackPath, settings.publicUrl).href
  let last: Failure | null = null

  function tell(failure: Failure): void {
    if (last?.code !== failure.code) onTrouble(failure)
    last = failure
  }

  /** What the desk and the phone are told; what is wrong with the settings is told to whoever runs the hub. */
  function failureOf(trouble: Trouble): Result<never> {
    switch (trouble.kind) {
      case 'away':
        return fail(failures.eIdSilent)
      case 'cancelled':
        return fail(failures.eIdCancelled)
      case 'refused':
        return fail(failures.eIdUnverifiable)
      case 'setting':
        tell(trouble.failure)
        return fail(failures.eIdMisconfigured)
      case 'clock':
        tell(trouble.failure)
        return fail(failures.eIdClockDiffers)
      default:
        return unreachable(trouble)
    }
  }

  return {
    newBinding,
    async address(binding, language, now) {
      const address = await provider.address(now, binding, {
        redirect_uri: returnTo,
        scope: settings.scope,
        // Who stands at the desk identifies now, whoever's session the browser may hold.
        prompt: 'login',
        max_age: '0',
        ui_locales: language,
        ...(settings.acr.length === 0 ? {} : { acr_values: settings.acr.join(' ') }),
      })
      return address.ok ? ok(address.value.href) : failureOf(address.trouble)
    },
    async finish(binding, search, now, since) {
      const granted = await provider.exchange(now, new URL(`${returnTo}${search}`), binding)
      if (!granted.ok) return failureOf(granted.trouble)
      last = null
      const { claims: given, accessToken, config } = granted.value
      const { acr, auth_time: authTime, iat } = given
      if (typeof acr !== 'string' || !settings.acr.includes(acr)) return fail(failures.eIdTooWeak)
      const seconds = Math.floor(now / 1000)
      // By the provider's own clock the person identified as this token was made, and that was before this try began.
      const early = since - skewSeconds
      if (typeof authTime === 'number' && authTime < early && iat < early && authTime >= iat - skewSeconds)
        return failureOf(clockTrouble(iat - seconds))
      // Made before this try began, or too long ago: somebody else's session, or an old one.
      if (
        typeof authTime !== 'number' ||
        authTime < since - skewSeconds ||
        seconds - authTime > settings.maxAgeSeconds + skewSeconds
      )
        return fail(failures.eIdTooOld)
      try {
        const more =
          config.serverMetadata().userinfo_endpoint === undefined
            ? {}
            : await client.fetchUserInfo(config, accessToken, given.sub)
        return ok({ claims: { ...more, ...given }, acr })
      } catch (error) {
        return fail(isUnreached(error) ? failures.eIdSilent : failures.eIdUnverifiable)
      }
    },
  }
}
