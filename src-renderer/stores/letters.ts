/** Letters of the post room, and what is done with them. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { ApprovalId, PickupId, SlipId } from '../../src-shared/domain/index.ts'
import type { LetterView } from '../../src-shared/kiosk-api/views/letters.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import { useActs } from './acts.ts'
import { useKiosk } from './kiosk.ts'

export const useLetters = defineStore('letters', () => {
  const kiosk = useKiosk()
  const acts = useActs()
  const letters = shallowRef<readonly LetterView[]>([])
  const loaded = ref(false)
  const failure = shallowRef<Failure | null>(null)
  let asked = 0

  async function load(): Promise<void> {
    asked += 1
    const mine = asked
    const result = await kiosk.call((api) => api.letters({ limit: 100 }))
    if (mine !== asked) return
    loaded.value = true
    letters.value = result.ok ? result.value.letters : []
    failure.value = result.ok ? null : result.failure
  }

  return {
    letters,
    loaded,
    failure,
    load,
    open: (pickup: PickupId) => acts.run('open', () => kiosk.call((api) => api.openLetter({ pickup }))),
    approve: (pickup: PickupId) => acts.run('approve', () => kiosk.call((api) => api.approveDispatch({ pickup }))),
    print: (pickup: PickupId, approval: ApprovalId) =>
      acts.run('print', () => kiosk.call((api) => api.printLetter({ pickup, approval }))),
    dispatch: (slip: SlipId, tracking: string) =>
      acts.run('dispatch', () => kiosk.call((api) => api.dispatchLetter({ slip, tracking }))),
    end: (tracking: string, how: 'delivered' | 'returned-by-post') =>
      acts.run('end-letter', () => kiosk.call((api) => api.endLetter({ tracking, how }))),
  }
})
