/** The console's accounts: local ones with a password, and those that the institution's provider vouches for. */
import { sql } from 'kysely'
import { AgentRole } from '../../src-shared/hub-api/authority.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db, type Tx } from '../database/index.ts'
import { anyAccount, invitationMs, makeLink, useLink } from './links.ts'
import { checkPassword, hashPassword, passwordMatches } from './passwords.ts'
import { endSessions } from './sessions.ts'

/** Wrong tries of one name before it waits; each further one doubles the wait. */
const freeTries = 5
const firstWaitMs = 60_000
const longestWaitMs = 3_600_000
const dayMs = 86_400_000

const record = (db: Db | Tx, at: number, actor: string, act: string, detail: object) =>
  db
    .insertInto('audit')
    .values({ at, actor, act, pickup: null, desk: null, detail: JSON.stringify(detail) })
    .execute()

/**
 * Counts the try before the password is looked at, in one statement: of many at once each waits for the one before, and
 * finds the lock that it left. Names that are nobody's are counted as well: a lock says nothing about who exists.
 * Returns until when it is locked; null: it is not.
 */
async function countTry(db: Db, username: string, now: number): Promise<number | null> {
  const { rows } = await sql<{
    tries: number
  }>`INSERT INTO sign_in_try (username, tries, locked_until, at) VALUES (${username}, 1, 0, ${now})
    ON CONFLICT (username) DO UPDATE SET tries = CASE WHEN sign_in_try.at < ${now - dayMs} THEN 1 ELSE sign_in_try.tries + 1 END, at = ${now},
      locked_until = CASE WHEN sign_in_try.tries + 1 >= ${freeTries} AND sign_in_try.at >= ${now - dayMs}
        THEN ${now} + least(${longestWaitMs}, ${firstWaitMs} * power(2, least(sign_in_try.tries + 1 - ${freeTries}, 20)))::bigint ELSE 0 END
      WHERE sign_in_try.locked_until <= ${now}
    RETURNING tries`.execute(db)
  // The fifth wrong try is still answered; the lock it leaves holds the next.
  if (rows.length > 0) return null
  const row = await db
    .selectFrom('sign_in_try')
    .select('locked_until')
    .where('username', '=', username)
    .executeTakeFirst()
  return row === undefined ? now + firstWaitMs : Number(row.locked_until)
}

/** Fails with L-650 (name or password), L-651 (too many tries), L-652 (switched off). Returns the account's name. */
export async function signInLocally(
  db: Db,
  now: number,
  given: { username: string; password: string },
): Promise<Result<string>> {
  const username = given.username.trim().toLowerCase()
  const lockedUntil = await countTry(db, username, now)
  if (lockedUntil !== null) return fail(failures.tooManyWrongTries, { untilAt: lockedUntil })
  const account = await db
    .selectFrom('console_account')
    .select(['password', 'disabled'])
    .where('username', '=', username)
    .executeTakeFirst()
  if (!(await passwordMatches(account?.password ?? null, given.password))) {
    // Of a name that is nobody's too, else the time it takes would say so; without the name, which may be a password in
    // the wrong field.
    await record(db, now, account === undefined ? 'nobody' : username, 'sign-in-refused', {})
    return fail(failures.passwordWrong)
  }
  await db
    .deleteFrom('sign_in_try')
    .where((e) => e.or([e('username', '=', username), e('at', '<', now - dayMs)]))
    .execute()
  if (account?.disabled === true) return fail(failures.accountOff)
  await record(db, now, username, 'signed-in', { by: 'local' })
  return ok(username)
}

/** Fails with L-655 for a link that is used, too old or not the newest, and once there is an account; L-653. */
export async function makeFirstAdministrator(
  db: Db,
  now: number,
  given: { token: string; username: string; name: string; password: string },
): Promise<Result<string>> {
  const rules = checkPassword(given.password, [given.username, given.name])
  if (!rules.ok) return rules
  const password = await hashPassword(given.password)
  return transact(db, async (tx) => {
    // Two at once: one of them waits here, and then there is an account.
    await sql`LOCK TABLE console_account IN EXCLUSIVE MODE`.execute(tx)
    const link = await useLink(tx, given.token, now)
    if (link === undefined || link.username !== null || (await anyAccount(tx))) return fail(failures.linkSpent)
    await tx
      .insertInto('console_account')
      .values({
        username: given.username,
        name: given.name,
        role: 'administrator',
        by: 'local',
        password,
        subject: null,
        disabled: false,
        created_at: now,
      })
      .execute()
    await record(tx, now, given.username, 'first-administrator', {})
    return ok(given.username)
  })
}

/** Sets the invited account's password. Fails with L-655, L-653, L-652. */
export async function acceptInvitation(
  db: Db,
  now: number,
  given: { token: string; password: string },
): Promise<Result<string>> {
  return transact(db, async (tx) => {
    const link = await useLink(tx, given.token, now)
    if (link === undefined || link.username === null) return fail(failures.linkSpent)
    const account = await tx
      .selectFrom('console_account')
      .select(['name', 'disabled', 'by'])
      .where('username', '=', link.username)
      .executeTakeFirst()
    if (account === undefined || account.by !== 'local') return fail(failures.linkSpent)
    if (account.disabled) return fail(failures.accountOff)
    const rules = checkPassword(given.password, [link.username, account.name])
    // Not the link's fault: it may be tried again.
    if (!rules.ok) return rules
    await tx
      .updateTable('console_account')
      .set({ password: await hashPassword(given.password) })
      .where('username', '=', link.username)
      .execute()
    await endSessions(tx, link.username, null)
    await tx.deleteFrom('sign_in_try').where('username', '=', link.username).execute()
    await record(tx, now, link.username, 'password-set', { by: 'invitation' })
    return ok(link.username)
  })
}

