/** A visitor's language, theme and text size end with the visit; staff's stay. */
import { onBeforeUnmount, onMounted, watch } from 'vue'
import { useKiosk, usePreferences } from './stores/index.ts'

/** Forgotten this long after the screen came to rest, or after the last touch at rest. */
const visitEndsMs = 45_000

export function useVisit(): void {
  const kiosk = useKiosk()
  const preferences = usePreferences()
  let end = 0
  const atRest = () => kiosk.state?.counter.step === 'idle' && kiosk.state.staff === null

  function begin(): void {
    window.clearTimeout(end)
    if (atRest() && preferences.visiting) end = window.setTimeout(preferences.endVisit, visitEndsMs)
  }
  /** Who has arrived, as far as the window knows; null: nobody. */
  const arrived = () => {
    const counter = kiosk.state?.counter
    return counter?.step === 'arrival' ? `${counter.initials} ${counter.language}` : null
  }
  const step = () => kiosk.state?.counter.step
  watch([arrived, step, () => kiosk.state?.staff?.id ?? null], ([who, , staff], [before]) => {
    const counter = kiosk.state?.counter
    // Whoever had arrived has gone: what they chose is not the next one's.
    if (staff !== null || (before !== null && before !== who)) preferences.endVisit()
    if (counter?.step === 'arrival') preferences.greeted = counter.language
    begin()
  })
  watch(() => preferences.visiting, begin)
  for (const kind of ['pointerdown', 'keydown'] as const) {
    onMounted(() => window.addEventListener(kind, begin))
    onBeforeUnmount(() => window.removeEventListener(kind, begin))
  }
  onBeforeUnmount(() => window.clearTimeout(end))
}
