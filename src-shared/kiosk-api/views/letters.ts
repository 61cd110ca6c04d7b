/** The post room: registered letters from the list to the post, and back. */
import { z } from 'zod'
import { command, query } from '../contract.ts'
import { ApprovalId, Instant, PickupId, SlipId } from '../../domain/index.ts'
import { FailureView } from './failure.ts'

const nothing = z.null()

/** A letter as signed-in staff of the post room see it. */
export const LetterView = z.object({
  id: PickupId,
  name: z.string(),
  /** Name, street, postal code and place, country: as they stand in the window of the envelope. */
  address: z.array(z.string()),
  requestReference: z.string().nullable(),
  state: z.enum([
    'waiting',
    'approved',
    'printing',
    'printed',
    'uncertain',
    'dispatched',
    'delivered',
    'returned-by-post',
  ]),
  /** The postal operator's number, once it has gone. */
  tracking: z.string().nullable(),
  /** When it was issued; once it has gone, when it went. */
  at: Instant,
  blocked: FailureView.nullable(),
})
export type LetterView = z.infer<typeof LetterView>

const LetterSlip = z.object({
  id: SlipId,
  number: z.string(),
  state: z.enum(['printed', 'uncertain']),
  reason: FailureView.nullable(),
})

export const letterSteps = [
  /** A letter is open. `awaited`: one has approved, the second has yet to confirm with badge and PIN. */
  z.object({
    step: z.literal('letter'),
    letter: LetterView,
    approval: ApprovalId.nullable(),
    approvedUntil: Instant.nullable(),
    fourEyes: z.enum(['not-begun', 'awaited', 'given']),
    further: z.boolean(),
    notice: FailureView.nullable(),
  }),
  /** The slip is out, to be put in its envelope: the envelope's number is scanned, then confirmed. */
  z.object({
    step: z.literal('letter-out'),
    letter: LetterView,
    slip: LetterSlip,
    tracking: z.string().nullable(),
    notice: FailureView.nullable(),
  }),
  /** A letter's number was scanned again. */
  z.object({ step: z.literal('letter-back'), letter: LetterView }),
] as const

export const letterMethods = {
  /** Letters of this post room, those still to go first. */
  letters: query(z.object({ limit: z.number().int().min(1).max(200) }), z.object({ letters: z.array(LetterView) })),
  openLetter: command(z.object({ pickup: PickupId }), nothing),
  /** The signed-in member of staff approves the dispatch; a second one's badge and PIN complete it. */
  approveDispatch: command(z.object({ pickup: PickupId }), z.object({ approval: ApprovalId })),
  /** Spends the approval and prints the letter. */
  printLetter: command(z.object({ pickup: PickupId, approval: ApprovalId }), z.object({ slip: SlipId })),
  /** In its envelope and with the post, under the number on the envelope. */
  dispatchLetter: command(z.object({ slip: SlipId, tracking: z.string().max(60) }), nothing),
  /** It came back, which burns the secret; or it is known to have arrived. */
  endLetter: command(
    z.object({ tracking: z.string().max(60), how: z.enum(['delivered', 'returned-by-post']) }),
    nothing,
  ),
} as const
