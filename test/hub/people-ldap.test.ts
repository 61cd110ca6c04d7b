/**
 * People from a directory, against a real OpenLDAP and a real PostgreSQL, through the console's own API: everybody,
 * what has changed, who has gone, the brake, and everything that a directory can do wrong. Skips where there is no
 * slapd.
 */
import { Attribute, Change } from 'ldapts'
import { createServer, type Server } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { PeopleRun } from '../../src-shared/hub-api/agent/people-sources.ts'
import { dnOf, entryOf, peopleAttributes, withPeople, type Listed } from '../directory/people.ts'
import { startCuttingLink, type CuttingLink } from '../directory/cutting-link.ts'
import { adminDn, adminPassword, baseDn, slapdMissing, startSlapd, type Directory } from '../directory/slapd.ts'
import { startConsoleHub, type Browser, type ConsoleHub } from './console-hub.ts'

const missing = slapdMissing()
const listed: Listed[] = [
  {
    uid: 'aino.saarinen',
    sn: 'Saarinen',
    givenName: 'Aino',
    exampleBirthDate: '19970211',
    exampleClass: ['member', 'student'],
    exampleCard: ['04:A2:24:D2:57:64:80'],
    preferredLanguage: 'fi-FI',
    exampleIdentityCode: '110297-9999',
  },
  {
    uid: 'erik.lindqvist',
    sn: 'Lindqvist',
    givenName: 'Erik',
    exampleBirthDate: '19850714',
    exampleClass: 'employee',
    exampleCard: ['0412345678'],
    exampleSponsor: 'Prefekt Holm',
    exampleExpiry: '20991231215959Z',
    exampleFormerName: 'Berg, Erik',
    preferredLanguage: 'sv',
  },
  { uid: 'suharto', sn: 'Suharto', exampleClass: 'student', preferredLanguage: 'de' },
  ...Array.from({ length: 9 }, (_, n) => ({
    uid: `student${n}`,
    sn: `Student${n}`,
    givenName: 'Some',
    exampleClass: 'student',
    exampleCard: [`0500000${n}`],
  })),
]

let directory: Directory
let link: CuttingLink
let hub: ConsoleHub
let admin: Browser
let source = ''

const settings = (over: object = {}) => ({
  kind: 'ldap',
  url: `ldaps://127.0.0.1:${link.port}`,
  ca: directory.authority,
  bindDn: adminDn,
  baseDn: `ou=people,${baseDn}`,
  filter: '(objectClass=examplePerson)',
  pageSize: 4,
  timeoutMs: 2000,
  attributes: peopleAttributes,
  classes: [
    { value: 'student', class: 'student' },
    { value: 'employee', class: 'staff' },
  ],
  ...over,
})
const save = async (over: object = {}, set: object = {}, id: string | undefined = undefined) =>
  (
    await admin.call('savePeopleSource', {
      ...(id === undefined ? { secret: adminPassword } : { id }),
      name: 'Directory',
      everyMinutes: null,
      brakePercent: 50,
      settings: settings(set),
      ...over,
    })
  ).reply().id

async function lastRun(id = source): Promise<PeopleRun> {
  const [run] = (await admin.call('peopleRuns', undefined, { query: { source: id, limit: 1 } })).reply().runs
  if (run === undefined) throw new Error('no run')
  return run
}
async function read(kind: 'run' | 'preview' = 'run', full = false, id = source): Promise<PeopleRun> {
  hub.clock.now += 1000
  ;(await admin.call('runPeopleSource', { id, kind, full })).reply()
  await hub.hub().runJobs()
  return lastRun(id)
}
const rowsOf = async (run: PeopleRun, what?: string) =>
  (await admin.call('peopleRunRows', undefined, { query: { run: run.id, what, limit: 500 } })).reply().rows

interface Person {
  readonly recipient: string
  readonly class: string
  readonly family: string
  readonly given: string
  readonly former_names: { family: string; given: string }[]
  readonly language: string
  readonly sponsor: string | null
  readonly valid_until: string | null
  readonly born: string | null
  readonly cards: string[]
}
async function person(account: string): Promise<Person | null> {
  const { db, keys } = hub.hub()
  const row = await db
    .selectFrom('account')
    .innerJoin('recipient', 'recipient.id', 'account.recipient')
    .selectAll('recipient')
    .select(['account.valid_until', 'account.recipient'])
    .where('account.account', '=', account)
    .executeTakeFirst()
  if (row === undefined) return null
  const cards = await db.selectFrom('card').select('sealed').where('recipient', '=', row.id).execute()
  return {
    ...row,
    former_names: row.former_names as { family: string; given: string }[],
    born: row.birth_date === null ? null : keys.open(row.birth_date),
    cards: cards.map((card) => keys.open(card.sealed)).sort(),
  }
}
const modify = (uid: string, ...changes: readonly (readonly [string, readonly string[]])[]) =>
  directory.asAdmin((client) =>
    client.modify(
      dnOf(uid),
      changes.map(
        ([type, values]) =>
          new Change({ operation: 'replace', modification: new Attribute({ type, values: [...values] }) }),
      ),
    ),
  )

