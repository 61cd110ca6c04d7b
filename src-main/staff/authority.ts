/**
 * Who may do what at a kiosk: one row per method of the kiosk API, so that a method without an authority does not
 * compile. The engine asks here before any handler runs; handlers check again what only they know.
 */
import type { MethodName } from '../../src-shared/kiosk-api/contract.ts'
import type { DeskKind, StaffRole } from '../../src-shared/domain/index.ts'
import type { KioskApi } from '../../src-shared/kiosk-api/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { servesAt } from '../../src-shared/domain/serving.ts'

/**
 * `anyone`: needs nobody signed in. `signed-in`: any member of staff of the desk. `serving`: a role that serves at this
 * kind of desk. `supervisor`: that role alone.
 */
export type Authority = 'anyone' | 'signed-in' | 'serving' | 'supervisor'

export const authorities: { readonly [M in MethodName<KioskApi>]: Authority } = {
  state: 'anyone',
  enrol: 'anyone',
  enterPin: 'anyone',
  dismiss: 'anyone',
  checkPrinter: 'anyone',
  syncNow: 'anyone',
  moreTime: 'anyone',
  callStaff: 'anyone',
  signOut: 'anyone',
  queue: 'signed-in',
  journal: 'signed-in',
  shift: 'signed-in',
  changePin: 'signed-in',
  addStaff: 'signed-in',
  answerCall: 'signed-in',
  endShift: 'signed-in',
  staff: 'supervisor',
  removePin: 'supervisor',
  supportBundle: 'supervisor',
  readers: 'supervisor',
  learnReader: 'supervisor',
  sticks: 'supervisor',
  carryLedger: 'supervisor',
  takeReceipt: 'supervisor',
  serveOutsideHours: 'supervisor',
  findAccount: 'serving',
  chooseAccount: 'serving',
  issueWalkIn: 'serving',
  noSlipWalkIn: 'serving',
  requestDelivery: 'anyone',
  requestFor: 'serving',
  letters: 'serving',
  openLetter: 'serving',
  approveDispatch: 'serving',
  printLetter: 'serving',
  dispatchLetter: 'serving',
  endLetter: 'serving',
  beginEId: 'serving',
  cancelEId: 'serving',
  openPickup: 'serving',
  verifyDocument: 'serving',
  verifyByEye: 'serving',
  release: 'serving',
  instructions: 'serving',
  settle: 'serving',
  noSlip: 'serving',
  pauseDesk: 'serving',
  resumeDesk: 'serving',
  acceptHubTime: 'serving',
  undoArrival: 'serving',
  openDesk: 'serving',
  destinations: 'serving',
  sendElsewhere: 'serving',
  testPrinter: 'serving',
}

/**
 * Fails with L-401 (nobody signed in), L-405 (needs a supervisor), L-408 (this role does not serve at this kind of
 * desk).
 */
export function permit(authority: Authority, role: StaffRole | null, desk: DeskKind): Result<null> {
  if (authority === 'anyone') return ok(null)
  if (role === null) return fail(failures.notSignedIn)
  switch (authority) {
    case 'signed-in':
      return ok(null)
    case 'serving':
      return servesAt[role].includes(desk) ? ok(null) : fail(failures.roleNotHere)
    case 'supervisor':
      return role === 'supervisor' ? ok(null) : fail(failures.needsSupervisor)
  }
}
