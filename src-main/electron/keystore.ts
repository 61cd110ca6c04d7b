/** The operating system's keystore through Electron's safeStorage; refused where it protects nothing. */
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { safeStorage } from 'electron'
import { fail, ok, type Result } from '../../src-shared/result.ts'
import type { Keystore } from '../shell/index.ts'
import { protects } from './rules.ts'

/** Which back end is in force: its name, or the platform's only one. */
function backend(): string {
  return process.platform === 'linux' ? safeStorage.getSelectedStorageBackend() : process.platform
}

/** `keystore.sealed` holds the back end's name and the sealed key; another back end than the one that sealed it is refused (L-806). */
export function createSafeStorageKeystore(dataDir: string): Keystore {
  const file = join(dataDir, 'keystore.sealed')

  function make(name: string): Buffer {
    const key = randomBytes(32)
    const sealed = safeStorage.encryptString(key.toString('base64'))
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const made = openSync(file, 'wx', 0o600)
    writeSync(made, `${name}\n${sealed.toString('base64')}\n`)
    fsyncSync(made)
    closeSync(made)
    return key
  }

  return {
    get name() {
      return `operating system keystore (${backend()})`
    },
    hardwareBacked: false,
    loadKey(): Promise<Result<Buffer>> {
      if (!safeStorage.isEncryptionAvailable() || !protects(backend())) return Promise.resolve(fail('L-806'))
      try {
        if (!existsSync(file)) return Promise.resolve(ok(make(backend())))
        const [name, sealed] = readFileSync(file, 'utf8').split('\n')
        if (name !== backend() || sealed === undefined) return Promise.resolve(fail('L-806'))
        const key = Buffer.from(safeStorage.decryptString(Buffer.from(sealed, 'base64')), 'base64')
        return Promise.resolve(key.length === 32 ? ok(key) : fail('L-806'))
      } catch {
        // Sealed on another computer or account.
        return Promise.resolve(fail('L-806'))
      }
    },
  }
}
