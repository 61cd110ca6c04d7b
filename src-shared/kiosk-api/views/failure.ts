import { z } from 'zod'
import { FailureParams } from '../../domain/bounds.ts'
import { isErrorCode, type ErrorCode } from '../../failures/codes.ts'

/** A failure as the window is told of it: its code, and what fills the placeholders of its text. */
export const FailureView = z.object({
  code: z.custom<ErrorCode>(isErrorCode),
  params: FailureParams.optional(),
})
