/**
 * A hub's database as after years: a million pickups, five million ledger entries, written in bulk past the rules that
 * made them.
 */
import pg from 'pg'

export interface Sizes {
  readonly pickups: number
  readonly people: number
  readonly entries: number
}

const families =
  'Korhonen Virtanen Mäkinen Nieminen Mäkelä Hämäläinen Laine Heikkinen Koskinen Järvinen Lehtonen Lehtinen Saarinen Salminen Heinonen Niemi Heikkilä Kinnunen Salonen Turunen Salo Laitinen Tuominen Rantanen Karjalainen Jokinen Mattila Savolainen Lahtinen Ahonen Öhman Lindström Åkesson Nyström Sjöberg Björklund'
const givens =
  'Juhani Maria Johannes Helena Olavi Johanna Antero Anneli Tapani Kaarina Kalevi Marjatta Tapio Anna Matti Liisa Mikael Annikki Ilmari Sofia Pekka Emilia Markku Hannele Timo Elina Åsa Björn Göran Märta Zoë Søren'

/** Takes the table's indexes away while it is filled, and gives them back after. */
async function withoutIndexes(db: pg.Client, tables: readonly string[], work: () => Promise<void>): Promise<void> {
  const { rows } = await db.query<{ indexname: string; indexdef: string }>(
    `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY($1)
      AND indexname NOT IN (SELECT conname FROM pg_constraint)`,
    [tables],
  )
  for (const { indexname } of rows) await db.query(`DROP INDEX "${indexname}"`)
  await work()
  for (const { indexdef } of rows) await db.query(indexdef)
}

/** `say` hears of each step and its seconds. */
export async function fillHub(url: string, sizes: Sizes, say: (text: string) => void = () => undefined): Promise<void> {
  const db = new pg.Client({ connectionString: url })
  await db.connect()
  const step = async (name: string, text: string, values: readonly unknown[] = []) => {
    const before = performance.now()
    await db.query(text, [...values])
    say(`${name}: ${((performance.now() - before) / 1000).toFixed(1)} s`)
  }
  try {
    await db.query(
      `SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET max_parallel_maintenance_workers = 2`,
    )
    // One kiosk for every desk, and one that each of them replaced.
    await step(
      'kiosks',
      `INSERT INTO kiosk (id, desk, state, sign_key, opening_key, head_hash, last_contact, enrolled_at)
       SELECT lpad(translate(n::text, '0123456789', 'abcdefghij'), 22, 'K'), desk, 'replaced', '\\x00', '\\x00', repeat('0', 64), 1700000000000 + n, 1700000000000 + n
       FROM (SELECT d.id AS desk, row_number() OVER (ORDER BY d.id, k) AS n FROM desk d, generate_series(1, 8) k) t`,
    )
    await withoutIndexes(
      db,
      ['recipient', 'account', 'pickup', 'pickup_search', 'ledger_entry', 'handover'],
      async () => {
        await step(
          'people',
          `INSERT INTO recipient (id, class, family, given, former_names, language, search)
         SELECT id, class, family, given, '[]', 'fi', array_to_tsvector(words) FROM (
           SELECT 'R' || lpad(n::text, 21, '0') AS id, (ARRAY['student','student','student','student','student','student','staff','partner','external','student'])[1 + n % 10] AS class,
             f.name || CASE WHEN n % 1000 = 0 THEN '-' || chr(97 + (n / 1000) % 26) || 'harvinainen' ELSE '' END AS family, g.name AS given, f.words || g.words AS words
           FROM generate_series(1, $3::int) n
           JOIN (SELECT name, row_number() OVER () - 1 AS i, lodge_words(name) AS words FROM unnest(string_to_array($1, ' ')) name) f ON f.i = (n::bigint * 7919) % array_length(string_to_array($1, ' '), 1)
           JOIN (SELECT name, row_number() OVER () - 1 AS i, lodge_words(name) AS words FROM unnest(string_to_array($2, ' ')) name) g ON g.i = (n / 37) % array_length(string_to_array($2, ' '), 1)
         ) t`,
          [families, givens, sizes.people],
        )
        await step(
          'rare names',
          `UPDATE recipient SET search = array_to_tsvector(lodge_words(given || ' ' || family)) WHERE family LIKE '%harvinainen'`,
        )
        await step(
          'accounts',
          `INSERT INTO account (account, recipient) SELECT lower(left(given, 1)) || 'u' || substr(id, 15)::int, id FROM recipient WHERE id LIKE 'R000%'`,
        )
        await step(
          'pickups',
          `INSERT INTO pickup (id, account, recipient, desk, channel, request_reference, secret_kind, state, epoch_n, pickup_code, issued_at, expires_at)
         SELECT 'P' || translate(lpad(n::text, 21, '0'), '0123456789', 'qwertyuiop'), a.account, a.recipient, d.id, (ARRAY['helpdesk','student-affairs','porter','helpdesk','hr'])[1 + n % 5],
           CASE WHEN n % 3 = 0 THEN 'INC-' || n END, 'password',
           CASE WHEN n > $1 - 20000 AND n % 2 = 0 THEN 'unassigned' WHEN n % 97 = 0 THEN 'burned' WHEN n % 53 = 0 THEN 'returned' WHEN n % 41 = 0 THEN 'revoked' ELSE 'handed-over' END,
           1, '\\x00', 1700000000000 + n::bigint * 60000, 1800000000000
         FROM generate_series(1, $1::int) n
         JOIN (SELECT recipient, account, row_number() OVER (ORDER BY recipient) AS i FROM account WHERE recipient LIKE 'R000%') a ON a.i = 1 + (n::bigint * 104729) % $2
         JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS i, count(*) OVER () AS all_desks FROM desk) d ON d.i = n % d.all_desks`,
          [sizes.pickups, sizes.people],
        )
        await step(
          'words',
          `INSERT INTO pickup_search (pickup, issued_at, class, channel, search)
         SELECT p.id, p.issued_at, r.class, p.channel, r.search || array_to_tsvector(array_remove(ARRAY[p.account, CASE WHEN p.request_reference IS NOT NULL THEN 'inc' END, substr(p.request_reference, 5)], NULL))
         FROM pickup p JOIN recipient r ON r.id = p.recipient WHERE p.id LIKE 'P%' AND r.id LIKE 'R000%'`,
        )
        await step(
          'ledger',
          `INSERT INTO ledger_entry (kiosk, seq, kind, pickup, time, bytes, hash, signature, received_at, poison)
         SELECT k.id, (n / k.all_kiosks) + 1, kind, pickup, at, '{"actor":null,"facts":{"by":"card"},"kind":"' || kind || '","pickup":"' || pickup || '","seq":' || (n / k.all_kiosks) + 1 || '}',
           md5(n::text) || md5(n::text), NULL, at + 5000, false
         FROM (SELECT n, 'P' || translate(lpad((1 + n / 5)::text, 21, '0'), '0123456789', 'qwertyuiop') AS pickup, 1700000000000 + n::bigint * 12000 AS at,
             CASE WHEN n % 20011 = 0 THEN 'slip-missing' WHEN n % 3001 = 0 THEN 'engine-started' ELSE (ARRAY['arrival','verification','slip-intended','slip-printed','handed-over'])[1 + n % 5] END AS kind
           FROM generate_series(0, $1::int - 1) n) e
         JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS i, count(*) OVER () AS all_kiosks FROM kiosk) k ON k.i = n % k.all_kiosks`,
          [sizes.entries],
        )
        say('indexes')
      },
    )
    await step('vacuum', 'VACUUM (ANALYZE)')
  } finally {
    await db.end()
  }
}
