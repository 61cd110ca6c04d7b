/**
 * One try to identify a recipient on their own phone: begun by a kiosk for a pickup it holds, opened once, finished
 * once, in minutes. The database lets a try go forward only; several hub processes may share its steps.
 */
import { createHash, randomBytes } from 'node:crypto'
import { EIdAttemptId } from '../../src-shared/domain/index.ts'
import type { ErrorCode } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { PersonName, type HubReply } from '../../src-shared/hub-api/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import { bulkOf, transact, type Db, type Tx } from '../database/index.ts'
import type { HubKeys } from '../keys/index.ts'
import { checkPolicy } from '../pickups/index.ts'
import type { Broker } from './broker.ts'
import { eIdPath, type EIdSettings } from './settings.ts'
import { isRecipient } from './subject.ts'

interface Parts {
  readonly db: Db
  readonly keys: HubKeys
  readonly now: () => number
  readonly settings: EIdSettings
  readonly broker: Broker
}

const hashed = (text: string) => createHash('sha256').update(text).digest()
/** A try that has ended is kept this long, for a kiosk that asks late. */
const keptMs = 86_400_000

export interface EIds {
  /** Fails with L-201 (not held by this kiosk), L-306 (nothing on record to compare with), or a code of policy. */
  begin(kiosk: Asking, staff: string, pickup: string): Promise<Result<HubReply<'beginEId'>>>
  /** Whether the address on the desk's screen still leads anywhere. */
  waiting(word: string): Promise<boolean>
  /**
   * Opens it, once: the broker's address, and what this browser must bring back. L-318 (used, unknown or too late),
   * L-319 (broker away), L-327 (a setting is wrong).
   */
  open(word: string, language: string): Promise<Result<{ address: string; keep: string }>>
  /** The way back from the broker, once, by the browser that went there. */
  finish(state: string, keep: string, search: string): Promise<Result<null>>
  /** For the kiosk that began it. L-318 for one that it did not begin. */
  stateOf(kiosk: string, id: string): Promise<Result<HubReply<'eIdState'>>>
  cancel(kiosk: string, id: string): Promise<void>
}

/** The kiosk that asks, and where it stands. */
interface Asking {
  readonly id: string
  readonly desk: string
}

export function createEIds(parts: Parts): EIds {
  return {
    begin: (kiosk, staff, pickup) => begin(parts, kiosk, staff, pickup),
    waiting: (word) => isWaiting(parts, word),
    open: (word, language) => open(parts, word, language),
    finish: (state, keep, search) => finish(parts, state, keep, search),
    stateOf: (kiosk, id) => stateOf(parts, kiosk, id),
    cancel: (kiosk, id) => cancel(parts, kiosk, id),
  }
}

async function audit(
  tx: Tx,
  now: Parts['now'],
  row: { pickup: string; staff: string; kiosk: string },
  act: string,
  detail: object,
): Promise<void> {
  const kiosk = await tx.selectFrom('kiosk').select('desk').where('id', '=', row.kiosk).executeTakeFirst()
  const member = await tx.selectFrom('staff').select('name').where('id', '=', row.staff).executeTakeFirst()
  await tx
    .insertInto('audit')
    .values({
      at: now(),
      actor: member?.name ?? 'kiosk',
      act,
      pickup: row.pickup,
      desk: kiosk?.desk ?? null,
      detail: JSON.stringify(detail),
    })
    .execute()
  // The desk asks at once instead of at its next turn.
  if (kiosk !== undefined) await bulkOf(tx).notify(tx, kiosk.desk)
}

/** Ends a try; false when it had ended already. */
async function end(
  { db, now }: Parts,
  id: string,
  outcome: { readonly state: 'proved'; readonly acr: string } | { readonly state: 'failed'; readonly code: ErrorCode },
): Promise<boolean> {
  return transact(db, async (tx) => {
    const row = await tx
      .updateTable('e_id')
      .set({
        state: outcome.state,
        ended_at: now(),
        verifier: null,
        nonce: null,
        ...(outcome.state === 'proved' ? { acr: outcome.acr } : { code: outcome.code }),
      })
      .where('id', '=', id)
      .where('state', 'in', outcome.state === 'proved' ? ['exchanging'] : ['waiting', 'opened', 'exchanging'])
      .returning(['pickup', 'staff', 'kiosk'])
      .executeTakeFirst()
    if (row === undefined) return false
    await audit(
      tx,
      now,
      row,
      outcome.state === 'proved' ? 'e-id-proved' : 'e-id-failed',
      outcome.state === 'proved' ? { acr: outcome.acr } : { code: outcome.code },
    )
    return true
  })
}

