/** "Re-issue 14": what a write-off of a kiosk would do, before it is done. */
import { KioskId, PickupId } from '../../src-shared/domain/index.ts'
import type { HubReply } from '../../src-shared/hub-api/index.ts'
import { fullName } from '../../src-shared/domain/person-name.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Db } from '../database/index.ts'
import { deskNames, placeOf } from '../queries/index.ts'
import { wouldReplace } from '../pickups/index.ts'

const shown = 20

/** Fails with L-609. Counts what `writeOff` would: a pickup on its way out is burned and not issued anew. */
export async function previewWriteOff(db: Db, id: string): Promise<Result<HubReply<'writeOffPreview'>>> {
  const kiosk = await db
    .selectFrom('kiosk')
    .select(['id', 'desk', 'state', 'last_contact'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (kiosk === undefined) return fail(failures.notFound, { what: 'kiosk' })
  const desk = placeOf((await deskNames(db)).get(kiosk.desk))
  if (desk === null) return fail(failures.notFound, { what: 'desk' })
  const rows = await db
    .selectFrom('grant')
    .innerJoin('pickup', 'pickup.id', 'grant.pickup')
    .innerJoin('recipient', 'recipient.id', 'pickup.recipient')
    .select([
      'pickup.id',
      'pickup.account',
      'pickup.state',
      'pickup.moving_to',
      'pickup.replaced_by',
      'pickup.issued_at',
      'recipient.family',
      'recipient.given',
    ])
    .where('grant.kiosk', '=', id)
    .where('grant.state', 'in', ['granted', 'revoking'])
    .orderBy('pickup.issued_at', 'desc')
    .execute()
  const again = rows.filter(wouldReplace)
  return ok({
    kiosk: KioskId.parse(kiosk.id),
    desk,
    state: kiosk.state as 'active' | 'replaced' | 'written-off',
    lastContactAt: kiosk.last_contact === null ? null : Number(kiosk.last_contact),
    burn: rows.length,
    reissue: again.length,
    pickups: rows.slice(0, shown).map((row) => ({
      id: PickupId.parse(row.id),
      account: row.account,
      name: fullName(row),
      issuedAt: Number(row.issued_at),
    })),
  })
}
