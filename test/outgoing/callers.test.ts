/**
 * Every call that goes out, against every server that will not let go: each settles within its one deadline, with the
 * failure that its port names, and leaves no connection behind.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callHub } from '../../src-hub/cli/agent.ts'
import { connectDatabase } from '../../src-hub/database/index.ts'
import { createBroker } from '../../src-hub/e-id/index.ts'
import { issueServerIdentity } from '../../src-hub/keys/index.ts'
import { createLdapSource, createWebhookSource } from '../../src-hub/secret-source/index.ts'
import { createOidc } from '../../src-hub/sign-in/index.ts'
import { newSigningKey, signedPost } from '../../src-hub/webhooks/index.ts'
import { fetchRelease } from '../../src-main/shell/index.ts'
import { createHubClient, type HubClient } from '../../src-main/sync/index.ts'
import { newSignKeyPair, privateKeyFromDer } from '../../src-shared/protocol/request-signature.ts'
import {
  misbehaviours,
  startMisbehavingServer,
  type Misbehaviour,
  type MisbehavingServer,
} from '../support/misbehaving-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodge-outgoing-'))
/** Deadline that each caller is given, ms; the slack is a busy computer's. */
const deadline = 1200
const slack = 3000

type Row = Misbehaviour | 'a connection that is taken and never encrypted'
const rows = [
  ...(Object.keys(misbehaviours) as Misbehaviour[]),
  'a connection that is taken and never encrypted',
] as const satisfies readonly Row[]

let ca = ''
const servers = new Map<string, MisbehavingServer>()
const { db, pool } = connectDatabase('postgres://nobody@127.0.0.1:1/none')
beforeAll(async () => {
  const identity = await issueServerIdentity(folder, ['localhost', '127.0.0.1'])
  ca = identity.authority
  for (const row of rows) {
    const mute = row === 'a connection that is taken and never encrypted'
    servers.set(`tls ${row}`, await startMisbehavingServer(mute ? 'half-open-tls' : identity, mute ? 'silence' : row))
    servers.set(`plain ${row}`, await startMisbehavingServer(mute ? 'half-open-tls' : null, mute ? 'silence' : row))
  }
})
afterAll(async () => {
  for (const server of servers.values()) await server.stop()
  await db.destroy()
  await pool.end()
  rmSync(folder, { recursive: true, force: true })
})
function serverOf(over: 'tls' | 'plain', row: Row): MisbehavingServer {
  const server = servers.get(`${over} ${row}`)
  if (server === undefined) throw new Error(row)
  return server
}

const guard = { hosts: ['localhost'], loopback: false }
const key = newSigningKey()
const pair = newSignKeyPair()
const signer = { kiosk: 'k'.repeat(22), key: privateKeyFromDer(pair.privateKeyDer) }

/** The outcome in a word, as the caller's own port names it. */
type Word = string
interface Caller {
  /**
   * `tls` asks the server that speaks TLS, and the one that leaves it half open; `plain` plain HTTP on the loopback.
   */
  readonly over: 'tls' | 'plain'
  readonly call: (port: number) => Promise<Word>
  /** What it may say of a server that answers nothing it can use. */
  readonly failures: readonly Word[]
  /** What it says of an answer whose head alone is enough. */
  readonly satisfied?: { readonly by: readonly Misbehaviour[]; readonly word: Word }
  readonly redirected?: Word
}

async function withHub(port: number, ask: (hub: HubClient) => Promise<Word>): Promise<Word> {
  const hub = createHubClient({
    target: { address: `https://localhost:${port}`, authority: ca },
    signer,
    now: () => 1_800_000_000_000,
    timeoutMs: deadline / 3,
  })
  try {
    return await ask(hub)
  } finally {
    await hub.close()
  }
}
const wordOf = (result: { ok: true } | { ok: false; failure: { code: string } }): Word =>
  result.ok ? 'ok' : result.failure.code

const heads: readonly Misbehaviour[] = [
  'a body of which a byte comes at a time',
  'a body that does not end',
  'a body that ends with a connection that stays',
  'an empty answer whose connection stays',
]
const eId = {
  clientId: 'lodge',
  clientSecret: null,
  publicUrl: 'http://127.0.0.1:1',
  acr: ['strong'],
  scope: 'openid',
  seconds: 300,
  maxAgeSeconds: 300,
}
const ldap = {
  ca: undefined,
  bindDn: 'cn=x',
  bindPassword: 'p',
  baseDn: 'dc=x',
  filter: '(uid={account})',
  flavour: 'rfc3062' as const,
  mustChange: 'none' as const,
  timeoutMs: deadline / 3,
}
const binding = { state: 's', nonce: 'n', verifier: 'v'.repeat(43) }

