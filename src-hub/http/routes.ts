/** The handlers of the hub API, one per route of the contract. */
import { DeskId, DeskKind, Incarnation, KioskId, Localized } from '../../src-shared/domain/index.ts'
import type { HubReply } from '../../src-shared/hub-api/index.ts'
import { ledgerFactsNow } from '../../src-shared/hub-api/ledger-entry.ts'
import { authorityFingerprint } from '../../src-shared/protocol/enrolment-code.ts'
import { fail, ok } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { closeAlarm, listAlarms, statuses } from '../health/index.ts'
import { mayActFor } from '../people/index.ts'
import { transact } from '../database/index.ts'
import { deskRecord, directoryRecords, policyRecord, readFeed, staffRecords } from '../desks/index.ts'
import {
  enrolKiosk,
  heedStanding,
  newEnrolmentCode,
  takeReport,
  unfreeze,
  writeOff,
  type SaidStanding,
} from '../kiosks/index.ts'
import { startedVersions, takeLedger } from '../ledger/index.ts'
import {
  checkRoute,
  countGrants,
  issuePickup,
  openGrants,
  pickupTimeline,
  repeatRevokes,
  revokePickup,
} from '../pickups/index.ts'
import type { KioskCaller } from './callers.ts'
import { JsonPage, type RouteHandlers, type RouteParts } from './handlers.ts'
import { apiTokenHandlers } from './routes/api-tokens.ts'
import { carryHandlers } from './routes/carry.ts'
import { inboxHandlers } from './routes/inbox.ts'
import { letterHandlers } from './routes/letters.ts'
import { listHandlers } from './routes/queries.ts'
import { routingHandlers } from './routes/routing.ts'
import { administerHandlers } from './routes/administration.ts'
import { proveHandlers } from './routes/audit.ts'
import { setupHandlers } from './routes/setup.ts'
import { signInHandlers } from './routes/sign-in.ts'
import { watchHandlers } from './routes/health.ts'
import { checkInHandlers } from './routes/check-in.ts'
import { importHandlers } from './routes/imports.ts'
import { openingKeyHandlers } from './routes/opening-keys.ts'
import { operationsHandlers } from './routes/operations.ts'
import { webhookHandlers } from './routes/webhooks.ts'
import { statusHandlers } from './routes/kiosk-status.ts'
import { eIdHandlers } from './routes/e-id.ts'
import { walkInHandlers } from './routes/walk-in.ts'

