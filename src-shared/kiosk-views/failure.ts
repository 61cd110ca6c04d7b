import { z } from 'zod'
import { isErrorCode, type ErrorCode } from '../errors.ts'

/** A failure as the window is told of it: its code, and what fills the placeholders of its text. */
export const FailureView = z.object({
  code: z.custom<ErrorCode>(isErrorCode),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
})
