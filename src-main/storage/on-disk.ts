/** A disk that fails is an expected failure: what meets it answers with its code instead of throwing. */
import { ok, type Result } from '../../src-shared/failures/result.ts'
import { storageFailure } from './store.ts'

function failed(error: unknown): Result<never> {
  const failure = storageFailure(error)
  if (failure === null) throw error
  return { ok: false, failure }
}

/**
 * The answer of work on the store. Fails with L-802 to L-804 where the disk does; whatever else was thrown is thrown
 * on.
 */
export function onDisk<T>(work: () => Result<T>): Result<T> {
  try {
    return work()
  } catch (error) {
    return failed(error)
  }
}

/** As `onDisk`, of work that fails in no other way. */
export const written = <T>(work: () => T): Result<T> => onDisk(() => ok(work()))

/** As `onDisk`, of work that takes its time. */
export async function onDiskLater<T>(work: () => Result<T> | Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await work()
  } catch (error) {
    return failed(error)
  }
}
