/** The kiosk API's handlers: each hands its call to the room it belongs to, if who is signed in may make it. */
import { PickupId, StaffId } from '../../src-shared/domain/index.ts'
import type { HandlersOf, MethodName } from '../../src-shared/kiosk-api/contract.ts'
import { kioskApi, type KioskApi, type KioskState } from '../../src-shared/kiosk-api/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { pickupCodeTag } from '../../src-shared/protocol/tags.ts'
import { typedPickupCode } from '../identity/scans/index.ts'
import type { Pickup } from '../pickups/index.ts'
import type { Printer } from '../printers/index.ts'
import type { ReaderSupervisor } from '../readers/index.ts'
import { authorities, permit } from '../staff/index.ts'
import { onDiskLater, type Store } from '../storage/index.ts'
import { mayServe, type Invitation, type StatusReporter } from '../sync/index.ts'
import {
  foldRemaining,
  pickupView,
  readersView,
  startOfDeskDay,
  type CarryingHandlers,
  type EngineConfig,
  type ReadinessNow,
  type RoundHandlers,
  type Services,
} from '../desk/index.ts'
import type {
  DayHandlers,
  EIdDesk,
  ElsewhereHandlers,
  PostRoom,
  Requesting,
  Serving,
  SigningIn,
  WalkInDesk,
  Witnessing,
} from '../counter/index.ts'
import { writeSupportBundle } from './support-bundle.ts'

/** What an enrolled desk adds. */
export interface DeskParts {
  readonly services: Services
  readonly serving: Serving
  readonly signingIn: SigningIn
  readonly day: DayHandlers
  readonly round: RoundHandlers
  readonly elsewhere: ElsewhereHandlers
  readonly readiness: ReadinessNow
  readonly reporter: StatusReporter
  readonly carrying: CarryingHandlers
  readonly walkIn: WalkInDesk
  readonly post: PostRoom
  readonly requesting: Requesting
  readonly eId: EIdDesk
  readonly witnessing: Witnessing
  /** Someone did something: the idle lock starts anew. */
  readonly activity: () => void
  stop(): Promise<void>
}

interface Parts {
  readonly config: EngineConfig
  readonly readers: ReaderSupervisor
  readonly printer: Printer
  readonly store: () => Store | null
  readonly desk: () => DeskParts | null
  readonly state: () => KioskState
  readonly enrol: (invitation: Invitation) => Promise<Result<null>>
  readonly changed: () => void
  /** A reader is learned under a supervisor's eyes only. */
  readonly endUnwatchedLearning: () => void
}

/** What a kiosk whose ledger does not match may not do any more. */
const proving: ReadonlySet<MethodName<KioskApi>> = new Set([
  'verifyDocument',
  'verifyByEye',
  'release',
  'issueWalkIn',
  'beginEId',
  'approveDispatch',
  'printLetter',
])

/**
 * Hands a call to the enrolled desk if whoever is signed in may make it, and pushes the state it left behind. Every
 * role is decided here: a handler that asks for the session again does so because time has passed.
 */
function createAtDesk(desk: () => DeskParts | null, changed: () => void) {
  return function atDesk<I, O>(
    method: MethodName<KioskApi>,
    pick: (parts: DeskParts) => (input: I) => Result<O> | Promise<Result<O>>,
  ): (input: I) => Promise<Result<O>> {
    return (input) =>
      onDiskLater(async () => {
        const parts = desk()
        if (parts === null || parts.services.place() === null) return fail(failures.notEnrolled)
        const { services } = parts
        const allowed = permit(
          authorities[method],
          services.signIn.session()?.role ?? null,
          services.requirePlace().desk.kind,
        )
        if (!allowed.ok) return allowed
        // A frozen kiosk accounts for its paper, and proves and prints nothing more.
        if (proving.has(method)) {
          const may = mayServe(services.records.read())
          if (!may.ok) return may
        }
        try {
          return await pick(parts)(input)
        } finally {
          // A question leaves everything as it was: nothing is pushed for each key of a search.
          if (kioskApi.methods[method].kind === 'command') changed()
        }
      })
  }
}