/**
 * Fails with L-654 (no password of its own), L-650 (the old one is wrong; counted as a try), L-651, L-653. Ends its
 * other sessions.
 */
export async function changePassword(
  db: Db,
  now: number,
  account: { username: string; session: string | null },
  given: { old: string; new: string },
): Promise<Result<null>> {
  const row = await db
    .selectFrom('console_account')
    .select(['password', 'name'])
    .where('username', '=', account.username)
    .executeTakeFirst()
  if (row === undefined || row.password === null || account.session === null) return fail(failures.noPasswordHere)
  const lockedUntil = await countTry(db, account.username, now)
  if (lockedUntil !== null) return fail(failures.tooManyWrongTries, { untilAt: lockedUntil })
  if (!(await passwordMatches(row.password, given.old))) {
    await record(db, now, account.username, 'password-change-refused', {})
    return fail(failures.passwordWrong)
  }
  await db.deleteFrom('sign_in_try').where('username', '=', account.username).execute()
  const rules = checkPassword(given.new, [account.username, row.name])
  if (!rules.ok) return rules
  const password = await hashPassword(given.new)
  return transact(db, async (tx) => {
    await tx.updateTable('console_account').set({ password }).where('username', '=', account.username).execute()
    await endSessions(tx, account.username, account.session)
    await record(tx, now, account.username, 'password-changed', {})
    return ok(null)
  })
}

export async function listAccounts(db: Db, now: number) {
  const rows = await db
    .selectFrom('console_account as a')
    .leftJoin('sign_in_try as t', 't.username', 'a.username')
    .leftJoin('one_time_link as l', 'l.username', 'a.username')
    .select([
      'a.username',
      'a.name',
      'a.role',
      'a.by',
      'a.disabled',
      'a.last_sign_in',
      't.locked_until',
      'l.expires_at',
    ])
    .orderBy('a.username')
    .limit(2000)
    .execute()
  const future = (at: number | null) => (at !== null && Number(at) > now ? Number(at) : null)
  return rows.map((row) => ({
    username: row.username,
    name: row.name,
    role: AgentRole.parse(row.role),
    by: row.by,
    disabled: row.disabled,
    lockedUntil: future(row.locked_until),
    invitedUntil: future(row.expires_at),
    lastSignInAt: row.last_sign_in === null ? null : Number(row.last_sign_in),
  }))
}

/** Whether another administrator could still sign in. */
async function anotherAdministrator(tx: Tx, username: string): Promise<boolean> {
  const other = await tx
    .selectFrom('console_account')
    .select('username')
    .where('role', '=', 'administrator')
    .where('disabled', '=', false)
    .where('username', '<>', username)
    .where((e) => e.or([e('by', '=', 'oidc'), e('password', 'is not', null)]))
    .limit(1)
    .executeTakeFirst()
  return other !== undefined
}

/** Fails with L-656 when no administrator would be left. An OIDC account's role is its provider's to say. */
export async function saveAccount(
  db: Db,
  now: number,
  actor: string,
  given: { username: string; name: string; role: AgentRole; disabled: boolean },
): Promise<Result<null>> {
  return transact(db, async (tx) => {
    await sql`LOCK TABLE console_account IN EXCLUSIVE MODE`.execute(tx)
    const old = await tx
      .selectFrom('console_account')
      .selectAll()
      .where('username', '=', given.username)
      .executeTakeFirst()
    const role = old?.by === 'oidc' ? AgentRole.parse(old.role) : given.role
    if (old === undefined) {
      await tx
        .insertInto('console_account')
        .values({ ...given, role, by: 'local', password: null, subject: null, created_at: now })
        .execute()
    } else {
      const loses = old.role === 'administrator' && !old.disabled && (role !== 'administrator' || given.disabled)
      if (loses && !(await anotherAdministrator(tx, given.username))) return fail(failures.lastAdministrator)
      await tx
        .updateTable('console_account')
        .set({ name: given.name, role, disabled: given.disabled })
        .where('username', '=', given.username)
        .execute()
      if (old.role !== role || old.disabled !== given.disabled) await endSessions(tx, given.username, null)
    }
    await record(tx, now, actor, 'account-saved', { account: given.username, role, disabled: given.disabled })
    return ok(null)
  })
}

/** Ends its password and its sessions. Fails with L-609, L-654 (an OIDC account has no password here). */
export async function inviteAccount(
  db: Db,
  now: number,
  actor: string,
  username: string,
): Promise<Result<{ token: string; expiresAt: number }>> {
  return transact(db, async (tx) => {
    const account = await tx
      .selectFrom('console_account')
      .select(['by', 'disabled'])
      .where('username', '=', username)
      .forUpdate()
      .executeTakeFirst()
    if (account === undefined) return fail(failures.notFound, { what: 'account' })
    if (account.by === 'oidc') return fail(failures.noPasswordHere)
    if (account.disabled) return fail(failures.accountOff)
    if (username !== actor) {
      await tx.updateTable('console_account').set({ password: null }).where('username', '=', username).execute()
      await endSessions(tx, username, null)
    }
    const expiresAt = now + invitationMs
    const token = await makeLink(tx, username, expiresAt)
    await record(tx, now, actor, 'account-invited', { account: username })
    return ok({ token, expiresAt })
  })
}
