/**
 * Settings as a file: merged at any time, previewed exactly, all of it or nothing, and the same again after a round
 * trip.
 */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { transact, type Tx } from '../../src-hub/database/index.ts'
import { exportSettingsIn, importSettingsIn } from '../../src-hub/settings-file/index.ts'
import { Channel, DeskKind, type Localized } from '../../src-shared/domain/index.ts'
import { usualHours } from '../../src-shared/domain/opening-hours.ts'
import { policyTemplateNames, policyTemplates } from '../../src-shared/policy/index.ts'
import {
  parseSettingsFile,
  PolicySettings,
  settingsVersion,
  type SettingsFile,
} from '../../src-shared/hub-api/settings-file.ts'
import { planSettings, type Known } from '../../src-hub/settings-file/plan.ts'
import { startConsoleHub, type Browser, type ConsoleHub } from './console-hub.ts'
import { value } from './fleet.ts'

let empty: ConsoleHub
let filled: ConsoleHub

beforeAll(async () => {
  empty = await startConsoleHub({}, null)
  filled = await startConsoleHub()
})
afterAll(async () => {
  await empty.stop()
  await filled.stop()
})

const read = async (browser: Browser) => (await browser.call('exportSettings')).reply().file
const merge = (browser: Browser, file: object, dryRun = false) => browser.call('importSettings', { file, dryRun })

class TakenBack extends Error {}
/** On the empty hub, which is as empty afterwards. */
async function onEmpty<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
  const kept: { value: T }[] = []
  await transact(empty.hub().db, async (tx) => {
    kept.push({ value: await work(tx) })
    throw new TakenBack()
  }).catch((error: unknown) => {
    if (!(error instanceof TakenBack)) throw error
  })
  const [first] = kept
  if (first === undefined) throw new Error('nothing came of it')
  return first.value
}

const word = fc
  .string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...'aäöÅ Z9-"\\<') })
  .filter((text) => text.trim() !== '')
const texts = fc.record<Localized>({ fi: word, sv: word, en: word })
const key = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/)
const hours = fc.constantFrom(null, usualHours, {
  ...usualHours,
  exceptions: [{ date: '2026-12-06', spans: [] }],
})
const anyFile: fc.Arbitrary<SettingsFile> = fc
  .record({
    organisation: fc.record({
      name: texts,
      changeAddress: fc.constantFrom('', 'https://id.example.org/change'),
      selfServiceAddress: fc.constantFrom('', 'https://id.example.org/self'),
    }),
    note: fc.record<Localized>({
      fi: fc.constantFrom('', 'a'),
      sv: fc.constantFrom('', 'b'),
      en: fc.constantFrom('', 'c'),
    }),
    days: fc.constantFrom(null, 1, 365),
    template: fc.constantFrom(...policyTemplateNames),
    units: fc.uniqueArray(
      fc.record({ key, name: texts, address: fc.string({ maxLength: 40, unit: 'grapheme-ascii' }), hours }),
      {
        selector: (unit) => unit.key,
        maxLength: 4,
      },
    ),
    desks: fc.uniqueArray(
      fc.record({
        key,
        unit: fc.nat(),
        kind: fc.constantFrom(...DeskKind.options),
        name: texts,
        slipPrefix: fc.constantFrom('AB', 'MYL', 'WXYZ'),
        hours,
      }),
      { selector: (desk) => desk.key, maxLength: 5 },
    ),
  })
  .map(({ organisation, note, days, template, units, desks }) =>
    value(
      parseSettingsFile({
        format: 'lodge-settings',
        version: settingsVersion,
        organisation,
        slip: { note, logo: null },
        retention: { personalDataDays: days },
        policy: policyTemplates[template],
        units,
        desks: units.length === 0 ? [] : desks.map((desk) => ({ ...desk, unit: units[desk.unit % units.length]?.key })),
      }),
    ),
  )