beforeAll(async () => {
  if (missing !== null) return
  directory = await startSlapd([], withPeople(listed))
})
afterAll(async () => {
  if (missing === null) await directory.stop()
})
beforeEach(async (context) => {
  if (missing !== null) context.skip(missing)
  await directory.asAdmin(async (client) => {
    const { searchEntries } = await client.search(`ou=people,${baseDn}`, { scope: 'one', attributes: ['1.1'] })
    for (const { dn } of searchEntries) await client.del(dn)
    for (const each of listed) await client.add(dnOf(each.uid), entryOf(each))
  })
  link = await startCuttingLink(directory)
  hub = await startConsoleHub({ work: false }, null)
  admin = await hub.as('administrator')
  source = await save()
})
afterEach(async () => {
  await hub.stop()
  await link.stop()
})

test('everybody comes from the directory, in pages, with all that is said of them', async () => {
  const run = await read()
  expect(run).toMatchObject({
    state: 'done',
    reading: 'full',
    read: 12,
    adds: 12,
    refused: 0,
    applied: 12,
    problem: null,
  })
  expect(await person('aino.saarinen')).toMatchObject({
    class: 'student',
    family: 'Saarinen',
    given: 'Aino',
    language: 'fi',
    born: '1997-02-11',
    cards: ['04A224D2576480'],
    valid_until: null,
  })
  expect(await person('erik.lindqvist')).toMatchObject({
    class: 'staff',
    former_names: [{ family: 'Berg', given: 'Erik' }],
    language: 'sv',
    sponsor: 'Prefekt Holm',
    valid_until: '2099-12-31',
  })
  // One name is a name, and a language that the hub does not speak is served in English.
  expect(await person('suharto')).toMatchObject({ family: 'Suharto', given: '', language: 'en', born: null, cards: [] })
  const found = (await admin.call('peopleSources')).reply()
  expect(found.sources).toMatchObject([{ people: 12, hasSecret: true, last: { state: 'done' } }])
  expect(JSON.stringify(found)).not.toContain(adminPassword)
})

test('a second reading of everybody changes nobody; one of changes reads those alone', async () => {
  await read()
  expect(await read('run', true)).toMatchObject({ reading: 'full', unchanged: 12, adds: 0, changes: 0, ends: 0 })
  await modify('student3', ['sn', ['Changed']], ['exampleBirthDate', ['20010203']])
  const run = await read()
  expect(run).toMatchObject({ reading: 'delta', changes: 1, adds: 0, applied: 1 })
  expect(await rowsOf(run, 'change')).toMatchObject([
    { account: 'student3', place: dnOf('student3'), fields: ['family', 'birthDate'], state: 'done' },
  ])
  expect(await person('student3')).toMatchObject({ family: 'Changed', born: '2001-02-03' })
  // Whoever was changed in the last second that was read is read once more, and nobody else.
  expect(await read()).toMatchObject({ reading: 'delta', changes: 0, unchanged: (await read()).read })
  const acts = await hub
    .hub()
    .db.selectFrom('audit')
    .select(['actor', 'act'])
    .where('actor', '=', 'source:Directory')
    .execute()
  expect(acts.filter(({ act }) => act === 'recipient-made')).toHaveLength(12)
  expect(acts.filter(({ act }) => act === 'recipient-changed')).toHaveLength(1)
})

test('a preview counts and lists, and changes nothing', async () => {
  const run = await read('preview')
  expect(run).toMatchObject({ kind: 'preview', state: 'done', adds: 12, applied: 0 })
  expect(await rowsOf(run)).toHaveLength(12)
  expect(await person('aino.saarinen')).toBeNull()
  const kept = await hub
    .hub()
    .db.selectFrom('people_run_row')
    .select('sealed')
    .where('sealed', 'is not', null)
    .execute()
  expect(kept).toEqual([])
})

