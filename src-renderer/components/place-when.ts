/** When another desk serves, in the words of the window. */
import { inject } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Language } from '../../src-shared/domain/index.ts'
import { clockAt } from '../../src-shared/failures/codes.ts'
import type { PlaceNow } from '../../src-shared/policy/places.ts'
import { deskNow } from './desk-now.ts'

/** Says `Open until 16:00`, `Opens on Monday 9:00` or `Closed until further notice`. Called in a component's setup. */
export function usePlaceWhen(): (place: PlaceNow, language: Language) => string {
  const { t } = useI18n()
  const now = inject(deskNow)
  return (place, language) => {
    if (place.until === null) return t(place.open ? 'places.open' : 'places.closed')
    const time = clockAt(place.until, language, now?.value ?? Date.now())
    return t(place.open ? 'places.openUntil' : 'places.opens', { time })
  }
}
