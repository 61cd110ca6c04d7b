/** Kiosks that enrol, follow their desk's feed and bring their ledger. */
import { Incarnation } from '../../../src-shared/domain/index.ts'
import { ledgerFactsNow } from '../../../src-shared/hub-api/ledger-entry.ts'
import { fail, ok } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import { deskRecord, directoryRecords, policyRecord, readFeed, staffRecords } from '../../desks/index.ts'
import { enrolKiosk, heedStanding, takeReport, type SaidStanding } from '../../kiosks/index.ts'
import { takeLedger } from '../../ledger/index.ts'
import { countGrants, openGrants, repeatRevokes } from '../../pickups/index.ts'
import type { KioskCaller } from '../callers.ts'
import { JsonPage, type RouteParts, type SomeHandlers } from '../handlers.ts'

export function syncHandlers(
  parts: RouteParts,
): SomeHandlers<'authority' | 'enrol' | 'feed' | 'snapshot' | 'ledger' | 'report'> {
  const { db, keys, now } = parts
  /** Whether the kiosk's word shows that the hub has forgotten something; then another incarnation has begun. */
  const showsLoss = (kiosk: KioskCaller, said: SaidStanding) => heedStanding(db, now(), kiosk, said, kiosk)
  const incarnationNow = async () =>
    Incarnation.parse((await db.selectFrom('hub').select('incarnation').executeTakeFirstOrThrow()).incarnation)
  return {
    authority: async () => ok({ pem: parts.authority() }),
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
      if (query.trusts !== undefined && query.trusts !== kiosk.trusts)
        await db.updateTable('kiosk').set({ trusts: query.trusts }).where('id', '=', kiosk.id).execute()
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
  }
}
