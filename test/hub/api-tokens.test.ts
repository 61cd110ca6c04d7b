/** Tokens of programs: shown once, kept as hashes, ended by time or by hand. Real HTTPS, real PostgreSQL. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHubClient } from '../../src-main/sync/index.ts'
import { sql } from 'kysely'
import { startFleet, value, type Fleet } from './fleet.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet('administrator')
})
afterAll(() => fleet.stop())

async function withToken<T>(
  token: string,
  work: (client: ReturnType<typeof createHubClient>) => Promise<T>,
): Promise<T> {
  const hub = fleet.hub()
  const client = createHubClient({
    target: { address: hub.url, authority: hub.authority },
    signer: null,
    token,
    now: () => Date.now(),
    timeoutMs: 30_000,
  })
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

test('a token works for its role until it is revoked or its time is over; the database holds nothing that could be used', async () => {
  const made = value(await fleet.agent().call('createToken', { body: { name: 'tickets', role: 'auditor', days: 30 } }))
  expect(made.token).toMatch(/^lodge_[A-Za-z0-9_-]{43}$/)
  await withToken(made.token, async (client) => {
    expect((await client.call('alarms', { query: { open: '1', limit: 1 } })).ok).toBe(true)
    expect(await client.call('createToken', { body: { name: 'more', role: 'agent', days: 1 } })).toMatchObject({
      ok: false,
      failure: { code: 'L-618' },
    })
  })
  await withToken(`${made.token.slice(0, -1)}${made.token.endsWith('A') ? 'B' : 'A'}`, async (client) =>
    expect(await client.call('desks', { query: {} })).toMatchObject({ ok: false, failure: { code: 'L-610' } }),
  )
  const { rows } = await sql<{ row: string }>`SELECT t::text AS row FROM api_token t`.execute(fleet.hub().db)
  expect(rows.map(({ row }) => row).join()).not.toContain(made.token.slice(6))
  const [listed] = value(await fleet.agent().call('tokens', { query: {} })).tokens
  expect(listed).toMatchObject({ id: made.id, name: 'tickets', role: 'auditor', createdBy: 'tester', revokedAt: null })
  expect(listed?.lastUsedAt).not.toBeNull()

  value(await fleet.agent().call('revokeToken', { body: { id: made.id } }))
  expect(await fleet.agent().call('revokeToken', { body: { id: made.id } })).toMatchObject({
    ok: false,
    failure: { code: 'L-609' },
  })
  await withToken(made.token, async (client) =>
    expect(await client.call('desks', { query: {} })).toMatchObject({ ok: false, failure: { code: 'L-610' } }),
  )

  const late = value(await fleet.agent().call('createToken', { body: { name: 'late', role: 'agent', days: 1 } }))
  await fleet
    .hub()
    .db.updateTable('api_token')
    .set({ expires_at: Date.now() - 60_000 })
    .where('id', '=', late.id)
    .execute()
  await withToken(late.token, async (client) =>
    expect(await client.call('desks', { query: {} })).toMatchObject({ ok: false, failure: { code: 'L-610' } }),
  )
})
