/**
 * The authority's own change-over. Two years before it ends the hub makes the next one, and the present one signs it
 * (cross-certification, RFC 4210 section 4.4): kiosks learn it over the channel that the present one vouches for, and
 * say that they have. When every kiosk that is active has said so, or ninety days before the end, the next one issues.
 * Its server certificates bring the cross-certificate along, so a kiosk that was away is served until the old one ends.
 */
import * as x509 from '@peculiar/x509'
import { sql } from 'kysely'
import { note, tellDesks } from '../administration/index.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import {
  crossSign,
  importAuthorityKey,
  loadAuthority,
  newAuthority,
  type Authority,
  type HubKeys,
} from '../keys/index.ts'

const day = 86_400_000
const nextBeforeMs = 730 * day
const latestBeforeMs = 90 * day

/** The authority that issues now: the newest that has come into force, or the data folder's own. */
export async function presentAuthority(db: Db, keys: HubKeys, dataDir: string, now: number): Promise<Authority> {
  const row = await db
    .selectFrom('hub_authority')
    .selectAll()
    .where('in_force_at', 'is not', null)
    .orderBy('n', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) return loadAuthority(dataDir, now)
  const certificate = new x509.X509Certificate(row.certificate)
  return { certificate, key: await importAuthorityKey(keys.open(row.sealed)), cross: row.cross_certificate }
}

/** The next authority, signed by the present one as well, and told to every desk. */
async function makeNext(tx: Tx, keys: HubKeys, present: Authority, now: number) {
  // Of the same name: what the present one signs for itself is no step of a path (RFC 5280 section 4.2.1.9), and its
  // own certificate allows none.
  const made = await newAuthority(present.certificate.subject, now)
  const row = await tx
    .insertInto('hub_authority')
    .values({
      certificate: made.certificate.toString('pem'),
      cross_certificate: await crossSign(present, made.certificate, now),
      sealed: keys.seal(made.keyPem),
      fingerprint: Buffer.from(await made.certificate.getThumbprint('SHA-256')).toString('hex'),
      made_at: now,
      in_force_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await tellDesks(tx, null)
  await note(tx, now, 'hub', 'authority-made', null)
  return row
}

/**
 * Makes the next authority when the present one's end is near, and puts it in force when it may be. Returns whether
 * another is in force than before. Safe in several hub processes: one of them does it.
 */
export async function succeed(db: Db, keys: HubKeys, present: Authority, now: number): Promise<boolean> {
  const left = present.certificate.notAfter.getTime() - now
  if (left > nextBeforeMs) return false
  return transact(db, async (tx) => {
    await sql`LOCK TABLE hub_authority IN SHARE ROW EXCLUSIVE MODE`.execute(tx)
    const found = await tx.selectFrom('hub_authority').selectAll().orderBy('n', 'desc').limit(1).executeTakeFirst()
    // Another process has changed it meanwhile.
    const pem = present.certificate.toString('pem')
    if (found !== undefined && found.in_force_at !== null && found.certificate !== pem) return true
    const newest = found?.in_force_at === null ? found : await makeNext(tx, keys, present, now)
    const { n } = await tx
      .selectFrom('kiosk')
      .select((e) => e.fn.countAll<number>().as('n'))
      .where('state', '=', 'active')
      .where('trusts', 'is distinct from', newest.fingerprint)
      .executeTakeFirstOrThrow()
    if (Number(n) > 0 && left > latestBeforeMs) return false
    await tx.updateTable('hub_authority').set({ in_force_at: now }).where('n', '=', newest.n).execute()
    await note(tx, now, 'hub', 'authority-changed', null, { without: Number(n) })
    return true
  })
}