export function createHandlers({
  config,
  readers,
  printer,
  store,
  desk,
  state,
  enrol,
  changed,
  endUnwatchedLearning,
}: Parts): HandlersOf<KioskApi> {
  const atDesk = createAtDesk(desk, changed)

  return {
    state: () => onDiskLater(() => ok(state())),
    queue: atDesk('queue', queue),
    journal: atDesk('journal', journal),
    enrol: ({ hub, code }) => onDiskLater(() => enrol({ address: hub, code })),
    enterPin: atDesk('enterPin', ({ signingIn }) => signingIn.handlers.enterPin),
    signOut: atDesk('signOut', ({ signingIn }) => signingIn.handlers.signOut),
    addStaff: atDesk('addStaff', ({ signingIn }) => signingIn.handlers.addStaff),
    changePin: atDesk('changePin', ({ signingIn }) => signingIn.handlers.changePin),
    staff: atDesk('staff', ({ signingIn }) => signingIn.handlers.staff),
    supportBundle: atDesk('supportBundle', ({ services }) => () => {
      const opened = store()
      if (opened === null) return fail(failures.engineRestarting)
      return writeSupportBundle({
        config,
        db: opened.db,
        record: services.records.read(),
        state: state(),
        readers: readers.counts(),
        now: services.now(),
      })
    }),
    serveOutsideHours: atDesk('serveOutsideHours', serveOutsideHours),
    // Asked again and again while its screen is open: no act of a person that would keep the desk unlocked.
    readers: atDesk('readers', () => () => ok(readersView(readers))),
    learnReader: atDesk('learnReader', ({ activity }) => async ({ path }) => {
      activity()
      const learned = await readers.learn(path)
      // Whoever asked may have left while the device was opened.
      endUnwatchedLearning()
      return learned
    }),
    sticks: atDesk('sticks', ({ carrying }) => carrying.sticks),
    carryLedger: atDesk('carryLedger', ({ carrying }) => carrying.carryLedger),
    takeReceipt: atDesk('takeReceipt', ({ carrying }) => carrying.takeReceipt),
    removePin: atDesk('removePin', ({ signingIn }) => signingIn.handlers.removePin),
    shift: atDesk('shift', ({ signingIn }) => signingIn.handlers.shift),
    pauseDesk: atDesk('pauseDesk', ({ day }) => day.pauseDesk),
    resumeDesk: atDesk('resumeDesk', ({ day }) => day.resumeDesk),
    acceptHubTime: atDesk('acceptHubTime', ({ day }) => day.acceptHubTime),
    undoArrival: atDesk('undoArrival', ({ day }) => day.undoArrival),
    moreTime: atDesk('moreTime', ({ day }) => day.moreTime),
    callStaff: atDesk('callStaff', ({ day }) => day.callStaff),
    answerCall: atDesk('answerCall', ({ day }) => day.answerCall),
    openDesk: atDesk('openDesk', ({ round }) => round.openDesk),
    testPrinter: atDesk('testPrinter', ({ round }) => round.testPrinter),
    endShift: atDesk('endShift', ({ round }) => round.endShift),
    beginEId: atDesk('beginEId', ({ eId }) => eId.handlers.beginEId),
    cancelEId: atDesk('cancelEId', ({ eId }) => eId.handlers.cancelEId),
    findAccount: atDesk('findAccount', ({ walkIn }) => walkIn.handlers.findAccount),
    chooseAccount: atDesk('chooseAccount', ({ walkIn }) => walkIn.handlers.chooseAccount),
    issueWalkIn: atDesk('issueWalkIn', ({ walkIn }) => walkIn.handlers.issueWalkIn),
    noSlipWalkIn: atDesk('noSlipWalkIn', ({ walkIn }) => walkIn.handlers.noSlipWalkIn),
    requestDelivery: atDesk('requestDelivery', ({ requesting }) => requesting.handlers.requestDelivery),
    requestFor: atDesk('requestFor', ({ requesting }) => requesting.handlers.requestFor),
    letters: atDesk('letters', ({ post }) => post.handlers.letters),
    openLetter: atDesk('openLetter', ({ post }) => post.handlers.openLetter),
    approveDispatch: atDesk('approveDispatch', ({ post }) => post.handlers.approveDispatch),
    printLetter: atDesk('printLetter', ({ post }) => post.handlers.printLetter),
    dispatchLetter: atDesk('dispatchLetter', ({ post }) => post.handlers.dispatchLetter),
    endLetter: atDesk('endLetter', ({ post }) => post.handlers.endLetter),
    destinations: atDesk('destinations', ({ elsewhere }) => elsewhere.destinations),
    sendElsewhere: atDesk('sendElsewhere', ({ elsewhere }) => elsewhere.sendElsewhere),
    openPickup: atDesk('openPickup', ({ serving }) => serving.handlers.openPickup),
    verifyDocument: atDesk('verifyDocument', ({ serving }) => serving.handlers.verifyDocument),
    verifyByEye: atDesk('verifyByEye', ({ serving }) => serving.handlers.verifyByEye),
    release: atDesk('release', ({ serving }) => serving.handlers.release),
    instructions: atDesk('instructions', ({ serving }) => serving.handlers.instructions),
    settle: atDesk('settle', ({ serving }) => serving.handlers.settle),
    noSlip: atDesk('noSlip', ({ serving }) => serving.handlers.noSlip),
    dismiss: atDesk('dismiss', ({ witnessing }) => witnessing.dismiss),
    checkPrinter: async () => {
      const status = await printer.check()
      changed()
      return ok({ ...status })
    },
    syncNow: atDesk(
      'syncNow',
      ({ services }) =>
        async () =>
          services.sync.now(),
    ),
  }
}

