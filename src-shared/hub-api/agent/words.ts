/** Words that the agents' routes share with the rest of the hub API. */
import { z } from 'zod'
import { HumanText } from '../../domain/human-text.ts'
import { hasName } from '../../domain/person-name.ts'

/**
 * `agent`: helpdesk. `hr`: issues staff secrets. `auditor`: reads. `supervisor`: settles losses and alarms.
 * `administrator`: desks, accounts and settings.
 */
export const AgentRole = z.enum(['agent', 'hr', 'supervisor', 'auditor', 'administrator'])
export type AgentRole = z.infer<typeof AgentRole>

/** Hub states of a pickup (docs/architecture.md#ledger-and-sync, points 6 and 7). */
export const HubPickupState = z.enum([
  'unassigned',
  'granted',
  'revoking',
  'handed-over',
  'burned',
  'returned',
  'revoked',
  'dispatched',
  'delivered',
  'returned-by-post',
])
export type HubPickupState = z.infer<typeof HubPickupState>

/** As it is stored and told; what is put on record is a `NameOnRecord`. */
export const PersonName = z.object({ family: z.string().max(120), given: z.string().max(120) })
export type PersonName = z.infer<typeof PersonName>

/** A name that is put on record, at every door. Many people have one name, in either field; nobody has none. */
export const NameOnRecord = z.object({ family: HumanText(120), given: HumanText(120) }).refine(hasName)

/** A person's cards on record: a grant carries a tag for each, and has room for as many. */
export const mostCards = 20

/** Where the next page of a list begins; only what the hub gave. */
export const PageMark = z.string().regex(/^[A-Za-z0-9_.-]{1,80}$/)

/**
 * Whether an account's name is written in one way only. Directories compare names as RFC 4518 prepares them: what it
 * maps to nothing or to one space, or takes for another letter, could make a new account at the hub an old one at the
 * directory. Case is looked at where both are known.
 */
export function plainAccount(account: string): boolean {
  return (
    account === account.normalize('NFKC') &&
    account === account.trim() &&
    !/[\p{Cc}\p{Default_Ignorable_Code_Point}]|[^\S ]|\s\s/u.test(account)
  )
}
