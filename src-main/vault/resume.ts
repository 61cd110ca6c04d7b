/**
 * A desk that locked itself: the opening keys stay in memory, but only under a key that the badge itself makes, so the
 * badge alone resumes and a locked engine's memory holds no opening key. Nothing of this is ever on a disk.
 */
import { hkdfSync, randomBytes } from 'node:crypto'
import { unwrap, wipe, wrap } from './keystore-wrap.ts'

export interface ResumeKey {
  readonly salt: Buffer
  readonly key: Buffer
}

export interface Resting {
  readonly salt: Buffer
  readonly wrapped: readonly Buffer[]
}

const label = 'lodge/resume/1'

function derive(badge: string, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', Buffer.from(badge), salt, label, 32))
}

/** Made at sign-in, while the badge's id is in hand; the caller wipes `key`. */
export function makeResumeKey(badge: string): ResumeKey {
  const salt = randomBytes(32)
  return { salt, key: derive(badge, salt) }
}

/** Puts keys to rest: the originals and the resume key are zeros afterwards. */
export function putToRest(resume: ResumeKey, keys: readonly Buffer[]): Resting {
  const wrapped = keys.map((key) => wrap(resume.key, label, key))
  wipe(resume.key, ...keys)
  return { salt: resume.salt, wrapped }
}

/** The keys again, or null for another badge. */
export function wake(resting: Resting, badge: string): Buffer[] | null {
  const key = derive(badge, resting.salt)
  const keys = resting.wrapped.map((wrapped) => unwrap(key, label, wrapped))
  wipe(key)
  const opened = keys.filter((one) => one !== null)
  if (opened.length === keys.length && opened.length > 0) return opened
  wipe(...opened)
  return null
}