/** A pickup that this kiosk may release now, and what policy and the broker's answer are compared with. */
function heldBy(tx: Tx, kiosk: string, pickup: string) {
  return tx
    .selectFrom('pickup')
    .innerJoin('recipient', 'recipient.id', 'pickup.recipient')
    .innerJoin('account', 'account.account', 'pickup.account')
    .innerJoin('grant', 'grant.pickup', 'pickup.id')
    .innerJoin('desk', 'desk.id', 'pickup.desk')
    .select(['pickup.channel', 'pickup.request_reference', 'account.valid_until', 'desk.id as desk', 'desk.kind'])
    .select(['recipient.class', 'recipient.sponsor', 'recipient.birth_date', 'recipient.identity_blind'])
    .where('pickup.id', '=', pickup)
    .where('pickup.state', '=', 'granted')
    .where('grant.state', '=', 'granted')
    .where('grant.kiosk', '=', kiosk)
    .executeTakeFirst()
}

async function mayUseEId(
  tx: Tx,
  row: NonNullable<Awaited<ReturnType<typeof heldBy>>>,
  now: number,
): Promise<Result<null>> {
  const wish = {
    recipientClass: row.class,
    channel: row.channel,
    requestReference: row.request_reference,
    accountValidUntil: row.valid_until,
    sponsor: row.sponsor,
  }
  // Finnish means of strong identification: the authority behind them is Finland's.
  const proof = { kind: 'e-id', issuerCountry: 'FIN' } as const
  const place = { id: row.desk, kind: row.kind }
  const allowed = await checkPolicy(tx, wish, place, { kind: 'verify', closed: null, proof }, now)
  if (allowed.ok) return ok(null)
  const { code } = allowed.failure
  return code === failures.documentNotAccepted || code === failures.eIdNotForPerson
    ? fail(failures.eIdNotAccepted)
    : allowed
}

async function begin(
  { db, now, settings }: Parts,
  kiosk: Asking,
  staff: string,
  pickup: string,
): Promise<Result<HubReply<'beginEId'>>> {
  return transact(db, async (tx) => {
    await tx
      .deleteFrom('e_id')
      .where('created_at', '<', now() - keptMs)
      .execute()
    const row = await heldBy(tx, kiosk.id, pickup)
    if (row === undefined) return fail(failures.pickupNotHere)
    const allowed = await mayUseEId(tx, row, now())
    if (!allowed.ok) return allowed
    if (row.birth_date === null && row.identity_blind === null) return fail(failures.noBirthDate)
    await tx
      .updateTable('e_id')
      .set({ state: 'failed', code: failures.eIdAddressSpent, ended_at: now(), verifier: null, nonce: null })
      .where('pickup', '=', pickup)
      .where('state', 'in', ['waiting', 'opened', 'exchanging'])
      .execute()
    const id = EIdAttemptId.parse(newId())
    const word = randomBytes(15).toString('base64url')
    const expiresAt = now() + settings.seconds * 1000
    await tx
      .insertInto('e_id')
      .values({
        id,
        pickup,
        kiosk: kiosk.id,
        staff,
        state: 'waiting',
        code: null,
        word_hash: hashed(word),
        state_hash: null,
        browser_hash: null,
        nonce: null,
        verifier: null,
        created_at: now(),
        expires_at: expiresAt,
        opened_at: null,
        ended_at: null,
        acr: null,
      })
      .execute()
    await audit(tx, now, { pickup, staff, kiosk: kiosk.id }, 'e-id-begun', {})
    return ok({ attempt: id, address: new URL(`${eIdPath}/${word}`, settings.publicUrl).href, expiresAt })
  })
}

async function isWaiting({ db, now }: Parts, word: string): Promise<boolean> {
  const row = await db
    .selectFrom('e_id')
    .select('id')
    .where('word_hash', '=', hashed(word))
    .where('state', '=', 'waiting')
    .where('expires_at', '>', now())
    .executeTakeFirst()
  return row !== undefined
}

async function open(
  { db, keys, broker, now }: Parts,
  word: string,
  language: string,
): Promise<Result<{ address: string; keep: string }>> {
  const binding = broker.newBinding()
  const keep = randomBytes(24).toString('base64url')
  const address = await broker.address(binding, language, now())
  // A broker that is away uses nothing up: the person may try again while there is time.
  if (!address.ok) return address
  const opened = await db
    .updateTable('e_id')
    .set({
      state: 'opened',
      opened_at: now(),
      state_hash: hashed(binding.state),
      browser_hash: hashed(keep),
      nonce: binding.nonce,
      verifier: keys.seal(binding.verifier),
    })
    .where('word_hash', '=', hashed(word))
    .where('state', '=', 'waiting')
    .where('expires_at', '>', now())
    .executeTakeFirst()
  return Number(opened.numUpdatedRows) === 1 ? ok({ address: address.value, keep }) : fail(failures.eIdAddressSpent)
}

