/**
 * SCIM 2.0 over a real socket and a real PostgreSQL: a table of what RFC 7644 and RFC 7643 ask of a service provider,
 * by their sections and examples, and what Lodge adds. No validator for Node could be used, so the table is our own;
 * how many of its rows pass is printed.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scimExtension, scimMessages, scimUser } from '../../src-shared/hub-api/scim.ts'
import { startConsoleHub, type Browser, type ConsoleHub } from './console-hub.ts'

let hub: ConsoleHub
let admin: Browser
let source = ''
let token = ''

beforeAll(async () => {
  hub = await startConsoleHub({ work: false }, null)
  admin = await hub.as('administrator')
  source = (
    await admin.call('savePeopleSource', {
      name: 'Identity provider',
      enabled: true,
      everyMinutes: null,
      brakePercent: 20,
      settings: { kind: 'scim' },
    })
  ).reply().id
  token = (await admin.call('createToken', { name: 'idp', role: 'people', days: 30 })).reply().token
})
afterAll(() => hub.stop())

interface Said {
  readonly status: number
  readonly headers: Headers
  readonly json: Record<string, unknown> & {
    id?: string
    totalResults?: number
    Resources?: Record<string, unknown>[]
    scimType?: string
    detail?: string
  }
}
async function scim(method: string, path: string, body?: unknown, bearer: string | null = token): Promise<Said> {
  const answer = await fetch(`${hub.hub().url}/scim/v2/${source}${path}`, {
    method,
    headers: {
      accept: 'application/scim+json',
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, json: text === '' ? {} : (JSON.parse(text) as Said['json']) }
}
const find = (filter: string, more = '') => scim('GET', `/Users?filter=${encodeURIComponent(filter)}${more}`)
const patch = (id: string, ...Operations: object[]) =>
  scim('PATCH', `/Users/${id}`, { schemas: [scimMessages.patch], Operations })

const user = (userName: string, more: object = {}, extension: object = {}) => ({
  schemas: [scimUser, scimExtension],
  userName,
  externalId: `ext-${userName}`,
  name: { familyName: 'Jensen', givenName: 'Barbara' },
  preferredLanguage: 'sv',
  active: true,
  ...more,
  [scimExtension]: {
    class: 'student',
    birthDate: '1997-02-11',
    cards: ['04:a2:24:d2'],
    sponsor: 'Somebody',
    ...extension,
  },
})
async function person(account: string) {
  const { db, keys } = hub.hub()
  const row = await db
    .selectFrom('account')
    .innerJoin('recipient', 'recipient.id', 'account.recipient')
    .selectAll('recipient')
    .select('account.valid_until')
    .where('account.account', '=', account)
    .executeTakeFirstOrThrow()
  const cards = await db.selectFrom('card').select('sealed').where('recipient', '=', row.id).execute()
  return {
    ...row,
    born: row.birth_date === null ? null : keys.open(row.birth_date),
    cards: cards.map(({ sealed }) => keys.open(sealed)).sort(),
  }
}
const ids = new Map<string, string>()
const idOf = (name: string) => ids.get(name) ?? ''
async function made(name: string, more: object = {}, extension: object = {}): Promise<string> {
  const said = await scim('POST', '/Users', user(name, more, { cards: [], ...extension }))
  expect(said.status, JSON.stringify(said.json)).toBe(201)
  ids.set(name, said.json.id ?? '')
  return said.json.id ?? ''
}

/** What a service provider must do, by section; in order: later rows use what earlier ones made. */
const table: readonly (readonly [string, () => Promise<void>])[] = [
  [
    '7644 4: ServiceProviderConfig says what is offered',
    async () => {
      const { status, headers, json } = await scim('GET', '/ServiceProviderConfig')
      expect(status).toBe(200)
      expect(headers.get('content-type')).toContain('application/scim+json')
      expect(json).toMatchObject({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
        patch: { supported: true },
        bulk: { supported: false },
        filter: { supported: true, maxResults: 200 },
        etag: { supported: false },
        authenticationSchemes: [{ type: 'oauthbearertoken' }],
      })
    },
  ],
  [
    '7644 4: ResourceTypes, one and all',
    async () => {
      expect((await scim('GET', '/ResourceTypes')).json).toMatchObject({
        totalResults: 1,
        Resources: [
          { id: 'User', endpoint: '/Users', schema: scimUser, schemaExtensions: [{ schema: scimExtension }] },
        ],
      })
      expect((await scim('GET', '/ResourceTypes/User')).status).toBe(200)
      expect((await scim('GET', '/ResourceTypes/Group')).status).toBe(404)
    },
  ],
  [
    '7644 4: Schemas, one and all; what proves an identity is writeOnly and never returned',
    async () => {
      expect((await scim('GET', '/Schemas')).json).toMatchObject({ totalResults: 2 })
      const { json } = await scim('GET', `/Schemas/${scimExtension}`)
      const attributes = json['attributes'] as { name: string; mutability: string; returned: string }[]
      for (const name of ['birthDate', 'identityCode', 'cards'])
        expect(attributes.find((each) => each.name === name)).toMatchObject({
          mutability: 'writeOnly',
          returned: 'never',
        })
    },
  ],
  [
    '7644 4: a filter on what is fixed is refused with 403',
    async () => expect((await scim('GET', '/Schemas?filter=id+pr')).status).toBe(403),
  ],
  [
    '7644 2: without a token, with a wrong one, with one of another role: 401',
    async () => {
      const agent = (await admin.call('createToken', { name: 'tickets', role: 'agent', days: 30 })).reply().token
      for (const bearer of [null, 'lodge_wrong', agent]) {
        const said = await scim('GET', '/Users', undefined, bearer)
        expect(said.status).toBe(401)
        expect(said.headers.get('www-authenticate')).toContain('Bearer')
        expect(said.json['schemas']).toEqual([scimMessages.error])
      }
    },
  ],
  [
    'a token of the role people may do nothing else',
    async () => {
      const said = await fetch(`${hub.hub().url}/v1/agent/recipients?text=a`, {
        headers: { authorization: `Bearer ${token}` },
      })
      expect(said.status).toBe(401)
    },
  ],
  [
    '7644 3.4.2: an empty list is a ListResponse of none',
    async () =>
      expect((await scim('GET', '/Users')).json).toMatchObject({
        schemas: [scimMessages.list],
        totalResults: 0,
        startIndex: 1,
        itemsPerPage: 0,
        Resources: [],
      }),
  ],
  [
    '7644 3.3: POST makes a user: 201, Location, meta, id; nothing that proves an identity comes back',
    async () => {
      const said = await scim('POST', '/Users', user('bjensen'))
      expect(said.status).toBe(201)
      const { id = '' } = said.json
      ids.set('bjensen', id)
      expect(said.headers.get('location')).toMatch(new RegExp(`/scim/v2/${source}/Users/${id}$`))
      expect(said.json).toMatchObject({
        userName: 'bjensen',
        externalId: 'ext-bjensen',
        active: true,
        meta: { resourceType: 'User', location: said.headers.get('location') },
        [scimExtension]: { class: 'student', sponsor: 'Somebody' },
      })
      expect(JSON.stringify(said.json)).not.toMatch(/1997-02-11|04A224D2|birthDate|cards/i)
      expect(await person('bjensen')).toMatchObject({ born: '1997-02-11', cards: ['04A224D2'], language: 'sv' })
    },
  ],
  [
    '7644 3.4.1: GET of one user; of none 404 as SCIM tells it',
    async () => {
      expect((await scim('GET', `/Users/${idOf('bjensen')}`)).json).toMatchObject({ userName: 'bjensen' })
      const none = await scim('GET', '/Users/2819c223')
      expect(none.status).toBe(404)
      expect(none.json).toMatchObject({ schemas: [scimMessages.error], status: '404' })
    },
  ],
  [
    '7644 3.3: the same userName again, in any case, is 409 uniqueness',
    async () => {
      const said = await scim('POST', '/Users', user('BJensen'))
      expect([said.status, said.json.scimType]).toEqual([409, 'uniqueness'])
    },
  ],
  [
    '7644 3.12: a body that is no JSON, and one without userName',
    async () => {
      const torn = await scim('POST', '/Users', '{"schemas":')
      expect([torn.status, torn.json.scimType]).toEqual([400, 'invalidSyntax'])
      const nameless = await scim('POST', '/Users', { schemas: [scimUser] })
      expect([nameless.status, nameless.json.scimType]).toEqual([400, 'invalidValue'])
    },
  ],
  [
    'a value that cannot be used: 400 invalidValue with the code, and nothing is made',
    async () => {
      for (const [extension, code] of [
        [{ birthDate: '1997-13-41' }, 'L-349'],
        [{ class: 'wizard' }, 'L-349'],
        [{ class: null }, 'L-349'],
        [{ cards: Array.from({ length: 21 }, (_, n) => `070000${String(n).padStart(2, '0')}`) }, 'L-247'],
      ] as const) {
        const said = await scim('POST', '/Users', user('nobody', {}, { cards: [], ...extension }))
        expect([said.status, said.json.scimType]).toEqual([400, 'invalidValue'])
        expect(said.json.detail).toContain(code)
      }
      expect((await find('userName eq "nobody"')).json.totalResults).toBe(0)
    },
  ],
  [
    'a card of somebody else’s: 409, and neither changes',
    async () => {
      const said = await scim('POST', '/Users', user('thief', {}, { cards: ['04A224D2'] }))
      expect([said.status, said.json.scimType]).toEqual([409, 'uniqueness'])
      expect(said.json.detail).toContain('L-658')
      expect((await person('bjensen')).cards).toEqual(['04A224D2'])
    },
  ],
  [
    'somebody with one name, in either field, or as formatted alone',
    async () => {
      await made('suharto', { name: { familyName: 'Suharto' } })
      await made('cher', { name: { givenName: 'Cher' } })
      await made('prince', { name: { formatted: 'Prince' } })
      expect(await person('prince')).toMatchObject({ family: 'Prince', given: '' })
    },
  ],
  [
    '7644 3.4.2.2: filters of the RFC’s own examples',
    async () => {
      const count = async (filter: string) => (await find(filter)).json.totalResults
      expect(await count('userName eq "bjensen"')).toBe(1)
      expect(await count('userName Eq "BJENSEN"')).toBe(1)
      expect(await count('name.familyName co "ens"')).toBe(1)
      expect(await count('userName sw "b"')).toBe(1)
      expect(await count(`${scimUser}:userName sw "b"`)).toBe(1)
      expect(await count('name.givenName pr and userName ew "r"')).toBe(1)
      expect(await count('userName eq "bjensen" or userName eq "cher"')).toBe(2)
      expect(await count('not (userName eq "bjensen")')).toBe(3)
      expect(await count('meta.lastModified gt "2011-05-13T04:42:34Z"')).toBe(4)
      expect(await count('active eq true')).toBe(4)
      expect(await count(`${scimExtension}:sponsor eq "somebody"`)).toBe(4)
      expect(await count('externalId eq "ext-cher"')).toBe(1)
      expect(await count('externalId eq "EXT-CHER"')).toBe(0)
    },
  ],
  [
    '7644 3.4.2.2: a filter that cannot be read, and one on what is never told: 400 invalidFilter',
    async () => {
      for (const filter of ['userName eq', 'and', `${scimExtension}:birthDate eq "1997-02-11"`, 'cards pr']) {
        const said = await find(filter)
        expect([said.status, said.json.scimType], filter).toEqual([400, 'invalidFilter'])
      }
    },
  ],
  [
    '7644 3.4.2.4: pages, from 1; a count of 0 only counts; below counts as 1 and 0',
    async () => {
      const page = async (query: string) => (await scim('GET', `/Users?${query}`)).json
      expect(await page('startIndex=1&count=3')).toMatchObject({ totalResults: 4, itemsPerPage: 3, startIndex: 1 })
      expect(await page('startIndex=4&count=3')).toMatchObject({ totalResults: 4, itemsPerPage: 1, startIndex: 4 })
      expect(await page('startIndex=9')).toMatchObject({ totalResults: 4, itemsPerPage: 0 })
      expect(await page('count=0')).toMatchObject({ totalResults: 4, itemsPerPage: 0 })
      expect(await page('startIndex=-3&count=-1')).toMatchObject({ totalResults: 4, itemsPerPage: 0, startIndex: 1 })
    },
  ],
  [
    '7644 3.4.2.5 and 3.4.3: attributes and excludedAttributes, by GET and by .search',
    async () => {
      const [only] = (await find('userName eq "bjensen"', '&attributes=userName')).json.Resources ?? []
      expect(Object.keys(only ?? {}).sort()).toEqual(['id', 'schemas', 'userName'])
      const said = await scim('POST', '/Users/.search', {
        schemas: [scimMessages.search],
        filter: 'userName eq "bjensen"',
        excludedAttributes: ['name'],
      })
      expect(said.json.Resources?.[0]).toHaveProperty('userName')
      expect(said.json.Resources?.[0]).not.toHaveProperty('name')
    },
  ],
  [
    '7644 3.5.1: PUT replaces; what is left out is cleared, but for what is never told',
    async () => {
      const said = await scim('PUT', `/Users/${idOf('bjensen')}`, {
        schemas: [scimUser, scimExtension],
        userName: 'bjensen',
        name: { familyName: 'Jensen', givenName: 'Barbara Jane' },
        active: true,
        [scimExtension]: { class: 'staff' },
      })
      expect(said.status).toBe(200)
      expect(said.json).not.toHaveProperty('externalId')
      expect(await person('bjensen')).toMatchObject({
        class: 'staff',
        given: 'Barbara Jane',
        sponsor: null,
        born: '1997-02-11',
        cards: ['04A224D2'],
      })
      expect((await scim('PUT', '/Users/none', user('x'))).status).toBe(404)
    },
  ],
  [
    '7644 3.5.2.1: PATCH add; a card is added to those that are there',
    async () => {
      const id = idOf('bjensen')
      expect((await patch(id, { op: 'add', path: `${scimExtension}:sponsor`, value: 'Holm' })).status).toBe(200)
      expect((await patch(id, { op: 'add', path: `${scimExtension}:cards`, value: ['0500000A'] })).status).toBe(200)
      expect((await patch(id, { op: 'add', value: { preferredLanguage: 'en' } })).status).toBe(200)
      expect(await person('bjensen')).toMatchObject({
        sponsor: 'Holm',
        language: 'en',
        cards: ['04A224D2', '0500000A'],
        born: '1997-02-11',
      })
    },
  ],
  [
    '7644 3.5.2.3: PATCH replace, with and without a path, as Entra ID and Okta write it',
    async () => {
      const id = idOf('bjensen')
      expect((await patch(id, { op: 'Replace', path: 'name.familyName', value: 'Holm' })).status).toBe(200)
      expect((await patch(id, { op: 'replace', value: { active: 'False' } })).status).toBe(200)
      expect((await person('bjensen')).valid_until).not.toBeNull()
      const off = await scim('GET', `/Users/${id}`)
      expect(off.json['active']).toBe(false)
      expect((await patch(id, { op: 'replace', path: 'active', value: true })).json['active']).toBe(true)
      expect(await person('bjensen')).toMatchObject({ valid_until: null, family: 'Holm' })
    },
  ],
  [
    '7644 3.5.2.2: PATCH remove clears',
    async () => {
      const id = idOf('bjensen')
      expect((await patch(id, { op: 'remove', path: `${scimExtension}:birthDate` })).status).toBe(200)
      expect((await patch(id, { op: 'remove', path: `${scimExtension}:cards` })).status).toBe(200)
      expect(await person('bjensen')).toMatchObject({ born: null, cards: [] })
    },
  ],
  [
    '7644 3.5.2: a PATCH without operations, or with one that is none: 400, and nothing changes',
    async () => {
      const id = idOf('bjensen')
      const before = await person('bjensen')
      expect((await scim('PATCH', `/Users/${id}`, { schemas: [scimMessages.patch] })).status).toBe(400)
      expect((await patch(id, { op: 'explode', path: 'name', value: 'x' })).status).toBe(400)
      const half = await patch(
        id,
        { op: 'replace', path: 'name.familyName', value: 'Half' },
        { op: 'replace', path: `${scimExtension}:class`, value: 'wizard' },
      )
      expect(half.status).toBe(400)
      expect(await person('bjensen')).toEqual(before)
    },
  ],
  [
    'a userName that changes is the same person',
    async () => {
      const before = (await person('bjensen')).id
      expect((await patch(idOf('bjensen'), { op: 'replace', path: 'userName', value: 'bholm' })).status).toBe(200)
      expect((await person('bholm')).id).toBe(before)
      expect((await person('bjensen')).valid_until).not.toBeNull()
    },
  ],
  [
    '7644 3.6: DELETE: 204, then 404, and the person is ended and kept; made again, it is the same person',
    async () => {
      const before = (await person('cher')).id
      const gone = await scim('DELETE', `/Users/${idOf('cher')}`)
      expect([gone.status, gone.json]).toEqual([204, {}])
      expect((await scim('GET', `/Users/${idOf('cher')}`)).status).toBe(404)
      expect((await scim('DELETE', `/Users/${idOf('cher')}`)).status).toBe(404)
      expect((await person('cher')).valid_until).not.toBeNull()
      await made('cher', { name: { givenName: 'Cher' } })
      expect(await person('cher')).toMatchObject({ id: before, valid_until: null })
    },
  ],
  [
    '7644 3.11 and 3.7: Me and Bulk are not offered: 501; other endpoints 404',
    async () => {
      expect((await scim('GET', '/Me')).status).toBe(501)
      expect((await scim('POST', '/Bulk', {})).status).toBe(501)
      expect((await scim('GET', '/Groups')).status).toBe(404)
    },
  ],
]