/** Whose pickup code was typed into the search. */
function byTypedCode({ pickups, keys }: Services, search: string): Pickup[] {
  const code = typedPickupCode(search)
  return code === null ? [] : pickups.byCodeTag(pickupCodeTag(keys.lookupKey, code))
}

/** The rows of the queue, with the names of whoever is looked for opened first. */
const queue =
  ({ services, activity }: DeskParts): HandlersOf<KioskApi>['queue'] =>
  async (input) => {
    activity()
    if (input.search.trim() !== '') {
      await foldRemaining(services.pickups)
      // Whoever asked may have left meanwhile.
      if (services.signIn.session() === null) return fail(failures.notSignedIn)
    }
    const { pickups, total } = services.pickups.queue(input, startOfDeskDay(services.now()))
    const coded = byTypedCode(services, input.search).filter(({ id }) => pickups.every((each) => each.id !== id))
    const shown = [...coded, ...pickups].slice(0, input.limit)
    return ok({ pickups: shown.map((pickup) => pickupView(services.views, pickup)), total: total + coded.length })
  }

/** The newest entries of the ledger. */
const journal =
  ({ services }: DeskParts): HandlersOf<KioskApi>['journal'] =>
  ({ limit }) => {
    const acked = services.records.read()?.acked ?? 0
    return ok({
      entries: services.ledger.recent(limit).map((row) => ({
        seq: row.seq,
        time: row.time,
        kind: row.kind,
        actor: row.actor === null ? null : (services.roster.get(StaffId.parse(row.actor))?.name ?? null),
        pickup: row.pickup === null ? null : PickupId.parse(row.pickup),
        acknowledged: row.seq <= acked,
      })),
    })
  }

const serveOutsideHours =
  ({ services, activity }: DeskParts): HandlersOf<KioskApi>['serveOutsideHours'] =>
  ({ reason }) => {
    activity()
    const session = services.signIn.session()
    if (session === null) return fail(failures.notSignedIn)
    services.opening.override(reason, session.staff)
    services.sync.nudge()
    return ok(null)
  }
