/** One signed request and its status. No redirects, no cookies, an answer that is read no further than its head. */
import { callOut } from '../../src-shared/outgoing/index.ts'
import { guardedLookup, mayCallAddress, type Guard } from './guard.ts'
import { signedHeaders } from './sign.ts'

export interface SignedPost {
  readonly url: string
  readonly key: string
  readonly id: string
  readonly at: number
  readonly body: Buffer
  readonly guard: Guard
  /** PEMs of the authorities to trust instead of the usual ones. */
  readonly ca?: readonly string[]
  /** From the look at the name to the answer's head, ms. */
  readonly timeoutMs: number
  readonly stop?: AbortSignal
}

/** `not-sent`: certainly nothing arrived. `no-answer`: it may have. */
export type Posted = { readonly status: number } | { readonly error: 'not-allowed' | 'not-sent' | 'no-answer' }

/** Settles within `timeoutMs`, whatever the receiver does; a `1xx` is no answer. */
export async function signedPost(post: SignedPost): Promise<Posted> {
  if (!mayCallAddress(post.url, post.guard)) return { error: 'not-allowed' }
  let connected = false
  try {
    const { status } = await callOut({
      method: 'POST',
      url: post.url,
      headers: { ...signedHeaders(post.key, post.id, post.at, post.body), 'user-agent': 'lodge-hub' },
      body: post.body,
      totalMs: post.timeoutMs,
      maxBytes: 0,
      lookup: guardedLookup(post.guard),
      onConnected: () => (connected = true),
      ...(post.ca === undefined ? {} : { ca: post.ca }),
      ...(post.stop === undefined ? {} : { stop: post.stop }),
    })
    return { status }
  } catch {
    return { error: connected ? 'no-answer' : 'not-sent' }
  }
}
