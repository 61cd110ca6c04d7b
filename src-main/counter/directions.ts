/** Where a refusal sends people: other desks of the institution, open ones first, with their hours. */
import { DeskKind as DeskKindSchema, type DeskKind } from '../../src-shared/domain/index.ts'
import type { ErrorCode } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { placesNow, type PlaceNow } from '../../src-shared/policy/index.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import type { Place } from '../identity/index.ts'

/**
 * Refusals that name no kind of desk, and who helps with them. Where nothing is known to wait, and where this desk is
 * closed, nobody is sent to another: what waits here is not to be had there.
 */
const kindsOf: Partial<Record<ErrorCode, readonly DeskKind[]>> = {
  [failures.porterWithoutRequest]: ['helpdesk'],
  [failures.accountEndedAskSponsor]: ['helpdesk'],
  [failures.accountEnded]: ['helpdesk'],
}

/** At most three desks; none where going elsewhere does not help. */
export function directions(failure: Failure, place: Place, now: number): PlaceNow[] {
  const named = String(failure.params?.deskKinds ?? '').split(',')
  const kinds = named.flatMap((kind) => DeskKindSchema.safeParse(kind).data ?? [])
  return placesNow(place.directory, kinds.length > 0 ? kinds : (kindsOf[failure.code] ?? []), now, {
    desk: place.desk.id,
  })
}

/** A check-in screen names nobody: whose contact person it is may be anyone's to read. */
export function forRecipient(failure: Failure): Failure {
  return failure.code === failures.accountEndedAskSponsor ? { code: failures.accountEnded } : failure
}