async function finish(parts: Parts, state: string, keep: string, search: string): Promise<Result<null>> {
  const { db, keys, broker, now } = parts
  const row = await db
    .updateTable('e_id')
    .set({ state: 'exchanging' })
    .where('state_hash', '=', hashed(state))
    .where('browser_hash', '=', hashed(keep))
    .where('state', '=', 'opened')
    .returning(['id', 'pickup', 'nonce', 'verifier', 'opened_at', 'expires_at'])
    .executeTakeFirst()
  if (row === undefined || row.nonce === null || row.verifier === null) return fail(failures.eIdAddressSpent)
  const refuse = async (code: ErrorCode): Promise<Result<null>> => {
    await end(parts, row.id, { state: 'failed', code })
    return fail(code)
  }
  if (Number(row.expires_at) <= now()) return refuse(failures.eIdTimedOut)
  const binding = { state, nonce: row.nonce, verifier: keys.open(row.verifier) }
  const identified = await broker.finish(binding, search, now(), Math.floor(Number(row.opened_at) / 1000))
  if (!identified.ok) return refuse(identified.failure.code)
  if (!(await isOwner(parts, row.pickup, identified.value.claims))) return refuse(failures.eIdSomebodyElse)
  // The desk may have left it meanwhile, or its time has run out while the broker was asked.
  if (Number(row.expires_at) <= now()) return refuse(failures.eIdTimedOut)
  return (await end(parts, row.id, { state: 'proved', acr: identified.value.acr }))
    ? ok(null)
    : fail(failures.eIdAddressSpent)
}

/** Whether the pickup is for the person whom the broker has identified. */
async function isOwner(
  { db, keys }: Parts,
  pickup: string,
  claims: Parameters<typeof isRecipient>[1],
): Promise<boolean> {
  const person = await db
    .selectFrom('pickup')
    .innerJoin('recipient', 'recipient.id', 'pickup.recipient')
    .select([
      'recipient.family',
      'recipient.given',
      'recipient.former_names',
      'recipient.birth_date',
      'recipient.identity_blind',
    ])
    .where('pickup.id', '=', pickup)
    .executeTakeFirstOrThrow()
  return isRecipient(keys, claims, {
    name: { family: person.family, given: person.given },
    formerNames: PersonName.array().parse(person.former_names),
    birthDate: person.birth_date,
    identityBlind: person.identity_blind,
  })
}

async function stateOf(parts: Parts, kiosk: string, id: string): Promise<Result<HubReply<'eIdState'>>> {
  const { db, now } = parts
  const find = () =>
    db
      .selectFrom('e_id')
      .select(['state', 'code', 'expires_at'])
      .where('id', '=', id)
      .where('kiosk', '=', kiosk)
      .executeTakeFirst()
  let row = await find()
  if (row === undefined) return fail(failures.eIdAddressSpent)
  if (['waiting', 'opened'].includes(row.state) && Number(row.expires_at) <= now()) {
    await end(parts, id, { state: 'failed', code: failures.eIdTimedOut })
    row = (await find()) ?? row
  }
  const { state, code } = row
  switch (state) {
    case 'waiting':
      return ok({ state, code: null })
    case 'opened':
    case 'exchanging':
      return ok({ state: 'opened', code: null })
    case 'proved':
      return ok({ state, code: null })
    case 'spent':
      return ok({ state: 'failed', code: failures.eIdAddressSpent })
    case 'failed':
      return ok({ state, code: (code ?? failures.eIdUnverifiable) as ErrorCode })
  }
}

async function cancel(parts: Parts, kiosk: string, id: string): Promise<void> {
  const { db } = parts
  const own = await db
    .selectFrom('e_id')
    .select('id')
    .where('id', '=', id)
    .where('kiosk', '=', kiosk)
    .executeTakeFirst()
  if (own === undefined) return
  if (await end(parts, id, { state: 'failed', code: failures.eIdAddressSpent })) return
  // Proved, and nobody wants it any more.
  await db
    .updateTable('e_id')
    .set({ state: 'failed', code: failures.eIdAddressSpent })
    .where('id', '=', id)
    .where('state', '=', 'proved')
    .execute()
}
