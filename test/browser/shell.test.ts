import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createBrowserShell, takenOver } from '../../src-main/browser/shell.ts'
import { fakeEngine } from '../shell/helpers.ts'

const { supervisor, until } = fakeEngine('serve')
const folder = mkdtempSync(join(tmpdir(), 'lodge-shell-'))
const outside = mkdtempSync(join(tmpdir(), 'lodge-outside-'))
writeFileSync(join(folder, 'index.html'), 'the window')
writeFileSync(join(outside, 'private.json'), '{}')
symlinkSync(join(outside, 'private.json'), join(folder, 'link.json'))
const shell = createBrowserShell({ supervisor, rendererDir: folder, port: 0, monotonic: () => performance.now() })
let port = 0

beforeAll(async () => {
  await supervisor.start()
  await until('up')
  port = (await shell.start()).port
})
afterAll(async () => {
  await shell.stop()
  await supervisor.stop()
})

const get = (path: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers }, (answer) => {
      let body = ''
      answer.on('data', (part) => (body += String(part)))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }))
    })
      .on('error', reject)
      .end()
  })
async function signedIn(): Promise<string> {
  const url = new URL(shell.launchUrl())
  const answer = await get(url.pathname + url.search)
  return String(answer.headers['set-cookie']).split(';')[0] ?? ''
}
const open = (cookie: string, origin = `http://127.0.0.1:${port}`) =>
  new WebSocket(`ws://127.0.0.1:${port}/kiosk`, { headers: { cookie, origin } })
const next = (socket: WebSocket) =>
  new Promise<unknown>((resolve) => socket.once('message', (data) => resolve(JSON.parse((data as Buffer).toString()))))
const closed = (socket: WebSocket) => new Promise<number>((resolve) => socket.once('close', resolve))
const failed = (socket: WebSocket) =>
  new Promise<string>((resolve) => socket.once('error', (error) => resolve(error.message)))

test('a launch token opens one window, once, by an HttpOnly strict cookie', async () => {
  const url = new URL(shell.launchUrl())
  const first = await get(url.pathname + url.search)
  expect(first.status).toBe(303)
  expect(String(first.headers['set-cookie'])).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/)
  expect((await get(url.pathname + url.search)).status).toBe(403)
})

test('without the cookie, or under another name, there is a refusal in three languages and no window', async () => {
  const refused = await get('/')
  expect(refused.status).toBe(403)
  expect(refused.body).toMatch(/L-906.*lang="fi".*lang="sv".*lang="en"/s)
  const cookie = await signedIn()
  expect((await get('/', { cookie, host: `evil.example:${port}` })).status).toBe(403)
  const served = await get('/', { cookie })
  expect(served.body).toBe('the window')
  expect(served.headers['content-security-policy']).toContain("default-src 'none'")
})

test.each([
  '/../private.json',
  '/..%2fprivate.json',
  '/%2e%2e/private.json',
  '/link.json',
  '/%00.json',
  '/..%5cprivate.json',
])('%s is not served', async (path) => {
  expect((await get(path, { cookie: await signedIn() })).status).toBe(404)
})

test('a foreign origin or a missing cookie gets no connection', async () => {
  const cookie = await signedIn()
  expect(await failed(open(cookie, 'http://evil.example'))).toContain('403')
  expect(await failed(open('lodge=x'))).toContain('403')
})

test('a peer that resets after a refused upgrade does not end the shell', async () => {
  await new Promise<void>((resolve) => {
    const peer = connect(port, '127.0.0.1', () => {
      peer.write('GET /kiosk HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', () =>
        peer.resetAndDestroy(),
      )
    })
    peer.on('error', () => undefined)
    peer.on('close', () => resolve())
  })
  expect((await get('/')).status).toBe(403)
})

test('frames pass the gate or are refused with a code; an oversize one ends the connection; a second window takes over', async () => {
  const cookie = await signedIn()
  const one = open(cookie)
  expect(await next(one)).toMatchObject({ t: 'shell', engine: 'up' })
  for (const method of ['constructor', '__proto__', 'nonsense']) {
    one.send(JSON.stringify({ t: 'call', id: 1, method, input: {} }))
    expect(await next(one)).toMatchObject({ result: { ok: false, failure: { code: 'L-902' } } })
  }
  one.send(JSON.stringify({ t: 'call', id: 2, method: 'release', input: { text: 'x' } }))
  expect(await next(one)).toMatchObject({ id: 2, result: { ok: false, failure: { code: 'L-903' } } })
  const end = closed(one)
  const two = open(cookie)
  expect(await next(two)).toMatchObject({ t: 'shell' })
  expect(await end).toBe(takenOver)
  const oversize = closed(two)
  two.on('error', () => undefined)
  two.send('x'.repeat(65 * 1024))
  expect(await oversize).toBe(1009)
})
