/**
 * Reads a directory over LDAP, encrypted: page by page (RFC 2696), everybody or what has changed since the last time
 * (`modifyTimestamp`, RFC 4512 3.4.4; `uSNChanged`, [MS-ADTS] 3.1.1.1.9). A reading that does not come to its end is
 * none: nothing of it is used.
 */
import { isIP } from 'node:net'
import {
  BusyError,
  Client,
  ResultCodeError,
  SizeLimitExceededError,
  TimeLimitExceededError,
  AdminLimitExceededError,
  UnavailableError,
  type Entry,
} from 'ldapts'
import type { LdapSourceSettings, PersonField } from '../../src-shared/hub-api/agent/people-sources.ts'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { Overdue, Stopping, withinDeadline } from '../../src-shared/outgoing/index.ts'
import type { Said, Unread } from './plan.ts'
import type { SourceReading } from './port.ts'
import { accountOf, readFacts } from './values.ts'

/** Connecting, encrypting and binding take at most so many time-outs. */
const stepsToBind = 3
/** Longest that a whole directory may take, ms. */
const wholeMs = 15 * 60_000
const binaryKeys = new Set(['objectguid', 'objectsid'])

/** Values of an attribute whose name the directory may write in any case. */
function valuesOf(entry: Entry, name: string): readonly (string | Buffer)[] {
  const found = Object.keys(entry).find((each) => each.toLowerCase() === name.toLowerCase())
  const value = found === undefined ? [] : entry[found]
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}
const textsOf = (entry: Entry, name: string): readonly string[] =>
  valuesOf(entry, name).map((value) => (typeof value === 'string' ? value : value.toString('utf8')))

function keyOf(entry: Entry, name: string): string {
  const [value] = valuesOf(entry, name)
  if (value === undefined || value.length === 0) return entry.dn
  return typeof value === 'string' ? value : value.toString('hex')
}

function classOf(settings: LdapSourceSettings, values: readonly string[]): readonly string[] {
  const has = new Set(values.map((value) => value.toLowerCase()))
  const mapped = settings.classes.find(({ value }) => has.has(value.toLowerCase()))?.class
  if (mapped !== undefined) return [mapped]
  // Without a table the directory's own words count.
  if (settings.classes.length === 0 && values.length > 0) return values
  return settings.otherClass === null ? [] : [settings.otherClass]
}

/** One entry of the directory. */
export function readEntry(settings: LdapSourceSettings, entry: Entry): Said | Unread {
  const key = keyOf(entry, settings.keyAttribute)
  const raw: Partial<Record<PersonField, readonly string[]>> = {}
  for (const [field, attribute] of Object.entries(settings.attributes))
    if (attribute !== undefined) raw[field as PersonField] = textsOf(entry, attribute)
  if (raw.class !== undefined || settings.otherClass !== null) raw.class = classOf(settings, raw.class ?? [])
  const [first = ''] = textsOf(entry, settings.accountAttribute)
  const account = accountOf(first)
  const place = entry.dn
  if (account === null)
    return { key, place, account: '', failure: fail(failures.attributeUnusable, { field: 'account' }).failure }
  const facts = readFacts(raw, settings.own)
  return facts.ok ? { key, place, account, facts: facts.value } : { key, place, account, failure: facts.failure }
}

const cutOff = [SizeLimitExceededError, TimeLimitExceededError, AdminLimitExceededError]

/** What went wrong, in words that hold nothing of anybody. `begun`: a page had come. */
function failureOf(error: unknown, begun: boolean): Failure {
  if (cutOff.some((kind) => error instanceof kind) && error instanceof ResultCodeError)
    return fail(failures.sourceCutOff, { why: `LDAP ${error.code}` }).failure
  if (error instanceof ResultCodeError && !(error instanceof BusyError || error instanceof UnavailableError))
    return fail(failures.sourceRefused, { why: `LDAP ${error.code} ${error.name.replace(/Error$/, '')}` }).failure
  const code = (error as { code?: unknown }).code
  const why =
    error instanceof Overdue
      ? 'timeout'
      : error instanceof Stopping
        ? 'stopping'
        : typeof code === 'string'
          ? code
          : error instanceof ResultCodeError
            ? `LDAP ${error.code}`
            : error instanceof Error && /timeout/i.test(error.message)
              ? 'timeout'
              : 'connection lost'
  return fail(begun ? failures.sourceCutOff : failures.sourceAway, { why }).failure
}

