/** Headers and fixed paths of the hub API. */
/** Headers of a signed request (docs/architecture.md#ledger-and-sync, point 2). */
export const signatureHeaders = { kiosk: 'lodge-kiosk', time: 'lodge-time', signature: 'lodge-signature' } as const
/**
 * Of a request with a body of some length, beside those: the SHA-256 of the body as it goes on the line, base64url, and
 * a signature over the head (`signHead`), so that the hub knows who is calling before it reads the body, let alone
 * unpacks it. Kiosks of 0.1 do not send them, and are served within smaller limits.
 */
export const headHeaders = { body: 'lodge-body', signature: 'lodge-head' } as const
/** Hub time on every reply, ms. */
export const hubTimeHeader = 'lodge-hub-time'
/**
 * With a page of the feed or of a snapshot that is not the last: where the next one begins, so that it can be asked for
 * before this one is read.
 */
export const nextPageHeader = 'lodge-next'
/** A signed request's time may differ from hub time by this much, ms. */
export const requestTimeWindow = 300_000
/** `GET /v1/hint`: server-sent events that only say "pull now". */
export const hintPath = '/v1/hint'