const callers: Readonly<Record<string, Caller>> = {
  'a webhook': {
    over: 'tls',
    async call(port) {
      const body = Buffer.from('{}')
      const url = `https://localhost:${port}/hook`
      const posted = await signedPost({ url, key, id: 'evt_1', at: 1, body, guard, ca: [ca], timeoutMs: deadline })
      return 'error' in posted ? posted.error : `status-${posted.status}`
    },
    failures: ['no-answer', 'not-sent'],
    satisfied: { by: heads, word: 'status-200' },
    redirected: 'status-302',
  },
  'a source of secrets behind a webhook': {
    over: 'tls',
    async call(port) {
      const url = `https://localhost:${port}/secrets`
      const source = createWebhookSource({ url, key, ca, guard, now: () => 1, timeoutMs: deadline })
      const secret = Buffer.from('Aa1-secret')
      const outcome = await source.set({
        account: 'a',
        secret,
        pickup: 'a-pickup',
        expiresAt: 1,
        secretKind: 'password',
        locked: false,
      })
      return outcome.kind
    },
    failures: ['unknown', 'unreachable'],
    satisfied: { by: heads, word: 'done' },
    redirected: 'refused',
  },
  'a directory over ldaps': {
    over: 'tls',
    async call(port) {
      const source = createLdapSource({ ...ldap, ca, url: `ldaps://localhost:${port}`, startTls: false })
      return (await source.disable('a', true)).kind
    },
    failures: ['unreachable'],
  },
  'a directory over StartTLS': {
    over: 'plain',
    async call(port) {
      const source = createLdapSource({ ...ldap, ca, url: `ldap://127.0.0.1:${port}`, startTls: true })
      return (await source.enable('a')).kind
    },
    failures: ['unreachable'],
  },
  'the broker of e-ID, its settings': {
    over: 'plain',
    call: async (port) =>
      wordOf(
        await createBroker({ ...eId, issuer: `http://127.0.0.1:${port}` }, { totalMs: deadline }).address(
          binding,
          'en',
          Date.now(),
        ),
      ),
    // An answer that is no description is told as a wrong address.
    failures: ['L-319', 'L-327'],
  },
  'the broker of e-ID, on the way back': {
    over: 'plain',
    call: async (port) =>
      wordOf(
        await createBroker({ ...eId, issuer: `http://127.0.0.1:${port}` }, { totalMs: deadline }).finish(
          binding,
          '?code=c&state=s',
          1,
          1,
        ),
      ),
    // An answer that is no description is told as a wrong address.
    failures: ['L-319', 'L-327'],
  },
  'the provider of sign-in': {
    over: 'plain',
    async call(port) {
      const settings = {
        issuer: `http://127.0.0.1:${port}`,
        clientId: 'lodge',
        clientSecret: null,
        label: 'x',
        scope: 'openid',
        claim: 'roles',
        roles: [],
      }
      return wordOf(await createOidc(db, settings, { totalMs: deadline }).begin(1, 'http://127.0.0.1:1/back'))
    },
    failures: ['L-665', 'L-671'],
  },
  'a release': {
    over: 'plain',
    call: (port) =>
      fetchRelease(`http://127.0.0.1:${port}/release.json`, 65_536, deadline).then(
        () => 'ok',
        () => 'refused',
      ),
    failures: ['refused'],
    satisfied: { by: ['an empty answer whose connection stays'], word: 'ok' },
  },
  'a kiosk’s call of its hub': {
    over: 'tls',
    call: (port) => withHub(port, async (hub) => wordOf(await hub.call('health', { query: {} }))),
    failures: ['L-601', 'L-602'],
  },
  'a kiosk’s page of the feed': {
    over: 'tls',
    call: (port) => withHub(port, async (hub) => wordOf(await hub.page('snapshot', { query: { limit: 100 } }))),
    failures: ['L-601', 'L-602'],
    // A page is read elsewhere; that it is empty is found out there.
    satisfied: { by: ['an empty answer whose connection stays'], word: 'ok' },
    redirected: 'ok',
  },
  'an agent’s command': {
    over: 'tls',
    call: async (port) => wordOf(await callHub(`https://localhost:${port}`, ca, 't', 'health', undefined, deadline)),
    failures: ['L-601', 'L-602'],
  },
}

/** Long calls are given four times as long as short ones. */
const longest = 4 * deadline + slack

async function inTime(call: Promise<Word>): Promise<Word> {
  let timer: NodeJS.Timeout | undefined
  const never = new Promise<Word>((resolve) => (timer = setTimeout(() => resolve('still waiting'), longest)))
  const word = await Promise.race([call, never])
  clearTimeout(timer)
  return word
}

function expected(caller: Caller, row: Row): readonly Word[] {
  if (caller.satisfied?.by.some((one) => one === row) === true) return [caller.satisfied.word]
  if (row === 'a redirect to itself' && caller.redirected !== undefined) return [caller.redirected]
  return caller.failures
}

test.each(Object.entries(callers))(
  '%s settles in time, with its own failure, whatever the server does',
  async (_name, caller) => {
    const said = await Promise.all(
      rows.map(async (row) => [row, await inTime(caller.call(serverOf(caller.over, row).port))] as const),
    )
    for (const [row, word] of said) expect(expected(caller, row), row).toContain(word)
    for (const row of rows)
      // A server that does not read does not see the end either.
      if (row !== 'reading nothing')
        await expect
          .poll(() => serverOf(caller.over, row).open(), { message: `left open: ${row}`, timeout: longest })
          .toBe(0)
  },
)

test('a stream of hints that never begins, or is another protocol, ends and can be opened again', async () => {
  for (const as of ['101 to an upgrade that nobody asked for', 'a broken connection', 'no protocol at all'] as const) {
    const { port } = serverOf('tls', as)
    expect(await inTime(withHub(port, (hub) => hub.hints(() => undefined).then(() => 'ended')))).toBe('ended')
  }
})

test('a caller that is told to stop lets go at once', async () => {
  const silent = serverOf('tls', 'silence')
  const stop = new AbortController()
  const before = silent.asked()
  const posted = signedPost({
    url: `https://localhost:${silent.port}/hook`,
    key,
    id: 'evt_1',
    at: 1,
    body: Buffer.from('{}'),
    guard,
    ca: [ca],
    timeoutMs: 60_000,
    stop: stop.signal,
  })
  await expect.poll(() => silent.asked()).toBe(before + 1)
  stop.abort()
  expect(await inTime(posted.then((one) => JSON.stringify(one)))).toBe('{"error":"no-answer"}')
  await expect.poll(() => silent.open()).toBe(0)
})
