/** The operating system's keystore through Electron's safeStorage; refused where it protects nothing. */
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { safeStorage } from 'electron'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Keystore } from '../shell/index.ts'
import { protects } from './rules.ts'

/** Which back end is in force: its name, or the platform's only one (DPAPI, Keychain). */
function backend(): string {
  return process.platform === 'linux' ? safeStorage.getSelectedStorageBackend() : process.platform
}

/** Whole or not at all: written beside, made durable, renamed. */
function writeDurably(folder: string, file: string, text: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const beside = `${file}.new`
  const made = openSync(beside, 'w', 0o600)
  writeSync(made, text)
  fsyncSync(made)
  closeSync(made)
  renameSync(beside, file)
  if (process.platform === 'win32') return
  const parent = openSync(folder, 'r')
  fsyncSync(parent)
  closeSync(parent)
}

/**
 * `keystore.sealed` holds the back end's name and the sealed key. Fails with L-913 where the session has no back end
 * that protects, and with L-806 when another back end or computer sealed the key: never falls back, never makes a
 * second key beside one that it cannot open.
 */
export function createSafeStorageKeystore(dataDir: string): Keystore {
  const file = join(dataDir, 'keystore.sealed')

  async function seal(key: Buffer): Promise<void> {
    const sealed = await safeStorage.encryptStringAsync(key.toString('base64'))
    writeDurably(dataDir, file, `${backend()}\n${sealed.toString('base64')}\n`)
  }

  async function load(): Promise<Result<Buffer>> {
    if (!(await safeStorage.isAsyncEncryptionAvailable()) || !protects(backend())) return fail(failures.noKeystore)
    if (!existsSync(file)) {
      // A database without its key was made elsewhere: a fresh key would open nothing.
      if (existsSync(join(dataDir, 'kiosk.db'))) return fail(failures.keysSealed)
      const key = randomBytes(32)
      await seal(key)
      return ok(key)
    }
    const [name, sealed] = readFileSync(file, 'utf8').split('\n')
    if (name !== backend() || sealed === undefined) return fail(failures.keysSealed)
    const opened = await safeStorage.decryptStringAsync(Buffer.from(sealed, 'base64'))
    const key = Buffer.from(opened.result, 'base64')
    if (key.length !== 32) return fail(failures.keysSealed)
    if (opened.shouldReEncrypt) await seal(key)
    return ok(key)
  }

  return {
    get name() {
      return `operating system keystore (${backend()})`
    },
    hardwareBacked: false,
    // Sealed on another computer or account, or a disk that cannot be written: closed, with the code.
    loadKey: () => load().catch(() => fail(failures.keysSealed)),
  }
}