test('who has gone is ended and never deleted, and has their end back when they return', async () => {
  await read()
  await directory.asAdmin((client) => client.del(dnOf('erik.lindqvist')))
  expect(await read('run', true)).toMatchObject({ ends: 1, applied: 1 })
  const gone = await person('erik.lindqvist')
  // By the institution's calendar, whatever the day is by UTC.
  const calendar = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Helsinki' })
  expect(gone?.valid_until).toBe(calendar.format(hub.clock.now - 86_400_000))
  expect(gone?.cards).toEqual(['0412345678'])
  await directory.asAdmin((client) => client.add(dnOf('erik.lindqvist'), entryOf(listed[1] ?? { uid: '', sn: '' })))
  // Its entry was made anew, and the directory says an end.
  expect(await read('run', true)).toMatchObject({ changes: 1, adds: 0, refused: 0 })
  expect((await person('erik.lindqvist'))?.valid_until).toBe('2099-12-31')
  const [, , , student0] = listed
  await directory.asAdmin((client) => client.del(dnOf('student0')))
  expect(await read('run', true)).toMatchObject({ ends: 1 })
  expect((await person('student0'))?.valid_until).not.toBeNull()
  await directory.asAdmin((client) => client.add(dnOf('student0'), entryOf(student0 ?? { uid: '', sn: '' })))
  expect(await read('run', true)).toMatchObject({ changes: 1 })
  expect((await person('student0'))?.valid_until).toBeNull()
})

test('an account that is renamed stays the same person', async () => {
  await read()
  const before = await person('aino.saarinen')
  await directory.asAdmin((client) => client.modifyDN(dnOf('aino.saarinen'), 'uid=aino.virtanen'))
  await modify('aino.virtanen', ['sn', ['Virtanen']], ['exampleFormerName', ['Saarinen, Aino']])
  expect(await read()).toMatchObject({ reading: 'delta', changes: 1, refused: 0 })
  const after = await person('aino.virtanen')
  expect(after).toMatchObject({ recipient: before?.recipient, family: 'Virtanen', cards: ['04A224D2576480'] })
  expect((await person('aino.saarinen'))?.valid_until).not.toBeNull()
})

test('what is not there changes nothing; what is the source’s own and empty is cleared', async () => {
  await read()
  await modify('erik.lindqvist', ['exampleBirthDate', []], ['exampleSponsor', []], ['exampleCard', []])
  expect(await read('run', true)).toMatchObject({ changes: 0, unchanged: 12 })
  await save({}, { own: ['birthDate', 'cards'] }, source)
  expect(await read()).toMatchObject({ reading: 'full' })
  expect(await person('erik.lindqvist')).toMatchObject({ born: null, cards: [], sponsor: 'Prefekt Holm' })
})

test('a card of two people: both rows are reported, and neither is changed', async () => {
  await read()
  await modify('student1', ['exampleCard', ['05000001', '0600AA00']])
  await modify('student2', ['exampleCard', ['05000002', '06:00:aa:00']])
  const run = await read()
  expect(run).toMatchObject({ refused: 2, changes: 0 })
  const rows = await rowsOf(run, 'refused')
  expect(rows.map(({ account, problem }) => [account, problem?.code, problem?.params?.other])).toEqual(
    expect.arrayContaining([
      ['student1', 'L-342', dnOf('student2')],
      ['student2', 'L-342', dnOf('student1')],
    ]),
  )
  expect((await person('student1'))?.cards).toEqual(['05000001'])
})

test('a card that goes from one person to another goes, in one reading', async () => {
  await read()
  await modify('student1', ['exampleCard', ['0600BB00']])
  await modify('student2', ['exampleCard', ['05000002', '05000001']])
  expect(await read()).toMatchObject({ refused: 0, changes: 2 })
  expect((await person('student2'))?.cards).toEqual(['05000001', '05000002'])
  expect((await person('student1'))?.cards).toEqual(['0600BB00'])
})

test('21 cards, a birth date that is none, an account with a character that nobody sees: one row each, the rest goes on', async () => {
  await modify('student4', ['exampleCard', Array.from({ length: 21 }, (_, n) => `070000${String(n).padStart(2, '0')}`)])
  await modify('student5', ['exampleBirthDate', ['19971341']])
  await modify('student6', ['sn', ['Stu\u202edent']])
  const run = await read()
  expect(run).toMatchObject({ adds: 9, refused: 3, applied: 9, state: 'done' })
  expect((await rowsOf(run, 'refused')).map(({ account, problem }) => [account, problem?.code]).sort()).toEqual([
    ['student4', 'L-247'],
    ['student5', 'L-349'],
    ['student6', 'L-720'],
  ])
  expect(JSON.stringify(await rowsOf(run))).not.toContain('19971341')
})

test('a row that cannot be read never ends its person', async () => {
  await read()
  await modify('student5', ['exampleBirthDate', ['19971341']])
  expect(await read('run', true)).toMatchObject({ refused: 1, ends: 0 })
  expect((await person('student5'))?.valid_until).toBeNull()
})

