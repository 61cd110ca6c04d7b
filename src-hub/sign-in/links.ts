/**
 * One-time links: the first administrator's, named in the hub's log while there is no account, and invitations. Only
 * their hash is kept.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Db, Tx } from '../database/index.ts'

/** The first administrator's, from each start of a hub anew. */
export const firstLinkMs = 3_600_000
export const invitationMs = 3 * 86_400_000

const hashed = (token: string) => createHash('sha256').update(token).digest()

/** `username` null: the first administrator's. Older links for the same end with it. Returns the token. */
export async function makeLink(db: Db | Tx, username: string | null, expiresAt: number): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await db
    .deleteFrom('one_time_link')
    .where('username', username === null ? 'is' : '=', username)
    .execute()
  await db
    .insertInto('one_time_link')
    .values({ token_hash: hashed(token), username, expires_at: expiresAt })
    .execute()
  return token
}

/** Uses it up: the account it was made for, null for the first administrator's. Undefined: unknown, used or too old. */
export async function useLink(tx: Tx, token: string, now: number): Promise<{ username: string | null } | undefined> {
  const row = await tx
    .deleteFrom('one_time_link')
    .where('token_hash', '=', hashed(token))
    .returning(['username', 'expires_at'])
    .executeTakeFirst()
  return row === undefined || Number(row.expires_at) <= now ? undefined : { username: row.username }
}

export async function anyAccount(db: Db | Tx): Promise<boolean> {
  return (await db.selectFrom('console_account').select('username').limit(1).executeTakeFirst()) !== undefined
}
