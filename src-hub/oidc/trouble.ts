/**
 * What stands behind a failed conversation with a provider: it is away, the person gave up, its answer cannot be
 * trusted, or a setting is wrong. A wrong setting names itself and, where the provider says so, the value that was
 * expected. Never a secret, a code or a token.
 */
import * as client from 'openid-client'
import { isUnreached } from '../../src-shared/outgoing/index.ts'
import { fail, type Failure } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { skewSeconds, type ClientSettings, type SettingNames } from './settings.ts'

export type Trouble =
  | { readonly kind: 'away' }
  | { readonly kind: 'cancelled' }
  /** A code that is used or altered, another's answer, a signature that does not hold. */
  | { readonly kind: 'refused' }
  /** L-670 to L-674, L-676. */
  | { readonly kind: 'setting'; readonly failure: Failure }
  /** L-675. */
  | { readonly kind: 'clock'; readonly failure: Failure }

/** Where in the conversation: asking who the provider is, or exchanging the code that a browser brought back. */
export type Stage = 'discovery' | 'exchange'

const away: Trouble = { kind: 'away' }
const refused: Trouble = { kind: 'refused' }
const setting = (failure: { failure: Failure }): Trouble => ({ kind: 'setting', failure: failure.failure })

/**
 * Error words of RFC 6749 (4.1.2.1, 5.2) and OpenID Connect Core (3.1.2.6): no others are shown, since a browser may
 * bring any.
 */
const knownWords: ReadonlySet<string> = new Set([
  'invalid_request',
  'unauthorized_client',
  'unsupported_response_type',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'invalid_request_uri',
  'invalid_request_object',
  'request_not_supported',
  'request_uri_not_supported',
  'registration_not_supported',
])
/** The provider itself has something the matter with it, or asks for less. */
const awayWords: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable', 'slow_down'])

/** A certificate that is not trusted, by Node's names of OpenSSL's reasons. */
const certificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/

function codeBehind(error: unknown): string {
  let found = ''
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++)
    if ('code' in at && typeof at.code === 'string') found = at.code
  return found
}

const causeOf = (error: Error): unknown => (error.cause instanceof Error ? causeOf(error.cause) : error.cause)

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}
const textOf = (value: unknown) => (typeof value === 'string' ? value.slice(0, 300) : '')

/** L-675: `seconds` is how far the provider's clock is ahead of the hub's; negative behind. */
export function clockTrouble(seconds: number): Trouble {
  const [wayFi, waySv, wayEn] = seconds > 0 ? ['edellä', 'före', 'ahead of'] : ['jäljessä', 'efter', 'behind']
  const far = { seconds: Math.abs(Math.round(seconds)), allowed: skewSeconds, wayFi, waySv, wayEn }
  return { kind: 'clock', failure: fail(failures.providerClockOff, far).failure }
}

/** L-671: `why` is a word of the protocol or of TLS, the same in every language. */
export function nobodyThere(settings: ClientSettings, names: SettingNames, why: string): Trouble {
  return setting(fail(failures.providerSilent, { setting: `LODGE_HUB_${names}_ISSUER`, value: settings.issuer, why }))
}

export function otherIssuer(settings: ClientSettings, names: SettingNames, expected: string): Trouble {
  return setting(fail(failures.issuerWrong, { setting: `LODGE_HUB_${names}_ISSUER`, value: settings.issuer, expected }))
}

/** What a provider means by a word of RFC 6749, wherever it says it. */
export function troubleOfWord(word: string, settings: ClientSettings, names: SettingNames): Trouble {
  if (word === 'access_denied') return { kind: 'cancelled' }
  if (awayWords.has(word)) return away
  if (word === 'invalid_client')
    return setting(
      fail(failures.clientSecretWrong, {
        setting: `LODGE_HUB_${names}_CLIENT_SECRET_FILE`,
        other: `LODGE_HUB_${names}_CLIENT_ID`,
        value: settings.clientId,
      }),
    )
  if (!knownWords.has(word)) return refused
  const which = word === 'invalid_scope' ? 'SCOPE' : 'CLIENT_ID'
  return setting(fail(failures.providerRefuses, { setting: `LODGE_HUB_${names}_${which}`, error: word }))
}

