/**
 * Importing from CSV: dry run, every kind of bad row, files that are refused whole, killed half-way, several hubs. Real
 * HTTPS, real PostgreSQL.
 */
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { PickupId, RecipientId } from '../../src-shared/domain/index.ts'
import { importMaxRows, importPartBytes } from '../../src-shared/hub-api/agent/imports.ts'
import { errorTexts } from '../../src-shared/failures/texts.ts'
import { refusable } from '../../src-hub/imports/refused.ts'
import { rowsOf } from '../../src-hub/imports/rows-of.ts'
import type { DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
let kiosk: DeskKiosk
let prefix = ''
let channel = ''
beforeAll(async () => {
  fleet = await startFleet('supervisor', { work: false })
  const [desk = ''] = fleet.desks
  const row = await fleet
    .hub()
    .db.selectFrom('desk')
    .select(['slip_prefix', 'kind'])
    .where('id', '=', desk)
    .executeTakeFirstOrThrow()
  prefix = row.slip_prefix
  channel = row.kind
  kiosk = await fleet.kiosk(desk, 'counter')
})
afterAll(() => fleet.stop())

async function upload(file: string | Buffer, supersede = false): Promise<string> {
  const { id } = value(await fleet.agent().call('createImport', { body: { name: 'autumn.csv', supersede } }))
  const bytes = Buffer.from(file)
  for (let part = 0; part * importPartBytes < bytes.length || part === 0; part++) {
    const piece = bytes.subarray(part * importPartBytes, (part + 1) * importPartBytes)
    const last = (part + 1) * importPartBytes >= bytes.length
    value(await fleet.agent().call('importPart', { body: { id, part, bytes: piece.toString('base64'), last } }))
  }
  await fleet.hub().runJobs()
  return id
}
const look = async (id: string) => value(await fleet.agent().call('import', { query: { id } }))
const problems = async (id: string) =>
  value(await fleet.agent().call('importRows', { query: { id, state: 'refused', after: 0, limit: 1000 } })).rows.map(
    ({ line, problem }) => [
      line,
      problem?.code,
      problem?.params?.column ?? problem?.params?.row ?? problem?.params?.what,
    ],
  )
const live = async () =>
  Number(
    (
      await fleet
        .hub()
        .db.selectFrom('pickup')
        .select((e) => e.fn.countAll<number>().as('n'))
        .where('state', '=', 'granted')
        .executeTakeFirstOrThrow()
    ).n,
  )

test('the dry run says of every row what is wrong and changes nothing; then what is right is carried out, and the desk has it', async () => {
  const [a = '', b = '', c = '', taken = ''] = fleet.accounts
  await fleet.issue(taken, fleet.desks[0] ?? '')
  const before = await live()
  const file = [
    'account;desk;request_reference;secret_kind',
    `${a};${prefix};R-7;`,
    `"${b}";${prefix.toLowerCase()};"=cmd|' /C calc'!A0";activation-code`,
    `nobody;${prefix};R-7;`,
    `${a};${prefix};R-7;`,
    `${c};Nowhere;R-7;`,
    `${c};${prefix};R-7;pin`,
    `${taken};${prefix};R-7;`,
    `;${prefix};R-7;`,
    `${c};${prefix};${'x'.repeat(61)};`,
  ].join('\r\n')
  const id = await upload(`\ufeff${file}`)
  expect(await look(id)).toMatchObject({ state: 'checked', rows: 9, ready: 2, refused: 7, done: 0, problem: null })
  expect(await problems(id)).toEqual([
    [4, 'L-609', 'account'],
    [5, 'L-636', 2],
    [6, 'L-609', 'desk'],
    [7, 'L-635', 'secret_kind'],
    [8, 'L-637', undefined],
    [9, 'L-635', 'account'],
    [10, 'L-635', 'request_reference'],
  ])
  expect(await live()).toBe(before)
  value(await fleet.agent().call('runImport', { body: { id } }))
  await fleet.hub().runJobs()
  expect(await look(id)).toMatchObject({ state: 'done', ready: 0, refused: 7, done: 2 })
  value(await kiosk.sync.now())
  const rows = value(await fleet.agent().call('importRows', { query: { id, state: 'done', after: 0, limit: 10 } })).rows
  expect(rows.map(({ account }) => account)).toEqual([a, b])
  expect(kiosk.pickups.liveIds().map((row) => row.id)).toEqual(expect.arrayContaining(rows.map(({ pickup }) => pickup)))
  expect((await fleet.agent().call('runImport', { body: { id } })).ok).toBe(false)
})

test('people with accounts and cards are brought by the same file; two thousand pickups arrive at the desk, also when the hub dies half-way', async () => {
  const lines = Array.from(
    { length: 2000 },
    (_, n) =>
      `new${n},${prefix},R-9,student,Åström${n},"Märta, Ö",sv,${1960 + (n % 48)}-${String(1 + (n % 12)).padStart(2, '0')}-${String(1 + (n % 28)).padStart(2, '0')},,2031-01-01,${(0xa0000000 + n).toString(16)}`,
  )
  const id = await upload(
    `account,desk,request_reference,class,family,given,language,birth_date,sponsor,valid_until,cards\n${lines.join('\n')}\n`,
  )
  expect(await look(id)).toMatchObject({ state: 'checked', rows: 2000, ready: 2000, refused: 0 })
  const { db } = fleet.hub()
  const text = JSON.stringify(await db.selectFrom('import_row').selectAll().where('import', '=', id).limit(5).execute())
  expect(text).not.toContain('Åström')
  value(await fleet.agent().call('runImport', { body: { id } }))
  // Two processes, one of which holds the lease and is gone; the other goes on where the last chunk ended.
  await db
    .updateTable('import')
    .set({ lease: 'a process that died', lease_until: Date.now() - 1 })
    .where('id', '=', id)
    .execute()
  const twin = await fleet.anotherHub()
  await Promise.all([fleet.hub().runJobs(), twin.runJobs()])
  expect(await look(id)).toMatchObject({ state: 'done', done: 2000, refused: 0 })
  const { n } = await db
    .selectFrom('pickup')
    .select((e) => e.fn.countAll<number>().as('n'))
    .where('account', 'like', 'new%')
    .where('state', '=', 'granted')
    .executeTakeFirstOrThrow()
  expect(Number(n)).toBe(2000)
  value(await kiosk.sync.now())
  expect(kiosk.pickups.counts().waiting).toBeGreaterThanOrEqual(2000)
  expect(
    (
      await db
        .selectFrom('import_row')
        .select('line')
        .where('import', '=', id)
        .where('person', 'is not', null)
        .execute()
    ).length,
  ).toBe(0)

  // Sent again: every one has a live pickup; superseding replaces them all, and a card of somebody else's is refused.
  expect(
    await look(
      await upload(
        `account,desk\n${lines
          .slice(0, 5)
          .map((line) => line.split(',').slice(0, 2).join(','))
          .join('\n')}`,
      ),
    ),
  ).toMatchObject({ ready: 0, refused: 5 })
  const again = await upload(`account,desk,request_reference\nnew0,${prefix},R-10\n`, true)
  value(await fleet.agent().call('runImport', { body: { id: again } }))
  await fleet.hub().runJobs()
  expect(await look(again)).toMatchObject({ state: 'done', done: 1 })
  expect(
    await problems(
      await upload(`account,class,family,given,cards\nother,student,Other,One,${(0xa0000001).toString(16)}\n`),
    ),
  ).toEqual([[2, 'L-658', undefined]])
})

test('namesakes that one file brings are told of as namesakes, also of somebody whom another file brought', async () => {
  const bring = async (...accounts: readonly string[]) => {
    const rows = accounts.map((account) => `${account},${prefix},R-9,student,Nyström,Elsa,sv,1999-03-04`)
    const id = await upload(
      `account,desk,request_reference,class,family,given,language,birth_date\n${rows.join('\n')}\n`,
    )
    value(await fleet.agent().call('runImport', { body: { id } }))
    await fleet.hub().runJobs()
    // Whom it has to do with besides is looked for after the rows.
    await fleet.hub().runJobs()
    value(await kiosk.sync.now())
  }
  const flagged = () =>
    kiosk.pickups.liveIds().flatMap(({ id }) => {
      const person = kiosk.pickups.get(PickupId.parse(id))?.person
      return person?.name.family === 'Nyström' ? [person.namesake] : []
    })
  await bring('nystro1')
  expect(flagged()).toEqual([false])
  await bring('nystro2', 'nystro3')
  expect(flagged()).toEqual([true, true, true])
})

test.each([
  ['a password', 'account,desk,password\nx,y,z\n', 'L-634', { column: 'password' }],
  ['no account', 'desk\nx\n', 'L-634', { column: 'account' }],
  [
    'a line of another encoding',
    Buffer.concat([Buffer.from('account;desk\n\nkäisa;M\n'), Buffer.from('m\xe4tti;M\n', 'latin1')]),
    'L-633',
    { row: 4 },
  ],
  [
    'bytes that no encoding here has a letter for',
    Buffer.from('account;desk\nm\xe4\x81tti;M\n', 'latin1'),
    'L-633',
    { row: 2 },
  ],
  ['a row with too many cells', 'account,desk\na,b\na,b,c\n', 'L-642', { row: 3 }],
  ['an open quotation mark', 'account,desk\n"a,b\n', 'L-642', { row: 2 }],
  ['nothing', '', 'L-634', { column: 'account' }],
])('a file with %s is refused whole, saying where', async (_what, file, code, params) => {
  expect(await look(await upload(file))).toMatchObject({ state: 'refused', rows: 0, problem: { code, params } })
})

/** A file as it is read off a disk, a part at a time: it is never in memory whole. */
function* millionRows(): Generator<Buffer> {
  let text = 'account,desk\n'
  for (let n = 0; n < 1_000_000; n++) {
    text += `${n.toString(36)},M\n`
    if (text.length < importPartBytes - 16) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(text)
}

test('a million rows are refused with a clear error as soon as they are too many, and none of them is kept', async () => {
  const { db } = fleet.hub()
  const rowsWritten = async () => {
    const { rows } = await sql<{
      n: string
    }>`SELECT n_tup_ins AS n FROM pg_stat_user_tables WHERE relname = 'import_row'`.execute(db)
    return Number(rows[0]?.n)
  }
  const before = await rowsWritten()
  const { id } = value(await fleet.agent().call('createImport', { body: { name: 'million.csv', supersede: false } }))
  const parts = [...millionRows()]
  expect(parts.length).toBe(2)
  for (const [part, bytes] of parts.entries())
    value(
      await fleet
        .agent()
        .call('importPart', { body: { id, part, bytes: bytes.toString('base64'), last: part === parts.length - 1 } }),
    )
  await fleet.hub().runJobs()
  const { state, rows, ready, refused, problem } = await look(id)
  expect({ state, rows, ready, refused, problem }).toEqual({
    state: 'refused',
    rows: 0,
    ready: 0,
    refused: 0,
    problem: { code: 'L-632', params: { max: importMaxRows } },
  })
  for (const texts of Object.values(errorTexts['L-632'])) expect(texts.join(' ')).toMatch(/\{max\}.*\. \S/)
  expect(await db.selectFrom('import_row').select('line').where('import', '=', id).execute()).toEqual([])
  expect(await db.selectFrom('import_part').select('part').execute()).toEqual([])
  expect(await db.selectFrom('account').select('account').where('account', '=', 'lfls').execute()).toEqual([])
  expect(value(await fleet.agent().call('importRows', { query: { id, after: 0, limit: 1000 } })).rows).toEqual([])
  expect(await fleet.agent().call('runImport', { body: { id } })).toMatchObject({
    ok: false,
    failure: { code: 'L-638' },
  })
  // The database's own count lags by a moment, but not by two hundred thousand.
  expect((await rowsWritten()) - before).toBeLessThan(importMaxRows / 20)
}, 60_000)

test('the limit counts rows, not lines: the last that may come is read, the next ends it, and line breaks in quotation marks count for nothing', async () => {
  const read = async (file: string) => {
    let last = 0
    async function* chunks(): AsyncIterable<Buffer> {
      yield await Promise.resolve(Buffer.from(file))
    }
    const done = await refusable(async () => {
      for await (const row of rowsOf(chunks)) last += row.cells.length > 0 ? 1 : 0
    })
    return [last - 1, done.ok ? null : done.failure.code]
  }
  const file = (rows: number, row = 'y,M\n') => `account,desk\n${row.repeat(rows)}`
  expect(await read(file(importMaxRows))).toEqual([importMaxRows, null])
  expect(await read(file(importMaxRows + 1))).toEqual([importMaxRows, 'L-632'])
  expect(await read(file(100_001, '"y\n\n",M\n'))).toEqual([100_001, null])
})

test('too many bytes are refused at the part that brings them', async () => {
  const { db } = fleet.hub()
  const big = value(await fleet.agent().call('createImport', { body: { name: 'big', supersede: false } })).id
  await db
    .updateTable('import')
    .set({ bytes: 64 * 1024 * 1024 })
    .where('id', '=', big)
    .execute()
  expect(
    await fleet.agent().call('importPart', { body: { id: big, part: 0, bytes: 'YQ==', last: true } }),
  ).toMatchObject({
    ok: false,
    failure: { code: 'L-631' },
  })
})

test('parts come in their order, the same one twice is one; called off, nothing of it stays', async () => {
  const { id } = value(await fleet.agent().call('createImport', { body: { name: 'parts', supersede: false } }))
  const part = (n: number, text: string) =>
    fleet
      .agent()
      .call('importPart', { body: { id, part: n, bytes: Buffer.from(text).toString('base64'), last: false } })
  expect(value(await part(0, 'account,desk\n'))).toEqual({ received: 1 })
  expect(value(await part(0, 'account,desk\n'))).toEqual({ received: 1 })
  expect(await part(2, 'x')).toMatchObject({ ok: false, failure: { code: 'L-638' } })
  value(await fleet.agent().call('cancelImport', { body: { id } }))
  await fleet.hub().runJobs()
  expect((await look(id)).state).toBe('cancelled')
  expect(await fleet.hub().db.selectFrom('import_part').select('part').where('import', '=', id).execute()).toEqual([])
  expect(channel).not.toBe('')
})

test('cards: one for two people is refused on both rows, more than twenty where they come in, and one that may have lost its zeros is marked', async () => {
  const both = await upload(
    [
      'account;class;family;given;cards',
      'card-a;student;Aalto;Aino;0012345678|A1B2C3D4',
      '',
      'card-b;student;Berg;Bo;A1B2C3D4',
      'card-c;student;Suwarno;;12345678',
      `card-d;student;Dahl;Disa;${Array.from({ length: 21 }, (_, n) => (0xd0000000 + n).toString(16)).join('|')}`,
    ].join('\r\n'),
  )
  expect(await problems(both)).toEqual([
    [2, 'L-695', 4],
    [4, 'L-695', 2],
    [6, 'L-247', undefined],
  ])
  const seen = await look(both)
  expect(seen.warnings).toEqual([{ code: 'L-696', rows: 1 }])
  expect(seen.ready).toBe(1)
  value(await fleet.agent().call('runImport', { body: { id: both } }))
  await fleet.hub().runJobs()
  expect(await look(both)).toMatchObject({ state: 'done', done: 1, warnings: [] })
  const [suwarno] = value(await fleet.agent().call('recipients', { query: { text: 'suwarno', limit: 5 } })).recipients
  expect(suwarno).toMatchObject({ name: { family: 'Suwarno', given: '' }, language: 'fi', cards: 1 })

  // Nineteen more by file make twenty; the next is refused by file and by hand, and one that is there already is not.
  const more = Array.from({ length: 19 }, (_, n) => (0xe0000000 + n).toString(16)).join('|')
  const filled = await upload(`account;cards\ncard-c;${more}\n`)
  value(await fleet.agent().call('runImport', { body: { id: filled } }))
  await fleet.hub().runJobs()
  expect(await look(filled)).toMatchObject({ state: 'done', done: 1 })
  expect(await problems(await upload('account;cards\ncard-c;F0F0F0F0\n'))).toEqual([[2, 'L-247', undefined]])
  const add = (card: string) =>
    fleet.agent().call('addCard', { body: { recipient: RecipientId.parse(suwarno?.id), card } })
  expect(await add('F0F0F0F0')).toMatchObject({ ok: false, failure: { code: 'L-247', params: { max: 20 } } })
  expect(value(await add('12345678'))).toEqual({ cards: 20 })
})

const cards = (from: number, n: number) =>
  Array.from({ length: n }, (_, i) => (from + i).toString(16).toUpperCase()).join('|')
const runNow = async (id: string) => {
  value(await fleet.agent().call('runImport', { body: { id } }))
  await fleet.hub().runJobs()
}
const cardsHeld = async (account: string) =>
  (
    await fleet
      .hub()
      .db.selectFrom('card')
      .innerJoin('account', 'account.recipient', 'card.recipient')
      .select('card.blind')
      .where('account.account', '=', account)
      .execute()
  ).length

test.each([
  ['a workbook', Buffer.from('PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0', 'latin1'), 'L-337'],
  ['NULs alone', Buffer.alloc(50), 'L-633'],
  ['a NUL in an account', Buffer.from('account;class;family\nma\0ija;student;M\n'), 'L-633'],
  ['a column named by half a letter', Buffer.from(`${'x'.repeat(39)}😀;b\n`), 'L-634'],
  ['a column named by 10,000 letters', Buffer.from(`account;${'x'.repeat(10_000)}\n`), 'L-634'],
])('%s is refused in words, and what comes after it is read', async (_what, file, code) => {
  const bad = await upload(file)
  const good = await upload('account;class;family\nafter-bad;student;Ek\n')
  expect(await look(bad)).toMatchObject({ state: 'refused', problem: { code } })
  expect(await look(good)).toMatchObject({ state: 'checked', ready: 1 })
})

test('an import that meets a fault of the hub’s own waits, and those behind it do not', async () => {
  const { db } = fleet.hub()
  const stuck = value(await fleet.agent().call('createImport', { body: { name: 'stuck', supersede: false } })).id
  value(
    await fleet.agent().call('importPart', {
      body: {
        id: stuck,
        part: 0,
        bytes: Buffer.from('account;class;family\ns;student;Ek\n').toString('base64'),
        last: true,
      },
    }),
  )
  await sql`CREATE FUNCTION stuck() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a fault'; END $$ LANGUAGE plpgsql`.execute(
    db,
  )
  try {
    await sql`CREATE TRIGGER stuck BEFORE INSERT ON import_row FOR EACH ROW WHEN (NEW.account = 's') EXECUTE FUNCTION stuck()`.execute(
      db,
    )
    const behind = value(await fleet.agent().call('createImport', { body: { name: 'behind', supersede: false } })).id
    value(
      await fleet.agent().call('importPart', {
        body: {
          id: behind,
          part: 0,
          bytes: Buffer.from('account;class;family\nt;student;Ek\n').toString('base64'),
          last: true,
        },
      }),
    )
    await expect(fleet.hub().runJobs()).rejects.toThrow('a fault')
    expect(await look(behind)).toMatchObject({ state: 'checked', ready: 1 })
    expect(await look(stuck)).toMatchObject({ state: 'checking' })
  } finally {
    await sql`DROP FUNCTION stuck CASCADE`.execute(db)
  }
  await db.updateTable('import').set({ lease_until: 0 }).where('id', '=', stuck).execute()
  await fleet.hub().runJobs()
  expect(await look(stuck)).toMatchObject({ state: 'checked', ready: 1 })
})

test('a file that repeats the cards a person has, and adds one, adds it', async () => {
  await runNow(await upload(`account;class;family;given;cards\nrepeat-a;student;Ek;Eva;${cards(0xa1000000, 11)}\n`))
  expect(await cardsHeld('repeat-a')).toBe(11)
  const twelve = await upload(`account;cards\nrepeat-a;${cards(0xa1000000, 12)}\n`)
  await runNow(twelve)
  expect(await look(twelve)).toMatchObject({ state: 'done', done: 1, refused: 0 })
  expect(await cardsHeld('repeat-a')).toBe(12)
  const twenty = await upload(`account;cards\nrepeat-a;${cards(0xa1000000, 20)}\n`)
  await runNow(twenty)
  expect(await look(twenty)).toMatchObject({ state: 'done', done: 1, refused: 0 })
  expect(await cardsHeld('repeat-a')).toBe(20)
})

test('what happens to cards after the check refuses the row, and nothing of it is brought', async () => {
  const people = ['account;class;family;given;cards', `full-a;student;Ek;Eva;${cards(0xa2000000, 18)}`]
  await runNow(await upload(people.join('\n')))
  const late = await upload(
    [
      'account;class;family;given;cards;desk;request_reference',
      `full-a;;Ek-New;;${cards(0xa3000000, 2)};${prefix};R-1`,
      `taken-a;student;Ahl;Axel;${cards(0xa4000000, 3)};${prefix};R-1`,
      `fine-a;student;Fors;Fia;${cards(0xa5000000, 1)};${prefix};R-1`,
    ].join('\n'),
  )
  expect(await problems(late)).toEqual([])
  const [full] = value(await fleet.agent().call('recipients', { query: { text: 'full-a', limit: 5 } })).recipients
  const recipient = RecipientId.parse(full?.id)
  for (const card of ['A4000001', 'A6000000']) value(await fleet.agent().call('addCard', { body: { recipient, card } }))
  await runNow(late)
  expect(await look(late)).toMatchObject({ state: 'done', done: 1, refused: 2 })
  expect((await problems(late)).map(([line, code]) => [line, code])).toEqual([
    [2, 'L-247'],
    [3, 'L-658'],
  ])
  const { db } = fleet.hub()
  const accounts = await db.selectFrom('account').select('account').where('account', 'like', '%-a').execute()
  expect(accounts.map(({ account }) => account)).not.toContain('taken-a')
  expect(await db.selectFrom('recipient').select('id').where('family', 'in', ['Ahl', 'Ek-New']).execute()).toEqual([])
  const issued = await db.selectFrom('pickup').select('account').where('account', 'like', '%-a').execute()
  expect(issued.map(({ account }) => account)).toEqual(['fine-a'])
  expect([await cardsHeld('full-a'), await cardsHeld('fine-a')]).toEqual([20, 1])
})

test('a card that another person is given while the import adds it refuses the row', async () => {
  await runNow(await upload('account;class;family;given;cards\nrace-a;student;Ek;Eva;A7000000\n'))
  const late = await upload(`account;class;family;given;cards\nrace-b;student;Roos;Rolf;${cards(0xa8000000, 3)}\n`)
  value(await fleet.agent().call('runImport', { body: { id: late } }))
  const { db, keys } = fleet.hub()
  const owner = await db
    .selectFrom('account')
    .select('recipient')
    .where('account', '=', 'race-a')
    .executeTakeFirstOrThrow()
  let running: Promise<unknown> = Promise.resolve()
  // Not seen by the import until it is committed, and the import waits for that at the card itself.
  await db.transaction().execute(async (tx) => {
    const card = 'A8000001'
    await tx
      .insertInto('card')
      .values({ recipient: owner.recipient, sealed: keys.seal(card), blind: keys.blindIndex(card) })
      .execute()
    running = fleet.hub().runJobs()
    await vi.waitFor(
      async () => {
        const { rows } = await sql`SELECT 1 FROM pg_locks WHERE NOT granted`.execute(db)
        expect(rows, 'the import waits for the card').not.toHaveLength(0)
      },
      { timeout: 10_000, interval: 20 },
    )
  })
  await running
  expect((await problems(late)).map(([line, code]) => [line, code])).toEqual([[2, 'L-658']])
  expect(await db.selectFrom('account').select('account').where('account', '=', 'race-b').execute()).toEqual([])
  expect(await db.selectFrom('card').select('blind').where('recipient', '=', owner.recipient).execute()).toHaveLength(2)
})

test('what a file does not say stays: a Swedish speaker, a class and a name', async () => {
  const first = await upload('account;class;family;given;language\nsven1;staff;Öhman;Sven;sv\n')
  value(await fleet.agent().call('runImport', { body: { id: first } }))
  await fleet.hub().runJobs()
  const again = await upload(Buffer.from('Tunnus;Sukunimi;Syntymäaika\r\nsven1;Öberg;2.11.1997\r\n', 'latin1'))
  expect(await look(again)).toMatchObject({ state: 'checked', ready: 1 })
  value(await fleet.agent().call('runImport', { body: { id: again } }))
  await fleet.hub().runJobs()
  expect(
    value(await fleet.agent().call('recipients', { query: { text: 'sven1', limit: 5 } })).recipients,
  ).toMatchObject([{ class: 'staff', name: { family: 'Öberg', given: 'Sven' }, language: 'sv', hasBirthDate: true }])
  // Somebody new needs a class and a name.
  expect(await problems(await upload('account;family\nnobody1;Ek\n'))).toEqual([[2, 'L-635', 'class']])
  expect(await problems(await upload('account;class\nnobody2;student\n'))).toEqual([[2, 'L-635', 'family']])
})
