/** One signed request and its status. No redirects, no cookies, an answer that is read no further than its head. */
import { request as http } from 'node:http'
import { request as https } from 'node:https'
import { guardedLookup, mayCallAddress, type Guard } from './guard.ts'
import { signedHeaders } from './sign.ts'

export interface SignedPost {
  readonly url: string
  readonly key: string
  readonly id: string
  readonly at: number
  readonly body: Buffer
  readonly guard: Guard
  /** PEM of the authority to trust instead of the usual ones. */
  readonly ca?: string
  readonly timeoutMs: number
}

/** `not-sent`: certainly nothing arrived. `no-answer`: it may have. */
export type Posted = { readonly status: number } | { readonly error: 'not-allowed' | 'not-sent' | 'no-answer' }

export function signedPost(post: SignedPost): Promise<Posted> {
  if (!mayCallAddress(post.url, post.guard)) return Promise.resolve({ error: 'not-allowed' })
  const send = post.url.startsWith('http:') ? http : https
  return new Promise((resolve) => {
    let secure = false
    const call = send(
      post.url,
      {
        method: 'POST',
        headers: {
          ...signedHeaders(post.key, post.id, post.at, post.body),
          'content-length': post.body.length,
          'user-agent': 'lodge-hub',
        },
        lookup: guardedLookup(post.guard),
        agent: false,
        minVersion: 'TLSv1.2',
        ...(post.ca === undefined ? {} : { ca: post.ca }),
      },
      (answer) => {
        resolve({ status: answer.statusCode ?? 0 })
        answer.destroy()
      },
    )
    call.once('socket', (socket) =>
      socket.once(post.url.startsWith('http:') ? 'connect' : 'secureConnect', () => (secure = true)),
    )
    const timer = setTimeout(() => call.destroy(), post.timeoutMs)
    call.on('close', () => clearTimeout(timer))
    call.on('error', () => resolve({ error: secure ? 'no-answer' : 'not-sent' }))
    call.end(post.body)
  })
}
