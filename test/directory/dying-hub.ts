/**
 * A hub process that is killed the moment the directory has answered that a secret is in force: before anything is
 * recorded.
 */
import { Channel, type DeskId } from '../../src-shared/domain/index.ts'
import { connectDatabase } from '../../src-hub/database/index.ts'
import { loadHubKeys } from '../../src-hub/keys/index.ts'
import { issuePickup, type GrantParts } from '../../src-hub/pickups/index.ts'
import { createSecretWorker } from '../../src-hub/secret-jobs/index.ts'
import {
  createLdapSource,
  generateSecret,
  type LdapSettings,
  type SetRequest,
} from '../../src-hub/secret-source/index.ts'

interface Orders {
  readonly databaseUrl: string
  readonly dataDir: string
  readonly account: string
  readonly desk: DeskId
  readonly ldap: LdapSettings
}

process.once('message', (message) => {
  const { databaseUrl, dataDir, account, desk, ldap } = message as Orders
  void (async () => {
    const { db } = connectDatabase(databaseUrl)
    const real = createLdapSource(ldap)
    const settle: { now: (pickup: string, secret: Buffer | null) => Promise<void> } = { now: async () => undefined }
    const parts: GrantParts = {
      keys: loadHubKeys(dataDir),
      now: () => Date.now(),
      secrets: {
        generate: generateSecret,
        directory: true,
        atHandover: false,
        settle: (pickup, secret) => settle.now(pickup, secret),
      },
    }
    const dying = {
      ...real,
      async set(request: SetRequest) {
        const outcome = await real.set(request)
        if (outcome.kind === 'done') process.kill(process.pid, 'SIGKILL')
        return outcome
      },
    }
    const worker = createSecretWorker(db, parts, dying, () => undefined)
    settle.now = (...args) => worker.settle(...args)
    const { kind } = await db.selectFrom('desk').select('kind').where('id', '=', desk).executeTakeFirstOrThrow()
    const issued = await issuePickup(
      db,
      parts,
      { account, desk, channel: Channel.parse(kind), requestReference: 'R-1', secretKind: 'password' },
      'tester',
    )
    throw new Error(issued.ok ? `lived on: ${issued.value.state}` : issued.failure.code)
  })()
})
