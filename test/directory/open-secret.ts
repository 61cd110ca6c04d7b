/** Opening keys of a test's own for desks, so that it knows what their slips would say. */
import type { Db } from '../../src-hub/database/index.ts'
import { GrantedPickup } from '../../src-shared/hub-api/index.ts'
import type { KioskId } from '../../src-shared/domain/index.ts'
import { newSealKeyPair, openEnvelope } from '../../src-shared/protocol/envelope.ts'

/** From here on the hub seals to this key; opens the grant that is open for a pickup. */
export async function holdOpeningKey(
  given: Db | (() => Db),
  kiosk: KioskId,
): Promise<(pickup: string) => Promise<string>> {
  // A hub that is restarted has another.
  const db = typeof given === 'function' ? given : () => given
  const pair = await newSealKeyPair()
  await db().updateTable('kiosk').set({ opening_key: pair.publicKey }).where('id', '=', kiosk).execute()
  return async (pickup) => {
    const { record } = await db()
      .selectFrom('grant')
      .select('record')
      .where('pickup', '=', pickup)
      .where('state', '=', 'granted')
      .executeTakeFirstOrThrow()
    const { id, epoch, envelope } = GrantedPickup.parse(JSON.parse(record))
    return (
      await openEnvelope(pair.privateKey, Buffer.from(envelope, 'base64url'), { pickup: id, kiosk, epoch })
    ).toString()
  }
}
