/** States of pickups and slips, and the words by which people change them. */
import { z } from 'zod'

/** States of a pickup at a desk (docs/architecture.md#one-handover-end-to-end). */
export const PickupState = z.enum([
  'waiting',
  'arrived',
  'verified',
  'printing',
  'printed',
  'failed',
  'uncertain',
  'handed-over',
  'returned',
  'revoked',
  'burned',
  'dispatched',
])
export type PickupState = z.infer<typeof PickupState>

/** What became of one slip. `printed` and `uncertain` are unsettled until a person settles them. */
export const SlipState = z.enum([
  'intended',
  'printed',
  'failed',
  'uncertain',
  'handed-over',
  'spoiled',
  'missing',
  'nothing-came-out',
  'dispatched',
])
export type SlipState = z.infer<typeof SlipState>

/** How a person settles a slip. */
export const Settlement = z.enum(['handed-over', 'spoiled', 'missing', 'nothing-came-out'])
export type Settlement = z.infer<typeof Settlement>

/** Why no slip was printed although someone stood at the desk (docs/architecture.md#identity). */
export const NoSlipReason = z.enum([
  'no-id-with-them',
  'expired',
  'photo-differs',
  'name-differs',
  'someone-elses-errand',
])
export type NoSlipReason = z.infer<typeof NoSlipReason>

/** Why a desk serves nobody for a while. */
export const PauseReason = z.enum(['break', 'meeting', 'on-an-errand', 'equipment', 'emergency'])
export type PauseReason = z.infer<typeof PauseReason>

/** Why a pickup is sent to another desk. */
export const SendReason = z.enum(['printer', 'person-asks', 'wrong-desk'])
export type SendReason = z.infer<typeof SendReason>

/** Why a supervisor lets a desk serve outside its hours. */
export const OverrideReason = z.enum(['people-still-queueing', 'event', 'urgent-need', 'hours-are-wrong'])
export type OverrideReason = z.infer<typeof OverrideReason>