test('export, import into an empty hub, export again: equal; and the same file twice changes nothing the second time', async () => {
  await fc.assert(
    fc.asyncProperty(anyFile, async (file) => {
      const first = await onEmpty(async (tx) => {
        value(await importSettingsIn(tx, Date.now(), 'tester', file))
        expect(value(await importSettingsIn(tx, Date.now(), 'tester', file))).toEqual([])
        return exportSettingsIn(tx)
      })
      const second = await onEmpty(async (tx) => {
        value(
          await importSettingsIn(tx, Date.now(), 'tester', value(parseSettingsFile(JSON.parse(JSON.stringify(first))))),
        )
        return exportSettingsIn(tx)
      })
      expect(second).toEqual(first)
      expect(first.units.map(({ key: each }) => each)).toEqual(file.units.map(({ key: each }) => each).sort())
    }),
    { numRuns: 25 },
  )
})

test('a hub with desks takes a file in too: what the preview says is what happens, and nothing goes', async () => {
  const administrator = await filled.as('administrator')
  const before = await read(administrator)
  expect(before.units.length).toBeGreaterThan(1)
  const [unit] = before.units
  const [desk] = before.desks
  if (unit === undefined || desk === undefined) throw new Error('no unit')
  const name = { fi: 'Uusi talo', sv: 'Nya huset', en: 'New building' }
  const file = {
    organisation: { ...before.organisation, selfServiceAddress: 'https://id.example.org/own', changeAddress: '' },
    units: [
      { ...unit, address: 'Uusi katu 1' },
      { key: 'new', name, address: '' },
    ],
    desks: [
      { ...desk, name },
      { key: 'new-desk', unit: 'new', kind: 'porter', name, slipPrefix: 'UT' },
    ],
  }
  const expected = [
    { what: 'organisation', key: null, name: null, change: 'changed', fields: ['selfServiceAddress'] },
    { what: 'unit', key: unit.key, name: unit.name, change: 'changed', fields: ['address'] },
    { what: 'unit', key: 'new', name, change: 'added', fields: [] },
    { what: 'desk', key: desk.key, name, change: 'changed', fields: ['name'] },
    { what: 'desk', key: 'new-desk', name, change: 'added', fields: [] },
  ]
  expect((await merge(administrator, file, true)).reply().changes).toEqual(expected)
  expect(await read(administrator)).toEqual(before)
  expect((await merge(administrator, file)).reply().changes).toEqual(expected)
  const after = await read(administrator)
  expect(after.organisation).toEqual({ ...before.organisation, selfServiceAddress: 'https://id.example.org/own' })
  expect(after.units.length).toBe(before.units.length + 1)
  expect(after.desks.length).toBe(before.desks.length + 1)
  expect((await merge(administrator, file, true)).reply().changes).toEqual([])
})

test('one desk made in the console locks nothing out: the demo’s institution merges, and finds what is called the same', async () => {
  const administrator = await empty.as('administrator')
  const demo = JSON.parse(readFileSync(new URL('../../resources/demo/institution.json', import.meta.url), 'utf8')) as {
    units: { key: string; name: Localized; address: string }[]
    desks: { key: string }[]
  }
  const [first] = demo.units
  if (first === undefined) throw new Error('no unit')
  const { name } = first
  ;(await administrator.call('saveUnit', { name, address: '', hours: null })).reply()
  const answer = (await merge(administrator, demo)).reply()
  expect(answer.leftOut).toEqual(['staff', 'recipients', 'pickups'])
  const { units } = (await administrator.call('units')).reply()
  expect(units.length).toBe(demo.units.length)
  expect(units.flatMap((unit) => unit.desks).length).toBe(demo.desks.length)
  expect((await read(administrator)).units.map((unit) => unit.key)).toEqual(demo.units.map((unit) => unit.key).sort())
})

