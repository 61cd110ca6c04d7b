/** What a change of state sounds like. Pure: the same rule gives the sound and its caption. */
import type { KioskState } from '../../src-shared/kiosk-api/index.ts'

export const cues = ['accepted', 'refused', 'slip-ready', 'attention', 'done'] as const
/** `attention`: somebody of the staff must look at the screen. */
export type Cue = (typeof cues)[number]

/** `tapped`: a person opened this by touch or keyboard, so nothing was scanned. Null: nothing to hear. */
export function cueOf(before: KioskState | null, after: KioskState, tapped: boolean): Cue | null {
  if (before === null) return null
  const [was, is] = [before.counter, after.counter]
  if (is.step !== was.step) {
    switch (is.step) {
      case 'refused':
        return 'refused'
      case 'hand-over':
        return is.slip.state === 'printed' ? 'slip-ready' : 'attention'
      case 'arrival':
      case 'pin':
        return 'accepted'
      case 'choose':
      case 'verify':
        return tapped ? null : 'accepted'
      case 'done':
        return is.outcome === 'handed-over' ? 'done' : null
      default:
        break
    }
  }
  if (is.step === 'verify' && was.step === 'verify') {
    if (is.notice !== null && is.notice.code !== was.notice?.code) return 'refused'
    if (is.document !== null && was.document === null) return 'accepted'
  }
  if (after.unsettled.length > before.unsettled.length) return 'attention'
  if (after.staff !== null && before.printer.canPrint && !after.printer.canPrint && after.printer.failure !== null)
    return 'attention'
  return null
}
