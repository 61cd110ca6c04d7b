/**
 * Enrolment (docs/architecture.md#ledger-and-sync, point 1). It is not idempotent by nature, so it carries a nonce kept
 * in PostgreSQL.
 */
import { randomBytes } from 'node:crypto'
import { DeskId, KioskId, Localized, type KioskKind } from '../../src-shared/domain/index.ts'
import type { HubBody } from '../../src-shared/hub-api/index.ts'
import { genesisHash } from '../../src-shared/hub-api/ledger-entry.ts'
import { formatEnrolmentCode, tokenHash, toBase32 } from '../../src-shared/protocol/enrolment-code.ts'
import { enrolInfo, seal } from '../../src-shared/protocol/envelope.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { transact, type Db } from '../database/index.ts'
import type { GrantParts } from '../pickups/index.ts'

const codeLifeMs = 7 * 86_400_000

/**
 * Makes a one-time code for a desk's kiosk or for a check-in screen there; only its hash is kept. L-609 for an unknown
 * desk, L-725 while a kiosk could not be told of its institution.
 */
export async function newEnrolmentCode(
  db: Db,
  desk: string,
  fingerprint: string,
  now: number,
  kind: KioskKind = 'desk',
): Promise<Result<string>> {
  const known = await db.selectFrom('desk').select('id').where('id', '=', desk).executeTakeFirst()
  if (known === undefined) return fail(failures.notFound, { what: 'desk' })
  const { name, change_address, self_service_address } = await db
    .selectFrom('organisation')
    .selectAll()
    .executeTakeFirstOrThrow()
  // What every slip and every idle screen shows.
  const shown = [...Object.values(Localized.parse(name)), change_address, self_service_address]
  if (shown.some((text) => text === '')) return fail(failures.institutionIncomplete)
  const token = randomBytes(10)
  await db
    .insertInto('enrolment_code')
    .values({
      token_hash: tokenHash(toBase32(token)),
      desk,
      kind,
      expires_at: now + codeLifeMs,
      used_by: null,
      nonce: null,
      reply: null,
    })
    .execute()
  return ok(formatEnrolmentCode(token, fingerprint))
}

export interface Enrolled {
  readonly kiosk: KioskId
  readonly desk: DeskId
  readonly kind: KioskKind
  readonly lookupKey: string
}

/** Fails with L-102 (unknown), L-103 (used or too old). The same token and nonce again get the same answer. */
export async function enrolKiosk(db: Db, parts: GrantParts, body: HubBody<'enrol'>): Promise<Result<Enrolled>> {
  return transact(db, async (tx) => {
    const code = await tx
      .selectFrom('enrolment_code')
      .selectAll()
      .where('token_hash', '=', tokenHash(body.token))
      .forUpdate()
      .executeTakeFirst()
    if (code === undefined) return fail(failures.codeUnknown)
    if (code.used_by !== null && code.nonce === body.nonce && code.reply !== null)
      return ok(JSON.parse(code.reply) as Enrolled)
    if (code.used_by !== null || Number(code.expires_at) < parts.now()) return fail(failures.codeSpent)
    // A desk has one active kiosk that serves, and any number of check-in screens: a kiosk that is there already must
    // be written off first.
    const active =
      code.kind === 'desk'
        ? await tx
            .selectFrom('kiosk')
            .select('id')
            .where('desk', '=', code.desk)
            .where('state', '=', 'active')
            .where('kind', '=', 'desk')
            .executeTakeFirst()
        : undefined
    if (active !== undefined) return fail(failures.alreadyEnrolled)
    const kiosk = KioskId.parse(newId())
    await tx
      .insertInto('kiosk')
      .values({
        id: kiosk,
        desk: code.desk,
        kind: code.kind,
        state: 'active',
        sign_key: Buffer.from(body.signKey, 'base64url'),
        opening_key: null,
        head_hash: genesisHash,
        reported: (await tx.selectFrom('hub').select('incarnation').executeTakeFirstOrThrow()).incarnation,
        last_contact: parts.now(),
        enrolled_at: parts.now(),
      })
      .execute()
    const lookupKey = parts.keys.lookupKey(kiosk)
    const sealed = await seal(Buffer.from(body.sealTo, 'base64url'), lookupKey, enrolInfo, Buffer.from(kiosk))
    lookupKey.fill(0)
    const reply: Enrolled = {
      kiosk,
      desk: DeskId.parse(code.desk),
      kind: code.kind,
      lookupKey: sealed.toString('base64url'),
    }
    await tx
      .updateTable('enrolment_code')
      .set({ used_by: kiosk, nonce: body.nonce, reply: JSON.stringify(reply) })
      .where('token_hash', '=', code.token_hash)
      .execute()
    await tx
      .insertInto('audit')
      .values({
        at: parts.now(),
        actor: 'kiosk',
        act: 'enrolled',
        pickup: null,
        desk: code.desk,
        detail: JSON.stringify({ kiosk, kind: code.kind }),
      })
      .execute()
    return ok(reply)
  })
}
