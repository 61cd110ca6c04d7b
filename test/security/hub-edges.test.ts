/**
 * What is refused before any handler sees it: bodies that are too large, packed or not; and what a browser is told
 * about the console's page.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, constants, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startHub, type RunningHub } from '../../src-hub/index.ts'
import { importPartBytes } from '../../src-shared/hub-api/agent/imports.ts'
import { openTestDatabase, type TestDatabase } from '../support/database.ts'

const token = 'agent-token-of-the-edges-0001'
const folder = mkdtempSync(join(tmpdir(), 'lodge-edges-'))
const bugs: unknown[] = []
let hub: RunningHub

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
  mkdirSync(join(folder, 'console'))
  writeFileSync(join(folder, 'console/index.html'), '<!doctype html><title>Console</title>')
  const started = await startHub({
    dataDir: join(folder, 'hub'),
    databaseUrl: database.url,
    behindProxy: true,
    work: false,
    consoleDir: join(folder, 'console'),
    tokens: new Map([[token, { name: 'tester', role: 'supervisor' }]]),
    onBug: (where, error) => bugs.push(where, error),
  })
  if (!started.ok) throw new Error(started.failure.code)
  hub = started.value
})
afterAll(async () => {
  await hub.stop()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

const mebibyte = 1024 * 1024
async function send(path: string, body: string | Uint8Array<ArrayBuffer>, encoding: string | null = null) {
  const reply = await fetch(hub.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...(encoding === null ? {} : { 'content-encoding': encoding }),
    },
    body,
  })
  return { status: reply.status, ...((await reply.json()) as { code?: string; params?: Record<string, unknown> }) }
}
const tooLarge = { status: 400, code: 'L-608', params: { where: 'size' } }
const importing = async (name: string) =>
  (await send('/v1/agent/imports', JSON.stringify({ name }))) as unknown as { status: number; id: string }

it('a body of more than sixteen megabytes is refused by its size', async () => {
  expect(await send('/v1/agent/imports', JSON.stringify({ name: 'x', more: 'y'.repeat(17 * mebibyte) }))).toEqual(
    tooLarge,
  )
  // The hub goes on.
  expect((await importing('small.csv')).status).toBe(200)
})

it.each([
  ['zstd', (text: string) => zstdCompressSync(text)],
  ['br', (text: string) => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } })],
] as const)('one that unpacks to more than that is refused too: %s', async (encoding, pack) => {
  const packed = pack(JSON.stringify({ name: 'x', more: 'y'.repeat(64 * mebibyte) }))
  expect(packed.length).toBeLessThan(mebibyte)
  expect(await send('/v1/agent/imports', new Uint8Array(packed), encoding)).toEqual(tooLarge)
})

it('a part of an import holds no more than it may, and nothing of one that does is kept', async () => {
  const { id } = await importing('parts.csv')
  const part = (bytes: number) =>
    send(
      '/v1/agent/imports/parts',
      JSON.stringify({ id, part: 0, bytes: Buffer.alloc(bytes, 'y').toString('base64'), last: false }),
    )
  expect(await part(importPartBytes + 3)).toMatchObject({ status: 400, code: 'L-608', params: { where: 'bytes' } })
  expect(await hub.db.selectFrom('import_part').select('part').execute()).toEqual([])
  expect(await part(importPartBytes)).toMatchObject({ status: 200, received: 1 })
  expect(bugs).toEqual([])
})

it('the console’s page runs no script but its own, in nobody’s frame, and sends forms nowhere else', async () => {
  for (const path of ['/', '/pickups', '/sign-in?next=//example.org']) {
    const { headers } = await fetch(hub.url + path)
    expect(headers.get('content-type')).toContain('text/html')
    const policy = new Map(
      (headers.get('content-security-policy') ?? '')
        .split('; ')
        .map((part) => part.split(/ (.*)/).slice(0, 2) as [string, string]),
    )
    expect(Object.fromEntries(policy)).toMatchObject({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'connect-src': "'self'",
      'base-uri': "'none'",
      'form-action': "'self'",
      'frame-ancestors': "'none'",
    })
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|https?:|\*/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
  }
})
