/**
 * How a kiosk stands, pushed to the hub when it changes and at most once a minute: what the console's alerts look at.
 */
import { z } from 'zod'
import { Count } from '../../domain/bounds.ts'
import { Instant, PauseReason } from '../../domain/index.ts'
import { none, route } from '../route.ts'
import { Light, ReadinessReason } from '../../domain/readiness.ts'

/** Small on purpose, and nothing about people: reasons are codes without their figures. */
export const KioskStatus = z.object({
  light: Light,
  serves: z.boolean(),
  servesOffline: z.boolean(),
  reasons: z.array(ReadinessReason.pick({ code: true, severity: true })).max(40),
  paused: z.object({ reason: PauseReason, until: Instant }).nullable(),
  /** Members of staff who can sign in there. */
  staff: Count,
})
export type KioskStatus = z.infer<typeof KioskStatus>

/** As the hub tells it on. `since`: when the light last changed, by hub time; `at`: when the kiosk last said so. */
export const StatusSince = KioskStatus.extend({ since: Instant, at: Instant })

export const statusRoutes = {
  status: route('POST', '/v1/status', 'kiosk', {
    query: none,
    body: KioskStatus,
    reply: z.object({ hubTime: Instant }),
  }),
} as const
