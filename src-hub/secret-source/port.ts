/**
 * Where a secret is put in force: a directory, or whatever an institution has. The adapters say what they know for
 * certain, because everything that follows depends on it.
 */
import type { SecretKind } from '../../src-shared/domain/index.ts'

/**
 * `done`: in force. `moot`: nothing to disable, the person has chosen a password of their own since. `refused`: asking
 * again would not help; certainly not in force, unless `written`. `unreachable`: certainly not in force, ask again
 * later. `unknown`: the request was sent and no answer came; it may be in force.
 */
export type SourceOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'moot' }
  /**
   * `rule`: the secret itself broke a rule of the source's; another one may not. `written`: the secret is in force, and
   * what was to come with it (must-change, the lock) is not: it must be put out of force again.
   */
  | { readonly kind: 'refused'; readonly why: string; readonly rule?: true; readonly written?: true }
  | { readonly kind: 'unreachable'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string }

export interface SetRequest {
  readonly account: string
  /** UTF-8; the caller wipes it. */
  readonly secret: Buffer
  readonly secretKind: SecretKind
  /** Locked until `enable`: the secret binds only once it has been handed over. */
  readonly locked: boolean
}

export interface SecretSource {
  /** Puts a secret in force in place of any other, to be changed at first use. */
  set(request: SetRequest): Promise<SourceOutcome>
  /** Puts it out of force. Unless `forced`, a password that the person has chosen since is left alone. */
  disable(account: string, forced: boolean): Promise<SourceOutcome>
  /** Unlocks what `set` has locked. */
  enable(account: string): Promise<SourceOutcome>
}

/** What granting needs to know of secrets. */
export interface Secrets {
  /** A fresh one in a Buffer of its own; the caller wipes it. */
  generate(kind: SecretKind): Buffer
  /** Whether a secret must be in force somewhere before it is granted. */
  readonly directory: boolean
  /** Locked at the source until handed over. */
  readonly atHandover: boolean
  /**
   * Does what is owed for a pickup now, in this request; returns when it is done or left to the worker. `secret` is
   * used instead of a generated one at this first try only: it is kept nowhere.
   */
  settle(pickup: string, secret: Buffer | null): Promise<void>
}
