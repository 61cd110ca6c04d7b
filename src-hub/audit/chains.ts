/** Kiosks whose chains can be verified. */
import { KioskId } from '../../src-shared/domain/index.ts'
import type { HubReply } from '../../src-shared/hub-api/index.ts'
import type { Db } from '../database/index.ts'
import { deskNames, placeOf } from '../queries/index.ts'

export async function listChains(db: Db): Promise<HubReply<'chains'>> {
  const names = await deskNames(db)
  const rows = await db
    .selectFrom('kiosk')
    .select(['id', 'desk', 'kind', 'state', 'frozen', 'acked', 'head_hash', 'last_contact', 'kept'])
    .orderBy('enrolled_at')
    .execute()
  return {
    kiosks: rows.flatMap((row) => {
      const desk = placeOf(names.get(row.desk))
      if (desk === null) return []
      return [
        {
          kiosk: KioskId.parse(row.id),
          desk,
          kind: row.kind,
          state: row.state as 'active' | 'replaced' | 'written-off',
          frozen: row.frozen,
          entries: Number(row.acked),
          head: row.head_hash,
          lastContactAt: row.last_contact === null ? null : Number(row.last_contact),
          apart: Number(row.kept),
        },
      ]
    }),
  }
}
