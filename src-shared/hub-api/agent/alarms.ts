/** Alarms and disputes: what needs a person's eye. */
import { z } from 'zod'
import { Count, Ordinal } from '../../domain/bounds.ts'
import { StoredInstant, KioskId, PickupId } from '../../domain/index.ts'
import { noBody, none, route } from '../route.ts'

const closing = { closedAt: StoredInstant, closedBy: z.string().nullable() }

export const alarmRoutes = {
  /** What needs a person's eye. */
  alarms: route('GET', '/v1/agent/alarms', 'agent', {
    query: z.object({ open: z.enum(['0', '1']).default('1'), limit: z.coerce.number().int().min(1).max(500) }),
    body: noBody,
    reply: z.object({
      alarms: z.array(
        z.object({
          id: Count,
          kind: z.string(),
          kiosk: KioskId.nullable(),
          pickup: PickupId.nullable(),
          detail: z.string(),
          /** Of `sent-away`: what the kiosk gave up, newest first. */
          pickups: z.array(PickupId).default([]),
          at: StoredInstant,
          ...closing,
        }),
      ),
      disputes: z.array(
        z.object({
          id: Count,
          pickup: PickupId,
          kiosk: KioskId,
          seq: Count,
          at: StoredInstant,
          ...closing,
        }),
      ),
    }),
  }),
  closeAlarm: route('POST', '/v1/agent/alarms/close', 'agent', {
    query: none,
    body: z.object({ what: z.enum(['alarm', 'dispute']), id: Ordinal }),
    reply: z.object({ closed: z.literal(true) }),
  }),
} as const
