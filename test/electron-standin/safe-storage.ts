/**
 * `safeStorage` with a key in the stand-in's folder. `STANDIN_BACKEND` names the back end, `none` has no encryption.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder } from './app.ts'

const backend = process.env['STANDIN_BACKEND'] ?? 'gnome_libsecret'

function key(): Buffer {
  const file = join(folder, `keyring-${backend}`)
  if (!existsSync(file)) writeFileSync(file, randomBytes(32))
  return readFileSync(file)
}

export const safeStorage = {
  getSelectedStorageBackend: () => backend,
  isAsyncEncryptionAvailable: () => Promise.resolve(backend !== 'none'),
  encryptStringAsync(text: string): Promise<Buffer> {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key(), nonce)
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Promise.resolve(Buffer.concat([nonce, cipher.getAuthTag(), sealed]))
  },
  async decryptStringAsync(sealed: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> {
    const decipher = createDecipheriv('aes-256-gcm', key(), sealed.subarray(0, 12))
    decipher.setAuthTag(sealed.subarray(12, 28))
    return {
      result: Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8'),
      shouldReEncrypt: false,
    }
  },
}
