/**
 * A directory over LDAP: the password by RFC 3062's extended operation (OpenLDAP and others) or by `unicodePwd` (Active
 * Directory). TLS only. Each job has a connection of its own: a library that reconnects by itself would reconnect
 * without StartTLS, so nothing is sent over a connection that is not known to be bound and encrypted.
 */
import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import {
  Attribute,
  BusyError,
  Change,
  Client,
  ConstraintViolationError,
  Filter,
  ResultCodeError,
  SizeLimitExceededError,
  UnavailableError,
  UnwillingToPerformError,
} from 'ldapts'
import { randomBytes } from 'node:crypto'
import { Overdue, Stopping, withinDeadline } from '../../src-shared/outgoing/index.ts'
import { wipeable } from '../../src-shared/protocol/wipeable.ts'
import type { ExpireRequest, SecretSource, SetRequest, SourceOutcome } from './port.ts'

export interface LdapSettings {
  /** `ldaps://host` or, with `startTls`, `ldap://host`. */
  readonly url: string
  readonly startTls: boolean
  /** PEM of the authority to trust instead of the usual ones. */
  readonly ca?: string
  readonly bindDn: string
  readonly bindPassword: string
  readonly baseDn: string
  /** Finds one account: `{account}` is put in escaped (RFC 4515). */
  readonly filter: string
  readonly flavour: 'rfc3062' | 'active-directory'
  /** `ppolicy`: the overlay's `pwdReset` is set and checked. `none`: the directory has nothing of the kind. */
  readonly mustChange: 'ppolicy' | 'none'
  /** Longest that one answer may take, ms; a whole job takes at most three times that, whatever the directory does. */
  readonly timeoutMs?: number
  /** Aborts when the hub has waited long enough for what is out. */
  readonly stop?: AbortSignal
}

/**
 * For `doctor`: whether the directory lets the hub in and has the place that accounts are looked for in. Changes
 * nothing.
 */
interface Checked {
  check(): Promise<SourceOutcome>
}

const passwordModify = '1.3.6.1.4.1.4203.1.11.1'
/** OpenLDAP's ppolicy: locked until somebody unlocks it (slapo-ppolicy(5)). */
const lockedForGood = '000001010000Z'
/** A whole job (connect, bind, search, modify, read back) takes at most so many time-outs. */
const stepsInTime = 3
/** When the password was changed last (slapo-ppolicy(5)). */
const changedTime = 'pwdChangedTime'
/** userAccountControl, DONT_EXPIRE_PASSWORD: such a password need not be changed, whatever `pwdLastSet` says. */
const neverExpires = 0x10000
/** userAccountControl, ACCOUNTDISABLE. */
const accountDisabled = 2

/** One BER element (X.690): tag, definite length, content. */
function ber(tag: number, ...content: readonly Buffer[]): Buffer {
  const length = content.reduce((sum, part) => sum + part.length, 0)
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  const element = wipeable(1 + size.length + length)
  element.set([tag, ...size])
  let at = 1 + size.length
  for (const part of content) {
    part.copy(element, at)
    at += part.length
  }
  return element
}

/** PasswdModifyRequestValue of RFC 3062: `SEQUENCE { [0] userIdentity, [2] newPasswd }`. The caller wipes it. */
export function passwordModifyValue(dn: string, secret: Buffer): Buffer {
  const fresh = ber(0x82, secret)
  const value = ber(0x30, ber(0x80, Buffer.from(dn)), fresh)
  fresh.fill(0)
  return value
}

/** `unicodePwd` ([MS-ADTS] 3.1.1.3.1.5): the password in quotes, UTF-16LE. The caller wipes it. */
export function unicodePassword(secret: Buffer): Buffer {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(secret)
  const value = wipeable((text.length + 2) * 2)
  value.write(`"${text}"`, 'utf16le')
  return value
}

/**
 * What a directory says of its rule, as far as people can be shown it: plain, short, and never with the secret in it.
 */
