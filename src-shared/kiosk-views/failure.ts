import { z } from 'zod'
import { FailureParams } from '../bounds.ts'
import { isErrorCode, type ErrorCode } from '../errors.ts'

/** A failure as the window is told of it: its code, and what fills the placeholders of its text. */
export const FailureView = z.object({
  code: z.custom<ErrorCode>(isErrorCode),
  params: FailureParams.optional(),
})