export function createRoutes(parts: RouteParts): RouteHandlers {
  const { db, keys, now } = parts
  /** Whether the kiosk's word shows that the hub has forgotten something; then another incarnation has begun. */
  const showsLoss = (kiosk: KioskCaller, said: SaidStanding) => heedStanding(db, now(), kiosk, said, kiosk)
  const incarnationNow = async () =>
    Incarnation.parse((await db.selectFrom('hub').select('incarnation').executeTakeFirstOrThrow()).incarnation)
  return {
    ...apiTokenHandlers(parts),
    ...carryHandlers(parts),
    ...signInHandlers(parts),
    ...listHandlers(parts),
    ...webhookHandlers(parts),
    ...operationsHandlers(parts),
    ...routingHandlers(parts),
    ...watchHandlers(parts),
    ...statusHandlers(parts),
    ...importHandlers(parts),
    ...walkInHandlers(parts),
    ...checkInHandlers(parts),
    ...proveHandlers(parts),
    ...letterHandlers(parts),
    ...inboxHandlers(parts),
    ...administerHandlers(parts),
    ...setupHandlers(parts),
    ...eIdHandlers(parts),
    ...openingKeyHandlers(parts),
    authority: async () => ok({ pem: parts.authority }),
    enrol: async ({ body }) => {
      const enrolled = await enrolKiosk(db, parts, body)
      return enrolled.ok ? ok({ ...enrolled.value, incarnation: await incarnationNow(), hubTime: now() }) : enrolled
    },
    feed: async ({ query, kiosk }) => {
      if (query.incarnation !== kiosk.incarnation) return fail(failures.cursorInvalid)
      if (await showsLoss(kiosk, query)) return fail(failures.cursorInvalid)
      // A kiosk of another version by now: corrections go to it as it can take them.
      const changes = query.changes ?? 1
      if (changes !== kiosk.feedChanges)
        await db.updateTable('kiosk').set({ feed_changes: changes }).where('id', '=', kiosk.id).execute()
      const page = await readFeed(db, kiosk.desk, query.cursor, query.limit, kiosk.head, kiosk.kind)
      if (page === null) return fail(failures.cursorInvalid)
      // What a kiosk has read counts as told.
      if (page.changes.length > 0) await parts.cover?.()
      return ok(
        new JsonPage(
          `{"incarnation":"${kiosk.incarnation}","next":${page.next},"more":${page.more},"head":${page.head},"hubTime":${now()},"facts":${ledgerFactsNow},"changes":[`,
          page.changes,
          ']}',
          page.more ? String(page.next) : null,
        ),
      )
    },
    snapshot: async ({ query, kiosk }) => {
      // The head is read before the grants: what comes between is in both, and applying it twice changes nothing.
      const { head } = await db.selectFrom('desk').select('head').where('id', '=', kiosk.desk).executeTakeFirstOrThrow()
      if (query.after === undefined) await repeatRevokes(db, parts, kiosk)
      const [records, desk, policy] = await Promise.all([
        openGrants(db, kiosk.id, query.after ?? null, query.limit),
        deskRecord(db, kiosk.desk),
        policyRecord(db),
      ])
      await parts.cover?.()
      const total = query.after === undefined ? await countGrants(db, kiosk.id) : null
      const last =
        records.length === query.limit ? (JSON.parse(records.at(-1) ?? '{}') as { id?: string }).id : undefined
      const rest = JSON.stringify({
        incarnation: kiosk.incarnation,
        head: Number(head),
        hubTime: now(),
        total,
        desk,
        policy,
        // Taken from the first page alone; nobody signs in at a check-in screen.
        staff:
          query.after === undefined && kiosk.kind === 'desk' ? await staffRecords(db, keys, kiosk.desk, kiosk.id) : [],
        ...(query.after === undefined ? { directory: await directoryRecords(db) } : {}),
        after: last ?? null,
      })
      return ok(new JsonPage(`${rest.slice(0, -1)},"pickups":[`, records, ']}', last ?? null))
    },
    ledger: async ({ body, kiosk }) => {
      if (body.incarnation !== undefined) {
        if (body.incarnation !== kiosk.incarnation) return fail(failures.cursorInvalid)
        const { incarnation, acked, cursor } = body
        if (await showsLoss(kiosk, { incarnation, acked, cursor })) return fail(failures.cursorInvalid)
      }
      const taken = await takeLedger(db, parts, kiosk.id, body.entries)
      return taken.ok ? ok({ ...taken.value, hubTime: now() }) : taken
    },
    report: async ({ body, kiosk }) => {
      if (body.ackedBy !== undefined)
        await showsLoss(kiosk, { incarnation: body.ackedBy, acked: body.acked, cursor: body.cursor })
      const taken = await takeReport(db, parts, kiosk.id, body)
      if (!taken.ok) return taken
      const countersignTo = keys.countersignPublic.toString('base64url')
      return ok({
        ...taken.value,
        incarnation: Incarnation.parse(taken.value.incarnation),
        hubTime: now(),
        countersignTo,
      })
    },
    writeOff: async ({ body, agent }) => writeOff(db, parts, body.kiosk, agent.name),
    unfreeze: async ({ body, agent }) => {
      const done = await unfreeze(db, parts, body.kiosk, agent.name)
      return done.ok ? ok({ unfrozen: true as const, ...(done.value === 0 ? {} : { left: done.value }) }) : done
    },
    alarms: async ({ query }) => ok(await listAlarms(db, query.open === '1', query.limit)),
    closeAlarm: async ({ body, agent }) => {
      const done = await closeAlarm(db, parts, body.what, body.id, agent.name)
      return done.ok ? ok({ closed: true as const }) : done
    },
    issue: async ({ body, agent }) => issuePickup(db, parts, body, agent.name, agent.role),
    revoke: async ({ body, agent }) =>
      transact(db, async (tx) => {
        const may = await mayActFor(tx, body.pickup, agent.role)
        if (!may.ok) return may
        if (body.to !== null) {
          const desk = await tx.selectFrom('desk').select(['id', 'kind']).where('id', '=', body.to).executeTakeFirst()
          if (desk === undefined) return fail(failures.notFound, { what: 'desk' })
          const route = await checkRoute(tx, keys, body.pickup, desk, now())
          if (!route.ok) return route
          if (route.value !== null)
            await tx
              .updateTable('pickup')
              .set({ channel: route.value.channel })
              .where('id', '=', body.pickup)
              .where('state', 'in', ['unassigned', 'granted', 'revoking'])
              .execute()
        }
        const state = await revokePickup(tx, parts, body.pickup, body.reason, body.to)
        if (state === null) return fail(failures.notFound, { what: 'pickup' })
        await tx
          .insertInto('audit')
          .values({ at: now(), actor: agent.name, act: body.reason, pickup: body.pickup, desk: body.to, detail: '{}' })
          .execute()
        return ok({ state: state as HubReply<'revoke'>['state'] })
      }),
    timeline: async ({ query, agent }) => {
      const events = await pickupTimeline(db, query.pickup)
      await parts.readings?.record(agent.name, { act: 'pickup-read', pickup: query.pickup })
      return ok({ events })
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
      const code = await newEnrolmentCode(db, body.desk, authorityFingerprint(parts.authority), now(), kind)
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
