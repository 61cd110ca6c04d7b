/** Passwords of the console's own accounts: Argon2id, and the rules a new one must keep. */
import { hash, verify } from '@node-rs/argon2'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'

/** Argon2id (RFC 9106) at OWASP's least: 19 MiB, two passes. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 }
export const leastLength = 12

const common = [
  ...[
    'password',
    'passw0rd',
    'salasana',
    'losenord',
    'lösenord',
    'letmein',
    'welcome',
    'tervetuloa',
    'valkommen',
    'administrator',
    'qwerty',
    'qwertyuiop',
  ],
  ...[
    'asdfgh',
    'zxcvbn',
    'abcdef',
    '123456',
    '987654',
    'iloveyou',
    'monkey',
    'dragon',
    'helsinki',
    'university',
    'yliopisto',
    'universitet',
    'helpdesk',
    'lodge',
  ],
]

/** What may be guessed of them: their names, by words of four letters or more. */
function personal(words: readonly string[]): string[] {
  return words.flatMap((word) => word.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length >= 4)
}

/** Fails with L-653 and what is wrong: `short`, `simple`, `common` or `personal`. Says nothing of the password. */
export function checkPassword(password: string, about: readonly string[]): Result<null> {
  if ([...password].length < leastLength) return fail(failures.passwordTooEasy, { why: 'short', least: leastLength })
  const lower = password.normalize('NFKC').toLowerCase()
  if (new Set(lower).size < 6) return fail(failures.passwordTooEasy, { why: 'simple', least: leastLength })
  const without = (word: string) => lower.replaceAll(word, '').replace(/[\d\s\p{P}\p{S}]/gu, '')
  if (common.some((word) => lower.includes(word) && without(word).length < 6))
    return fail(failures.passwordTooEasy, { why: 'common', least: leastLength })
  if (personal(about).some((word) => lower.includes(word) && without(word).length < 6))
    return fail(failures.passwordTooEasy, { why: 'personal', least: leastLength })
  return ok(null)
}

/** As PHC text. */
export async function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), cost)
}

let decoy: Promise<string> | null = null

/** Takes as long when there is no such account (`hashed` null) as when the password is wrong. */
export async function passwordMatches(hashed: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword('no account has this one')
  const right = await verify(hashed ?? (await decoy), password.normalize('NFKC'))
  return right && hashed !== null
}
