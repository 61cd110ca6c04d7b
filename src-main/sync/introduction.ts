/** Who this kiosk is by now: told to the hub once in a run, and whenever the hub does not know our place. */
import type { Incarnation } from '../../src-shared/domain/index.ts'
import type { ErrorCode } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { HubBody, HubReply } from '../../src-shared/hub-api/index.ts'
import { genesisHash } from '../../src-shared/hub-api/ledger-entry.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import type { Ledger } from '../ledger/index.ts'
import type { Applier } from './apply.ts'
import type { HubClient } from './hub-client.ts'
import type { KioskRecord, KioskRecords, OpeningAnswer } from './kiosk-record.ts'
import type { PushTo } from './push.ts'

interface Parts {
  readonly hub: HubClient
  readonly ledger: Ledger
  readonly records: KioskRecords
  readonly applier: Pick<Applier, 'liveGrants' | 'forgetPins'>
  readonly pushTo: PushTo
  readonly onOpeningAnswer: () => void
  readonly now: () => number
  readonly snapshot: (incarnation: Incarnation) => Promise<Result<null>>
}

/** A hub that asked for no statement may be updated while this kiosk runs. */
const askAgainMs = 3_600_000

/** What a failure says of the key: refused, or another waits in its place. null: nothing. */
function answerOf(code: ErrorCode): OpeningAnswer | null {
  switch (code) {
    case failures.openingKeyRefused:
    case failures.openingKeyOverShared:
      return 'refused'
    case failures.openingKeyOfAnother:
      return 'another-waits'
    default:
      return null
  }
}

export interface Introduction {
  /** Does nothing when the hub knows this kiosk already. */
  readonly introduce: () => Promise<Result<null>>
  /** The hub is to be told again, at the next `introduce`. */
  readonly again: () => void
  /** Tells the hub of the opening key until it is in force there, and hears how it stands. */
  readonly registerOpeningKey: () => Promise<Result<null>>
}

/** What this run of the engine has told the hub. */
interface Run {
  introduced: boolean
  /** When an older hub, which asks for no statement of who holds the key, was last told one. */
  askedInVain: number | null
}

export function createIntroduction(parts: Parts): Introduction {
  const run: Run = { introduced: false, askedInVain: null }
  return {
    introduce: () => introduce(parts, run),
    again() {
      run.introduced = false
    },
    registerOpeningKey: () => registerOpeningKey(parts, run),
  }
}

/**
 * Says once in a run, and whenever the hub does not know our place, who this kiosk is by now: an old disk is noticed.
 * A hub restored from a backup has a new incarnation: it is told the ledger again from where its backup ends, and
 * then what is held here, before anything else.
 */
async function introduce(parts: Parts, run: Run): Promise<Result<null>> {
  const { ledger, records } = parts
  const record = records.read()
  if (record === null || run.introduced) return ok(null)
  const standing = () => standingOf(parts, record)
  const reply = await account(parts, { ...standing(), grants: null })
  if (!reply.ok) return reply
  const { acked, head, incarnation } = reply.value
  const ours = ledger.hashAt(acked)
  if (ours !== head) {
    // An old disk that has worked on since: the hub is shown where the two ledgers part, so that people there know as
    // well.
    if (ours !== null) await account(parts, { ...standing(), acked, ackedHash: ours, grants: null })
    return { ok: false, failure: { code: failures.kioskFrozen } }
  }
  // A kiosk that is refused may still bring its evidence: it serves again only once it is given its feed.
  if (record.frozen && !record.refused) records.setFrozen(null)
  if (incarnation === record.incarnation) records.setAcked(acked)
  else {
    records.rewind(acked)
    const told = await tellAgain(parts, run, record, incarnation)
    if (!told.ok) return told
  }
  run.introduced = true
  return ok(null)
}

/** How far this kiosk has come, for a report. */
function standingOf({ ledger, records }: Parts, record: KioskRecord) {
  const acked = records.read()?.acked ?? 0
  return {
    generation: record.generation,
    seq: ledger.head().seq,
    acked,
    ackedHash: ledger.hashAt(acked) ?? genesisHash,
    // What this hub has told us of before: one that has gone back in time learns it from that.
    ackedBy: record.incarnation,
    cursor: record.cursor,
  }
}

/**
 * A hub with another incarnation is told the ledger again from where its backup ends, and what is held here; then its
 * own view is fetched whole.
 */
