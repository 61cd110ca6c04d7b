/** Tokens of programs: random, kept as their hash, with a role, an end and a revocation. */
import { createHash, randomBytes } from 'node:crypto'
import { AgentRole } from '../../src-shared/hub-api/authority.ts'
import type { HubBody, HubReply } from '../../src-shared/hub-api/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db } from '../database/index.ts'

/** Found by people and by secret scanners. */
const prefix = 'lodge_'
/** The last use is written at most so often, ms. */
const usedEveryMs = 60_000

/** 256 random bits need no slow hash: nothing shorter can be guessed from it. */
const hashOf = (token: string) => createHash('sha256').update(token).digest()

/** Makes one; the clear token is in the answer and nowhere else. */
export async function createToken(
  db: Db,
  body: HubBody<'createToken'>,
  actor: string,
  now: number,
): Promise<HubReply<'createToken'>> {
  const token = `${prefix}${randomBytes(32).toString('base64url')}`
  const id = newId()
  const expiresAt = now + body.days * 86_400_000
  await transact(db, async (tx) => {
    const { name, role } = body
    await tx
      .insertInto('api_token')
      .values({ id, name, role, hash: hashOf(token), created_at: now, created_by: actor, expires_at: expiresAt })
      .execute()
    await tx
      .insertInto('audit')
      .values({ at: now, actor, act: 'token-made', pickup: null, desk: null, detail: JSON.stringify({ id, role }) })
      .execute()
  })
  return { id, token, expiresAt }
}

/** Fails with L-609 when there is none that works. */
export async function revokeToken(db: Db, id: string, actor: string, now: number): Promise<Result<null>> {
  return transact(db, async (tx) => {
    const row = await tx
      .updateTable('api_token')
      .set({ revoked_at: now, revoked_by: actor })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    if (row === undefined) return fail(failures.notFound, { what: 'token' })
    await tx
      .insertInto('audit')
      .values({ at: now, actor, act: 'token-revoked', pickup: null, desk: null, detail: JSON.stringify({ id }) })
      .execute()
    return ok(null)
  })
}

/** Newest first, ended ones too. */
export async function listTokens(db: Db): Promise<HubReply<'tokens'>> {
  const rows = await db.selectFrom('api_token').selectAll().orderBy('created_at', 'desc').limit(500).execute()
  const maybe = (at: number | null) => (at === null ? null : Number(at))
  return {
    tokens: rows.map((row) => ({
      id: row.id,
      name: row.name,
      role: row.role,
      createdAt: Number(row.created_at),
      createdBy: row.created_by,
      expiresAt: Number(row.expires_at),
      revokedAt: maybe(row.revoked_at),
      revokedBy: row.revoked_by,
      lastUsedAt: maybe(row.last_used_at),
    })),
  }
}

/** The token's row, while it works: looked up by its hash, so that nothing is compared that a clock could time. */
async function working(db: Db, token: string, now: number): Promise<{ name: string; role: string } | null> {
  if (!token.startsWith(prefix)) return null
  const row = await db
    .selectFrom('api_token')
    .select(['id', 'name', 'role', 'last_used_at'])
    .where('hash', '=', hashOf(token))
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  if (row === undefined) return null
  if (Number(row.last_used_at ?? 0) < now - usedEveryMs)
    await db.updateTable('api_token').set({ last_used_at: now }).where('id', '=', row.id).execute()
  return row
}

/** Whose token it is, while it works; null otherwise, and for a token that only puts people in. */
export async function tokenAgent(
  db: Db,
  token: string,
  now: number,
): Promise<{ name: string; role: AgentRole } | null> {
  const row = await working(db, token, now)
  const role = AgentRole.safeParse(row?.role)
  return row === null || !role.success ? null : { name: `token:${row.name}`, role: role.data }
}

/** Whether it is a token that puts people in, and works. */
export async function isPeopleToken(db: Db, token: string, now: number): Promise<boolean> {
  return (await working(db, token, now))?.role === 'people'
}
