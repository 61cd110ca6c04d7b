/** Failures as SCIM tells them (RFC 7644, 3.12). */
import { describeFailure } from '../../src-shared/failures/codes.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import { scimMessages } from '../../src-shared/hub-api/scim.ts'

export type ScimErrorType =
  'invalidFilter' | 'uniqueness' | 'mutability' | 'invalidSyntax' | 'invalidPath' | 'noTarget' | 'invalidValue'

/** Ends a request with an error of SCIM's. */
export class ScimRefusal extends Error {
  readonly status: number
  readonly type: ScimErrorType | null
  /** The hub's own failure behind it. */
  readonly failure: Failure | null
  constructor(status: number, detail: string, type: ScimErrorType | null = null, failure: Failure | null = null) {
    super(detail)
    this.status = status
    this.type = type
    this.failure = failure
  }
}

/** The hub's own failure: its code comes first, and what to do last. */
export function refusalOf(failure: Failure, status = 400, type: ScimErrorType | null = 'invalidValue'): ScimRefusal {
  const { what, next } = describeFailure(failure, 'en')
  return new ScimRefusal(status, `${failure.code} ${what} ${next}`, type, failure)
}

export const errorBody = ({ status, type, message }: ScimRefusal) => ({
  schemas: [scimMessages.error],
  status: String(status),
  ...(type === null ? {} : { scimType: type }),
  detail: message,
})