function ruleOf(error: ResultCodeError, secret: Buffer | null): string {
  const words = error.message
    .replace(/[^\x20-\x7e]+/g, ' ')
    .replace(/ *Code: 0x[0-9a-f]+ *$/i, '')
    .trim()
  const tells = secret !== null && secret.length > 0 && Buffer.from(error.message).includes(secret)
  return tells ? '' : words.slice(0, 160)
}

/** Result codes that speak of the password itself: constraintViolation, and Active Directory's 0000052D. */
function brokeRule(error: unknown): error is ResultCodeError {
  return (
    error instanceof ConstraintViolationError ||
    (error instanceof UnwillingToPerformError && /0000052D/i.test(error.message))
  )
}

/** How far a conversation has come. */
interface Progress {
  /** Something that changes the directory may have reached it. */
  sent: boolean
  /** The request under way, or the one that failed, is the password's own. */
  password: boolean
  /** The directory has taken the password. */
  written: boolean
}
/** Sends a request that changes something; `password`: the password itself. */
type Send = <T>(call: () => Promise<T>, what?: 'password') => Promise<T>

/** Whose fault an error is. What a directory says of its rule is about the password only if that is what was asked. */
function outcomeOf(error: unknown, { sent, password, written }: Progress, secret: Buffer | null = null): SourceOutcome {
  if (password && brokeRule(error))
    return { kind: 'refused', why: `ldap-${error.code}: ${ruleOf(error, secret)}`.replace(/: $/, ''), rule: true }
  if (error instanceof BusyError || error instanceof UnavailableError)
    return { kind: sent ? 'unknown' : 'unreachable', why: 'busy' }
  if (error instanceof Overdue || error instanceof Stopping)
    return { kind: sent ? 'unknown' : 'unreachable', why: error instanceof Overdue ? 'timeout' : 'stopping' }
  const name = error instanceof Error ? error.name.replace(/Error$/, '') : 'error'
  if (error instanceof ResultCodeError)
    return sent
      ? { kind: 'refused', why: `ldap-${error.code}`, ...(written ? { written } : {}) }
      : { kind: 'unreachable', why: `ldap-${error.code} ${name}` }
  const code = (error as { code?: unknown }).code
  return { kind: sent ? 'unknown' : 'unreachable', why: typeof code === 'string' ? code : name }
}

/** The password is in force, and what was to come with it is not. */
const halfDone = (why: string): SourceOutcome => ({ kind: 'refused', why, written: true })

const unreadable = (attribute: string): SourceOutcome => ({
  kind: 'refused',
  why: `${attribute} cannot be read: give the hub’s account the right to read it`,
})

const notOne: SourceOutcome = { kind: 'refused', why: 'no such account, or more than one' }

interface Entry {
  readonly dn: string
  /** Whether the password must be changed at first use, as the directory says. */
  readonly mustChange: boolean
  /** When the password was changed last, in the directory's own words; null: it does not say. */
  readonly changed: string | null
  readonly control: number
  readonly locked: boolean
  /** An attribute that everything else hangs on and that the hub may not read, or that is not there. */
  readonly unread: string | null
}

/** The directory that the settings name. */
interface Directory {
  readonly settings: LdapSettings
  /** Of one step, ms. */
  readonly timeout: number
  /** Active Directory, which has attributes of its own for all that is done here. */
  readonly active: boolean
  readonly tls: ConnectionOptions
}

