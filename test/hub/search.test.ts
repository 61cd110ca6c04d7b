/**
 * One folding for search: what the console finds, the desk and the kiosk's queue find, however a name is typed.
 * PostgreSQL's words are those of TypeScript over whole Unicode blocks.
 */
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { spellingsMigration } from '../../src-hub/database/spellings-migration.ts'
import { findAccounts } from '../../src-hub/people/index.ts'
import { sealQuery } from '../../src-shared/protocol/lookup-query.ts'
import { findsIn, searchQuery, searchText, searchTsquery, searchWords } from '../../src-shared/protocol/search-text.ts'
import type { DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
let kiosk: DeskKiosk
let desk = ''

beforeAll(async () => {
  fleet = await startFleet('supervisor')
  const { db } = fleet.hub()
  desk = (await db.selectFrom('desk').select('id').where('kind', '=', 'helpdesk').executeTakeFirstOrThrow()).id
  kiosk = await fleet.kiosk(desk, 'helpdesk')
}, 120_000)
afterAll(() => fleet.stop())

async function make(family: string, given: string, account: string): Promise<void> {
  const person = { class: 'student', name: { family, given }, formerNames: [], language: 'fi', sponsor: null } as const
  const body = { ...person, formerNames: [], accounts: [{ account, validUntil: null }] }
  value(await fleet.agent().call('saveRecipient', { body }))
  await fleet.issue(account, desk)
}

/** Accounts found at each of the four places where somebody types a name. */
async function found(typed: string): Promise<Record<'people' | 'pickups' | 'desk' | 'queue', string[]>> {
  const agent = fleet.agent()
  const people = value(await agent.call('recipients', { query: { text: typed, limit: 50 } }))
  const pickups = value(await agent.call('pickups', { query: { text: typed, limit: 50 } }))
  const query = sealQuery(
    kiosk.keys.lookupKey,
    kiosk.records.read()?.kiosk ?? '',
    JSON.stringify({ by: 'search', text: typed }),
  )
  // Past the route's limit of look-ups in a minute, with the hub's own keys.
  const { db, keys } = fleet.hub()
  const looked = value(await findAccounts({ db, keys }, { id: kiosk.records.read()?.kiosk ?? '', desk }, query))
  const queue = kiosk.pickups.queue({ filter: 'all', search: typed, limit: 100 })
  return {
    people: people.recipients.flatMap(({ accounts }) => accounts.map(({ account }) => account)),
    pickups: pickups.pickups.map(({ account }) => account),
    desk: looked.accounts.map(({ account }) => account),
    queue: queue.pickups.map(({ person }) => person.account),
  }
}

/** Family name, given name, account, and what somebody at a desk may type for them. */
const cases: readonly (readonly [string, string, string, readonly string[]])[] = [
  ["O'Brien", 'Siobhán', 'sobrien', ["O'Brien", 'O’Brien', 'OBrien', 'o brien', 'siobhan', "o'b"]],
  ['D’Angelo', 'Nicolò', 'ndangelo', ['D’Angelo', "D'Angelo", 'dangelo', 'd angelo', 'nicolo']],
  ['Mattila', 'Matti', 'MMattila', ['MMattila', 'mmattila', 'matti mattila']],
  ['Korhonen', 'Kaisa', 'k-korhonen_3', ['k-korhonen_3', 'k-korhonen', 'kkorhonen3', 'korhonen_3']],
  ['Işık', 'Işıl', 'isil1', ['Isil', 'IŞIL', 'işıl', 'ışıl']],
  ['Țepeș', 'Ștefan', 'tepes', ['Stefan', 'ştefan', 'Tepes']],
  ['Ņikitins', 'Jānis', 'nikitins', ['Nikitins', 'janis nik', 'Ņikitins']],
  ['Nguyễn Thị', 'Ánh', 'nguyen1', ['Nguyen Thi', 'nguyễn', 'anh']],
  ['Tõber', 'Õie', 'tober', ['Tober', 'tõb', 'oie']],
  ['Bieńa', 'Żaneta', 'biena', ['Biena', 'zaneta', 'BIEŃA']],
  ['Þórðardóttir', 'Ásdís', 'thordar', ['Thordardottir', 'þórðar', 'asdis']],
  ['Məmmədov', 'Əli', 'aliev1', ['Memmedov', 'məmm', 'eli', 'mammadov', 'mammadov ali']],
  ['Đorđević', 'Živko', 'zdordevic', ['Dordevic', 'ĐORĐ', 'zivko', 'djordjevic']],
  ['Đoković', 'Nole', 'ndok', ['Djokovic', 'djok', 'dokovic', 'đoković']],
  ['Åkerström', 'Åsa', 'aakers', ['akerstroem', 'aakerstroem', 'Akerstrom', 'åkerström', 'akerstroem asa']],
  ['Sørensen', 'Åse', 'asesor', ['Sorensen', 'Soerensen', 'sørensen', 'ase', 'Aase']],
  ['Größe-Weißmann', 'Jürgen', 'jgrw', ['grosse', 'Groesse', 'weissmann', 'GRÖẞE', 'juergen', 'größe-weiß']],
  ['Łącki', 'Wojciech', 'wlacki', ['Lacki', 'łąc', 'lacki woj']],
  ['Ǥuttorm', 'Áilu Ǯiŋgá', 'aguttorm', ['Guttorm', 'ailu', 'zinga', 'ǥutt']],
  ['Meier‐Lund', 'Anna‑Maj', 'meierlu', ['Meier-Lund', 'meierlund', 'lund', 'anna-maj', 'annamaj']],
  ['Mäkelä', 'Päivi', 'paivimak', ['Makela', 'Maekelae', 'MÄKELÄ', 'paivi']],
  ['Suwarno', '', 'suwarno', ['Suwarno', 'suw']],
  ['', 'Anjali', 'anjali1', ['Anjali', 'ANJ']],
  ['Щербаков', 'Юрий', 'yuri77', ['щербаков', 'ЮРИЙ', 'Юрии']],
  ['Παπαδόπουλος', 'Νίκος', 'nikos77', ['παπαδοπουλος', 'ΝΙΚΟΣ', 'νικος']],
  ['الرازي', 'مُحَمَّد', 'razi77', ['محمد', 'الرازي']],
  ['Çelik', 'Gülşen', 'gcelik', ['celik', 'gulsen', 'guelsen', 'çelik']],
  ['Ó Súilleabháin', 'Seán', 'seanos', ['suilleabhain', 'o suill', 'sean']],
  ['Aino.Virtanen', 'X', 'aino.virtanen@example.fi', ['aino.virtanen', 'aino.virtanen@example.fi', 'virtanen@']],
]

it('whoever is typed for, with their marks or without, is found at the console, at the desk and in the queue', async () => {
  for (const [family, given, account] of cases) await make(family, given, account)
  value(await kiosk.sync.now())
  for (const [, , account, typed] of cases)
    for (const text of typed) {
      const at = await found(text)
      for (const [place, accounts] of Object.entries(at))
        // A desk is told eight at once and asks three letters at least.
        expect(accounts, `${text} at ${place}`).toContain(account)
    }
  const nobody = await found('brien o nobody')
  expect(nobody).toEqual({ people: [], pickups: [], desk: [], queue: [] })
}, 120_000)

it('what was kept before the spellings were known is found by them after the migration', async () => {
  const { db } = fleet.hub()
  const places = async () => {
    const { people, pickups, desk: atDesk } = await found('djokovic')
    return [people, pickups, atDesk].map((accounts) => accounts.includes('ndok'))
  }
  await sql`UPDATE pickup_search SET search = 'old'`.execute(db)
  await sql`UPDATE recipient SET search = 'old'`.execute(db)
  expect(await places()).toEqual([false, false, false])
  await sql.raw(spellingsMigration).execute(db)
  expect(await places()).toEqual([true, true, true])
  // The others' words go back too, for what follows.
  await sql.raw(spellingsMigration.replaceAll("~ '[åÅđĐəƏ]'", "~ ''")).execute(db)
  expect((await found('brien')).people).toContain('sobrien')
})

it('an account that is added, and a name that is changed, are found at once; what was taken away no longer', async () => {
  await make('Aiempi', 'Nimi', 'tili55')
  const agent = fleet.agent()
  const [person] = value(await agent.call('recipients', { query: { text: 'tili55', limit: 5 } })).recipients
  if (person === undefined) throw new Error('not found')
  const body = {
    id: person.id,
    class: 'student',
    name: { family: 'Uusi', given: 'Nimi' },
    formerNames: [{ family: 'Öhqvist', given: '' }],
    language: 'fi',
    sponsor: null,
    accounts: [
      { account: 'tili55', validUntil: null },
      { account: 'Toinen-Tili', validUntil: null },
    ],
  } as const
  value(
    await agent.call('saveRecipient', {
      body: { ...body, formerNames: [...body.formerNames], accounts: [...body.accounts] },
    }),
  )
  for (const text of ['uusi nimi', 'ohqvist', 'toinen-tili', 'uusi toinentili'])
    expect((await found(text)).people, text).toContain('tili55')
  expect((await found('aiempi nimi')).people).toEqual([])
  await sql`DELETE FROM account WHERE account = 'Toinen-Tili'`.execute(fleet.hub().db)
  expect((await found('toinen-tili')).people).toEqual([])
  expect((await found('uusi nimi')).people).toContain('tili55')
})

describe('PostgreSQL and TypeScript', () => {
  /**
   * Whole blocks: every letter, mark, digit and sign of the scripts that names are written in, and of those beside
   * them.
   */
  const blocks = [
    ['Basic Latin to Cyrillic Supplement, Armenian, Hebrew, Arabic', 0x20, 0x6ff],
    ['Syriac to Thaana', 0x700, 0x7bf],
    ['Devanagari to Tibetan', 0x900, 0xfff],
    ['Myanmar, Georgian, Hangul Jamo, Ethiopic, Cherokee', 0x1000, 0x13ff],
    ['Cyrillic Extended-C, Georgian Extended, Phonetic Extensions, Latin and Greek Extended', 0x1c80, 0x1fff],
    ['Punctuation, letter-like, arrows, mathematics', 0x2000, 0x2bff],
    ['Glagolitic, Latin Extended-C, Coptic, Georgian Supplement, Cyrillic Extended-A', 0x2c00, 0x2e7f],
    ['CJK symbols, kana, compatibility', 0x3000, 0x33ff],
    ['Cyrillic Extended-B, Latin Extended-D', 0xa640, 0xa7ff],
    ['Latin Extended-E, Hangul', 0xab30, 0xac80],
    ['Compatibility ideographs and forms, half and full width', 0xf900, 0xffef],
  ] as const

  async function wordsInSql(texts: readonly string[]): Promise<string[][]> {
    const { rows } = await sql<{ words: string[] }>`SELECT lodge_words(t) AS words
      FROM jsonb_array_elements_text(${JSON.stringify(texts)}::jsonb) WITH ORDINALITY AS x(t, i) ORDER BY i`.execute(
      fleet.hub().db,
    )
    return rows.map(({ words }) => words)
  }

  it.each(blocks)(
    'make the same words of every letter: %s',
    async (_name, first, last) => {
      const letters = Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)).filter(
        (each) => /\P{Cn}/u.test(each),
      )
      // A letter that is newer than the server's Unicode is nothing to it yet.
      const known = await sql<{ known: boolean }>`SELECT unicode_assigned(t) AS known
      FROM jsonb_array_elements_text(${JSON.stringify(letters)}::jsonb) WITH ORDINALITY AS x(t, i) ORDER BY i`.execute(
        fleet.hub().db,
      )
      expect(known.rows.filter((row) => !row.known).length).toBeLessThan(40)
      const texts = letters
        .filter((_, i) => known.rows[i]?.known)
        .flatMap((letter) => [letter, `a${letter}b c${letter}`])
      const theirs = await wordsInSql(texts)
      const differ = texts.flatMap((text, i) => {
        const ours = [...searchWords(text)].sort()
        const sqls = [...(theirs[i] ?? [])].sort()
        return JSON.stringify(ours) === JSON.stringify(sqls) ? [] : [{ text, ours, sqls }]
      })
      expect(differ.slice(0, 5)).toEqual([])
    },
    60_000,
  )

  const letter = fc.constantFrom(
    ...blocks.flatMap(([, first, last]) =>
      Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)).filter((each) =>
        /\P{Cn}/u.test(each),
      ),
    ),
    '\u{1f600}',
    '\u{10400}',
  )
  const usual = fc.constantFrom(..."aäåÄöØüßẞşıİÇéñłđþ-’'. _Oo3".split(''))
  const text = fc.string({ unit: fc.oneof({ weight: 3, arbitrary: usual }, letter), minLength: 1, maxLength: 90 })

  it('find the same: any text, asked for by any piece of it or of another', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(text, text, fc.nat(80), fc.nat(12)), { minLength: 40, maxLength: 40 }),
        async (all) => {
          const pairs = all.map(([kept, other, from, length]) => {
            const piece = [...kept].slice(from % kept.length, (from % kept.length) + 1 + length).join('')
            return { kept, typed: length % 3 === 0 ? other : piece }
          })
          const asked = pairs.map(({ kept, typed }) => ({ kept, typed, query: searchTsquery(typed) }))
          // A letter that the platform's Unicode knows and the database's does not yet is no letter there.
          const { rows } = await sql<{
            found: boolean
            known: boolean
          }>`SELECT coalesce(array_to_tsvector(lodge_words(x.v->>'kept')) @@ (x.v->>'query')::tsquery, false) AS found,
            unicode_assigned(x.v->>'kept') AND unicode_assigned(x.v->>'typed') AS known
          FROM jsonb_array_elements(${JSON.stringify(asked)}::jsonb) WITH ORDINALITY AS x(v, i) ORDER BY i`.execute(
            fleet.hub().db,
          )
          pairs.forEach(({ kept, typed }, i) => {
            if (rows[i]?.known !== true) return
            const query = searchQuery(typed)
            const ours = query.length > 0 && findsIn(searchText(kept), query)
            expect({ kept, typed, found: rows[i].found }).toEqual({ kept, typed, found: ours })
          })
        },
      ),
      { numRuns: 25 },
    )
  }, 60_000)

  it('find every text by the whole of it', () => {
    fc.assert(
      fc.property(text, (kept) => {
        const query = searchQuery(kept)
        expect(findsIn(searchText(kept), query)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

it('a word that is typed never reaches the database as anything but a word', () => {
  for (const hostile of [
    "'; DROP TABLE account; --",
    "a' & 'b",
    'a:*|b',
    '!a',
    '\\',
    "\\'x",
    '<->',
    '((',
    "''",
    '\u{0}',
  ])
    expect(searchTsquery(hostile) ?? '').toMatch(/^(\(?'[^'\\]*':\*|[()&| ])*$/)
})
