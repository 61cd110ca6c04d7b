/** Ids of what the design names, each a type of its own. */
import { z } from 'zod'
import { Ordinal } from './bounds.ts'

/** Opaque ids: 16 random bytes as base64url, so that nothing about a person can be read from a ledger. */
const opaqueId = z.string().regex(/^[A-Za-z0-9_-]{22}$/)

export const PickupId = opaqueId.brand<'PickupId'>()
export type PickupId = z.infer<typeof PickupId>
export const RecipientId = opaqueId.brand<'RecipientId'>()
export type RecipientId = z.infer<typeof RecipientId>
export const DeskId = opaqueId.brand<'DeskId'>()
export type DeskId = z.infer<typeof DeskId>
export const UnitId = opaqueId.brand<'UnitId'>()
export type UnitId = z.infer<typeof UnitId>
export const KioskId = opaqueId.brand<'KioskId'>()
export type KioskId = z.infer<typeof KioskId>
export const StaffId = opaqueId.brand<'StaffId'>()
export type StaffId = z.infer<typeof StaffId>
export const VerificationId = opaqueId.brand<'VerificationId'>()
export type VerificationId = z.infer<typeof VerificationId>
/** One person served without a pickup made beforehand, from the proof of identity to the slip. */
export const WalkInId = opaqueId.brand<'WalkInId'>()
export type WalkInId = z.infer<typeof WalkInId>
/** One try to identify a recipient electronically, on their own phone. */
export const EIdAttemptId = opaqueId.brand<'EIdAttemptId'>()
export type EIdAttemptId = z.infer<typeof EIdAttemptId>
export const ApprovalId = opaqueId.brand<'ApprovalId'>()
export type ApprovalId = z.infer<typeof ApprovalId>
export const RequestId = opaqueId.brand<'RequestId'>()
export type RequestId = z.infer<typeof RequestId>
export const SlipId = opaqueId.brand<'SlipId'>()
export type SlipId = z.infer<typeof SlipId>
/** One call for staff from a check-in screen or an unattended desk. */
export const CallId = opaqueId.brand<'CallId'>()
export type CallId = z.infer<typeof CallId>
export const Incarnation = opaqueId.brand<'Incarnation'>()
export type Incarnation = z.infer<typeof Incarnation>

/** A grant's epoch: `n` counts grants of one pickup within one incarnation of the hub. */
export const Epoch = z.object({ incarnation: Incarnation, n: Ordinal })
export type Epoch = z.infer<typeof Epoch>

export function sameEpoch(a: Epoch, b: Epoch): boolean {
  return a.incarnation === b.incarnation && a.n === b.n
}
