/**
 * What comes in at the doors and must not: addresses of the inside for webhooks, names that turn a screen around,
 * patterns that take for ever, a pooler that swallows hints; and what many do at once: write-offs under contention, an
 * opening key for which very many wait.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CardFormat, readAs } from '../../src-main/identity/card-formats/index.ts'
import { hubApi } from '../../src-shared/hub-api/index.ts'
import type { DeskId } from '../../src-shared/domain/index.ts'
import { openingFingerprint } from '../../src-shared/protocol/opening-link.ts'
import { pgbouncer, startPgBouncer } from '../outages/pgbouncer.ts'
import { standbyPostgres, startPostgres } from '../support/postgres-standby.ts'
import { startInstitute, type HubHere, type Institute } from './hub.ts'
import { enrolClient, type KioskClient } from './kiosk-client.ts'
import { codeOf, openLine, value } from './wire.ts'

let institute: Institute
let hub: HubHere
beforeAll(async () => {
  institute = await startInstitute()
  hub = await institute.hub()
})
afterAll(() => institute.stop())

it.each([
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:0:127.0.0.1]/',
  'https://[::ffff:0:7f00:1]/',
  'https://[64:ff9b::127.0.0.1]/',
  'https://[2002:7f00:1::1]/',
  'https://[::127.0.0.1]/',
  'https://[::]/',
  'https://127.1/',
  'https://0x7f000001/',
  'https://2130706433/',
  'https://017700000001/',
  'https://169.254.169.254/latest/meta-data',
  'https://user@10.0.0.1/',
])('a webhook to %s, which is the inside, is refused', async (url) => {
  const added = await hub.as('administrator').call('addWebhook', { body: { url, events: ['ready'] } })
  expect(added.ok).toBe(false)
  expect(value(await hub.as('administrator').call('webhooks', {})).webhooks).toEqual([])
})

describe('a name on a porter’s screen', () => {
  const hostile = {
    'turned around': 'Lodge \u202egnp.exe',
    isolated: 'Lodge \u2066\u2069',
    'with control characters': 'Lodge\u0007\u001b[2J',
    'with a NUL': 'Lodge\u0000',
    'of zero width': 'Lod\u200b\u200bge',
    'of half a character': 'Lodge \ud800',
    'without bound': 'L'.repeat(20_000),
    'of nothing but marks': '\u200e\u200f',
  } as const
  it.each(Object.entries(hostile))(
    '%s: no desk, unit, member of staff or person is called that',
    async (_how, name) => {
      const names = { fi: name, sv: name, en: name }
      const [{ unit } = { unit: '' }] = await institute.sql<{ unit: string }>('SELECT id AS unit FROM unit LIMIT 1')
      const administrator = hub.as('administrator')
      await administrator.call('saveUnit', { body: { name: names, address: 'A Street 1', hours: null } })
      await administrator.call('saveDesk', {
        body: { unit, kind: 'porter', name: names, slipPrefix: 'QX', hours: null },
      })
      await administrator.call('saveStaff', { body: { name, role: 'porter', desks: [] } })
      await administrator.call('saveOrganisation', {
        body: { name: names, changeAddress: 'https://id.example/', selfServiceAddress: 'https://id.example/' },
      })
      await hub.as('supervisor').call('saveRecipient', {
        body: {
          class: 'external',
          name: { family: name, given: name },
          formerNames: [{ family: name, given: name }],
          language: 'en',
          sponsor: name,
          accounts: [{ account: 'hostile', validUntil: null }],
        },
      })
      const stored = await institute.sql<{ text: string }>(
        `SELECT name::text AS text FROM unit UNION ALL SELECT name::text FROM desk UNION ALL SELECT name FROM staff
       UNION ALL SELECT name::text FROM organisation
       UNION ALL SELECT concat_ws(' ', family, given, former_names::text, sponsor) FROM recipient`,
      )
      for (const { text } of stored) {
        expect(text.length).toBeLessThan(2000)
        // Bidirectional controls (Unicode Standard Annex 9), C0 and C1, and half a surrogate pair.
        expect(text).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u200b]/u)
        expect(text.isWellFormed()).toBe(true)
      }
      expect(hub.bugs).toEqual([])
    },
  )
})

it('a card format that backtracks for ever elsewhere is matched at once here', () => {
  const slow = CardFormat.parse({ name: 'slow', pattern: '^(([0-9A-F]+)+)+#$' })
  const began = performance.now()
  expect(readAs(slow, { text: 'A'.repeat(200) })).toBe(null)
  expect(performance.now() - began).toBeLessThan(1000)
})

describe('many at once', () => {
  /** A fresh desk with a kiosk of its own that serves. */
  async function freshDesk(n: number): Promise<{ kiosk: KioskClient; id: DeskId }> {
    const [{ unit } = { unit: '' }] = await institute.sql<{ unit: string }>('SELECT id AS unit FROM unit LIMIT 1')
    const name = { fi: `Ovi ${n}`, sv: `Dörr ${n}`, en: `Door ${n}` }
    const prefix = `X${String.fromCharCode(65 + (n % 26))}`
    const body = { unit, kind: 'porter', name, slipPrefix: prefix, hours: null }
    const { id } = value(await hub.as('administrator').call('saveDesk', { body }))
    const kiosk = await enrolClient(hub.url, await hub.as('administrator').enrolmentCode(id))
    value(await kiosk.registerOpeningKey())
    return { kiosk, id }
  }
  const confirm = (kiosk: KioskClient) =>
    hub.as('supervisor').call('confirmOpeningKey', {
      body: {
        kiosk: kiosk.id,
        fingerprint: openingFingerprint(kiosk.id, kiosk.openingKeys.at(-1)?.publicKey ?? Buffer.alloc(0)),
      },
    })

  it('ten write-offs while their kiosks and agents work on the same pickups: every one is done, and none is answered 503', async () => {
    const desks = await Promise.all(Array.from({ length: 10 }, (_, n) => freshDesk(n)))
    for (const { kiosk } of desks) value(await confirm(kiosk))
    const [person] = await institute.sql<{ recipient: string }>('SELECT recipient FROM account WHERE account = $1', [
      institute.accounts[0],
    ])
    await institute.sql(`INSERT INTO account (account, recipient) SELECT 'w' || n, $1 FROM generate_series(0, 39) n`, [
      person?.recipient,
    ])
    for (const [n, { kiosk, id }] of desks.entries()) {
      for (let i = 0; i < 4; i++) await hub.as('agent').issue(`w${n * 4 + i}`, { id, key: '', kind: 'porter' })
      await kiosk.pull()
    }
    const results = await Promise.all(
      desks.flatMap(({ kiosk, id }, n) => {
        const next = desks[(n + 1) % desks.length]?.id ?? id
        const [grant] = [...kiosk.grants.values()]
        if (grant !== undefined) kiosk.handOver(grant)
        return [
          hub.as('supervisor').writeOff(kiosk.id),
          kiosk.push(),
          ...[...kiosk.grants.keys()]
            .slice(1)
            .map((pickup) => hub.as('agent').call('revoke', { body: { pickup, reason: 're-routed', to: next } })),
        ]
      }),
    )
    const codes = results.map((result) => codeOf(result))
    expect(codes).not.toContain('L-611')
    expect(codes).not.toContain('L-640')
    const left = async () =>
      (
        await institute.sql(`SELECT 1 FROM "grant" WHERE kiosk = ANY($1) AND state IN ('granted','revoking')`, [
          desks.map(({ kiosk }) => kiosk.id),
        ])
      ).length
    await expect.poll(left, { timeout: 30_000 }).toBe(0)
    const twice = await institute.sql(
      `SELECT account FROM pickup WHERE state IN ('unassigned','granted') GROUP BY account HAVING count(*) > 1`,
    )
    expect(twice).toEqual([])
    expect(hub.bugs).toEqual([])
    for (const { kiosk } of desks) kiosk.close()
  })

  it('an opening key for which 1,500 wait is confirmed at once, that desk is served all the while, and all are granted', async () => {
    const { kiosk, id } = await freshDesk(20)
    const [person] = await institute.sql<{ recipient: string }>('SELECT recipient FROM account LIMIT 1')
    await institute.sql(
      `INSERT INTO account (account, recipient) SELECT 'door' || n, $1 FROM generate_series(1, 1500) n`,
      [person?.recipient],
    )
    await institute.sql(
      `INSERT INTO pickup (id, account, recipient, desk, channel, secret_kind, state, epoch_n, pickup_code, issued_at, expires_at)
       SELECT lpad(n::text, 22, 'd'), 'door' || n, $1, $2, 'porter', 'password', 'unassigned', 0,
         (SELECT pickup_code FROM pickup LIMIT 1), 1790000000000, 1890000000000 FROM generate_series(1, 1500) n`,
      [person?.recipient, id],
    )
    const began = performance.now()
    const confirmed = confirm(kiosk)
    let slowest = 0
    const granted = async () =>
      Number(
        (await institute.sql<{ n: number }>(`SELECT count(*)::int AS n FROM "grant" WHERE kiosk = $1`, [kiosk.id]))[0]
          ?.n,
      )
    value(await confirmed)
    expect(performance.now() - began).toBeLessThan(8000)
    while ((await granted()) < 1500) {
      const from = performance.now()
      value(await kiosk.feed({ cursor: 0, limit: 10 }))
      slowest = Math.max(slowest, performance.now() - from)
      if (from - began > 60_000) throw new Error('waited 60 s for 1,500 grants')
      // As often as a kiosk may ask.
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
    // The figure that is promised, 100 ms in the 99th percentile, is `bench -- big-desk`'s; one transaction for all
    // took half a minute.
    expect(slowest).toBeLessThan(3000)
    kiosk.close()
  })
})

const bin = standbyPostgres()
const pooler = pgbouncer()
it.skipIf(bin === null || pooler === null)(
  'behind a pooler in transaction mode a hub says that hints are lost',
  async () => {
    const postgres = await startPostgres(bin ?? '')
    await postgres.primary.ask('CREATE DATABASE lodge')
    const bouncer = await startPgBouncer(pooler ?? '', postgres.primary.port, 'transaction')
    const behind = await startInstitute({ databaseUrl: `postgresql://lodge@127.0.0.1:${bouncer.port}/lodge` })
    try {
      const there = await behind.hub()
      const line = openLine(there.url, there.authority)
      const notes = async () => (await line.send({ method: 'GET', path: hubApi.ready.path })).text
      await expect.poll(notes, { timeout: 20_000 }).toContain('hints-lost')
      line.close()
    } finally {
      await behind.stop()
      await bouncer.stop()
      await postgres.stop()
    }
  },
)
