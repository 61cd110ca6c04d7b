/** What closed hours say: the same code that the engine refuses with. */
import type { KioskState } from '../../src-shared/kiosk-api.ts'
import type { Failure } from '../../src-shared/result.ts'

export function closedFailure(opening: KioskState['opening']): Failure | null {
  if (opening === null || opening.open || opening.overridden !== null) return null
  return opening.until === null ? { code: 'L-211' } : { code: 'L-210', params: { opensAt: opening.until } }
}