async function tellAgain(parts: Parts, run: Run, record: KioskRecord, incarnation: Incarnation): Promise<Result<null>> {
  const { applier, pushTo, snapshot } = parts
  const registered = await registerOpeningKey(parts, run)
  if (!registered.ok) return registered
  for (let told = false; !told;) {
    const pushed = await pushTo(incarnation)
    if (!pushed.ok) return pushed
    const said = standingOf(parts, record)
    const whole = await account(parts, { ...said, ackedBy: undefined, incarnation, grants: applier.liveGrants() })
    if (!whole.ok) return whole
    // Put back once more meanwhile, or it forgets what it has just acknowledged: all of it again, and not at once.
    if (whole.value.incarnation !== incarnation || whole.value.acked !== said.acked)
      return { ok: false, failure: { code: failures.hubUnintelligible } }
    // Someone at the desk was quicker: what is held counts only with the whole ledger behind it.
    told = whole.value.acked === said.seq
  }
  return snapshot(incarnation)
}

/**
 * A report that the hub finds strange is made once more, with what the hub asks for: the first may have been long on
 * its way.
 */
async function account({ hub, records }: Parts, body: HubBody<'report'>): Promise<Result<HubReply<'report'>>> {
  const reply = await hub.call('report', { body })
  const challenge =
    reply.ok || reply.failure.code !== failures.kioskChallenged ? undefined : reply.failure.params?.['challenge']
  return learn(
    records,
    typeof challenge === 'string' ? await hub.call('report', { body: { ...body, challenge } }) : reply,
  )
}

function learn(records: KioskRecords, reply: Result<HubReply<'report'>>): Result<HubReply<'report'>> {
  const told = reply.ok ? reply.value.countersignTo : undefined
  if (told === undefined) return reply
  const key = Buffer.from(told, 'base64url')
  if (records.read()?.hubCountersign?.equals(key) !== true) records.setHubCountersign(key)
  return reply
}

async function registerOpeningKey(parts: Parts, run: Run): Promise<Result<null>> {
  const { hub, records, now } = parts
  const record = records.read()
  if (record === null || record.openingPublic === null) return ok(null)
  const key = record.openingPublic
  const said = records.openingHolders(key)
  const unheard = said !== null && !said.heard && !(run.askedInVain !== null && now() - run.askedInVain < askAgainMs)
  if (record.openingRegistered && !unheard) return ok(null)
  const reply = await hub.call('openingKey', {
    body: {
      nonce: newId(),
      openingKey: key.toString('base64url'),
      links: records.openingLinks(),
      ...(said === null ? {} : { holders: said.holders }),
    },
  })
  if (reply.ok && said !== null) {
    const { holders } = reply.value
    run.askedInVain = holders === undefined ? now() : null
    if (holders !== undefined) records.setHoldersHeard(key, said.holders.n, holders === 'taken')
  }
  return takeAnswer(parts, key, record, reply)
}

async function takeAnswer(
  parts: Parts,
  key: Buffer,
  record: KioskRecord,
  reply: Result<HubReply<'openingKey'>>,
): Promise<Result<null>> {
  const { records, onOpeningAnswer } = parts
  if (!reply.ok && answerOf(reply.failure.code) === null) return reply
  const said = reply.ok ? reply.value.state : answerOf(reply.failure.code)
  // What the desk holds it may hand over, whatever becomes of a new key: the round goes on.
  if (said === null || said === record.openingAnswer) return ok(null)
  if (said !== 'in-force') records.setOpeningAnswer(key, said)
  else if (record.openingRegistered) return ok(null)
  else records.setRegistered(key)
  const forgotten =
    !reply.ok && reply.failure.code === failures.openingKeyOverShared
      ? await forgetShared(parts, reply.failure)
      : ok(null)
  onOpeningAnswer()
  return forgotten
}

/** The hub has refused a key that was shared with these: they have no PIN here, and the roster is fetched anew. */
async function forgetShared({ applier, records, snapshot }: Parts, failure: Failure): Promise<Result<null>> {
  const staff = failure.params?.['staff']
  if (typeof staff === 'string') applier.forgetPins(staff.split(' '))
  const incarnation = records.read()?.incarnation
  return incarnation === undefined ? ok(null) : snapshot(incarnation)
}
