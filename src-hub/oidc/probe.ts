/**
 * Asks a provider, without a person, whether the settings of one client hold: its description, the client and the
 * address to come back to (an authorization request with `prompt=none`, OpenID Connect Core 3.1.2.1, which shows nobody
 * a page), the client's secret (a code that nobody was given), and its clock. Nobody is signed in and nothing is kept.
 */
import * as client from 'openid-client'
import type { ErrorParams } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { callOut, type FetchLimits } from '../../src-shared/outgoing/index.ts'
import { createProvider, newBinding } from './provider.ts'
import { skewSeconds, type ClientSettings, type SettingNames } from './settings.ts'
import { clockTrouble, troubleOfWord, type Trouble } from './trouble.ts'

export type Step = 'description' | 'client' | 'secret' | 'clock'
/** `trouble` null: it holds. `unknown`: the provider did not say; a person has to try. */
export interface Probed {
  readonly step: Step
  readonly trouble: Trouble | null | 'unknown'
}

export interface Asked {
  readonly scope: string
  /** Where people come back to; null: not known to whoever asks. */
  readonly returnTo: string | null
  /** The setting that it comes from. */
  readonly returnSetting: string
}

const limits = { totalMs: 10_000, maxBytes: 262_144 }
/** Answers of a provider that knows the client and the address, and only misses the person. */
const missesThePerson: ReadonlySet<string> = new Set([
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
])

const header = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value) ?? ''
const wrong = (
  code: typeof failures.clientUnknown | typeof failures.returnAddressWrong | typeof failures.providerRefuses,
  params: ErrorParams,
): Trouble => ({
  kind: 'setting',
  failure: { code, params },
})

/** What the answer to a request with `prompt=none` says of client, address and scope. */
function authorizationSays(
  status: number,
  location: string,
  page: string,
  settings: ClientSettings,
  names: SettingNames,
  { returnTo, returnSetting }: Asked & { readonly returnTo: string },
): Probed['trouble'] {
  if (status >= 500 || status === 429) return { kind: 'away' }
  const noClient = wrong(failures.clientUnknown, {
    setting: `LODGE_HUB_${names}_CLIENT_ID`,
    value: settings.clientId,
    expected: '–',
  })
  const noReturn = wrong(failures.returnAddressWrong, { setting: returnSetting, value: returnTo })
  if (status >= 300 && status < 400) {
    if (!location.startsWith(returnTo)) return /error=invalid_client/.test(location) ? noClient : 'unknown'
    const word = new URL(location).searchParams.get('error') ?? ''
    if (word === '' || missesThePerson.has(word)) return null
    const said = troubleOfWord(word, settings, names)
    return said.kind === 'refused' ? 'unknown' : said
  }
  // A sign-in form carries the request's own words (`client_id`, `redirect_uri`): it says nothing of them.
  if (status < 400) return 'unknown'
  // A provider that does not trust the address shows its own page: in which words is not laid down anywhere. One of an
  // unknown client may speak of an address too; of the client, a page about an address says only its parameter's name.
  if (/invalid_client|unauthorized_client|unknown client|client (?:is )?(?:not|in|un)/i.test(page)) return noClient
  if (/redirect[_ ]?ur[il]/i.test(page)) return noReturn
  if (/client[_ ]?id/i.test(page)) return noClient
  return wrong(failures.providerRefuses, { setting: `LODGE_HUB_${names}_CLIENT_ID`, error: `HTTP ${status}` })
}

const isCode = (trouble: Probed['trouble'], code: string) =>
  trouble !== null && trouble !== 'unknown' && 'failure' in trouble && trouble.failure.code === code

/** `now`: hub time, ms. Resolves with one entry for each step that could be taken; never rejects. */
export async function probeProvider(
  settings: ClientSettings,
  names: SettingNames,
  asked: Asked,
  now: () => number,
  given: Partial<FetchLimits> = {},
): Promise<readonly Probed[]> {
  const bounds = { ...limits, ...given }
  const provider = createProvider(settings, names, bounds)
  const config = await provider.discover(now())
  if (!config.ok) return [{ step: 'description', trouble: config.trouble }]
  const steps: Probed[] = [{ step: 'description', trouble: null }]
  const binding = newBinding()
  const returnTo = asked.returnTo ?? 'https://lodge.invalid/'
  const address = await provider.address(now(), binding, {
    redirect_uri: returnTo,
    scope: asked.scope,
    prompt: 'none',
  })
  if (!address.ok) return [...steps, { step: 'client', trouble: address.trouble }]
  try {
    const reply = await callOut({ method: 'GET', url: address.value, headers: {}, body: null, ...bounds })
    const { status, headers } = reply
    const page = Buffer.from(reply.bytes).toString('utf8')
    const says =
      asked.returnTo === null
        ? 'unknown'
        : authorizationSays(status, header(headers['location']), page, settings, names, { ...asked, returnTo })
    steps.push({ step: 'client', trouble: says })
    const at = Date.parse(header(headers['date']))
    const apart = (at - now()) / 1000
    steps.push({
      step: 'clock',
      trouble: Number.isNaN(at) ? 'unknown' : Math.abs(apart) > skewSeconds ? clockTrouble(apart) : null,
    })
  } catch {
    steps.push({ step: 'client', trouble: { kind: 'away' } })
  }
  // Of a client that it does not know a provider can say nothing more.
  const known = !steps.some(({ trouble }) => isCode(trouble, failures.clientUnknown))
  if (known)
    steps.push({
      step: 'secret',
      trouble: await secretSays(config.value, binding.state, returnTo, provider.troubleOf),
    })
  return steps
}

/** A code that nobody was given: who knows the client refuses the code and not the client. */
async function secretSays(
  config: client.Configuration,
  state: string,
  returnTo: string,
  troubleOf: (error: unknown) => Trouble,
): Promise<Probed['trouble']> {
  const back = new URL(returnTo)
  back.searchParams.set('code', 'lodge-doctor')
  back.searchParams.set('state', state)
  back.searchParams.set('iss', config.serverMetadata().issuer)
  try {
    await client.authorizationCodeGrant(config, back, {
      pkceCodeVerifier: client.randomPKCECodeVerifier(),
      expectedState: state,
    })
    return 'unknown'
  } catch (error) {
    if (error instanceof client.ResponseBodyError && error.error === 'invalid_grant') return null
    const trouble = troubleOf(error)
    return trouble.kind === 'refused' ? 'unknown' : trouble
  }
}
