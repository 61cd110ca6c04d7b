/** Kiosks as agents see them, desk by desk, and as they come and go. */
import { DeskId, DeskKind, KioskId, Localized } from '../../../src-shared/domain/index.ts'
import { authorityFingerprint } from '../../../src-shared/protocol/enrolment-code.ts'
import { ok } from '../../../src-shared/failures/result.ts'
import { statuses } from '../../health/index.ts'
import { newEnrolmentCode, unfreeze, writeOff } from '../../kiosks/index.ts'
import { startedVersions } from '../../ledger/index.ts'
import type { RouteParts, SomeHandlers } from '../handlers.ts'

export function kioskHandlers(parts: RouteParts): SomeHandlers<'writeOff' | 'unfreeze' | 'desks' | 'enrolmentCode'> {
  const { db, now } = parts
  return {
    writeOff: async ({ body, agent }) => writeOff(db, parts, body.kiosk, agent.name),
    unfreeze: async ({ body, agent }) => {
      const done = await unfreeze(db, parts, body.kiosk, agent.name)
      return done.ok ? ok({ unfrozen: true as const, ...(done.value === 0 ? {} : { left: done.value }) }) : done
    },
    desks: async () => {
      const rows = await db
        .selectFrom('desk')
        .innerJoin('unit', 'unit.id', 'desk.unit')
        .leftJoin('kiosk', (join) =>
          join.onRef('kiosk.desk', '=', 'desk.id').on('kiosk.state', '=', 'active').on('kiosk.kind', '=', 'desk'),
        )
        .select([
          'desk.id',
          'desk.kind',
          'desk.name',
          'unit.name as unit',
          'kiosk.id as kiosk',
          'kiosk.opening_key',
          'kiosk.pending_key',
          'kiosk.last_contact',
          'kiosk.acked',
          'kiosk.frozen',
        ])
        .orderBy('desk.id')
        .execute()
      const started = await startedVersions(db)
      const stands = await statuses(db)
      return ok({
        desks: rows.map((row) => ({
          id: DeskId.parse(row.id),
          kind: DeskKind.parse(row.kind),
          name: Localized.parse(row.name),
          unit: Localized.parse(row.unit),
          kiosk: row.kiosk === null ? null : KioskId.parse(row.kiosk),
          ready: row.opening_key !== null && row.pending_key === null && row.frozen !== true,
          lastContactAt: row.last_contact === null ? null : Number(row.last_contact),
          acked: Number(row.acked ?? 0),
          frozen: row.frozen === true,
          version: started.get(row.kiosk ?? '')?.version ?? null,
          update: started.get(row.kiosk ?? '')?.update ?? null,
          status: stands.get(row.kiosk ?? '') ?? null,
        })),
      })
    },
    enrolmentCode: async ({ body, agent }) => {
      const { kind = 'desk' } = body
      const code = await newEnrolmentCode(db, body.desk, authorityFingerprint(parts.authority()), now(), kind)
      if (!code.ok) return code
      await db
        .insertInto('audit')
        .values({
          at: now(),
          actor: agent.name,
          act: 'enrolment-code',
          pickup: null,
          desk: body.desk,
          detail: JSON.stringify({ kind }),
        })
        .execute()
      return ok({ code: code.value })
    },
  }
}