test('a source that would end half of the people waits for a person, who lets it go on or calls it off', async () => {
  await read()
  await save({ brakePercent: 10 }, {}, source)
  await directory.asAdmin(async (client) => {
    for (let n = 0; n < 6; n++) await client.del(dnOf(`student${n}`))
  })
  const run = await read('run', true)
  expect(run).toMatchObject({ state: 'braked', ends: 6, applied: 0 })
  expect(run.problem).toMatchObject({ code: 'L-345', params: { count: 6, of: 12, percent: 10 } })
  expect((await person('student0'))?.valid_until).toBeNull()
  const supervisor = await hub.as('supervisor')
  const alarms = (await supervisor.call('alarms', undefined, { query: { open: '1', limit: 50 } })).reply().alarms
  expect(alarms.map(({ kind }) => kind)).toContain('people-source')
  ;(await supervisor.call('cancelPeopleRun', { run: run.id })).reply()
  expect((await admin.call('confirmPeopleRun', { run: run.id })).code).toBe('L-348')
  const again = await read('run', true)
  expect(again.state).toBe('braked')
  ;(await supervisor.call('confirmPeopleRun', { run: again.id })).reply()
  await hub.hub().runJobs()
  expect(await lastRun()).toMatchObject({ state: 'done', applied: 6, confirmedBy: 'supervisor.one' })
  expect((await person('student0'))?.valid_until).not.toBeNull()
})

test('a directory that is away, refuses the password, or has no such place: said, and nothing is changed', async () => {
  await link.stop()
  const away = await read()
  expect(away).toMatchObject({ state: 'failed', problem: { code: 'L-343' }, applied: 0 })
  link = await startCuttingLink(directory)
  await save({ secret: 'not-the-password' }, {}, source)
  expect(await read()).toMatchObject({ state: 'failed', problem: { code: 'L-347' } })
  await save({ secret: adminPassword }, { baseDn: `ou=nobody,${baseDn}` }, source)
  expect(await read()).toMatchObject({ state: 'failed', problem: { code: 'L-347' } })
  await save({}, { url: `ldaps://127.0.0.1:${link.port}`, ca: null }, source)
  expect(await read()).toMatchObject({ state: 'failed', problem: { code: 'L-343' } })
  expect(await person('aino.saarinen')).toBeNull()
})

test('a directory that is slow is given up within its time-out', async () => {
  const silent: Server = createServer((socket) => {
    socket.on('error', () => undefined).resume()
  })
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const address = silent.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await save({ secret: adminPassword }, { url: `ldaps://127.0.0.1:${port}`, timeoutMs: 500 }, source)
  const began = performance.now()
  expect(await read()).toMatchObject({ state: 'failed', problem: { code: 'L-343' } })
  expect(performance.now() - began).toBeLessThan(10_000)
  await new Promise((resolve) => silent.close(resolve))
})

test('half a page: a directory that breaks off, or has a limit, changes nobody', async () => {
  await read()
  await save({}, { bindDn: `cn=narrow,${baseDn}`, pageSize: 4 }, source)
  const limited = await startSlapd([], {
    ...withPeople(listed),
    database: 'sizelimit size.prtotal=5 size.soft=5 size.hard=5',
  })
  try {
    await save(
      { secret: adminPassword },
      {
        url: limited.secureUrl,
        ca: limited.authority,
        bindDn: `cn=narrow,${baseDn}`,
      },
      source,
    )
    const run = await read('run', true)
    expect(run).toMatchObject({ state: 'failed', ends: 0, applied: 0 })
    expect(run.problem?.code).toBe('L-344')
  } finally {
    await limited.stop()
  }
  expect((await person('student8'))?.valid_until).toBeNull()
})

test('a password is never sent to another server than the one that it was given for', async () => {
  const moved = await admin.call('savePeopleSource', {
    id: source,
    name: 'Directory',
    settings: settings({ url: 'ldaps://elsewhere.example.org' }),
  })
  expect(moved.code).toBe('L-608')
  const plain = await admin.call('savePeopleSource', {
    name: 'Directory',
    secret: adminPassword,
    settings: settings({ url: 'ldap://127.0.0.1' }),
  })
  expect(plain.code).toBe('L-608')
})

test('a source on its schedule is read when its time has come', async () => {
  await save({ enabled: true, everyMinutes: 5 }, { fullHours: 1 }, source)
  await hub.hub().runJobs()
  expect(await lastRun()).toMatchObject({ state: 'done', by: 'schedule', reading: 'full' })
  await hub.hub().runJobs()
  expect((await admin.call('peopleRuns', undefined, { query: { source } })).reply().runs).toHaveLength(1)
  for (let turn = 0; turn < 11; turn++) {
    hub.clock.now += 5 * 60_000
    await hub.hub().runJobs()
    expect(await lastRun()).toMatchObject({ reading: 'delta', state: 'done' })
  }
  hub.clock.now += 6 * 60_000
  await hub.hub().runJobs()
  expect(await lastRun()).toMatchObject({ reading: 'full', state: 'done' })
})