export function createLdapSource(settings: LdapSettings): SecretSource & Checked {
  const { hostname } = new URL(settings.url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const source: Directory = {
    settings,
    timeout: settings.timeoutMs ?? 5000,
    active: settings.flavour === 'active-directory',
    tls: {
      host,
      minVersion: 'TLSv1.2',
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    },
  }

  return {
    unused: (request) => ifUnused(source, request, async () => ({ kind: 'done' })),
    expire: (request) => ifUnused(source, request, (client, send, entry) => putNobodys(source, client, send, entry)),
    // A directory keeps no date of the hub's: the hub keeps it.
    prolong: async () => ({ kind: 'done' }),
    check: () =>
      connected(source, async (client) => {
        const asked = { scope: 'base' as const, filter: '(objectClass=*)', attributes: ['objectClass'] }
        const { searchEntries } = await client.search(source.settings.baseDn, asked)
        return searchEntries.length === 1 ? { kind: 'done' } : { kind: 'refused', why: 'baseDn is not there' }
      }),
    set: ({ account, secret, locked }: SetRequest) =>
      connected(
        source,
        async (client, send) => {
          const entry = await find(source, client, account)
          if (typeof entry === 'string') return notOne
          if (entry.unread !== null) return unreadable(entry.unread)
          // An account that somebody has locked for good stays so.
          const put = await putSecret(source, client, send, entry, secret, locked || entry.locked)
          return put.kind === 'done' ? { ...put, ...(await stampOf(source, client, entry)) } : put
        },
        secret,
      ),
    disable: (account, forced) =>
      connected(source, async (client, send) => {
        const entry = await find(source, client, account)
        if (entry === 'none') return { kind: 'moot' }
        // One of them is the one: nobody may think that its secret is out of force.
        if (entry === 'several') return notOne
        // What is forced needs to know nothing of the account.
        if (!forced && entry.unread !== null) return unreadable(entry.unread)
        const known = source.active || source.settings.mustChange === 'ppolicy'
        if (!forced && known && !entry.mustChange) return { kind: 'moot' }
        return putNobodys(source, client, send, entry)
      }),
    enable: (account) =>
      connected(source, async (client, send) => {
        const entry = await find(source, client, account)
        if (typeof entry === 'string') return notOne
        if (entry.unread !== null) return unreadable(entry.unread)
        if (!entry.locked) return { kind: 'done' }
        const change = source.active
          ? replace('userAccountControl', String(entry.control & ~accountDisabled))
          : replace('pwdAccountLockedTime')
        await send(() => client.modify(entry.dn, change))
        return { kind: 'done' }
      }),
  }
}

const replace = (type: string, ...values: (string | Buffer)[]) =>
  new Change({ operation: 'replace', modification: new Attribute({ type, values: values as string[] }) })

/** Connects, encrypts, binds, does `work`, and lets go; all of it under one deadline. */
async function connected(
  source: Directory,
  work: (client: Client, send: Send) => Promise<SourceOutcome>,
  secret: Buffer | null = null,
): Promise<SourceOutcome> {
  const asked: Progress = { sent: false, password: false, written: false }
  try {
    return await withinDeadline(
      stepsInTime * source.timeout,
      (signal) => conversation(source, work, asked, signal),
      source.settings.stop,
    )
  } catch (error) {
    return outcomeOf(error, asked, secret)
  }
}

async function conversation(
  source: Directory,
  work: (client: Client, send: Send) => Promise<SourceOutcome>,
  asked: Progress,
  signal: AbortSignal,
): Promise<SourceOutcome> {
  const client = new Client({
    url: source.settings.url,
    timeout: source.timeout,
    connectTimeout: source.timeout,
    ...(source.settings.startTls ? {} : { tlsOptions: source.tls }),
  })
  const letGo = () => client.unbind().catch(() => undefined)
  signal.addEventListener('abort', () => void letGo(), { once: true })
  /** From here on a broken connection leaves the outcome unknown. */
  const send: Send = async (call, what) => {
    // Asked in the same turn as the request is written: a connection that has gone is not made anew in the clear.
    if (signal.aborted || !client.isConnected || !client.isBound) throw new Error('connection lost')
    asked.sent = true
    asked.password = what === 'password'
    const answer = await call()
    if (asked.password) asked.written = true
    asked.password = false
    return answer
  }
  try {
    if (source.settings.startTls) await client.startTLS(source.tls)
    if (source.settings.startTls && !client.isConnected) throw new Error('connection lost')
    signal.throwIfAborted()
    await client.bind(source.settings.bindDn, source.settings.bindPassword)
    return await work(client, send)
  } finally {
    await letGo()
  }
}

async function find(source: Directory, client: Client, account: string): Promise<Entry | 'none' | 'several'> {
  const attributes = source.active
    ? ['pwdLastSet', 'userAccountControl']
    : ['pwdReset', 'pwdAccountLockedTime', changedTime]
  const filter = source.settings.filter.replaceAll('{account}', () => Filter.escape(account))
  const asked = { scope: 'sub' as const, filter, attributes, sizeLimit: 2 }
  const found = await client.search(source.settings.baseDn, asked).catch((error: unknown) => {
    // More than two.
    if (error instanceof SizeLimitExceededError) return null
    throw error
  })
  const [entry, another] = found?.searchEntries ?? []
  if (found === null || another !== undefined) return 'several'
  if (entry === undefined) return 'none'
  const text = (name: string) => {
    const value = entry[name]
    return typeof value === 'string' ? value : ''
  }
  return {
    dn: entry.dn,
    mustChange: source.active ? text('pwdLastSet') === '0' : text('pwdReset') === 'TRUE',
    changed: text(source.active ? 'pwdLastSet' : changedTime) || null,
    control: Number(text('userAccountControl')),
    unread: source.active ? (attributes.find((name) => !/^-?\d+$/.test(text(name))) ?? null) : null,
    locked: source.active
      ? (Number(text('userAccountControl')) & accountDisabled) !== 0
      : text('pwdAccountLockedTime') === lockedForGood,
  }
}

/** Whether Active Directory has done what it said: must-change in force, and the account locked or not as asked. */
async function readBack(client: Client, { dn }: Entry, locked: boolean): Promise<SourceOutcome> {
  const { searchEntries } = await client.search(dn, {
    scope: 'base',
    filter: '(objectClass=*)',
    attributes: ['pwdLastSet', 'userAccountControl'],
  })
  const [found] = searchEntries
  const pwdLastSet = found?.pwdLastSet
  const userAccountControl = found?.userAccountControl
  if (typeof userAccountControl !== 'string' || typeof pwdLastSet !== 'string')
    return halfDone('pwdLastSet or userAccountControl cannot be read back')
  const control = Number(userAccountControl)
  if (pwdLastSet !== '0' || (control & neverExpires) !== 0)
    return halfDone('must-change is not in force (pwdLastSet, or the password never expires)')
  return !locked || (control & accountDisabled) !== 0 ? { kind: 'done' } : halfDone('the account is not disabled')
}

/** Replaces the password; in Active Directory with changes `before` and `after` it, all of them or none. */
async function replacePassword(
  source: Directory,
  client: Client,
  send: Send,
  entry: Entry,
  secret: Buffer,
  before: readonly Change[] = [],
  after: readonly Change[] = [],
): Promise<void> {
  const value = source.active ? unicodePassword(secret) : passwordModifyValue(entry.dn, secret)
  try {
    if (source.active)
      await send(() => client.modify(entry.dn, [...before, replace('unicodePwd', value), ...after]), 'password')
    else await send(() => client.exop(passwordModify, value), 'password')
  } finally {
    value.fill(0)
  }
}

/** A secret to be changed at first use, and locked where asked. */
async function putSecret(source: Directory, client: Client, send: Send, entry: Entry, secret: Buffer, locked: boolean) {
  const mustChange = source.settings.mustChange !== 'none'
  if (!source.active) {
    await replacePassword(source, client, send, entry, secret)
    return mark(client, send, entry, mustChange, locked)
  }
  if (mustChange && (entry.control & neverExpires) !== 0)
    return { kind: 'refused', why: 'the account’s password never expires: it would not have to be changed' } as const
  const disabled = locked && !entry.locked
  const lock = disabled ? [replace('userAccountControl', String(entry.control | accountDisabled))] : []
  await replacePassword(source, client, send, entry, secret, lock, [replace('pwdLastSet', '0')])
  return mustChange ? readBack(client, entry, locked) : ({ kind: 'done' } as const)
}

/**
 * A password that nobody has ever seen, in place of a secret: whatever is the matter with the account, the secret
 * binds no more. Must-change has no meaning for it. Active Directory leaves the account's lock as it is.
 */
async function putNobodys(source: Directory, client: Client, send: Send, entry: Entry): Promise<SourceOutcome> {
  // It meets rules of complexity.
  const nobodys = Buffer.from(`Aa1-${randomBytes(33).toString('base64url')}`)
  try {
    await replacePassword(source, client, send, entry, nobodys)
  } finally {
    nobodys.fill(0)
  }
  return source.active || !entry.locked ? { kind: 'done' } : mark(client, send, entry, false, true)
}

/** Marks that RFC 3062's operation does not make; read back afterwards. */
async function mark(
  client: Client,
  send: Send,
  entry: Entry,
  mustChange: boolean,
  locked: boolean,
): Promise<SourceOutcome> {
  // Changing a password may unlock the account (slapo-ppolicy(5)). Until this returns nobody has the secret, so the
  // order does no harm.
  const marks = async () => {
    const { searchEntries } = await client.search(entry.dn, {
      scope: 'base',
      attributes: ['pwdReset', 'pwdAccountLockedTime'],
    })
    const wanted: Change[] = []
    if (mustChange && searchEntries[0]?.pwdReset !== 'TRUE') wanted.push(replace('pwdReset', 'TRUE'))
    if (locked && searchEntries[0]?.pwdAccountLockedTime !== lockedForGood)
      wanted.push(replace('pwdAccountLockedTime', lockedForGood))
    return wanted
  }
  const wanted = await marks()
  if (wanted.length === 0) return { kind: 'done' }
  await send(() => client.modify(entry.dn, wanted))
  return (await marks()).length === 0 ? { kind: 'done' } : halfDone('must-change or lock is not in force')
}

/** What the directory says of the password that was just set. One that says nothing has taken it all the same. */
async function stampOf(source: Directory, client: Client, { dn }: Entry): Promise<{ stamp?: string }> {
  if (source.active) return {}
  try {
    const { searchEntries } = await client.search(dn, { scope: 'base', attributes: [changedTime] })
    const value = searchEntries[0]?.[changedTime]
    return typeof value === 'string' ? { stamp: value } : {}
  } catch {
    return {}
  }
}

/**
 * Whether a secret that was handed over is the account's password still. The directory's own time of the last change
 * decides where it is known from the set; else must-change does, as long as no newer secret can have set it.
 */
function unusedStill(source: Directory, entry: Entry, { stamp, restored }: ExpireRequest): SourceOutcome {
  if (entry.unread !== null) return unreadable(entry.unread)
  if (stamp !== null && entry.changed !== null) return { kind: entry.changed === stamp ? 'done' : 'moot' }
  if (!source.active && source.settings.mustChange === 'none') return unreadable(changedTime)
  if (!entry.mustChange) return { kind: 'moot' }
  if (!restored) return { kind: 'done' }
  return { kind: 'refused', why: 'the hub was restored since: whether the account has a newer secret is not known' }
}

/** Finds the account and, if its handed-over secret is unused, does `then`. */
function ifUnused(
  source: Directory,
  request: ExpireRequest,
  then: (client: Client, send: Send, entry: Entry) => Promise<SourceOutcome>,
): Promise<SourceOutcome> {
  return connected(source, async (client, send) => {
    const entry = await find(source, client, request.account)
    if (entry === 'none') return { kind: 'moot' }
    if (entry === 'several') return notOne
    const unused = unusedStill(source, entry, request)
    return unused.kind === 'done' ? then(client, send, entry) : unused
  })
}
