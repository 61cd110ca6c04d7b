/**
 * The store in memory does for the hub's rules what PostgreSQL does: the same tables, and the same rows after the same
 * acts.
 */
import { randomBytes } from 'node:crypto'
import canonicalize from 'canonicalize'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectDatabase, migrate, type Db, type Tables } from '../../src-hub/database/index.ts'
import { readFeed } from '../../src-hub/desks/index.ts'
import {
  beginIncarnation,
  enrolKiosk,
  newEnrolmentCode,
  confirmOpeningKey,
  refuseOpeningKey,
  registerOpeningKey,
  takeReport,
  writeOff,
} from '../../src-hub/kiosks/index.ts'
import { takeLedger } from '../../src-hub/ledger/index.ts'
import { closeAlarm } from '../../src-hub/health/index.ts'
import {
  issuePickup,
  openGrants,
  repeatRevokes,
  revokePickup,
  returnUnclaimed,
  type GrantParts,
} from '../../src-hub/pickups/index.ts'
import { genesisHash } from '../../src-shared/hub-api/ledger-entry.ts'
import { parseEnrolmentCode } from '../../src-shared/protocol/enrolment-code.ts'
import { newSealKeyPair } from '../../src-shared/protocol/envelope.ts'
import { openingFingerprint } from '../../src-shared/protocol/opening-link.ts'
import type { OpeningLinkText } from '../../src-shared/hub-api/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { chainHash, signHash } from '../../src-shared/protocol/ledger-chain.ts'
import { newSignKeyPair, privateKeyFromDer } from '../../src-shared/protocol/request-signature.ts'
import { sealing, vouch } from './envelopes.ts'
import { accountName, hubKeys, plantInstitution } from './institution.ts'
import { MemoryDatabase, openMemory } from './memory-database.ts'
import { openTestDatabase, type TestDatabase } from '../support/database.ts'

let postgres: TestDatabase
let real: Db
const memory = new MemoryDatabase()
const inMemory = openMemory(memory)

beforeAll(async () => {
  postgres = await openTestDatabase({ empty: true })
  real = connectDatabase(postgres.url).db
  expect((await migrate(real)).ok).toBe(true)
})
afterAll(async () => {
  await real.destroy()
  await postgres.drop()
  memory.close()
})

test('the tables that the rules of ownership use have in memory the columns that the migrations make', async () => {
  const found = await sql<{
    t: string
    c: string
    required: boolean
  }>`SELECT table_name AS t, column_name AS c, is_nullable = 'NO' AS required
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'migration' ORDER BY 1, 2`.execute(
    real,
  )
  const tables = memory.raw
    .prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all()
  const mine = tables.flatMap(({ name }) =>
    memory.raw
      .prepare<[], { name: string; notnull: number; pk: number }>(
        `SELECT name, "notnull", pk FROM pragma_table_info('${name}')`,
      )
      .all()
      .map((column) => ({ t: name, c: column.name, required: column.notnull === 1 || column.pk > 0 })),
  )
  const order = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort()
  // The console's tables are another matter: a rule that came to use one would fail over the store in memory at once.
  const named = new Set(tables.map(({ name }) => name))
  expect(order(mine)).toEqual(
    order(found.rows.filter(({ t }) => named.has(t)).map(({ t, c, required }) => ({ t, c, required }))),
  )
})

