/**
 * How secrets are made, what the source's settings refuse, and what goes to an Active Directory (byte for byte, to a
 * stand-in).
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { encodeSecret } from '../../src-main/slip/index.ts'
import { issueServerIdentity } from '../../src-hub/keys/index.ts'
import {
  createLdapSource,
  generateSecret,
  GeneratorSettings,
  passwordModifyValue,
  readSecretSettings,
  unicodePassword,
} from '../../src-hub/secret-source/index.ts'
import { startFakeDirectory, type FakeDirectory } from '../directory/active-directory.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodge-source-'))
let directory: FakeDirectory
let ca = ''
beforeAll(async () => {
  const identity = await issueServerIdentity(folder, ['localhost', '127.0.0.1'])
  ca = identity.authority
  directory = await startFakeDirectory(identity)
})
afterAll(async () => {
  await directory.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('generated secrets', () => {
  test('have the set length and groups, no look-alikes, and print exactly in each of a slip’s code pages', () => {
    for (let n = 0; n < 300; n++) {
      const secret = generateSecret('password')
      expect(secret.toString()).toMatch(/^([a-zA-Z2-9]{4}-){3}[a-zA-Z2-9]{4}$/)
      expect(secret.toString()).not.toMatch(/[0OoQ1lI5S8B]/)
      for (const page of ['windows1252', 'cp858', 'cp852'] as const)
        expect(encodeSecret(secret, [page])?.bytes).toEqual(secret)
    }
    expect(generateSecret('activation-code').toString()).toMatch(/^([A-Z2-9]{4}-){2}[A-Z2-9]{4}$/)
    const own = GeneratorSettings.parse({ password: { length: 20, group: 0, alphabet: 'abcdefghkmnpqrstuvwxyz' } })
    expect(generateSecret('password', own).toString()).toMatch(/^[a-z]{20}$/)
  })
  test.each([
    ['one that could be guessed', { length: 8, group: 4, alphabet: 'abcdefghkmnpqrst' }],
    ['look-alikes that nobody asked for', { length: 16, group: 4, alphabet: 'abcdefghijklmnopqrst0' }],
    ['letters that no code page or keyboard is sure of', { length: 16, group: 4, alphabet: 'abcdefghkmnpqrstäö' }],
    ['a letter twice', { length: 16, group: 4, alphabet: 'aabcdefghkmnpqrstu' }],
  ])('%s is refused', (_what, password) => {
    expect(GeneratorSettings.safeParse({ password }).success).toBe(false)
  })
  test('every letter comes about as often as any other of its class', () => {
    const counts = new Map<string, number>()
    for (let n = 0; n < 3000; n++)
      for (const letter of generateSecret('password').toString().replaceAll('-', ''))
        counts.set(letter, (counts.get(letter) ?? 0) + 1)
    for (const one of [/[a-z]/, /[A-Z]/, /[0-9]/]) {
      const some = [...counts].filter(([letter]) => one.test(letter))
      const mean = some.reduce((sum, [, count]) => sum + count, 0) / some.length
      // Six standard deviations: once in a billion runs by chance.
      for (const [letter, count] of some) expect(Math.abs(count - mean), letter).toBeLessThan(6 * Math.sqrt(mean))
    }
  })
  test.each([
    ['password', {}],
    ['activation-code', {}],
    ['password', { password: { length: 14, group: 0, alphabet: 'abcdefghkmnpqrtuvwxyzACDEFGH2' } }],
    ['password', { password: { length: 16, group: 4, alphabet: 'abcdefghkmnpqrt#%&*+=' } }],
    ['password', { password: { length: 16, group: 4, alphabet: 'abcdefghkmnpqrstuvwxyz' } }],
    ['password', { password: { length: 20, group: 5, alphabet: 'acdefghkmnprtuvwxyz23467' } }],
    ['activation-code', { 'activation-code': { length: 10, group: 5, alphabet: 'ACDEFGHJKLMNPRTUVWXYZ2' } }],
    [
      'activation-code',
      { 'activation-code': { length: 12, group: 0, alphabet: '0123456789ABCDEF', allowLookAlikes: true } },
    ],
    ['password', { password: { length: 16, group: 4, alphabet: 'acdefghkACDEFGHK2346#%&' } }],
    ['password', { password: { length: 14, group: 0, alphabet: '~!acdefghkmnprtuvwxyz7', allowLookAlikes: true } }],
  ] as const)('%s by %j has one of each class that its alphabet offers, every time', (kind, given) => {
    const settings = GeneratorSettings.parse(given)
    const { alphabet } = settings[kind]
    for (let n = 0; n < 2000; n++) {
      const secret = generateSecret(kind, settings).toString().replaceAll('-', '')
      for (const one of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/]) if (one.test(alphabet)) expect(secret).toMatch(one)
    }
  })
})

describe('settings', () => {
  const ldap = {
    kind: 'ldap',
    url: 'ldaps://d.example',
    bindDn: 'cn=x',
    bindPasswordFile: 'bind',
    baseDn: 'dc=x',
    filter: '(uid={account})',
    flavour: 'rfc3062',
  }
  const read = (settings: unknown) => {
    writeFileSync(join(folder, 'bind'), 'the-password\n')
    writeFileSync(join(folder, 'source.json'), JSON.stringify(settings))
    return readSecretSettings(join(folder, 'source.json'))
  }
  test('passwords of the hub’s own come from files beside it', () => {
    expect(read({ source: ldap })).toMatchObject({
      ok: true,
      value: { atHandover: false, source: { kind: 'ldap', bindPassword: 'the-password', mustChange: 'ppolicy' } },
    })
    expect(read({ source: { ...ldap, url: 'ldap://d.example', startTls: true }, set: 'handover' })).toMatchObject({
      ok: true,
      value: { atHandover: true },
    })
    expect(read({ source: { kind: 'none' } })).toMatchObject({ ok: true })
    // Where no directory counts classes, two are enough; with groups the hyphens are the third.
    const two = { length: 12, group: 0, alphabet: 'ACDEFGHJKLMNPRTUVWXYZ234679' }
    expect(read({ source: { kind: 'none' }, generator: { 'activation-code': two } })).toMatchObject({ ok: true })
    expect(read({ source: ldap, generator: { 'activation-code': { ...two, group: 4 } } })).toMatchObject({ ok: true })
  })
  test('the example of the documentation holds, once its files are there', () => {
    copyFileSync('resources/deploy/secret-source.example.json', join(folder, 'example.json'))
    expect(readSecretSettings(join(folder, 'example.json'))).toMatchObject({ ok: false, failure: { code: 'L-101' } })
    for (const file of ['directory-ca.pem', 'directory-password']) writeFileSync(join(folder, file), 'x\n')
    expect(readSecretSettings(join(folder, 'example.json'))).toMatchObject({
      ok: true,
      value: { source: { kind: 'ldap', flavour: 'rfc3062' } },
    })
  })
  test.each([
    ['plain LDAP without StartTLS', { source: { ...ldap, url: 'ldap://d.example' } }, 'source.startTls'],
    ['a password written into it', { source: { ...ldap, bindPassword: 'the-password' } }, 'source'],
    ['a file that is not there', { source: { ...ldap, bindPasswordFile: 'nowhere' } }, 'source.bindPasswordFile'],
    ['an authority that is not there', { source: { ...ldap, caFile: 'nowhere' } }, 'source.caFile'],
    ['a filter that finds everybody', { source: { ...ldap, filter: '(objectClass=*)' } }, 'source.filter'],
    [
      'activation codes of two classes',
      {
        source: ldap,
        generator: { 'activation-code': { length: 12, group: 0, alphabet: 'ACDEFGHJKLMNPRTUVWXYZ234679' } },
      },
      'generator.activation-code.alphabet',
    ],
    [
      'passwords of small letters alone, hyphens or not',
      { source: ldap, generator: { password: { length: 20, group: 5, alphabet: 'acdefghjkmnprtuvwxyz' } } },
      'generator.password.alphabet',
    ],
    ['a webhook over http', { source: { kind: 'webhook', url: 'http://x.example', keyFile: 'bind' } }, 'source.url'],
    [
      'a key that is none',
      { source: { kind: 'webhook', url: 'https://x.example', keyFile: 'bind' } },
      'source.keyFile',
    ],
  ])('%s is refused, naming the place and no value', (_what, settings, place) => {
    const refused = read(settings)
    expect(refused).toMatchObject({ ok: false, failure: { code: 'L-101' } })
    const where = refused.ok ? '' : String(refused.failure.params?.where)
    expect(where.endsWith(`: ${place}`), where).toBe(true)
    expect(where).not.toContain('the-password')
  })
})

test('RFC 3062’s request value, byte by byte', () => {
  expect(passwordModifyValue('cn=x', Buffer.from('sekret')).toString('hex')).toBe('300e8004636e3d78820673656b726574')
  const long = passwordModifyValue('d'.repeat(200), Buffer.from('s'))
  expect(long.subarray(0, 6).toString('hex')).toBe('3081ce8081c8')
})

describe('Active Directory (a stand-in that speaks its requests; no real domain controller)', () => {
  const source = () =>
    createLdapSource({
      url: directory.url,
      startTls: false,
      ca,
      bindDn: 'CN=hub',
      bindPassword: 'p',
      baseDn: 'DC=suvanto,DC=example',
      filter: '(sAMAccountName={account})',
      flavour: 'active-directory',
      mustChange: 'ppolicy',
    })
  const set = (locked: boolean) =>
    source().set({
      account: 'kaisa',
      secret: Buffer.from('Åk-1€'),
      pickup: 'a-pickup',
      expiresAt: 1,
      secretKind: 'password',
      locked,
    })
  const replaced = () => directory.modified.map(({ changes }) => changes.map(({ type }) => type))
  beforeEach(() => {
    directory.modified.length = 0
    directory.result = 0
    Object.assign(directory.entry, { pwdLastSet: '133600000000000000', userAccountControl: '512' })
  })

  test.each([
    ['userAccountControl is not there', { userAccountControl: undefined }, 'userAccountControl cannot be read'],
    ['pwdLastSet is not there', { pwdLastSet: undefined }, 'pwdLastSet cannot be read'],
    ['userAccountControl is empty', { userAccountControl: '' }, 'userAccountControl cannot be read'],
    ['userAccountControl is no number', { userAccountControl: 'NORMAL_ACCOUNT' }, 'userAccountControl cannot be read'],
    ['pwdLastSet is no number', { pwdLastSet: 'never' }, 'pwdLastSet cannot be read'],
    ['pwdLastSet is empty', { pwdLastSet: '' }, 'pwdLastSet cannot be read'],
    ['userAccountControl in hexadecimal', { userAccountControl: '0x200' }, 'userAccountControl cannot be read'],
    ['userAccountControl with an exponent', { userAccountControl: '5e2' }, 'userAccountControl cannot be read'],
    ['userAccountControl with a space', { userAccountControl: ' 512' }, 'userAccountControl cannot be read'],
    ['pwdLastSet as a date', { pwdLastSet: '20260302120000.0Z' }, 'pwdLastSet cannot be read'],
  ])('%s: refused by name, and nothing is written', async (_what, attributes, why) => {
    for (const [name, value] of Object.entries(attributes))
      if (value === undefined) Reflect.deleteProperty(directory.entry, name)
      else directory.entry[name] = value
    for (const outcome of [
      await set(false),
      await set(true),
      await source().enable('kaisa'),
      await source().disable('kaisa', false),
    ]) {
      expect(outcome).toMatchObject({ kind: 'refused' })
      expect(outcome.kind === 'refused' ? outcome.why : '').toContain(why)
    }
    expect(directory.modified).toEqual([])
    // A burned secret goes, whatever the hub may read.
    expect(await source().disable('kaisa', true)).toEqual({ kind: 'done' })
    expect(replaced()).toEqual([['unicodePwd']])
  })
  test('the end of a handed-over secret: only while must-change is set, and never by a hub that may have forgotten a newer one', async () => {
    const end = { account: 'kaisa', pickup: 'a-pickup', expiresAt: 1, stamp: null, restored: false }
    expect(await source().expire(end)).toEqual({ kind: 'moot' })
    Object.assign(directory.entry, { pwdLastSet: '0' })
    expect(await source().expire({ ...end, restored: true })).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('restored') as string,
    })
    expect(await source().unused(end)).toEqual({ kind: 'done' })
    expect(directory.modified).toEqual([])
    expect(await source().expire(end)).toEqual({ kind: 'done' })
    expect(replaced()).toEqual([['unicodePwd']])
    Reflect.deleteProperty(directory.entry, 'pwdLastSet')
    expect(await source().expire(end)).toMatchObject({ kind: 'refused' })
  })
  test.each([
    ['never expires', String(0x10200)],
    ['never expires, and is disabled', String(0x10202)],
    ['never expires, and needs a smart card', String(0x50200)],
  ])('an account whose password %s is refused before anything is written', async (_what, userAccountControl) => {
    Object.assign(directory.entry, { userAccountControl })
    expect(await set(false)).toMatchObject({ kind: 'refused', why: expect.stringContaining('never expires') as string })
    expect(directory.modified).toEqual([])
    // A secret that was put in force before somebody set that flag.
    expect(await source().disable('kaisa', true)).toEqual({ kind: 'done' })
    expect(replaced()).toEqual([['unicodePwd']])
    directory.entry.pwdLastSet = '0'
    expect(await source().disable('kaisa', false)).toEqual({ kind: 'done' })
    expect(directory.modified).toHaveLength(2)
    expect(directory.entry.userAccountControl).toBe(userAccountControl)
  })
  test('a directory that says done and does nothing is found out by reading back', async () => {
    directory.deaf = true
    // The password is taken to be in force: it must go again.
    expect(await set(false)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('must-change') as string,
      written: true,
    })
    directory.deaf = false
  })
  test.each([
    [19, 'constraint violation', true],
    [50, 'not enough rights', undefined],
    [32, 'no such object', undefined],
  ])('result %i (%s): refused, a rule of passwords or not', async (code, _what, rule) => {
    directory.result = code
    const outcome = await set(false)
    expect(outcome).toMatchObject({ kind: 'refused', why: expect.stringMatching(`^ldap-${code}`) as string })
    expect(outcome.kind === 'refused' ? [outcome.rule, outcome.written] : null).toEqual([rule, undefined])
  })
  test('what the documentation says that the hub’s account needs is what the requests need', async () => {
    await set(true)
    await source().enable('kaisa')
    await source().disable('kaisa', true)
    const written = new Set(directory.modified.flatMap(({ changes }) => changes.map(({ type }) => type)))
    const row = readFileSync('docs/deploy.md', 'utf8')
      .split('\n')
      .find((line) => line.startsWith('| `active-directory` | `pwdLastSet`'))
    const [, , reads = '', writes = ''] = (row ?? '').split('|')
    const named = (cell: string) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort()
    expect(named(writes)).toEqual([...written].sort())
    expect(named(reads)).toEqual([...directory.asked].sort())
  })

  test('unicodePwd in quotes and UTF-16LE, with pwdLastSet 0, in one request', async () => {
    expect(await set(false)).toEqual({ kind: 'done' })
    expect(directory.modified).toEqual([
      {
        dn: 'CN=Kaisa,OU=People,DC=suvanto,DC=example',
        changes: [
          { operation: 2, type: 'unicodePwd', values: [Buffer.from('"Åk-1€"', 'utf16le')] },
          { operation: 2, type: 'pwdLastSet', values: [Buffer.from('0')] },
        ],
      },
    ])
    expect(unicodePassword(Buffer.from('newPassword')).toString('hex')).toBe(
      '22006e0065007700500061007300730077006f00720064002200',
    )
  })
  test('locked until handed over: the account is disabled in the same request, and enabled with its other flags kept', async () => {
    directory.entry.userAccountControl = '4194816'
    expect(await set(true)).toEqual({ kind: 'done' })
    expect(directory.entry.userAccountControl).toBe('4194818')
    expect(directory.modified[0]?.changes.map(({ type }) => type)).toEqual([
      'userAccountControl',
      'unicodePwd',
      'pwdLastSet',
    ])
    expect(await source().enable('kaisa')).toEqual({ kind: 'done' })
    expect(directory.entry.userAccountControl).toBe('4194816')
  })
  test('a secret that nobody has used is disabled; a password of the person’s own is left, unless it must go', async () => {
    expect(await source().disable('kaisa', false)).toEqual({ kind: 'moot' })
    directory.entry.pwdLastSet = '0'
    expect(await source().disable('kaisa', false)).toEqual({ kind: 'done' })
    directory.entry.pwdLastSet = '133600000000000001'
    expect(await source().disable('kaisa', true)).toEqual({ kind: 'done' })
    expect(directory.modified.length).toBe(2)
  })
  test('a password that its policy refuses (constraintViolation, unwillingToPerform) is a refusal, said with the code', async () => {
    for (const code of [19, 53]) {
      directory.result = code
      expect(await set(false)).toMatchObject({ kind: 'refused', why: `ldap-${code}` })
    }
    directory.result = 51
    expect(await set(false)).toEqual({ kind: 'unknown', why: 'busy' })
  })
})