interface Mark {
  /** Which server's numbers these are; an update sequence number means nothing at another. */
  readonly server: string
  readonly at: string
}
function readMark(text: string | null): Mark | null {
  if (text === null) return null
  const [server = '', at = ''] = text.split('|')
  return /^\d+(?:\.\d+)?Z?$/.test(at) ? { server, at } : null
}

/** The later of two marks of one kind: digits of the same form are longer, or come later. */
const later = (a: string, b: string) => (a.length === b.length ? (a > b ? a : b) : a.length > b.length ? a : b)

function tlsOf(settings: LdapSourceSettings) {
  const host = new URL(settings.url).hostname.replace(/^\[|\]$/g, '')
  return {
    host,
    minVersion: 'TLSv1.2' as const,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(settings.ca === null ? {} : { ca: settings.ca }),
  }
}

export interface LdapReader {
  /** `since`: the mark of the last reading; null reads everybody. */
  read(since: string | null): Promise<Result<SourceReading>>
}

export function createLdapReader(settings: LdapSourceSettings, bindPassword: string, stop?: AbortSignal): LdapReader {
  const tls = tlsOf(settings)
  const active = settings.flavour === 'active-directory'
  const changedAttribute = active ? 'uSNChanged' : 'modifyTimestamp'
  const attributes = [
    ...new Set([
      settings.keyAttribute,
      settings.accountAttribute,
      changedAttribute,
      ...Object.values(settings.attributes).flatMap((name) => name ?? []),
    ]),
  ]
  const asBuffers = binaryKeys.has(settings.keyAttribute.toLowerCase()) ? [settings.keyAttribute] : []

  /** A server that is reached by another name today counts its changes otherwise. */
  async function serverOf(client: Client): Promise<string> {
    if (!active) return ''
    const { searchEntries } = await client.search('', { scope: 'base', attributes: ['dnsHostName'] })
    return (
      (searchEntries[0] === undefined ? [] : textsOf(searchEntries[0], 'dnsHostName'))[0]?.replaceAll('|', '') ?? ''
    )
  }

  async function pages(client: Client, since: string | null, onPage: () => void): Promise<SourceReading> {
    const server = await serverOf(client)
    const mark = readMark(since)
    const from = mark !== null && mark.server === server ? mark.at : null
    const filter = from === null ? settings.filter : `(&${settings.filter}(${changedAttribute}>=${from}))`
    const said: Said[] = []
    const unread: Unread[] = []
    let newest = from ?? ''
    const asked = {
      scope: 'sub' as const,
      filter,
      attributes,
      explicitBufferAttributes: asBuffers,
      paged: { pageSize: settings.pageSize },
    }
    // A library that connects anew by itself would do so without StartTLS, and unbound.
    if (!client.isConnected || !client.isBound) throw new Error('connection lost')
    const answers = client.searchPaginated(settings.baseDn, asked)
    for (;;) {
      const answer = await withinDeadline(2 * settings.timeoutMs, () => answers.next(), stop)
      if (answer.done === true) break
      const { searchEntries } = answer.value
      onPage()
      for (const entry of searchEntries) {
        const row = readEntry(settings, entry)
        if ('failure' in row) unread.push(row)
        else said.push(row)
        newest = later(newest, textsOf(entry, changedAttribute)[0] ?? '')
      }
    }
    return { said, unread, whole: from === null, mark: newest === '' ? null : `${server}|${newest}` }
  }

  async function enter(client: Client): Promise<void> {
    if (settings.startTls) await client.startTLS(tls)
    if (settings.startTls && !client.isConnected) throw new Error('connection lost')
    await client.bind(settings.bindDn, bindPassword)
  }

  return {
    async read(since) {
      let begun = false
      try {
        const reading = await withinDeadline(
          wholeMs,
          async (signal) => {
            const client = new Client({
              url: settings.url,
              timeout: settings.timeoutMs,
              connectTimeout: settings.timeoutMs,
              ...(settings.startTls ? {} : { tlsOptions: tls }),
            })
            const letGo = () => client.unbind().catch(() => undefined)
            signal.addEventListener('abort', () => void letGo(), { once: true })
            try {
              await withinDeadline(stepsToBind * settings.timeoutMs, () => enter(client), stop)
              signal.throwIfAborted()
              return await pages(client, since, () => {
                begun = true
              })
            } finally {
              // One that does not answer would not answer this either.
              void letGo()
            }
          },
          stop,
        )
        return ok(reading)
      } catch (error) {
        return { ok: false, failure: failureOf(error, begun) }
      }
    },
  }
}
