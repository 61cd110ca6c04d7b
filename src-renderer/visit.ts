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
  watch([() => kiosk.state?.counter.step, () => kiosk.state?.staff?.id ?? null], ([, who]) => {
    const counter = kiosk.state?.counter
    if (counter?.step === 'arrival') preferences.passing = counter.language
    else if (who !== null) preferences.endVisit()
    begin()
  })
  watch(() => preferences.visiting, begin)
  for (const kind of ['pointerdown', 'keydown'] as const) {
    onMounted(() => window.addEventListener(kind, begin))
    onBeforeUnmount(() => window.removeEventListener(kind, begin))
  }
  onBeforeUnmount(() => window.clearTimeout(end))
}
