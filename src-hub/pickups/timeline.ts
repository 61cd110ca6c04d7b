/** One pickup from request to handover, for people: who, which desk, which kind of proof. */
import type { Localized } from '../../src-shared/domain/index.ts'
import type { TimelineEvent } from '../../src-shared/hub-api/index.ts'
import { storedInstant } from '../../src-shared/domain/bounds.ts'
import { plainFacts, tellStored } from '../../src-shared/protocol/stored-entry.ts'
import type { Db } from '../database/index.ts'

/** The facts of an entry that a person reads in a timeline. */
const shown: ReadonlySet<string> = new Set([
  'proof',
  'method',
  'issuerCountry',
  'expiryValid',
  'expiry',
  'toldApart',
  'number',
  'language',
  'code',
  'reason',
  'by',
  'further',
  'tracking',
])

/** Oldest first. Never throws for what a kiosk wrote: a poison entry shows what can be told of it. */
export async function pickupTimeline(db: Db, pickup: string): Promise<TimelineEvent[]> {
  const acts = await db
    .selectFrom('audit')
    .leftJoin('desk', 'desk.id', 'audit.desk')
    .select(['audit.at', 'audit.actor', 'audit.act', 'audit.detail', 'desk.name as desk'])
    .where('audit.pickup', '=', pickup)
    .orderBy('audit.id')
    .execute()
  const grants = await db
    .selectFrom('grant')
    .innerJoin('kiosk', 'kiosk.id', 'grant.kiosk')
    .innerJoin('desk', 'desk.id', 'kiosk.desk')
    .select(['grant.at', 'grant.n', 'desk.name as desk'])
    .where('grant.pickup', '=', pickup)
    .execute()
  const entries = await db
    .selectFrom('ledger_entry')
    .innerJoin('kiosk', 'kiosk.id', 'ledger_entry.kiosk')
    .innerJoin('desk', 'desk.id', 'kiosk.desk')
    .select([
      'ledger_entry.bytes',
      'ledger_entry.kind',
      'ledger_entry.time',
      'ledger_entry.received_at as receivedAt',
      'ledger_entry.seq',
      'desk.name as desk',
    ])
    .where('ledger_entry.pickup', '=', pickup)
    .orderBy('ledger_entry.seq')
    .execute()
  const beside = await db
    .selectFrom('quarantine')
    .innerJoin('kiosk', 'kiosk.id', 'quarantine.kiosk')
    .innerJoin('desk', 'desk.id', 'kiosk.desk')
    .leftJoin('ledger_entry', (join) =>
      join
        .onRef('ledger_entry.kiosk', '=', 'quarantine.kiosk')
        .onRef('ledger_entry.seq', '=', 'quarantine.seq')
        .onRef('ledger_entry.hash', '=', 'quarantine.hash'),
    )
    .select([
      'quarantine.kind',
      'quarantine.time',
      'quarantine.seq',
      'quarantine.received_at as receivedAt',
      'desk.name as desk',
    ])
    .where('quarantine.pickup', '=', pickup)
    // One that has joined the ledger since is told of there.
    .where('ledger_entry.seq', 'is', null)
    .orderBy('quarantine.id')
    .execute()
  const staff = new Map(
    (await db.selectFrom('staff').select(['id', 'name']).execute()).map((row) => [row.id, row.name]),
  )
  const name = (desk: unknown) => (desk === null ? null : (desk as Localized).en)
  const events: (TimelineEvent & { readonly at: number })[] = [
    ...acts.map((act) => ({
      time: storedInstant(act.at),
      at: Number(act.at),
      kind: act.act,
      desk: name(act.desk),
      actor: act.actor,
      detail: act.detail as TimelineEvent['detail'],
    })),
    ...beside.map((entry) => ({
      time: storedInstant(entry.time),
      at: storedInstant(entry.time) ?? Number(entry.receivedAt),
      kind: 'entry-kept-apart',
      desk: name(entry.desk),
      actor: null,
      detail: { says: entry.kind, entry: Number(entry.seq) },
    })),
    ...grants.map((grant) => ({
      time: storedInstant(grant.at),
      at: Number(grant.at),
      kind: 'granted',
      desk: name(grant.desk),
      actor: null,
      detail: { epoch: Number(grant.n) },
    })),
    ...entries.map((entry) => {
      const told = tellStored(entry.bytes)
      return {
        time: storedInstant(entry.time),
        kind: entry.kind,
        desk: name(entry.desk),
        actor: told.actor === null ? null : (staff.get(told.actor) ?? null),
        detail: Object.fromEntries(Object.entries(plainFacts(told)).filter(([fact]) => shown.has(fact))),
        // Where the kiosk named no time that could be one, it stands where the hub received it.
        at: storedInstant(entry.time) ?? Number(entry.receivedAt),
      }
    }),
  ]
  return events
    .map((event, i) => ({ event, i }))
    .sort((a, b) => a.event.at - b.event.at || a.i - b.i)
    .map(({ event: { at: _, ...event } }) => event)
}
