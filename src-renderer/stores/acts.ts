/**
 * What people do at the desk: one command at a time of each kind, and the failure of the last one beside the button.
 */
import { defineStore } from 'pinia'
import { reactive, shallowRef, watch } from 'vue'
import type {
  CallId,
  DeskId,
  Language,
  NoSlipReason,
  OverrideReason,
  PauseReason,
  PickupId,
  ProofKind,
  SendReason,
  Settlement,
  SlipId,
  StaffId,
  VerificationId,
} from '../../src-shared/domain/index.ts'
import type { RequestView } from '../../src-shared/kiosk-api/views/requests.ts'
import type { Failure, Result } from '../../src-shared/failures/result.ts'
import { useKiosk } from './kiosk.ts'

type Kiosk = ReturnType<typeof useKiosk>
/** Runs one act; false when it failed, or is under way already. */
type Run = <T>(name: string, work: () => Promise<Result<T>>) => Promise<boolean>

/** Acts that end in a slip. */
function printingActs(kiosk: Kiosk, run: Run) {
  /**
   * Spends a recorded verification, or first records the machine-read document's. One tap; under four eyes a colleague
   * comes in between.
   */
  function print(
    pickup: PickupId,
    verification: VerificationId | null,
    language: Language,
    fourEyes = false,
  ): Promise<boolean> {
    return run<unknown>('print', async () => {
      if (verification !== null) return kiosk.call((api) => api.release({ pickup, verification, language }))
      const verified = await kiosk.call((api) => api.verifyDocument({ pickup }))
      if (!verified.ok || fourEyes) return verified
      return kiosk.call((api) => api.release({ pickup, verification: verified.value.verification, language }))
    })
  }

  /** Records a proof by eye and prints against it. One tap; under four eyes a colleague comes in between. */
  function printByEye(
    pickup: PickupId,
    proof: { kind: ProofKind; issuerCountry: string; birthDate: string },
    language: Language,
    fourEyes = false,
  ): Promise<boolean> {
    return run<unknown>('print', async () => {
      const verified = await kiosk.call((api) => api.verifyByEye({ pickup, ...proof, statement: true }))
      if (!verified.ok || fourEyes) return verified
      return kiosk.call((api) => api.release({ pickup, verification: verified.value.verification, language }))
    })
  }

  /** Issues for someone without a pickup and prints. One tap; under four eyes a colleague comes in between. */
  function issueWalkIn(
    account: string,
    language: Language,
    byEye: { kind: ProofKind; issuerCountry: string; birthDate: string } | null,
  ): Promise<boolean> {
    return run('issue-walk-in', () =>
      kiosk.call((api) =>
        api.issueWalkIn({ account, language, byEye: byEye === null ? null : { ...byEye, statement: true as const } }),
      ),
    )
  }

  return { print, printByEye, issueWalkIn }
}

/** Acts about the pickup that is open. */
const pickupActs = (kiosk: Kiosk, run: Run) => ({
  beginEId: (pickup: PickupId) => run('e-id', () => kiosk.call((api) => api.beginEId({ pickup }))),
  cancelEId: (pickup: PickupId) => run('e-id', () => kiosk.call((api) => api.cancelEId({ pickup }))),
  open: (pickup: PickupId) => run('open', () => kiosk.call((api) => api.openPickup({ pickup }))),
  settle: (slip: SlipId, settlement: Settlement) =>
    run('settle', () => kiosk.call((api) => api.settle({ slip, settlement }))),
  instructions: (slip: SlipId, language: Language) =>
    run('instructions', () => kiosk.call((api) => api.instructions({ slip, language }))),
  noSlip: (pickup: PickupId, reason: NoSlipReason) =>
    run('no-slip', () => kiosk.call((api) => api.noSlip({ pickup, reason }))),
  sendElsewhere: (pickup: PickupId, to: DeskId, reason: SendReason) =>
    run('send-elsewhere', () => kiosk.call((api) => api.sendElsewhere({ pickup, to, reason }))),
  undoArrival: (pickup: PickupId) => run('undo-arrival', () => kiosk.call((api) => api.undoArrival({ pickup }))),
})

/** Acts for somebody without a pickup. */
const walkInActs = (kiosk: Kiosk, run: Run) => ({
  findAccount: (search: string) => run('find-account', () => kiosk.call((api) => api.findAccount({ search }))),
  chooseAccount: (account: string) => run('choose-account', () => kiosk.call((api) => api.chooseAccount({ account }))),
  noSlipWalkIn: (account: string, reason: NoSlipReason) =>
    run('no-slip', () => kiosk.call((api) => api.noSlipWalkIn({ account, reason }))),
})

