/**
 * Another hub process on the same database, as far as what it does by itself goes: one job, then it ends. `job.ts
 * DATA_FOLDER DATABASE_URL JOB`
 */
import { connectDatabase } from '../../../src-hub/database/index.ts'
import { loadHubKeys } from '../../../src-hub/keys/index.ts'
import { purgeEnded } from '../../../src-hub/privacy/index.ts'
import { returnUnclaimed } from '../../../src-hub/pickups/index.ts'

const [folder = '', url = '', job = ''] = process.argv.slice(2)
const { db } = connectDatabase(url)
const keys = loadHubKeys(folder)
const now = () => Date.now()
await db.selectFrom('hub').select('incarnation').execute()
// The bench waits for this word, and says when to begin.
process.send?.('ready')
process.once('message', () => {
  const work = job === 'returns' ? () => returnUnclaimed(db, { keys, now }) : () => purgeEnded(db, now())
  void (async () => {
    while ((await work()) > 0);
    await db.destroy()
    process.disconnect()
  })()
})