test('a file may hold opening hours alone, and what it leaves out or empty stays', async () => {
  const administrator = await filled.as('administrator')
  const before = await read(administrator)
  const [unit] = before.units
  const [desk] = before.desks
  if (unit === undefined || desk === undefined) throw new Error('no unit')
  const nothing = { fi: '', sv: '', en: '' }
  const address = 'Uusi katu 1'
  ;(await merge(administrator, { units: [{ key: unit.key, address }] })).reply()
  const rows: readonly { units?: object[]; desks?: object[] }[] = [
    { units: [{ key: unit.key, hours: usualHours }] },
    { units: [{ key: unit.key, address: '', hours: usualHours }] },
    { units: [{ key: unit.key, name: nothing, address: '', hours: usualHours }] },
    { desks: [{ key: desk.key, hours: usualHours }] },
    { desks: [{ key: desk.key, name: nothing, slipPrefix: '', hours: usualHours }] },
  ]
  for (const file of rows) {
    ;(await merge(administrator, { ...file, organisation: {} })).reply()
    const after = await read(administrator)
    const [whole] = after.units
    expect(whole).toMatchObject({ key: unit.key, name: unit.name, address })
    expect(after.desks[0]).toMatchObject({ ...desk, hours: after.desks[0]?.hours })
    expect(after.organisation).toEqual(before.organisation)
    expect((file.units === undefined ? after.desks[0] : whole)?.hours).toEqual(usualHours)
    const away = [{ key: unit.key, hours: null }]
    ;(await merge(administrator, { units: away, desks: [{ key: desk.key, hours: null }] })).reply()
  }
})

test('two rows of a file do not land on one unit or desk', () => {
  const called = (name: string): Localized => ({ fi: name, sv: name, en: name })
  const place = { key: null, hours: null }
  const known: Known = {
    organisation: { name: called('U'), changeAddress: '', selfServiceAddress: '', timeZone: 'Europe/Helsinki' },
    contact: { address: '', telephone: '', email: '', ticketAddress: '', hoursAddress: '' },
    slip: { note: called(''), logo: null },
    retention: { personalDataDays: null },
    policy: PolicySettings.parse(policyTemplates.blank),
    units: [
      { ...place, id: 'u1', name: called('Main'), address: 'Street 1' },
      { ...place, id: 'u2', key: 'two', name: called('Other'), address: 'Street 2' },
    ],
    desks: [{ ...place, id: 'd1', name: called('Desk'), unit: 'u1', kind: 'helpdesk', slipPrefix: 'AB' }],
  }
  const plan = (file: object) => planSettings(known, value(parseSettingsFile(file)))
  const desk = { unit: 'u1', kind: 'helpdesk' }
  const twice = {
    units: [
      { key: 'main', name: called('Main') },
      { key: 'u1', name: called('Main2') },
    ],
  }
  expect(plan(twice)).toMatchObject({ failure: { code: 'L-727', params: { where: 'units.1.key' } } })
  expect(
    plan({
      desks: [
        { ...desk, key: 'x', name: called('Desk'), slipPrefix: 'CD' },
        { ...desk, key: 'd1', name: called('Desk3'), slipPrefix: 'EF' },
      ],
    }),
  ).toMatchObject({ failure: { code: 'L-727', params: { where: 'desks.1.key' } } })
  expect(plan({ units: [twice.units[0], { key: 'two', hours: null }] })).toMatchObject({
    ok: true,
    value: { units: [{ id: 'u1', value: { key: 'main', address: 'Street 1' } }] },
  })
})