/** Everything that follows from one script of acts, with what is random by nature left out. */
async function script(db: Db): Promise<unknown> {
  let ids = 0
  const parts: GrantParts & { incarnation: string } = {
    keys: hubKeys,
    incarnation: 'A'.repeat(22),
    now: () => 1_790_000_000_000,
    seal: sealing.seal,
    isCountersigned: sealing.isCountersigned,
    newId: () => `P${String((ids += 1)).padStart(3, '0')}${'p'.repeat(18)}`,
  }
  const [first = '', second = ''] = await plantInstitution(db, hubKeys, 2, 5)
  await db.insertInto('hub').values({ incarnation: parts.incarnation }).execute()
  const said: unknown[] = []
  const enrol = async (desk: string) => {
    const code = await newEnrolmentCode(db, desk, '0'.repeat(26), parts.now())
    const token = code.ok ? (parseEnrolmentCode(code.value)?.token ?? '') : ''
    const pair = newSignKeyPair()
    const box = await newSealKeyPair()
    const body = {
      token,
      nonce: newId(),
      signKey: pair.publicKey.toString('base64url'),
      sealTo: box.publicKey.toString('base64url'),
    }
    const enrolled = await enrolKiosk(db, parts, body)
    if (!enrolled.ok) throw new Error(enrolled.failure.code)
    expect((await enrolKiosk(db, parts, { ...body, nonce: newId() })).ok).toBe(false)
    const kiosk = { id: enrolled.value.kiosk as string, desk, kind: enrolled.value.kind }
    // The first key waits for a supervisor: other letters are counted, its own put it in force.
    const tell = async (key: Buffer, links: OpeningLinkText[] = []) => {
      const told = await registerOpeningKey(db, parts, kiosk, {
        nonce: newId(),
        openingKey: key.toString('base64url'),
        links,
      })
      said.push(told.ok ? told.value : told.failure.code)
    }
    await tell(box.publicKey)
    for (const letters of ['0000-0000-0000', openingFingerprint(kiosk.id, box.publicKey)]) {
      const confirmed = await confirmOpeningKey(db, parts, kiosk.id, letters, 'supervisor')
      said.push(confirmed.ok ? confirmed.value : confirmed.failure.code)
    }
    // Another, by nobody who holds the first, is refused; one that the first vouches for takes force, and the first
    // never comes back.
    await tell(randomBytes(32))
    const refused = await refuseOpeningKey(db, parts, kiosk.id, 'supervisor')
    said.push(refused.ok ? refused.value : refused.failure.code)
    const next = randomBytes(32)
    const succession = { kiosk: kiosk.id, from: box.publicKey, to: next }
    const text = (bytes: Buffer) => bytes.toString('base64url')
    const link = { from: text(box.publicKey), to: text(next), countersignature: text(vouch(succession)) }
    await tell(next, [link])
    await tell(box.publicKey)
    let seq = 0
    let prev = genesisHash
    const key = privateKeyFromDer(pair.privateKeyDer)
    const say = async (kind: string, pickup: string, n: number, facts: object) => {
      const entry = {
        seq: ++seq,
        time: parts.now(),
        kind,
        pickup,
        epoch: { incarnation: parts.incarnation, n },
        actor: null,
        facts,
        prev,
      }
      const bytes = canonicalize(entry) ?? ''
      const hash = chainHash(prev, bytes)
      prev = hash.toString('hex')
      const taken = await takeLedger(db, parts, kiosk.id, [{ bytes, signature: signHash(key, hash) }])
      said.push(taken.ok ? taken.value.acked : taken.failure.code)
    }
    return { ...kiosk, say }
  }
  const issue = async (n: number, desk: string) => {
    const body = {
      account: accountName(n),
      desk: desk as never,
      channel: 'helpdesk' as const,
      requestReference: null,
      secretKind: 'password' as const,
    }
    const issued = await issuePickup(db, parts, body, 'agent')
    if (!issued.ok) throw new Error(issued.failure.code)
    said.push(issued.value.state)
    return issued.value.pickup
  }
  const revoke = async (pickup: string, to: string | null) =>
    said.push(await db.transaction().execute((tx) => revokePickup(tx, parts, pickup, 're-routed', to)))

  const early = await issue(1, first)
  const one = await enrol(first)
  const two = await enrol(second)
  const moved = await issue(2, first)
  await revoke(moved, second)
  await repeatRevokes(db, parts, one)
  await one.say('revoke-acknowledged', moved, 1, {})
  await one.say('revoke-acknowledged', moved, 1, {})
  await one.say('handed-over', early, 1, { slip: 's'.repeat(22) })
  // After it acknowledged: a dispute, and what the other was granted since is asked back.
  await one.say('handed-over', moved, 1, { slip: 't'.repeat(22) })
  said.push(
    (
      await db
        .selectFrom('grant')
        .select(['state', 'n'])
        .where('pickup', '=', moved)
        .where('kiosk', '=', two.id)
        .execute()
    ).map((row) => ({ ...row })),
  )
  await two.say('revoke-acknowledged', moved, 2, {})
  // Poison: stored, its pickup held, until someone has looked.
  const poisoned = await issue(3, first)
  await one.say('dance', poisoned, 1, {})
  const alarm = await db.selectFrom('alarm').select('id').where('kind', '=', 'poison-entry').executeTakeFirstOrThrow()
  said.push((await closeAlarm(db, parts, 'alarm', Number(alarm.id), 'agent')).ok)
  // One that cannot be sealed for its kiosk is held, and the rest of the batch goes on.
  const bad = await issue(4, first)
  const good = await issue(5, first)
  await revoke(bad, second)
  await revoke(good, second)
  await db
    .updateTable('recipient')
    .set({ birth_date: Buffer.from('damaged') })
    .where('id', '=', (e) => e.selectFrom('account').select('recipient').where('account', '=', accountName(4)))
    .execute()
  await one.say('revoke-acknowledged', bad, 1, {})
  await one.say('revoke-acknowledged', good, 1, {})
  said.push(await returnUnclaimed(db, { ...parts, now: () => parts.now() + 50 * 86_400_000 }))
  // A report that looks like an old disk's freezes nobody until it is made again, with the challenge; and a challenge
  // counts once.
  const old = { generation: 1, seq: 1, acked: 0, ackedHash: genesisHash, grants: null }
  const asked = await takeReport(db, parts, one.id, old)
  said.push(asked.ok ? 'taken' : asked.failure.code)
  said.push((await db.selectFrom('kiosk').select('frozen').where('id', '=', one.id).executeTakeFirstOrThrow()).frozen)
  const challenge = asked.ok ? undefined : String(asked.failure.params?.['challenge'])
  for (let time = 0; time < 2; time++) {
    const again = await takeReport(db, parts, one.id, { ...old, challenge })
    said.push(again.ok ? 'taken' : again.failure.code)
  }
  const gone = await writeOff(db, parts, two.id, 'agent')
  said.push(gone.ok ? gone.value : gone.failure.code)
  await beginIncarnation(db, parts.now())
  const name = new Map([
    [one.id, 'one'],
    [two.id, 'two'],
  ])
  const rows = async (table: keyof Tables, order: string) => {
    const found = await db.selectFrom(table).selectAll().orderBy(sql.ref(order)).execute()
    const random = new Set([
      'sign_key',
      'opening_key',
      'pending_key',
      'hash',
      'head_hash',
      'bytes',
      'signature',
      'pickup_code',
      'body',
      'record',
      'incarnation',
      'detail',
      'reported',
    ])
    return found.map((row) =>
      Object.fromEntries(
        Object.entries(row as object).flatMap(([key, value]) =>
          random.has(key) ? [] : [[key, name.get(String(value)) ?? value]],
        ),
      ),
    )
  }
  const feeds = await Promise.all([first, second].map((desk) => readFeed(db, desk, 0, 1000)))
  return {
    said,
    kinds: feeds.map((feed) =>
      (JSON.parse(`[${(feed?.changes ?? []).join(',')}]`) as { seq: number; kind: string }[]).map(({ seq, kind }) => [
        seq,
        kind,
      ]),
    ),
    open: (await openGrants(db, two.id, null, 100)).length,
    tables: await Promise.all(
      (['pickup', 'handover', 'dispute', 'alarm', 'audit'] as const).map((table) =>
        rows(table, table === 'handover' ? 'pickup' : 'id'),
      ),
    ),
    grants: (await rows('grant', 'pickup')).map((row) => JSON.stringify(row)).sort(),
    entries: (await rows('ledger_entry', 'seq')).map((row) => JSON.stringify(row)).sort(),
    holding: (await db.selectFrom('hub').select('holding').executeTakeFirstOrThrow()).holding,
  }
}

