/**
 * An OpenID Connect provider as the hub meets it: found out about once, asked by authorization code with PKCE (RFC
 * 7636), its ID token looked at by the hub's time and not by the machine's.
 */
import * as client from 'openid-client'
import { outgoingFetch, type FetchLimits } from '../../src-shared/outgoing/index.ts'
import { onLoopback, skewSeconds, type ClientSettings, type SettingNames } from './settings.ts'
import { clockTrouble, nobodyThere, troubleOf, type Trouble } from './trouble.ts'
import * as failures from '../../src-shared/failures/named.ts'

/** Longest that one question to the provider may take, whatever it does, and longest answer that is read. */
const usualLimits = { totalMs: 10_000, maxBytes: 1_048_576 }

/** The machine's clock may drift so far from the hub's before the library is told anew, seconds. */
const driftSeconds = 2

/** What one try is bound to. */
export interface Binding {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export type Told<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly trouble: Trouble }

export interface Grant {
  readonly claims: client.IDToken
  readonly accessToken: string
  readonly config: client.Configuration
}

export interface Provider {
  /** Asked once; a failure is asked again at the next try. `now`: hub time, ms. */
  discover(now: number): Promise<Told<client.Configuration>>
  /** Where a browser is sent. */
  address(now: number, binding: Binding, asked: Readonly<Record<string, string>>): Promise<Told<URL>>
  /** `url`: where the browser came back to, query and all. */
  exchange(now: number, url: URL, binding: Binding): Promise<Told<Grant>>
  readonly troubleOf: (error: unknown) => Trouble
}

export function newBinding(): Binding {
  return { state: client.randomState(), nonce: client.randomNonce(), verifier: client.randomPKCECodeVerifier() }
}

const told = <T>(value: T) => ({ ok: true, value }) as const
const stopped = (trouble: Trouble) => ({ ok: false, trouble }) as const

const descriptionPath = '/.well-known/openid-configuration'
const bare = (issuer: string) => issuer.replace(/\/$/, '')

/**
 * The provider says by which ways a client may prove itself: in the body where it may, else as RFC 6749, 2.3.1, has it
 * by default.
 */
function proving(secret: string | null): client.ClientAuth {
  if (secret === null) return client.None()
  const [post, basic] = [client.ClientSecretPost(secret), client.ClientSecretBasic(secret)]
  return (server, self, body, headers) => {
    const ways = server.token_endpoint_auth_methods_supported
    const byBody = ways === undefined || ways.includes('client_secret_post') || !ways.includes('client_secret_basic')
    return (byBody ? post : basic)(server, self, body, headers)
  }
}

/**
 * A time that is still to come says that the provider's clock is ahead by more than the minute that is allowed. `iat`
 * may be old: some providers (Microsoft Entra) date it five minutes back, for servers whose clocks are behind. That the
 * token belongs to this try is told by its nonce, and that it is still good by `exp`, which the library looks at.
 */
function clockOf(claims: client.IDToken, now: number): Trouble | null {
  const seconds = now / 1000
  if (claims.iat > seconds + skewSeconds) return clockTrouble(claims.iat - seconds)
  const { auth_time: authTime } = claims
  return typeof authTime === 'number' && authTime > seconds + skewSeconds ? clockTrouble(authTime - seconds) : null
}

export function createProvider(
  settings: ClientSettings,
  names: SettingNames,
  given: Partial<FetchLimits> = {},
  execute: readonly ((config: client.Configuration) => void)[] = [],
): Provider {
  const limits = { ...usualLimits, ...given }
  let known: { readonly asked: Promise<Told<client.Configuration>>; readonly skew: number } | null = null
  // The address of the description is what some providers call their issuer.
  const written = settings.issuer.endsWith(descriptionPath)
    ? settings.issuer.slice(0, -descriptionPath.length)
    : settings.issuer
  const local = onLoopback(settings.issuer) ? [client.allowInsecureRequests] : []
  const metadata = (skew: number) => ({ [client.clockSkew]: skew, [client.clockTolerance]: skewSeconds })
  const behind = (error: unknown, stage: 'discovery' | 'exchange') => troubleOf(error, stage, settings, names)

  const ask = (issuer: string, skew: number) =>
    client.discovery(new URL(issuer), settings.clientId, metadata(skew), proving(settings.clientSecret), {
      timeout: limits.totalMs / 1000,
      [client.customFetch]: outgoingFetch(limits),
      execute: [...execute, ...local],
    })

  /**
   * `https://id.example.org` and `https://id.example.org/` are one provider's: it goes by the form that it uses itself.
   */
  async function found(skew: number): Promise<Told<client.Configuration>> {
    try {
      return told(await ask(written, skew))
    } catch (error) {
      const trouble = behind(error, 'discovery')
      const named =
        trouble.kind === 'setting' && trouble.failure.code === failures.issuerWrong ? trouble.failure.params : undefined
      const own = typeof named?.['expected'] === 'string' ? named['expected'] : null
      if (own === null || own === written || bare(own) !== bare(written)) return stopped(trouble)
      try {
        return told(await ask(own, skew))
      } catch (second) {
        return stopped(behind(second, 'discovery'))
      }
    }
  }

  async function learn(skew: number): Promise<Told<client.Configuration>> {
    const asked = await found(skew)
    if (!asked.ok) return asked
    const { authorization_endpoint: to, token_endpoint: at } = asked.value.serverMetadata()
    if (to === undefined || at === undefined)
      return stopped(nobodyThere(settings, names, 'no OpenID Connect description'))
    return asked
  }

  async function discover(now: number): Promise<Told<client.Configuration>> {
    const skew = Math.round((now - Date.now()) / 1000)
    // A machine's clock that has moved against the hub's is told to the library with a description asked for anew.
    if (known === null || Math.abs(known.skew - skew) > driftSeconds) known = { asked: learn(skew), skew }
    const mine = known
    const asked = await mine.asked
    if (!asked.ok && known === mine) known = null
    return asked
  }

  return {
    discover,
    troubleOf: (error) => behind(error, 'exchange'),
    async address(now, { state, nonce, verifier }, asked) {
      const config = await discover(now)
      if (!config.ok) return config
      return told(
        client.buildAuthorizationUrl(config.value, {
          ...asked,
          state,
          nonce,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        }),
      )
    },
    async exchange(now, url, { state, nonce, verifier }) {
      const config = await discover(now)
      if (!config.ok) return config
      try {
        const tokens = await client.authorizationCodeGrant(config.value, url, {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        })
        const claims = tokens.claims()
        if (claims === undefined) return stopped({ kind: 'refused' })
        const clock = clockOf(claims, now)
        if (clock !== null) return stopped(clock)
        return told({ claims, accessToken: tokens.access_token, config: config.value })
      } catch (error) {
        return stopped(behind(error, 'exchange'))
      }
    },
  }
}
