/**
 * DNS rebinding at the kiosk's browser shell: a page of another name that resolves to 127.0.0.1 gets nothing, by no
 * verb and no trick.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createBrowserShell, type BrowserShell } from '../../src-main/browser/shell.ts'
import type { EngineSupervisor } from '../../src-main/shell/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodge-adversary-shell-'))
let shell: BrowserShell
let port = 0
let cookie = ''
let calls = 0
const supervisor: EngineSupervisor = {
  start: async () => undefined,
  stop: async () => undefined,
  notice: () => ({ t: 'shell', engine: 'up', failure: null }),
  onFrame: () => () => undefined,
  call: () => void (calls += 1),
  retry: () => undefined,
  pid: () => undefined,
}

beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), 'the window of the kiosk')
  shell = createBrowserShell({ supervisor, rendererDir: folder, port: 0, monotonic: () => performance.now() })
  port = (await shell.start()).port
  const url = new URL(shell.launchUrl())
  const answer = await ask([`GET ${url.pathname}${url.search} HTTP/1.1`, `Host: 127.0.0.1:${port}`])
  cookie = /set-cookie: ([^;]+)/i.exec(answer)?.[1] ?? ''
})
afterAll(async () => {
  await shell.stop()
  rmSync(folder, { recursive: true, force: true })
})

const quietMs = 5000

/** Sends exactly these lines and returns all that comes back until the shell closes the line. */
function ask(lines: readonly string[], connection = 'close'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.setTimeout(quietMs, () => {
      socket.destroy()
      reject(new Error(`the shell neither answered nor closed in ${quietMs} ms: ${lines[0] ?? ''}`))
    })
    socket.on('data', (bytes) => (text += bytes.toString('latin1')))
    socket.on('error', () => resolve(text))
    socket.on('close', () => resolve(text))
    socket.write([...lines, `Connection: ${connection}`, '', ''].join('\r\n'))
  })
}
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0)

it('is the window of its own name alone', async () => {
  const own = await ask(['GET / HTTP/1.1', `Host: 127.0.0.1:${port}`, `Cookie: ${cookie}`])
  expect(own).toContain('the window of the kiosk')
})

it.each([
  ['a rebound name', () => [`Host: rebound.example:${port}`]],
  ['a rebound name without a port', () => ['Host: rebound.example']],
  ['the same address under another name', () => [`Host: localhost:${port}`]],
  ['the address with a dot', () => [`Host: 127.0.0.1.:${port}`]],
  ['the address as one number', () => [`Host: 2130706433:${port}`]],
  ['the address in IPv6', () => [`Host: [::ffff:127.0.0.1]:${port}`]],
  ['a user before the address', () => [`Host: rebound.example@127.0.0.1:${port}`]],
  ['a forwarded host', () => [`Host: rebound.example:${port}`, `X-Forwarded-Host: 127.0.0.1:${port}`]],
  ['an upper-case and padded host', () => [`Host: 127.0.0.1:${port}, rebound.example`]],
])('%s is refused, page, launch and socket, even with the window’s own cookie', async (_what, hosts) => {
  for (const path of ['/', '/index.html', '/launch?token=x', `http://127.0.0.1:${port}/`, '/kiosk']) {
    const answer = await ask([`GET ${path} HTTP/1.1`, ...hosts(), `Cookie: ${cookie}`])
    expect([400, 403]).toContain(statusOf(answer))
    expect(answer).not.toContain('the window of the kiosk')
    expect(answer.toLowerCase()).not.toContain('access-control-allow')
  }
  const upgrade = await ask(
    [
      'GET /kiosk HTTP/1.1',
      ...hosts(),
      `Cookie: ${cookie}`,
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      `Origin: http://127.0.0.1:${port}`,
    ],
    'Upgrade',
  )
  expect([400, 403]).toContain(statusOf(upgrade))
  expect(calls).toBe(0)
})

it.each(['http://rebound.example', 'null', 'http://localhost', 'https://127.0.0.1', 'file://', ''])(
  'a socket with the origin %j is refused, with the right host and cookie',
  async (origin) => {
    const upgrade = await ask(
      [
        'GET /kiosk HTTP/1.1',
        `Host: 127.0.0.1:${port}`,
        `Cookie: ${cookie}`,
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
        ...(origin === '' ? [] : [`Origin: ${origin}`]),
      ],
      'Upgrade',
    )
    expect(statusOf(upgrade)).toBe(403)
    expect(calls).toBe(0)
  },
)
