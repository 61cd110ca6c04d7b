import type { Localized } from '../../../src-shared/domain/index.ts'
import { useLook } from '../stores/look.ts'

/** A text of the three languages in the console's. */
export function useLocal(): (text: Localized) => string {
  const look = useLook()
  return (text) => text[look.language]
}
