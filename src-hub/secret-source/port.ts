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
  /** `stamp`: after a set, what the source says of when the password was changed; it tells later if it still is. */
  | { readonly kind: 'done'; readonly stamp?: string }
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
  /** The pickup's opaque id: which of an account's secrets it is. */
  readonly pickup: string
  /** ms; the end of the day that the slip says, after which the secret is put out of force unless it was used. */
  readonly expiresAt: number
  /** UTF-8; the caller wipes it. */
  readonly secret: Buffer
  readonly secretKind: SecretKind
  /** Locked until `enable`: the secret binds only once it has been handed over. */
  readonly locked: boolean
}

/** The end of a secret that was handed over. */
export interface ExpireRequest {
  readonly account: string
  readonly pickup: string
  readonly expiresAt: number
  /** What the source said when the secret was set; null: nothing. */
  readonly stamp: string | null
  /**
   * The hub was restored from a backup since: it may have forgotten that the account has a newer secret, so what must
   * still be changed need not be this one.
   */
  readonly restored: boolean
}

export interface SecretSource {
  /** Puts a secret in force in place of any other, to be changed at first use. */
  set(request: SetRequest): Promise<SourceOutcome>
  /** Puts it out of force. Unless `forced`, a password that the person has chosen since is left alone. */
  disable(account: string, forced: boolean): Promise<SourceOutcome>
  /** Whether a secret that was handed over is unused still: `done` (or the source cannot know), else `moot`. */
  unused(request: ExpireRequest): Promise<SourceOutcome>
  /** Puts it out of force if it is unused. */
  expire(request: ExpireRequest): Promise<SourceOutcome>
  /** Tells of a later end than `set` did. */
  prolong(request: Pick<ExpireRequest, 'account' | 'pickup' | 'expiresAt'>): Promise<SourceOutcome>
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