/** What a provider means by a status without a word. */
function troubleOfStatus(response: Response, stage: Stage, settings: ClientSettings, names: SettingNames): Trouble {
  const { status } = response
  if (status >= 500 || status === 429 || status === 408 || status === 425) return away
  if (stage === 'discovery') return nobodyThere(settings, names, `HTTP ${status}`)
  if (status === 401) return troubleOfWord('invalid_client', settings, names)
  return setting(fail(failures.providerRefuses, { setting: `LODGE_HUB_${names}_ISSUER`, error: `HTTP ${status}` }))
}

/** A claim that is not what was expected: the issuer, the client, or something that binds the answer to this try. */
function troubleOfClaim(cause: unknown, settings: ClientSettings, names: SettingNames): Trouble {
  const claims = field(cause, 'claims')
  switch (field(cause, 'claim')) {
    case 'iss':
      return otherIssuer(settings, names, textOf(field(claims, 'iss')))
    case 'aud':
    case 'azp': {
      const aud = field(claims, 'aud')
      const expected = textOf(Array.isArray(aud) ? aud.map(textOf).join(' ') : aud)
      return setting(
        fail(failures.clientUnknown, { setting: `LODGE_HUB_${names}_CLIENT_ID`, value: settings.clientId, expected }),
      )
    }
    default:
      return refused
  }
}

/** A time that is too early or too late: by how much the provider's clock is off. */
function troubleOfTime(cause: unknown): Trouble {
  const now = field(cause, 'now')
  const claims = field(cause, 'claims')
  const at = field(claims, 'iat') ?? field(claims, textOf(field(cause, 'claim')))
  return typeof now === 'number' && typeof at === 'number' ? clockTrouble(at - now) : refused
}

/** What an error of the library comes to. Whatever is not known is `refused` in an exchange, and `away` before it. */
export function troubleOf(error: unknown, stage: Stage, settings: ClientSettings, names: SettingNames): Trouble {
  if (isUnreached(error)) {
    const code = codeBehind(error)
    return certificate.test(code) ? nobodyThere(settings, names, code) : away
  }
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError)
    return troubleOfWord(error.error, settings, names)
  if (error instanceof client.WWWAuthenticateChallengeError) return troubleOfWord('invalid_client', settings, names)
  if (!(error instanceof client.ClientError)) return stage === 'exchange' ? refused : away
  const cause = causeOf(error)
  switch (error.code) {
    case 'OAUTH_TIMEOUT':
    case 'OAUTH_ABORT':
      return away
    case 'OAUTH_RESPONSE_IS_NOT_CONFORM':
      return cause instanceof Response ? troubleOfStatus(cause, stage, settings, names) : away
    case 'OAUTH_RESPONSE_IS_NOT_JSON':
    case 'OAUTH_PARSE_ERROR': {
      if (stage === 'exchange')
        return cause instanceof Response && cause.status >= 400
          ? troubleOfStatus(cause, stage, settings, names)
          : refused
      const type = cause instanceof Response ? (cause.headers.get('content-type') ?? '') : ''
      return nobodyThere(settings, names, /^[\w.+/-]{1,60}/.exec(type)?.[0] ?? 'no JSON')
    }
    case 'OAUTH_INVALID_RESPONSE':
    case 'OAUTH_MISSING_SERVER_METADATA':
    case 'OAUTH_INVALID_SERVER_METADATA':
      return stage === 'exchange' ? refused : nobodyThere(settings, names, 'no OpenID Connect description')
    case 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED':
      return field(cause, 'attribute') === 'issuer'
        ? otherIssuer(settings, names, textOf(field(field(cause, 'body'), 'issuer')))
        : refused
    case 'OAUTH_JWT_CLAIM_COMPARISON_FAILED':
      return troubleOfClaim(cause, settings, names)
    case 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED':
      return troubleOfTime(cause)
    default:
      return stage === 'exchange' ? refused : away
  }
}
