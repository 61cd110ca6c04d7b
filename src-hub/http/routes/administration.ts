/** Administering from the console. */
import type { administrationRoutes } from '../../../src-shared/hub-api/agent/administration.ts'
import { authorityFingerprint } from '../../../src-shared/protocol/enrolment-code.ts'
import { fail, ok } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import {
  addBadge,
  listStaff,
  listUnits,
  previewPolicy,
  readOrganisation,
  readPolicy,
  readPolicyVersion,
  removeBadges,
  removeStaff,
  saveDesk,
  saveOrganisation,
  savePolicy,
  saveStaff,
  saveUnit,
} from '../../administration/index.ts'
import { codesCsv, newEnrolmentCode, type Invited } from '../../kiosks/index.ts'
import { parseSettingsFile, peopleSections } from '../../../src-shared/hub-api/settings-file.ts'
import { exportSettings, importSettings } from '../../settings-file/index.ts'
import { deskNames } from '../../queries/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function administrationHandlers(parts: RouteParts): SomeHandlers<keyof typeof administrationRoutes> {
  const { db, keys, now } = parts
  return {
    units: async () => ok({ units: await listUnits(db) }),
    saveUnit: async ({ body, agent }) => {
      const saved = await saveUnit(db, now(), agent.name, body)
      return saved.ok ? ok({ id: saved.value }) : saved
    },
    saveDesk: async ({ body, agent }) => {
      const saved = await saveDesk(db, now(), agent.name, body)
      return saved.ok ? ok({ id: saved.value }) : saved
    },
    enrolmentCodes: async ({ body, agent }) => {
      const names = await deskNames(db)
      const invited: Invited[] = []
      for (const id of body.desks) {
        const desk = names.get(id)
        if (desk === undefined) return fail(failures.notFound, { what: 'desk' })
        const code = await newEnrolmentCode(db, id, authorityFingerprint(parts.authority()), now())
        if (!code.ok) return code
        await db
          .insertInto('audit')
          .values({ at: now(), actor: agent.name, act: 'enrolment-code', pickup: null, desk: id, detail: '{}' })
          .execute()
        invited.push({ desk, code: code.value })
      }
      return ok({ codes: invited.map(({ desk, code }) => ({ desk: desk.id, code })), csv: codesCsv(invited) })
    },
    staff: async () => ok({ staff: await listStaff(db) }),
    saveStaff: async ({ body, agent }) => {
      const saved = await saveStaff(db, keys, now(), agent.name, body)
      return saved.ok ? ok({ id: saved.value }) : saved
    },
    removeStaff: async ({ body, agent }) => {
      const removed = await removeStaff(db, keys, now(), agent.name, body.id)
      return removed.ok ? ok({ removed: true as const }) : removed
    },
    addBadge: async ({ body, agent }) => {
      const added = await addBadge(db, keys, now(), agent.name, body.id, body.badge)
      return added.ok ? ok({ badges: added.value }) : added
    },
    removeBadges: async ({ body, agent }) => {
      const removed = await removeBadges(db, keys, now(), agent.name, body.id)
      return removed.ok ? ok({ badges: 0 as const }) : removed
    },
    policy: async () => ok(await readPolicy(db)),
    policyVersion: async ({ query }) => {
      const found = await readPolicyVersion(db, query.version)
      return found.ok ? ok({ policy: found.value }) : found
    },
    savePolicy: async ({ body, agent }) => {
      const saved = await savePolicy(db, now(), agent.name, body.policy, body.note)
      return saved.ok ? ok({ version: saved.value }) : saved
    },
    policyPreview: async ({ body }) => ok(await previewPolicy(db, body.policy)),
    organisation: async () => ok(await readOrganisation(db)),
    saveOrganisation: async ({ body, agent }) => {
      await saveOrganisation(db, now(), agent.name, body)
      return ok({ saved: true as const })
    },
    exportSettings: async () => ok({ file: await exportSettings(db) }),
    importSettings: async ({ body, agent }) => {
      const file = parseSettingsFile(body.file)
      if (!file.ok) return file
      const changes = await importSettings(db, now(), agent.name, file.value, body.dryRun)
      if (!changes.ok) return changes
      return ok({ changes: changes.value, leftOut: peopleSections.filter((section) => section in body.file) })
    },
  }
}
