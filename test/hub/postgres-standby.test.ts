/** The fixture itself: what the tests of outages and failovers stand on must do what it says. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { standbyPostgres, startPostgres, type Standbys } from '../support/postgres-standby.ts'

const bin = standbyPostgres()

describe.skipIf(bin === null)('a real PostgreSQL with standbys', () => {
  let postgres: Standbys
  beforeAll(async () => {
    postgres = await startPostgres(bin ?? '')
  })
  afterAll(async () => {
    await postgres.stop()
  })

  test('an asynchronous standby that was cut off is promoted without what the primary committed since, on a higher timeline; the old primary comes back read-only', async () => {
    const { primary } = postgres
    const standby = await postgres.addStandby('second')
    await primary.ask('CREATE TABLE t (n int)')
    await primary.ask('INSERT INTO t VALUES (1)')
    await postgres.caughtUp(standby, primary)
    await standby.cutOff()
    await primary.ask('INSERT INTO t VALUES (2)')
    await primary.stop('kill')
    expect(primary.running).toBe(false)
    await standby.promote()
    expect(await standby.ask('SELECT n FROM t')).toEqual([{ n: 1 }])
    const [row] = await standby.ask<{ timeline: string }>(
      'SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS timeline',
    )
    expect(row?.timeline).toBe('00000002')
    await primary.comeBackReadOnly(null)
    await expect(primary.ask('INSERT INTO t VALUES (3)')).rejects.toMatchObject({ code: '25006' })
    expect(await primary.ask('SELECT n FROM t ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }])
    await primary.stop('fast')
    await primary.start()
    expect(primary.log()).toContain('ready to accept')
  })
})

if (bin === null)
  test('a real PostgreSQL with standbys', (context) => {
    context.skip('no PostgreSQL with pg_basebackup is installed here: outages and failovers are not tested')
  })
