/** Desks and their kiosks, for people: how they stand, a code to enrol one, one that is lost or frozen. */
import { z } from 'zod'
import { Count } from '../../domain/bounds.ts'
import { DeskId, DeskKind, StoredInstant, KioskId, KioskKind, Localized } from '../../domain/index.ts'
import { noBody, none, route } from '../route.ts'
import { StatusSince } from '../kiosk/status.ts'

export const kioskRoutes = {
  desks: route('GET', '/v1/agent/desks', 'agent', {
    query: none,
    body: noBody,
    reply: z.object({
      desks: z.array(
        z.object({
          id: DeskId,
          kind: DeskKind,
          name: Localized,
          unit: Localized,
          kiosk: KioskId.nullable(),
          ready: z.boolean(),
          lastContactAt: StoredInstant,
          acked: Count,
          frozen: z.boolean(),
          /** What the kiosk's engine was when it last started, and how its last update ended. */
          version: z.string().nullable(),
          update: z.enum(['installed', 'rolled-back']).nullable(),
          /** How its kiosk stands, and since when; null until it has said so. */
          status: StatusSince.nullable().optional(),
        }),
      ),
    }),
  }),
  /**
   * A one-time enrolment code for a desk's kiosk, or for one more check-in screen there, as text `TOKEN.FINGERPRINT`.
   */
  enrolmentCode: route('POST', '/v1/agent/enrolment-codes', 'agent', {
    query: none,
    body: z.object({ desk: DeskId, kind: KioskKind.optional() }),
    reply: z.object({ code: z.string() }),
  }),
  /**
   * A lost kiosk: every secret granted there is burned and replaced. `left`: how many it still holds, which follow by
   * themselves; asked again, the answer says how far it has come.
   */
  writeOff: route('POST', '/v1/agent/kiosks/write-off', 'agent', {
    query: none,
    body: z.object({ kiosk: KioskId }),
    reply: z.object({ burned: Count, reissued: Count, left: Count.optional() }),
  }),
  unfreeze: route('POST', '/v1/agent/kiosks/unfreeze', 'agent', {
    query: none,
    body: z.object({ kiosk: KioskId }),
    /** `left`: pickups that wait to be granted to it, which follow by themselves. */
    reply: z.object({ unfrozen: z.literal(true), left: Count.optional() }),
  }),
} as const
