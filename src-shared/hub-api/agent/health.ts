/** Watching: the desks, figures for charts, and what changes, as it changes. */
import { z } from 'zod'
import { Count, Measure } from '../../domain/bounds.ts'
import { Channel, DeskId, DeskKind, Instant, StoredInstant, KioskId, Localized, PickupId } from '../../domain/index.ts'
import { noBody, none, route } from '../route.ts'
import { HubPickupState } from './words.ts'

/**
 * Server-sent events for a signed-in agent: `event: change`, `data:` one ConsoleEvent. It begins with `event: hello`.
 * What was missed while away is not sent again: after a reconnect, ask the lists.
 */
export const eventsPath = '/v1/agent/events'
export const ConsoleEvent = z.discriminatedUnion('about', [
  z.object({ about: z.literal('pickup'), pickup: PickupId, state: HubPickupState, desk: DeskId.nullable() }),
  /** Many at once: ask the list. */
  z.object({ about: z.literal('pickups') }),
  /** Its feed, its kiosk or its contact has changed: ask `watch`. */
  z.object({ about: z.literal('desk'), desk: DeskId }),
  z.object({ about: z.literal('alarm'), id: Count, kind: z.string() }),
  z.object({ about: z.literal('dispute'), id: Count }),
])
export type ConsoleEvent = z.infer<typeof ConsoleEvent>

const Reason = z.enum([
  'no-kiosk',
  'no-opening-key',
  'opening-key-waits',
  'silent',
  'frozen',
  'printer',
  'paper',
  'reader',
  'nobody',
  'disk',
  'paused',
  'unsent',
])
const CheckInScreenWatch = z.object({
  kiosk: KioskId,
  lastContactAt: StoredInstant,
  /** Not heard for two minutes. */
  silent: z.boolean(),
  /** Why nobody can check in there. */
  reasons: z.array(Reason).default([]),
  version: z.string().nullable(),
})

export const DeskWatch = z.object({
  id: DeskId,
  kind: DeskKind,
  name: Localized,
  unit: Localized,
  /**
   * `green`: heard within two minutes and able to serve. `amber`: open by its hours and not so. `grey`: closed, or no
   * kiosk yet.
   */
  light: z.enum(['green', 'amber', 'grey']),
  /** Since when it is amber; `alert` after ten minutes of it. */
  amberSince: StoredInstant,
  alert: z.boolean(),
  /** Why it is not green. */
  reasons: z.array(Reason),
  open: z.boolean(),
  /** When it opens or closes next. */
  nextChangeAt: StoredInstant,
  kiosk: KioskId.nullable(),
  lastContactAt: StoredInstant,
  version: z.string().nullable(),
  update: z.enum(['installed', 'rolled-back']).nullable(),
  frozen: z.boolean(),
  acked: Count,
  /** Pickups granted there, and being asked back. */
  waiting: Count,
  revoking: Count,
  /** For this desk, and granted to no kiosk yet. */
  ungranted: Count.default(0),
  handedOverToday: Count,
  /** Its check-in screens, whatever the desk itself is like. */
  screens: z.array(CheckInScreenWatch).default([]),
  /** As the kiosk last said; null where it has not. */
  status: z
    .object({
      at: StoredInstant,
      printer: z.string().nullable(),
      paper: z.string().nullable(),
      unsent: Count.nullable(),
      staff: Count.nullable(),
    })
    .nullable(),
})
export type DeskWatch = z.infer<typeof DeskWatch>

export const healthRoutes = {
  watch: route('GET', '/v1/agent/watch', 'agent', {
    query: none,
    body: noBody,
    reply: z.object({
      hubTime: Instant,
      desks: z.array(DeskWatch),
      /**
       * Work on many pickups that goes on by itself: granting what waits for a desk, replacing what a written-off kiosk
       * of it held.
       */
      work: z
        .array(
          z.object({
            kind: z.enum(['grant', 'replace']),
            desk: DeskId,
            total: Count,
            done: Count,
            /** Left for a person, each with an alarm. */
            held: Count,
            since: StoredInstant,
          }),
        )
        .default([]),
      openAlarms: Count,
      openDisputes: Count,
      /** After a restore: kiosks still to report before anything is granted. */
      holding: z.boolean(),
      awaited: z.array(KioskId),
    }),
  }),
  /** Days of the institution, `from` to `to` (both included, at most 400 days). */
  series: route('GET', '/v1/agent/series', 'agent', {
    query: z.object({ from: z.iso.date(), to: z.iso.date(), desk: DeskId.optional() }),
    body: noBody,
    reply: z.object({
      handovers: z.array(z.object({ day: z.iso.date(), desk: DeskId, channel: Channel, count: Count })),
      /** From arrival to handover in the same visit, seconds; days without any are left out. */
      waiting: z.array(z.object({ day: z.iso.date(), desk: DeskId, count: Count, median: Measure, p90: Measure })),
    }),
  }),
} as const