let passed = 0
describe('what a service provider must do', () => {
  test.each(table)('%s', async (_, check) => {
    await check()
    passed += 1
  })
  test('is counted', () => {
    process.stdout.write(`SCIM conformance: ${passed} of ${table.length} rows pass\n`)
    expect(passed).toBe(table.length)
  })
})

test('an hour of it is one run with its report, and the brake stops what would end too many until somebody confirms', async () => {
  for (let n = 0; n < 40; n++) await made(`crowd${n}`)
  const statuses: number[] = []
  for (let n = 0; n < 40; n++) statuses.push((await scim('DELETE', `/Users/${idOf(`crowd${n}`)}`)).status)
  expect(statuses).toContain(403)
  const stopped = statuses.indexOf(403)
  expect(statuses.slice(stopped).every((status) => status === 403)).toBe(true)
  const [run] = (await admin.call('peopleRuns', undefined, { query: { source } })).reply().runs
  expect(run).toMatchObject({ reading: 'push', state: 'braked', problem: { code: 'L-345' } })
  // New people come all the same.
  await made('newcomer')
  ;(await admin.call('confirmPeopleRun', { run: run?.id ?? '' })).reply()
  expect((await scim('DELETE', `/Users/${idOf(`crowd${stopped}`)}`)).status).toBe(204)
  const rows = (await admin.call('peopleRunRows', undefined, { query: { run: run?.id, what: 'end' } })).reply().rows
  expect(rows.map(({ account }) => account)).toContain('crowd0')
})

test('a source that is not in use answers nobody', async () => {
  ;(
    await admin.call('savePeopleSource', {
      id: source,
      name: 'Identity provider',
      enabled: false,
      settings: { kind: 'scim' },
    })
  ).reply()
  expect((await scim('GET', '/Users')).status).toBe(404)
})