/** Acts of a shift: who serves, when, and what the desk needs to go on. */
const dayActs = (kiosk: Kiosk, run: Run) => ({
  enterPin: (pin: string) => run('pin', () => kiosk.call((api) => api.enterPin({ pin }))),
  serveOutsideHours: (reason: OverrideReason) =>
    run('serve-outside-hours', () => kiosk.call((api) => api.serveOutsideHours({ reason }))),
  pauseDesk: (reason: PauseReason, minutes: number) =>
    run('pause-desk', () => kiosk.call((api) => api.pauseDesk({ reason, minutes }))),
  openDesk: () => run('open-desk', () => kiosk.call((api) => api.openDesk({}))),
  testPrinter: (language: Language) => run('test-printer', () => kiosk.call((api) => api.testPrinter({ language }))),
  endShift: (next: 'hand-over' | 'close') => run('end-shift', () => kiosk.call((api) => api.endShift({ next }))),
  resumeDesk: () => run('resume-desk', () => kiosk.call((api) => api.resumeDesk({}))),
  acceptHubTime: (shown: number) => run('accept-hub-time', () => kiosk.call((api) => api.acceptHubTime({ shown }))),
  moreTime: () => run('more-time', () => kiosk.call((api) => api.moreTime({}))),
  callStaff: () => run('call-staff', () => kiosk.call((api) => api.callStaff({}))),
  answerCall: (call: CallId) => run('answer-call', () => kiosk.call((api) => api.answerCall({ call }))),
  signOut: () => run('sign-out', () => kiosk.call((api) => api.signOut({}))),
  checkPrinter: () => run('check-printer', () => kiosk.call((api) => api.checkPrinter({}))),
  syncNow: () => run('sync-now', () => kiosk.call((api) => api.syncNow({}))),
  dismiss: () => run('dismiss', () => kiosk.call((api) => api.dismiss({}))),
})

/** Acts of whoever sets the desk up. */
const setUpActs = (kiosk: Kiosk, run: Run) => ({
  addStaff: () => run('add-staff', () => kiosk.call((api) => api.addStaff({}))),
  changePin: () => run('change-pin', () => kiosk.call((api) => api.changePin({}))),
  removePin: (staff: StaffId, reason: 'badge-lost' | 'pin-forgotten' | 'left') =>
    run('remove-pin', () => kiosk.call((api) => api.removePin({ staff, reason }))),
  /** Begins to learn a reader; null ends it. */
  learnReader: (path: string | null) => run('learn', () => kiosk.call((api) => api.learnReader({ path }))),
  enrol: (hub: string, code: string) => run('enrol', () => kiosk.call((api) => api.enrol({ hub, code }))),
})

export const useActs = defineStore('acts', () => {
  const kiosk = useKiosk()
  const busy = reactive(new Set<string>())
  const failure = shallowRef<Failure | null>(null)

  // A failure belongs to the step it happened at; a further scan or another step clears it.
  watch(
    () => {
      const counter = kiosk.state?.counter
      if (counter?.step === 'verify') return `verify ${counter.pickup.id} ${String(counter.document !== null)}`
      if (counter?.step === 'walk-in')
        return `walk-in ${counter.chosen?.account ?? ''} ${String(counter.document !== null)}`
      return counter?.step ?? ''
    },
    () => {
      failure.value = null
    },
  )

  /**
   * Runs one act unless the same is under way (a double tap is one tap). Resolves false when it failed or was already
   * running.
   */
  async function run<T>(name: string, work: () => Promise<Result<T>>): Promise<boolean> {
    if (busy.has(name)) return false
    busy.add(name)
    failure.value = null
    try {
      const result = await work()
      if (!result.ok) failure.value = result.failure
      return result.ok
    } finally {
      busy.delete(name)
    }
  }

  return {
    busy,
    failure,
    run,
    ...printingActs(kiosk, run),
    ...pickupActs(kiosk, run),
    ...walkInActs(kiosk, run),
    ...dayActs(kiosk, run),
    ...setUpActs(kiosk, run),
    /** What became of it, or null when it failed. */
    requestFor: async (account: string): Promise<RequestView | null> => {
      let filed: RequestView | null = null
      await run('request', async () => {
        const made = await kiosk.call((api) => api.requestFor({ account }))
        if (made.ok) filed = made.value
        return made
      })
      return filed
    },
    requestDelivery: () => run('request', () => kiosk.call((api) => api.requestDelivery({}))),
    /** Resolves with the file's name, or null when it failed. */
    supportBundle: async (): Promise<string | null> => {
      let file: string | null = null
      await run('support-bundle', async () => {
        const made = await kiosk.call((api) => api.supportBundle({}))
        if (made.ok) file = made.value.file
        return made
      })
      return file
    },
  }
})
