/**
 * The key-encryption key's home, as a port: the Electron shell has the operating system's keystore, the browser shell
 * this file.
 */
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'

export interface Keystore {
  /** As the start line says it. */
  readonly name: string
  readonly hardwareBacked: boolean
  /** 32 bytes in a Buffer of its own; the caller wipes it. Fails with L-806. */
  loadKey(): Promise<Result<Buffer>>
}

/**
 * A systemd credential where the unit gives one (systemd.exec(5), LoadCredentialEncrypted), else a key file in the data
 * folder, 0600: whoever can read that folder can read the key, and the start line says so.
 */
export function createFileKeystore(dataDir: string, env: NodeJS.ProcessEnv = process.env): Keystore {
  const credential = env.CREDENTIALS_DIRECTORY === undefined ? null : join(env.CREDENTIALS_DIRECTORY, 'lodge-kek')
  if (credential !== null && existsSync(credential)) {
    return { name: 'systemd credential', hardwareBacked: false, loadKey: () => Promise.resolve(readKey(credential)) }
  }
  const file = join(dataDir, 'keystore.key')
  return {
    name: `key file ${file}`,
    hardwareBacked: false,
    loadKey() {
      try {
        if (!existsSync(file)) {
          mkdirSync(dataDir, { recursive: true, mode: 0o700 })
          const made = openSync(file, 'wx', 0o600)
          writeSync(made, randomBytes(32))
          fsyncSync(made)
          closeSync(made)
        }
        // A key that others can read is no key: refused, not repaired.
        if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
          return Promise.resolve(fail(failures.keysSealed))
        return Promise.resolve(readKey(file))
      } catch {
        return Promise.resolve(fail(failures.diskNotWritable))
      }
    },
  }
}

function readKey(file: string): Result<Buffer> {
  const key = readFileSync(file)
  return key.length === 32 ? ok(key) : fail(failures.keysSealed)
}
