/**
 * Expected failures are values: a handler returns a Result, and only bugs throw
 * (docs/architecture.md#rules-of-the-house, rule 4).
 */
import type { ErrorCode, ErrorParams } from './codes.ts'

/**
 * An expected failure. `params` fill the placeholders of the code's texts; they never hold a password, a card number or
 * an identity code.
 */
export interface Failure {
  readonly code: ErrorCode
  readonly params?: ErrorParams
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure }

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

export function fail(code: ErrorCode, params?: ErrorParams): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: params === undefined ? { code } : { code, params } }
}

/** Compile-time proof that a switch is exhaustive; reaching it at run time is a bug. */
export function unreachable(value: never): never {
  throw new Error(`unreachable case: ${JSON.stringify(value)}`)
}