const text = { fi: 'a', sv: 'b', en: 'c' }
const refusedFiles: readonly [string, object, string, RegExp | null][] = [
  ['a newer hub’s', { version: settingsVersion + 1, tomorrow: {} }, 'L-726', null],
  ['a section that there is not', { tomorrow: {} }, 'L-727', /tomorrow/],
  [
    'a desk in no unit',
    { desks: [{ key: 'x', unit: 'nowhere', kind: 'porter', name: text, slipPrefix: 'AA' }] },
    'L-727',
    /desks\.0\.unit/,
  ],
  [
    'a key twice',
    {
      units: [
        { key: 'x', name: text, address: '' },
        { key: 'x', name: text, address: '' },
      ],
    },
    'L-727',
    /units\.1\.key/,
  ],
  [
    'a day that is none',
    {
      units: [
        {
          key: 'x',
          name: text,
          address: '',
          hours: { ...usualHours, exceptions: [{ date: '2026-02-30', spans: [] }] },
        },
      ],
    },
    'L-727',
    /hours/,
  ],
  ['a new unit of which only the hours are said', { units: [{ key: 'x', hours: null }] }, 'L-727', /units\.0\.name/],
  ['a new desk in no unit', { desks: [{ key: 'x', hours: null }] }, 'L-727', /desks\.0\.unit/],
  [
    'a unit without a name',
    { units: [{ key: 'x', name: { ...text, sv: '' }, address: '' }] },
    'L-727',
    /units\.0\.name/,
  ],
  [
    'a policy that does not hold together',
    {
      organisation: { name: text, changeAddress: 'https://a.example', selfServiceAddress: 'https://a.example' },
      policy: {
        ...policyTemplates.blank,
        rules: [
          {
            recipientClass: 'student',
            channel: Channel.enum.hr,
            deskKind: 'porter',
            proofs: ['passport'],
            needsRequestReference: true,
            showSponsor: false,
          },
        ],
      },
    },
    'L-663',
    /rules\.0/,
  ],
]
test.each(refusedFiles)('%s is refused with words, and nothing of it is done', async (_name, file, code, where) => {
  const administrator = await filled.as('administrator')
  const before = await read(administrator)
  for (const dryRun of [true, false]) {
    const answer = await merge(
      administrator,
      { organisation: { name: text, changeAddress: '', selfServiceAddress: '' }, ...file },
      dryRun,
    )
    expect(answer.code).toBe(code)
    if (where !== null) expect(JSON.stringify(answer.json['params'])).toMatch(where)
  }
  expect(await read(administrator)).toEqual(before)
})

test('it is for administrators, and recorded', async () => {
  for (const role of ['supervisor', 'agent'] as const) {
    const other = await filled.as(role)
    expect((await other.call('exportSettings')).code).toBe('L-618')
    expect((await merge(other, {})).code).toBe('L-618')
  }
  const administrator = await filled.as('administrator')
  const trail = (
    await administrator.call('auditTrail', undefined, { query: { act: 'settings-imported', limit: 5 } })
  ).reply()
  expect(trail.acts.length).toBeGreaterThan(0)
})

test('texts that were stored before names were looked at leave as they are shown, and come in again', async () => {
  await onEmpty(async (tx) => {
    const hostile = 'Kes\u202ekus\u200b\u2066'
    const words = { fi: hostile, sv: hostile, en: hostile }
    const hidden = /[\u200b\u202e\u2066]/u
    await tx
      .updateTable('organisation')
      .set({ name: JSON.stringify(words) })
      .execute()
    await tx
      .insertInto('unit')
      .values({ id: 'AAAAAAAAAAAAAAAAAAAAAA', key: 'u1', name: JSON.stringify(words), address: hostile, hours: null })
      .execute()
    await tx
      .insertInto('desk')
      .values({
        id: 'AAAAAAAAAAAAAAAAAAAAAB',
        key: 'd1',
        unit: 'AAAAAAAAAAAAAAAAAAAAAA',
        kind: 'porter',
        name: JSON.stringify(words),
        slip_prefix: 'KES',
        hours: null,
      })
      .execute()
    const file = await exportSettingsIn(tx)
    expect(JSON.stringify(file)).toContain('Keskus')
    expect(JSON.stringify(file)).not.toMatch(hidden)
    expect(value(parseSettingsFile(JSON.parse(JSON.stringify(file))))).toEqual(file)
    // Merged, it mends what is stored.
    value(await importSettingsIn(tx, Date.now(), 'tester', file))
    const stored = [
      ...(await tx.selectFrom('organisation').select('name').execute()),
      ...(await tx.selectFrom('unit').select(['name', 'address']).execute()),
      ...(await tx.selectFrom('desk').select('name').execute()),
    ]
    expect(JSON.stringify(stored)).toContain('Keskus')
    expect(JSON.stringify(stored)).not.toMatch(hidden)
  })
})
