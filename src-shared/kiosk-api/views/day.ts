/** The desk's day: pausing, calling staff, undoing an arrival, more time on a screen, the end of a shift. */
import { z } from 'zod'
import { command } from '../contract.ts'
import { CallId, Instant, PauseReason, PickupId } from '../../domain/index.ts'
import { FailureView } from './failure.ts'

const none = z.object({})
const nothing = z.null()

/** What the day adds to the pushed state. */
export const dayState = {
  /** Why the desk serves nobody at this moment, or null: paused (L-240) or outside its hours (L-210, L-211). */
  closed: FailureView.nullable(),
  /** The desk is paused until then; `by`: who paused it, while somebody is signed in. */
  paused: z.object({ reason: PauseReason, until: Instant, by: z.string().nullable() }).nullable(),
  /** Someone asked for staff and nobody has answered yet. */
  call: z.object({ id: CallId, at: Instant, from: z.enum(['desk', 'check-in']) }).nullable(),
} as const

/** Longest pause, minutes. */
export const longestPause = 720

export const dayMethods = {
  /** Nobody is served until then: check-in says when the desk is back. Recorded, and told to the hub. */
  pauseDesk: command(z.object({ reason: PauseReason, minutes: z.number().int().min(1).max(longestPause) }), nothing),
  resumeDesk: command(none, nothing),
  /** The wrong person was checked in: the pickup waits again. Recorded. */
  undoArrival: command(z.object({ pickup: PickupId }), nothing),
  /** The present screen stays once more as long: whoever needs more time gets it as often as they ask. */
  moreTime: command(none, nothing),
  /** Rings at the signed-in desk screen until someone answers. */
  callStaff: command(none, nothing),
  answerCall: command(z.object({ call: CallId }), nothing),
} as const

/** Someone calls: for the sound at the desk's screen and its caption. */
export const StaffCall = z.object({ id: CallId, at: Instant, from: z.enum(['desk', 'check-in']) })
