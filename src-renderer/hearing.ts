/** What happens at the desk is heard and written. */
import { watch } from 'vue'
import * as failures from '../src-shared/failures/named.ts'
import { cueOf } from './cues/index.ts'
import { useActs, useCues, useKiosk } from './stores/index.ts'

/** Gives the cue of each change of state, of a call for staff, and of a scan that changed nothing. */
export function useCuesOfState(): void {
  const kiosk = useKiosk()
  const acts = useActs()
  const given = useCues()
  watch(
    () => kiosk.state,
    (after, before) => {
      if (after === null) return
      const cue = cueOf(before, after, acts.busy.has('open'))
      if (cue !== null) given.give(cue)
      // What was said of the screen before is not left standing on the next one.
      else if (before !== null && after.counter.step !== before.counter.step) given.end()
    },
  )
  watch(
    () => kiosk.rung,
    () => {
      given.give('attention')
    },
  )
  watch(
    () => kiosk.scanNotice,
    (notice) => {
      // Somebody who has arrived meanwhile was not refused.
      if (notice !== null) given.give(notice.failure.code === failures.somebodyElseArrived ? 'accepted' : 'refused')
    },
  )
}
