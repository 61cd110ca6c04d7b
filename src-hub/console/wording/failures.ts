/**
 * Failures as an agent at a desk of the office reads them: where the house's text speaks to a kiosk, the console has
 * its own.
 */
import { describeFailure, isErrorCode, type ErrorCode, type ErrorParams } from '../../../src-shared/failures/codes.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import { useTexts } from '../i18n.ts'
import { useLook } from '../stores/look.ts'

/** A failure of a call, or a reason in a reply. */
export interface Told {
  readonly code: ErrorCode
  readonly params?: ErrorParams | undefined
}

const own = [
  failures.hubUnreachable,
  failures.hubUnintelligible,
  failures.hubOutOfService,
  failures.notAllowed,
  failures.requestMalformed,
  failures.porterWithoutRequest,
] as const
/** What is named and not there, as a reason says it. */
const things = ['account', 'desk', 'pickup', 'recipient', 'kiosk'] as const

/** Of many rows at once there is none to name. */
const many = [
  failures.notFound,
  failures.valueUnusable,
  failures.accountTwice,
  failures.invisibleCharacter,
  failures.textTooLong,
  failures.marksImpossible,
] as const

export function useFailureWords(): (failure: Told) => { what: string; next: string } {
  const { t } = useTexts()
  const look = useLook()
  return (failure) => {
    const several = failure.params === undefined ? many.find((each) => each === failure.code) : undefined
    if (several !== undefined) return { what: t(`failure.many.${several}`), next: '' }
    if (failure.code === failures.notFound) {
      const thing = things.find((each) => each === failure.params?.['what']) ?? 'other'
      return { what: t(`failure.notFound.${thing}`), next: t('failure.notFound.next') }
    }
    const code = own.find((each) => each === failure.code)
    if (code !== undefined)
      return {
        what: t(`failure.${code}.what`, { where: failure.params?.['where'] ?? '' }),
        next: t(`failure.${code}.next`),
      }
    return isErrorCode(failure.code)
      ? describeFailure(failure, look.language)
      : { what: t('failure.L-602.what'), next: t('failure.L-602.next') }
  }
}
