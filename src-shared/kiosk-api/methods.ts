/**
 * The kiosk API's method names as plain strings, for the sandboxed preload, which carries no validator: what it may ask
 * for is fixed here, what it asks with is validated in the main process.
 */
import type { Frame, MethodName } from './contract.ts'
import type { KioskApi } from './index.ts'

const names = {
  state: true,
  queue: true,
  journal: true,
  enrol: true,
  enterPin: true,
  signOut: true,
  addStaff: true,
  changePin: true,
  staff: true,
  removePin: true,
  shift: true,
  findAccount: true,
  chooseAccount: true,
  issueWalkIn: true,
  noSlipWalkIn: true,
  requestDelivery: true,
  requestFor: true,
  letters: true,
  openLetter: true,
  approveDispatch: true,
  printLetter: true,
  dispatchLetter: true,
  endLetter: true,
  beginEId: true,
  cancelEId: true,
  openPickup: true,
  verifyDocument: true,
  verifyByEye: true,
  release: true,
  settle: true,
  instructions: true,
  noSlip: true,
  dismiss: true,
  checkPrinter: true,
  syncNow: true,
  supportBundle: true,
  readers: true,
  learnReader: true,
  sticks: true,
  carryLedger: true,
  takeReceipt: true,
  serveOutsideHours: true,
  pauseDesk: true,
  resumeDesk: true,
  acceptHubTime: true,
  undoArrival: true,
  moreTime: true,
  callStaff: true,
  answerCall: true,
  openDesk: true,
  testPrinter: true,
  endShift: true,
  destinations: true,
  sendElsewhere: true,
} as const satisfies Record<MethodName<KioskApi>, true>

export type KioskMethod = keyof typeof names
/** Every method of the contract, none forgotten: the compiler compares them. */
export const kioskMethods = Object.keys(names) as readonly KioskMethod[]

/**
 * What the Electron preload puts at `window.lodge`: one named function per method, and the events. No generic channel.
 */
export interface KioskBridge {
  readonly call: Readonly<Record<KioskMethod, (id: number, input: unknown) => void>>
  /** Starts an engine that the shell has given up. */
  readonly retryEngine: () => void
  /** Adds a listener for replies, events and the shell's notices. */
  onFrame(listener: (frame: unknown) => void): void
}

/** A call frame as the bridge carries it; a method that the bridge does not have is not sent. */
export function sendByBridge(bridge: KioskBridge, frame: Frame): void {
  if (frame.t === 'call' && Object.hasOwn(bridge.call, frame.method))
    bridge.call[frame.method as KioskMethod](frame.id, frame.input)
}
