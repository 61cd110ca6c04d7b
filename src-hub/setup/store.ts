/** Set-up's facts from the database, what was passed over, and how people reach the helpdesk. */
import { sql } from 'kysely'
import { z } from 'zod'
import { Contact, SetupStep } from '../../src-shared/hub-api/agent/setup.ts'
import { Localized, type DeskKind } from '../../src-shared/domain/index.ts'
import type { HubReply } from '../../src-shared/hub-api/index.ts'
import { note, readOrganisation } from '../administration/index.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import { policyRecord } from '../desks/index.ts'
import { setupOf, type SetupFacts } from './ready.ts'

const setupKey = 'setup'
const contactKey = 'contact'
const Kept = z.object({ skipped: z.array(SetupStep), finished: z.boolean() })
const nobody: Contact = { address: '', telephone: '', email: '', ticketAddress: '', hoursAddress: '' }

async function readSetting(db: Db | Tx, key: string): Promise<unknown> {
  return (await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst())?.value
}

async function saveSetting(tx: Tx, key: string, setting: unknown): Promise<void> {
  const value = JSON.stringify(setting)
  await tx
    .insertInto('setting')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute()
}

export async function readContact(db: Db | Tx): Promise<Contact> {
  const kept = Contact.safeParse(await readSetting(db, contactKey))
  return kept.success ? kept.data : nobody
}

export const saveContactIn = (tx: Tx, contact: Contact): Promise<void> => saveSetting(tx, contactKey, contact)

export async function saveContact(db: Db, now: number, actor: string, contact: Contact): Promise<void> {
  await transact(db, async (tx) => {
    await saveContactIn(tx, contact)
    await note(tx, now, actor, 'contact-saved', null)
  })
}

async function readFacts(db: Db, now: number): Promise<SetupFacts> {
  const organisation = await readOrganisation(db)
  const desks = await sql<{
    kind: DeskKind
    staff: number
    supervisors: number
    badged: number
    kiosk: boolean
    working: boolean
  }>`SELECT d.kind, count(DISTINCT s.id)::int AS staff, count(DISTINCT s.id) FILTER (WHERE s.role = 'supervisor')::int AS supervisors,
      count(DISTINCT b.staff)::int AS badged, bool_or(k.id IS NOT NULL) AS kiosk, bool_or(k.opening_key IS NOT NULL AND k.pending_key IS NULL) AS working
    FROM desk d LEFT JOIN staff_desk sd ON sd.desk = d.id LEFT JOIN staff s ON s.id = sd.staff LEFT JOIN badge b ON b.staff = s.id
      LEFT JOIN kiosk k ON k.desk = d.id AND k.state = 'active' AND k.kind = 'desk'
    GROUP BY d.id, d.kind`.execute(db)
  const counts = await sql<{ units: number; people: number; issuers: number; handovers: number }>`SELECT
      (SELECT count(*)::int FROM unit) AS units, (SELECT count(*)::int FROM (SELECT 1 FROM recipient LIMIT 1) r) AS people,
      (SELECT count(*)::int FROM console_account WHERE role IN ('agent','hr','supervisor') AND NOT disabled)
        + (SELECT count(*)::int FROM api_token WHERE role IN ('agent','hr','supervisor') AND revoked_at IS NULL AND expires_at > ${now}) AS issuers,
      (SELECT count(*)::int FROM (SELECT 1 FROM handover LIMIT 1) h) AS handovers`.execute(db)
  const { units = 0, people = 0, issuers = 0, handovers = 0 } = counts.rows[0] ?? {}
  return {
    name: Localized.parse(organisation.name),
    changeAddress: organisation.changeAddress,
    selfServiceAddress: organisation.selfServiceAddress,
    slipNote: organisation.slipNote,
    contact: await readContact(db),
    policy: await policyRecord(db),
    units,
    desks: desks.rows.map(({ kiosk, working, ...desk }) => ({
      ...desk,
      kiosk: working ? ('working' as const) : kiosk ? ('joined' as const) : ('none' as const),
    })),
    people,
    issuers,
    handovers,
  }
}

export async function readSetup(db: Db, now: number): Promise<HubReply<'setup'>> {
  const kept = Kept.safeParse(await readSetting(db, setupKey))
  const { skipped, finished } = kept.success ? kept.data : { skipped: [], finished: false }
  return setupOf(await readFacts(db, now), skipped, finished)
}

export async function saveSetup(db: Db, now: number, actor: string, setup: z.infer<typeof Kept>): Promise<void> {
  await transact(db, async (tx) => {
    await saveSetting(tx, setupKey, { skipped: [...new Set(setup.skipped)], finished: setup.finished })
    await note(tx, now, actor, 'setup-saved', null)
  })
}
