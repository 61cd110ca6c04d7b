/** What is asked of the policy, from what a desk's cache or the hub's tables know of a pickup. */
import type { Channel, DeskKind, RecipientClass } from '../domain/index.ts'
import { dateAt } from '../domain/opening-hours.ts'
import type { PolicyCase } from './decide.ts'
import { postalArea, type PostalAddress } from './postal.ts'
import type { Policy } from './schema.ts'

/** Whether the account is over by the institution's date. `validUntil`: the last day, `YYYY-MM-DD`; null for no end. */
export function accountEnded(validUntil: string | null, now: number): boolean {
  return validUntil !== null && validUntil < dateAt(now)
}

/** A pickup that is, or a wish for one. */
export interface AskedFor {
  readonly recipientClass: RecipientClass
  readonly channel: Channel
  readonly requestReference: string | null
  /** `YYYY-MM-DD`, null for no end. */
  readonly accountValidUntil: string | null
  readonly sponsor: string | null
  /** Where a letter would go, as `postalArea` has it; nothing else looks at it. */
  readonly address: Pick<PostalAddress, 'postalCode' | 'country'> | null
}

export function policyCaseOf(
  policy: Policy,
  asked: AskedFor,
  deskKind: DeskKind,
  act: PolicyCase['act'],
  now: number,
): PolicyCase {
  return {
    recipientClass: asked.recipientClass,
    channel: asked.channel,
    deskKind,
    requestReference: asked.requestReference,
    accountEnded: accountEnded(asked.accountValidUntil, now),
    sponsor: asked.sponsor,
    postalArea: postalArea(asked.address, policy.letters.inside),
    act,
  }
}
