/**
 * A database server that falls silent (its machine has lost power, or the network is cut) with work waiting on its
 * connections: whoever asked is answered promptly, whether another server takes its place or none. Real PostgreSQL
 * behind two addresses, of which one can be cut.
 */
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { beatTimes, connectDatabase, createBeat, type Beat } from '../../src-hub/database/index.ts'
import { openTestDatabase, type TestDatabase } from '../support/database.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { within } from '../support/within.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase({ empty: true })
})
afterAll(() => database.drop())

let [first, second]: TcpProxy[] = []
let main: ReturnType<typeof connectDatabase>
let own: ReturnType<typeof connectDatabase>
let beat: Beat
/** Told at every change. */
let changes: boolean[] = []
let onChange: () => void = () => undefined

beforeEach(async () => {
  const at = new URL(database.url)
  first = await startTcpProxy(Number(at.port))
  second = await startTcpProxy(Number(at.port))
  const url = database.url.replace(at.host, `127.0.0.1:${first.port},127.0.0.1:${second.port}`)
  main = connectDatabase(url)
  own = connectDatabase(url, beatTimes)
  changes = []
  beat = createBeat({
    work: async () => void (await sql`SELECT 1`.execute(own.db)),
    own: own.pool,
    main,
    onChange({ ready }) {
      changes.push(ready)
      onChange()
    },
  })
  await beat.start()
  expect(beat.standing().ready).toBe(true)
  await sql`SELECT 1`.execute(main.db)
})
afterEach(async () => {
  await beat.stop()
  main.pool.cut()
  own.pool.cut()
  await first?.stop()
  await second?.stop()
  await main.db.destroy()
  await own.db.destroy()
})

const become = (ready: boolean, ms: number) =>
  within(
    ms,
    `the beat to say ${ready ? 'ready' : 'not ready'}`,
    new Promise<void>((done) => {
      onChange = () => {
        if (changes.at(-1) === ready) done()
      }
      onChange()
    }),
  )
/** Asked on a connection that lives and says nothing any more; resolves with how it ended. */
const ask = () =>
  sql`SELECT 1`.execute(main.db).then(
    () => 'answered',
    () => 'refused',
  )

test('the first server falls silent and the second takes its place: ready within five seconds, and who waited on the first is refused soon after', async () => {
  first?.cut()
  const waiting = ask()
  await become(false, 6000)
  await become(true, 8000)
  expect(await within(1500, 'an answer of the second server', ask())).toBe('answered')
  expect(await within(4000, 'the end of what waits on the first', waiting)).toBe('refused')
})

test('every server falls silent: who waits is refused within ten seconds, who comes later at once, and it goes on when they are back', async () => {
  first?.cut()
  second?.cut()
  expect(await within(10_000, 'a refusal', ask())).toBe('refused')
  expect(beat.standing().ready).toBe(false)
  expect(await within(1000, 'a refusal of who comes later', ask())).toBe('refused')
  first?.mend()
  second?.mend()
  await become(true, 8000)
  expect(await within(1500, 'an answer', ask())).toBe('answered')
})
