/** A source of the institution's own behind a signed request: it is told the account and the secret, over TLS alone. */
import { newId } from '../../src-shared/protocol/ids.ts'
import { wipeable } from '../../src-shared/protocol/wipeable.ts'
import { signedPost, type Guard } from '../webhooks/index.ts'
import type { SecretSource, SourceOutcome } from './port.ts'

export interface WebhookSourceSettings {
  readonly url: string
  readonly key: string
  /** PEM of the authority to trust instead of the usual ones: it is one receiver, and it is told secrets. */
  readonly ca?: string
  readonly guard: Guard
  readonly now: () => number
  /** Longest that one call may take, whatever the receiver does. */
  readonly timeoutMs?: number
  /** Aborts when the hub has waited long enough for what is out. */
  readonly stop?: AbortSignal
}

/** A JSON string of UTF-8 bytes without a string of the runtime's in between (RFC 8259, section 7). */
function quoted(secret: Buffer): Buffer {
  const text = wipeable(secret.length * 6 + 2)
  let at = 0
  text[at++] = 0x22
  for (const byte of secret) {
    if (byte === 0x22 || byte === 0x5c) text[at++] = 0x5c
    if (byte >= 0x20) text[at++] = byte
    else at += text.write(`\\u00${byte.toString(16).padStart(2, '0')}`, at, 'ascii')
  }
  text[at++] = 0x22
  return text.subarray(0, at)
}

/** `{"type":"secret.set",...,"secret":"..."}` with the secret spliced in from its own bytes. */
function bodyWith(head: object, secret: Buffer): Buffer {
  const start = Buffer.from(`${JSON.stringify(head).slice(0, -1)},"secret":`)
  const text = quoted(secret)
  const body = wipeable(start.length + text.length + 1)
  start.copy(body)
  text.copy(body, start.length)
  body[body.length - 1] = 0x7d
  text.fill(0)
  return body
}

export function createWebhookSource(settings: WebhookSourceSettings): SecretSource {
  async function ask(body: Buffer): Promise<SourceOutcome> {
    const { url, key, guard, timeoutMs = 10_000 } = settings
    const ca = settings.ca === undefined ? {} : { ca: [settings.ca] }
    const stop = settings.stop === undefined ? {} : { stop: settings.stop }
    const posted = await signedPost({
      url,
      key,
      id: `msg_${newId()}`,
      at: settings.now(),
      body,
      guard,
      timeoutMs,
      ...ca,
      ...stop,
    })
    if ('error' in posted)
      return posted.error === 'no-answer'
        ? { kind: 'unknown', why: 'no-answer' }
        : { kind: 'unreachable', why: posted.error }
    const { status } = posted
    if (status >= 200 && status < 300) return { kind: 'done' }
    if (status === 429 || status === 503) return { kind: 'unreachable', why: `status-${status}` }
    // Any other 4xx is the receiver's word that it did nothing; a redirect is not followed with a secret in hand.
    return status >= 300 && status < 500
      ? { kind: 'refused', why: `status-${status}` }
      : { kind: 'unknown', why: `status-${status}` }
  }
  const tell = (body: object) => ask(Buffer.from(JSON.stringify(body)))
  return {
    async set({ account, pickup, secret, secretKind, locked, expiresAt }) {
      const body = bodyWith(
        { type: 'secret.set', account, pickup, secretKind, mustChange: true, locked, expiresAt },
        secret,
      )
      try {
        return await ask(body)
      } finally {
        body.fill(0)
      }
    },
    disable: (account, forced) => tell({ type: 'secret.disable', account, forced }),
    // Whether it was used is for the receiver to know: it is asked when the secret ends.
    unused: async () => ({ kind: 'done' }),
    expire: ({ account, pickup, expiresAt }) =>
      tell({ type: 'secret.disable', account, forced: false, reason: 'expired', pickup, expiresAt }),
    prolong: ({ account, pickup, expiresAt }) => tell({ type: 'secret.prolong', account, pickup, expiresAt }),
    enable: (account) => tell({ type: 'secret.enable', account }),
  }
}
