import { randomBytes } from 'node:crypto'

/** A fresh opaque id: 16 random bytes, base64url (22 characters). */
export function newId(random: (size: number) => Buffer = randomBytes): string {
  return random(16).toString('base64url')
}
