/** A file that is refused as a whole. */
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'

/** Ends the reading with a failure of the whole file. */
export class FileRefused extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.code)
    this.failure = failure
  }
}

/** `work`, with a refusal of the file as a value. */
export async function refusable<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work())
  } catch (error) {
    if (error instanceof FileRefused) return fail(error.failure.code, error.failure.params)
    throw error
  }
}
