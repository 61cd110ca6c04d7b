/** Failures as an agent at a desk of the office reads them: where the house's text speaks to a kiosk, the console has its own. */
import { describeFailure, isErrorCode } from '../../../src-shared/errors.ts'
import type { Failure } from '../../../src-shared/result.ts'
import { useTexts } from '../i18n.ts'
import { useLook } from '../stores/look.ts'

const own = ['L-601', 'L-602', 'L-611', 'L-610', 'L-608'] as const

export function useFailureWords(): (failure: Failure) => { what: string; next: string } {
  const { t } = useTexts()
  const look = useLook()
  return (failure) => {
    const code = own.find((each) => each === failure.code)
    if (code !== undefined)
      return { what: t(`failure.${code}.what`, { where: failure.params?.['where'] ?? '' }), next: t(`failure.${code}.next`) }
    return isErrorCode(failure.code) ? describeFailure(failure, look.language) : { what: t('failure.L-602.what'), next: t('failure.L-602.next') }
  }
}
