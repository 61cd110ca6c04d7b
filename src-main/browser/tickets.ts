/** Launch tokens and the cookie they are exchanged for. Tokens open one window once; the cookie is that window's. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const tokenLifeMs = 60_000
export const cookieName = 'lodge'

export interface Tickets {
  /** A fresh one-time token, 256 bits, base64url. */
  mint(): string
  /** Spends a token; returns the cookie's value, or null. */
  redeem(token: string): string | null
  /** Whether a Cookie header carries the present window's cookie. */
  admits(header: string | undefined): boolean
}

const digest = (text: string) => createHash('sha256').update(text).digest()
const same = (a: Buffer, b: Buffer) => timingSafeEqual(a, b)

export function createTickets(monotonic: () => number): Tickets {
  const tokens = new Map<string, { hash: Buffer; until: number }>()
  let cookie: Buffer | null = null
  return {
    mint() {
      const token = randomBytes(32).toString('base64url')
      const hash = digest(token)
      tokens.set(hash.toString('hex'), { hash, until: monotonic() + tokenLifeMs })
      return token
    },
    redeem(token) {
      const hash = digest(token)
      const key = hash.toString('hex')
      const found = tokens.get(key)
      tokens.delete(key)
      for (const [old, { until }] of tokens) if (until < monotonic()) tokens.delete(old)
      if (found === undefined || found.until < monotonic() || !same(found.hash, hash)) return null
      const value = randomBytes(32).toString('base64url')
      // One window at a time: the newest ends the one before.
      cookie = digest(value)
      return value
    },
    admits(header) {
      if (cookie === null || header === undefined) return false
      const present = cookie
      return header
        .split(';')
        .map((part) => part.trim())
        .some((part) => part.startsWith(`${cookieName}=`) && same(digest(part.slice(cookieName.length + 1)), present))
    },
  }
}
