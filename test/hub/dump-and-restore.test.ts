/**
 * Backup and restore as docs/deploy.md says, step by step: pg_dump, pg_restore into a new database, the hub once with
 * `--restored`. Needs a PostgreSQL with its pg_dump.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
import { DeskId, PickupId } from '../../src-shared/domain/index.ts'
import { enrolKiosk } from '../bench/sync/desk-kiosk.ts'
import { handOver } from '../bench/sync/handovers.ts'
import { value } from './fleet.ts'
import { hubPlace, type HubProcess } from './hub-process.ts'
import { startSystemPostgres, systemPostgres } from './system-postgres.ts'

async function ask<T>(url: string, text: string, values: unknown[] = []): Promise<T[]> {
  const db = new pg.Client({ connectionString: url })
  await db.connect()
  try {
    return (await db.query(text, values)).rows as T[]
  } finally {
    await db.end()
  }
}

test('a dump put back begins a new incarnation: what was handed over after it is known again, and nothing is granted before the kiosk has reported', async (context) => {
  const bin = systemPostgres()
  if (bin === null)
    return context.skip('no PostgreSQL with pg_dump is installed here: restoring from a dump is not tested')
  const folder = mkdtempSync(join(tmpdir(), 'lodge-restore-'))
  const postgres = await startSystemPostgres(bin, folder)
  const place = await hubPlace(folder)
  const before = postgres.url('lodge')
  const after = postgres.url('lodge_restored')
  await ask(postgres.url('postgres'), 'CREATE DATABASE lodge')
  let hub: HubProcess = await place.start(before)
  try {
    const [desk] = await ask<{ id: string }>(
      before,
      `SELECT id FROM desk WHERE kind = 'porter' ORDER BY id DESC LIMIT 1`,
    )
    const accounts = await ask<{ account: string }>(
      before,
      `SELECT account FROM account a JOIN recipient r ON r.id = a.recipient WHERE r.class = 'student' AND valid_until IS NULL ORDER BY account LIMIT 3`,
    )
    const issue = async (n: number) =>
      value(
        await hub.agent.call('issue', {
          body: {
            account: accounts[n]?.account ?? '',
            desk: DeskId.parse(desk?.id),
            channel: 'porter',
            requestReference: 'R-1',
            secretKind: 'password',
          },
        }),
      ).pickup
    const kiosk = await enrolKiosk(hub, desk?.id ?? '', join(folder, 'kiosk'))
    value(await kiosk.sync.now())
    for (const { id } of kiosk.pickups.liveIds())
      value(await hub.agent.call('revoke', { body: { pickup: PickupId.parse(id), reason: 'revoked', to: null } }))
    value(await kiosk.sync.now())
    value(await kiosk.sync.now())
    const first = await issue(0)
    value(await kiosk.sync.now())
    expect(kiosk.pickups.liveIds().map(({ id }) => id)).toEqual([first])

    // 1. The backup, while the hub serves.
    const dump = join(folder, 'lodge.dump')
    postgres.run('pg_dump', ['--format=custom', `--file=${dump}`, before])
    // After it: the slip is handed over, and another is issued and granted.
    handOver(kiosk, 1)
    value(await kiosk.sync.now())
    const lost = await issue(1)
    value(await kiosk.sync.now())
    expect(await ask(before, 'SELECT state FROM pickup WHERE id = $1', [first])).toEqual([{ state: 'handed-over' }])
    const [was] = await ask<{ incarnation: string }>(before, 'SELECT incarnation FROM hub')

    // 2. and 3. The database put back, and one hub by hand.
    await hub.stop()
    await ask(postgres.url('postgres'), 'CREATE DATABASE lodge_restored')
    postgres.run('pg_restore', ['--no-owner', `--dbname=${after}`, dump])
    expect(await ask(after, 'SELECT state FROM pickup WHERE id = $1', [first])).toEqual([{ state: 'granted' }])
    hub = await place.start(after, '--restored')
    const [now] = await ask<{ incarnation: string }>(after, 'SELECT incarnation FROM hub')
    expect(now?.incarnation).not.toBe(was?.incarnation)
    const held = await issue(2)
    expect(await ask(after, 'SELECT state FROM pickup WHERE id = $1', [held])).toEqual([{ state: 'unassigned' }])
    // 4. Without the flag it is the same incarnation again.
    await hub.stop()
    hub = await place.start(after)
    expect(await ask(after, 'SELECT incarnation FROM hub')).toEqual([now])
    // 5. The kiosk reports, by itself.
    for (let round = 0; round < 3; round++) value(await kiosk.sync.now())
    expect(await ask(after, 'SELECT state FROM pickup WHERE id = $1', [first])).toEqual([{ state: 'handed-over' }])
    expect(await ask(after, 'SELECT count(*)::int AS n FROM handover WHERE pickup = $1', [first])).toEqual([{ n: 1 }])
    expect(await ask(after, 'SELECT state FROM pickup WHERE id = $1', [held])).toEqual([{ state: 'granted' }])
    value(await kiosk.sync.now())
    expect(kiosk.pickups.liveIds().map(({ id }) => id)).toContain(held)
    // 6. What was issued after the backup is an alarm, and is no more handed over.
    const { alarms, disputes } = value(await hub.agent.call('alarms', { query: { open: '1', limit: 100 } }))
    expect(alarms.filter((alarm) => alarm.kind === 'unknown-pickup').map((alarm) => alarm.pickup)).toContain(lost)
    expect(disputes).toEqual([])
    await kiosk.close()
  } finally {
    await hub.stop()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}, 240_000)
