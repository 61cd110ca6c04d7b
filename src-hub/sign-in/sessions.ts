/**
 * Sessions of the console, in PostgreSQL, so that every hub process knows them. The browser has the id, the database
 * its hash; a sign-in always begins a new one, so that nobody can have planted it.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { AgentRole } from '../../src-shared/hub-api/authority.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Db, Tx } from '../database/index.ts'

/** A session that is not used for so long ends. */
export const idleMs = 30 * 60_000
/** And every session ends after so long. */
export const absoluteMs = 12 * 3_600_000
/** Written no oftener than this. */
const seenMs = 60_000

export interface Session {
  /** For lists and for ending it; not what the browser has. */
  readonly id: string
  readonly username: string
  readonly displayName: string
  readonly role: AgentRole
  readonly by: 'local' | 'oidc'
  readonly startedAt: number
  readonly idleAt: number
  readonly endsAt: number
  readonly csrf: string
}

const hashed = (raw: string) => createHash('sha256').update(raw).digest()

/** What every unsafe call by cookie brings in a header: from the cookie alone, which no other site can read. */
function csrfOf(raw: string): string {
  return createHmac('sha256', raw).update('lodge/csrf/1').digest('base64url')
}

export function csrfMatches(session: Session, given: unknown): boolean {
  const wanted = Buffer.from(session.csrf)
  const got = Buffer.from(typeof given === 'string' ? given : '')
  return wanted.length === got.length && timingSafeEqual(wanted, got)
}

/** Begins one, and ends `replaces`, the one that this browser came with. Returns what the browser shall keep. */
export async function beginSession(
  db: Db | Tx,
  now: number,
  username: string,
  browser: string,
  replaces: string | null,
): Promise<string> {
  const raw = randomBytes(32).toString('base64url')
  if (replaces !== null) await db.deleteFrom('console_session').where('id_hash', '=', hashed(replaces)).execute()
  await db
    .deleteFrom('console_session')
    .where((e) => e.or([e('ends_at', '<', now), e('seen_at', '<', now - idleMs)]))
    .execute()
  await db
    .insertInto('console_session')
    .values({
      id_hash: hashed(raw),
      id: newId(),
      username,
      started_at: now,
      seen_at: now,
      ends_at: now + absoluteMs,
      browser: browser.slice(0, 200),
    })
    .execute()
  await db.updateTable('console_account').set({ last_sign_in: now }).where('username', '=', username).execute()
  return raw
}

/**
 * Who a cookie is; `use` false only looks, and does not keep the session from ending. Fails with L-657 when its session
 * has ended, or its account is switched off.
 */
export async function findSession(db: Db, raw: string, now: number, use = true): Promise<Result<Session>> {
  if (!/^[A-Za-z0-9_-]{43}$/.test(raw)) return fail(failures.sessionEnded)
  const row = await db
    .selectFrom('console_session as s')
    .innerJoin('console_account as a', 'a.username', 's.username')
    .select(['s.id', 's.started_at', 's.seen_at', 's.ends_at', 'a.username', 'a.name', 'a.role', 'a.by'])
    .where('s.id_hash', '=', hashed(raw))
    .where('a.disabled', '=', false)
    .executeTakeFirst()
  if (row === undefined || Number(row.ends_at) <= now || Number(row.seen_at) <= now - idleMs)
    return fail(failures.sessionEnded)
  if (use && Number(row.seen_at) < now - seenMs)
    await db.updateTable('console_session').set({ seen_at: now }).where('id', '=', row.id).execute()
  return ok({
    id: row.id,
    username: row.username,
    displayName: row.name,
    role: AgentRole.parse(row.role),
    by: row.by,
    startedAt: Number(row.started_at),
    idleAt: now + idleMs,
    endsAt: Number(row.ends_at),
    csrf: csrfOf(raw),
  })
}

/** Ends one by its list id. `of` null: whosever it is. Returns whose it was; null: there is none such. */
export async function endSession(db: Db | Tx, id: string, of: string | null): Promise<string | null> {
  let end = db.deleteFrom('console_session').where('id', '=', id)
  if (of !== null) end = end.where('username', '=', of)
  return (await end.returning('username').executeTakeFirst())?.username ?? null
}

/** Ends all of an account's but `except`. */
export async function endSessions(db: Db | Tx, username: string, except: string | null): Promise<void> {
  let end = db.deleteFrom('console_session').where('username', '=', username)
  if (except !== null) end = end.where('id', '<>', except)
  await end.execute()
}

/** Live ones, newest first; `of` null: everybody's. */
export async function listSessions(db: Db, now: number, of: string | null) {
  let rows = db
    .selectFrom('console_session')
    .select(['id', 'username', 'started_at', 'seen_at', 'ends_at', 'browser'])
    .where('ends_at', '>', now)
    .where('seen_at', '>', now - idleMs)
    .orderBy('started_at', 'desc')
    .limit(500)
  if (of !== null) rows = rows.where('username', '=', of)
  return (await rows.execute()).map((row) => ({
    id: row.id,
    name: row.username,
    startedAt: Number(row.started_at),
    lastSeenAt: Number(row.seen_at),
    endsAt: Number(row.ends_at),
    browser: row.browser,
  }))
}