describe('the same acts', () => {
  test('leave the same rows, and are answered alike; a late handover recalls the newer grant; one bad pickup stops no batch', async () => {
    const [over, under] = [await script(real), await script(inMemory)]
    expect(under).toEqual(over)
    const { said } = under as { said: unknown[] }
    expect(said).toContainEqual([{ state: 'revoking', n: 2 }])
    expect(said.filter((word) => typeof word === 'string' && /^L-6[08]/.test(word))).toEqual([
      'L-680',
      'L-604',
      'L-680',
    ])
  })
  test.each(['UPDATE ledger_entry SET kind = kind', 'DELETE FROM handover', 'UPDATE audit SET actor = actor'])(
    '%s is refused',
    async (text) => {
      await expect(sql.raw(text).execute(real)).rejects.toThrow()
      await expect(sql.raw(text).execute(inMemory)).rejects.toThrow()
    },
  )
  test('a second open grant of one pickup is refused', async () => {
    for (const db of [real, inMemory]) {
      const open = await db
        .selectFrom('grant')
        .selectAll()
        .where('state', 'in', ['granted', 'revoking'])
        .executeTakeFirstOrThrow()
      await expect(
        db
          .insertInto('grant')
          .values({ ...open, n: open.n + 1, state: 'granted' })
          .execute(),
      ).rejects.toThrow()
    }
  })
})
