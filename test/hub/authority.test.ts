/** The hub's own authority over the years: its files, and its change-over. Real TLS and a clock that is moved. */
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { issueServerIdentity } from '../../src-hub/keys/index.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lodge-authority-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const read = (name: string) => readFileSync(join(folder, name), 'utf8')

test('what people copy holds no private key', async () => {
  await issueServerIdentity(folder, ['localhost'])
  expect(read('authority.pem')).toContain('BEGIN CERTIFICATE')
  expect(read('authority.pem')).not.toContain('PRIVATE')
  expect(read('authority.key')).toContain('PRIVATE KEY')
  expect(statSync(join(folder, 'authority.key')).mode & 0o777).toBe(0o600)
})

test('a folder from before, with both in one file, is taken apart and stays the same authority', async () => {
  const { authority } = await issueServerIdentity(folder, ['localhost'])
  const [certificate, key] = [read('authority.pem'), read('authority.key')]
  for (const name of ['authority.pem', 'authority.key']) rmSync(join(folder, name))
  writeFileSync(join(folder, 'authority.pem'), `${key}${certificate}`, { mode: 0o600 })
  const again = await issueServerIdentity(folder, ['localhost'])
  expect(again.authority).toBe(authority)
  expect(read('authority.pem')).toBe(certificate)
  expect(read('authority.key')).toBe(key)
  const issued = new X509Certificate(again.certificate)
  expect(issued.verify(new X509Certificate(authority).publicKey)).toBe(true)
})

test('one that was cut off between the two files is taken up again; without its key nothing is made in its place', async () => {
  const { authority } = await issueServerIdentity(folder, ['localhost'])
  const [certificate, key] = [read('authority.pem'), read('authority.key')]
  // The key was written, and the other file not yet.
  writeFileSync(join(folder, 'authority.pem'), `${key}${certificate}`)
  expect((await issueServerIdentity(folder, ['localhost'])).authority).toBe(authority)
  rmSync(join(folder, 'authority.key'))
  await expect(issueServerIdentity(folder, ['localhost'])).rejects.toThrow('authority.key is missing')
  expect(read('authority.pem')).toBe(certificate)
})
