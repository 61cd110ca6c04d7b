/** Proof, and what is held of people. */
import type { auditRoutes } from '../../../src-shared/hub-api/agent/audit.ts'
import { fail, ok } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import { listChains, listQuarantine } from '../../audit/index.ts'
import { dataSubject, erasePerson, readRetention, saveRetention } from '../../privacy/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function auditHandlers(parts: RouteParts): SomeHandlers<keyof typeof auditRoutes> {
  const { db, keys, now } = parts
  const source = parts.secrets?.directory === true
  return {
    chains: async () => ok(await listChains(db)),
    quarantine: async ({ query }) => ok(await listQuarantine(db, query)),
    exportKey: async () => {
      const key = parts.console?.exportKey
      return key === undefined
        ? fail(failures.notFound, { what: 'key' })
        : ok({ key: key.publicKey, fingerprint: key.fingerprint })
    },
    dataSubject: async ({ body, agent }) => dataSubject(db, keys, now(), agent.name, body.recipient),
    erase: async ({ body, agent }) => {
      const done = await erasePerson(db, { now: now(), actor: agent.name, source }, body.recipient)
      return done.ok ? ok({ erased: true as const, pickups: done.value }) : done
    },
    retention: async () => ok(await readRetention(db)),
    saveRetention: async ({ body, agent }) => {
      await saveRetention(db, now(), agent.name, body)
      return ok({ saved: true as const })
    },
  }
}
