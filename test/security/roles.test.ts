/**
 * Every kiosk command x every role: written out, so that the engine's own table is not its own judge. A new command
 * does not compile without its row.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { InputOf, MethodName } from '../../src-shared/kiosk-api/contract.ts'
import { SlipId, StaffId, StaffRole, VerificationId } from '../../src-shared/domain/index.ts'
import { kioskApi, type KioskApi } from '../../src-shared/kiosk-api/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { startTestDesk, type TestDesk } from './desk.ts'

type Who = StaffRole | 'nobody'
const everyone: readonly Who[] = ['nobody', ...StaffRole.options]
const staff: readonly Who[] = StaffRole.options
const atPorter: readonly Who[] = ['porter', 'supervisor']

/** Who may call it at a porter's lodge. */
const expected: { readonly [M in MethodName<KioskApi>]: readonly Who[] } = {
  state: everyone,
  enrol: everyone,
  enterPin: everyone,
  signOut: everyone,
  dismiss: everyone,
  checkPrinter: everyone,
  syncNow: everyone,
  moreTime: everyone,
  callStaff: everyone,
  answerCall: staff,
  endShift: staff,
  queue: staff,
  journal: staff,
  shift: staff,
  changePin: staff,
  addStaff: staff,
  staff: ['supervisor'],
  removePin: ['supervisor'],
  supportBundle: ['supervisor'],
  readers: ['supervisor'],
  learnReader: ['supervisor'],
  sticks: ['supervisor'],
  carryLedger: ['supervisor'],
  takeReceipt: ['supervisor'],
  serveOutsideHours: ['supervisor'],
  findAccount: atPorter,
  chooseAccount: atPorter,
  issueWalkIn: atPorter,
  noSlipWalkIn: atPorter,
  requestDelivery: everyone,
  requestFor: atPorter,
  letters: atPorter,
  openLetter: atPorter,
  approveDispatch: atPorter,
  printLetter: atPorter,
  dispatchLetter: atPorter,
  endLetter: atPorter,
  beginEId: atPorter,
  cancelEId: atPorter,
  openPickup: atPorter,
  verifyDocument: atPorter,
  verifyByEye: atPorter,
  release: atPorter,
  settle: atPorter,
  instructions: atPorter,
  noSlip: atPorter,
  pauseDesk: atPorter,
  resumeDesk: atPorter,
  acceptHubTime: atPorter,
  undoArrival: atPorter,
  openDesk: atPorter,
  destinations: atPorter,
  sendElsewhere: atPorter,
  testPrinter: atPorter,
}

const refusals = new Set(['L-401', 'L-405', 'L-408'])
const methods = Object.keys(kioskApi.methods) as MethodName<KioskApi>[]
let desk: TestDesk

/** Well-formed input for each command, with ids that name nothing where the act would change something. */
function inputs(): { readonly [M in MethodName<KioskApi>]: InputOf<KioskApi, M> } {
  const pickup = desk.pickups[0]?.id ?? (newId() as never)
  return {
    state: {},
    enrol: { hub: 'https://127.0.0.1:9', code: 'x' },
    enterPin: { pin: '0000' },
    signOut: {},
    dismiss: {},
    checkPrinter: {},
    syncNow: {},
    queue: { filter: 'all', search: '', limit: 5 },
    journal: { limit: 5 },
    shift: {},
    changePin: {},
    addStaff: {},
    staff: {},
    supportBundle: {},
    readers: {},
    learnReader: { path: 'nowhere' },
    sticks: {},
    carryLedger: { stick: '/nowhere', whole: false },
    takeReceipt: { stick: '/nowhere' },
    serveOutsideHours: { reason: 'event' },
    pauseDesk: { reason: 'break', minutes: 5 },
    resumeDesk: {},
    acceptHubTime: { shown: Date.UTC(2026, 2, 2) },
    undoArrival: { pickup: newId() as never },
    moreTime: {},
    openDesk: {},
    destinations: { pickup: newId() as never },
    sendElsewhere: { pickup: newId() as never, to: newId() as never, reason: 'printer' },
    testPrinter: { language: 'fi' },
    endShift: { next: 'close' },
    callStaff: {},
    answerCall: { call: newId() as never },
    removePin: { staff: StaffId.parse(newId()), reason: 'left' },
    findAccount: { search: 'aino' },
    chooseAccount: { account: 'nobody' },
    issueWalkIn: { account: 'nobody', language: 'fi', byEye: null },
    noSlipWalkIn: { account: 'nobody', reason: 'expired' },
    requestDelivery: {},
    requestFor: { account: 'nobody' },
    letters: { limit: 5 },
    openLetter: { pickup },
    approveDispatch: { pickup },
    printLetter: { pickup, approval: newId() as never },
    dispatchLetter: { slip: newId() as never, tracking: 'RR123456785FI' },
    endLetter: { tracking: 'RR123456785FI', how: 'delivered' },
    beginEId: { pickup },
    cancelEId: { pickup },
    openPickup: { pickup },
    verifyDocument: { pickup },
    verifyByEye: { pickup, kind: 'passport', issuerCountry: 'FIN', birthDate: '1999-09-09', statement: true },
    release: { pickup, verification: VerificationId.parse(newId()), language: 'fi' },
    settle: { slip: SlipId.parse(newId()), settlement: 'handed-over' },
    instructions: { slip: newId() as never, language: 'sv' },
    noSlip: { pickup: newId() as never, reason: 'expired' },
  }
}

beforeAll(async () => {
  desk = await startTestDesk('porter')
})
afterAll(() => desk.stop())

describe.each(everyone)('%s at a porter’s lodge', (who) => {
  it.each(methods)('%s', async (method) => {
    await desk.call('dismiss', {})
    await desk.call('signOut', {})
    if (who !== 'nobody') await desk.signIn(desk.staff[who])
    const result = await desk.call(method, inputs()[method])
    const refused = !result.ok && refusals.has(result.failure.code)
    expect(refused, result.ok ? 'allowed' : result.failure.code).toBe(!expected[method].includes(who))
    expect(desk.bugs).toEqual([])
    // A test slip is paper too, and has no secret on it.
    if (method === 'testPrinter') desk.printed.splice(0)
    expect(desk.printed).toEqual([])
  })
})
