/** Who serves whom, and where: the same at the hub and at a kiosk. */
import type { AgentRole } from '../hub-api/agent/words.ts'
import type { DeskKind, StaffRole } from './index.ts'

/** Kinds of desk at which a role serves people. A supervisor serves wherever they are on the desk's list of staff. */
export const servesAt: { readonly [R in StaffRole]: readonly DeskKind[] } = {
  porter: ['porter'],
  counter: ['helpdesk', 'student-affairs'],
  hr: ['hr'],
  'post-room': ['post-room'],
  supervisor: ['helpdesk', 'student-affairs', 'hr', 'porter', 'post-room'],
}

/**
 * Kinds of desk that serve someone without a pickup made beforehand
 * (docs/architecture.md#channels-and-rules-of-the-institution).
 */
export const walkInDesks: readonly DeskKind[] = ['helpdesk', 'student-affairs', 'hr']

/** As whom a member of staff issues on the spot: human resources as such, everybody else as the helpdesk does. */
export function issuesAs(role: StaffRole): AgentRole {
  return role === 'hr' ? 'hr' : 'agent'
}
