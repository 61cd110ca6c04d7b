/**
 * What one caller can take from the others: bombs of a few hundred bytes, floods, and streams without number. What
 * counts is counted at the hub: bytes that it unpacked, streams that stay open; and that another kiosk is served all
 * the while.
 */
import { connect as connectTls } from 'node:tls'
import { zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hintPath, hubApi, signatureHeaders } from '../../src-shared/hub-api/index.ts'
import { bodyDigest, signHead, signRequest } from '../../src-shared/protocol/request-signature.ts'
import { startInstitute, type HubHere, type Institute } from './hub.ts'
import type { KioskClient } from './kiosk-client.ts'
import { codeOf, openLine, type Answer } from './wire.ts'

let institute: Institute
let hub: HubHere
let victim: KioskClient
let other: KioskClient
beforeAll(async () => {
  institute = await startInstitute()
  hub = await institute.hub()
  victim = await institute.servingKiosk(hub, 'porter-millhill')
  other = await institute.servingKiosk(hub, 'porter-lakeside')
})
afterAll(async () => {
  await institute.stop()
})

const bomb = zstdCompressSync(Buffer.from(`{"entries":[${' '.repeat(15_900_000)}]}`))
const packed = { 'content-type': 'application/json', 'content-encoding': 'zstd' }
const json = (answer: Answer) => JSON.parse(answer.text) as { code?: string }
const unpacked = () => hub.running.limits.unpacked
const polls = async (kiosk: KioskClient) =>
  codeOf(await kiosk.call('feed', { query: { incarnation: kiosk.incarnation, cursor: 0, limit: 100 } }))

it('a bomb from nobody is refused before a byte of it is unpacked, at every route that takes a body', async () => {
  expect(bomb.length).toBeLessThan(2000)
  const line = openLine(hub.url, hub.authority)
  const before = unpacked()
  for (const { method, path, auth } of Object.values(hubApi)) {
    if (method !== 'POST') continue
    const answer = await line.send({ method, path, headers: packed, body: bomb })
    expect([400, 401, 403, 413, 429], `${auth} ${path}`).toContain(answer.status)
  }
  // With the head of a kiosk that does not exist.
  const headers = {
    ...packed,
    [signatureHeaders.kiosk]: 'k'.repeat(22),
    [signatureHeaders.time]: String(Date.now()),
    [signatureHeaders.signature]: 's'.repeat(86),
  }
  const answer = await line.send({ method: 'POST', path: hubApi.ledger.path, headers, body: bomb })
  expect(json(answer).code).toBe('L-603')
  expect(unpacked() - before).toBe(0)
  line.close()
})

it('two hundred bombs in a known kiosk’s name come to a few megabytes in all, and neither it nor another is refused', async () => {
  const before = unpacked()
  const path = hubApi.ledger.path
  const bombs = Array.from({ length: 200 }, () =>
    victim.raw({ method: 'POST', path, body: bomb }, { key: other.identity.signKey, headers: packed }),
  )
  // Served while they come.
  const during = await Promise.all(Array.from({ length: 5 }, () => polls(other)))
  expect(during).toEqual([null, null, null, null, null])
  const answers = await Promise.all(bombs)
  expect(new Set(answers.map((answer) => json(answer).code))).toEqual(new Set(['L-608', 'L-668']))
  const waiting = answers.find(({ status }) => status === 429)
  expect(Number(waiting?.headers['retry-after'])).toBeGreaterThan(0)
  // Unbounded it would be 200 × 15.9 MB.
  expect(unpacked() - before).toBeLessThan(6 * 1024 * 1024)
  expect(await polls(victim)).toBe(null)
  victim.ledger.write('engine-started', { version: '0.1.0', generation: 1 })
  expect(codeOf(await victim.push())).toBe(null)
})

it('a kiosk that signs the head of its bombs is itself made to wait, and nobody else', async () => {
  const path = hubApi.ledger.path
  const text = `{"entries":[${' '.repeat(15_900_000)}]}`
  const { kiosk, signKey } = victim.identity
  const line = openLine(hub.url, hub.authority)
  const before = unpacked()
  const send = () => {
    const time = victim.now()
    const body = bodyDigest(bomb)
    return line.send({
      method: 'POST',
      path,
      body: bomb,
      headers: {
        ...packed,
        [signatureHeaders.kiosk]: kiosk,
        [signatureHeaders.time]: String(time),
        [signatureHeaders.signature]: signRequest(signKey, 'POST', path, text, time),
        'lodge-body': body,
        'lodge-head': signHead(signKey, { method: 'POST', path, time, encoding: 'zstd', length: bomb.length, body }),
      },
    })
  }
  const answers = []
  for (let n = 0; n < 12; n++) answers.push(await send())
  expect(answers.map(({ status }) => status)).toContain(429)
  expect(unpacked() - before).toBeLessThan(100 * 1024 * 1024)
  expect(await polls(other)).toBe(null)
  // A head signed by another key, or over another body, is no head.
  const time = victim.now()
  const head = { method: 'POST', path, time, encoding: 'zstd', length: bomb.length, body: bodyDigest(bomb) }
  for (const [signature, body] of [
    [signHead(other.identity.signKey, head), head.body],
    [signHead(signKey, head), bodyDigest(Buffer.from('another'))],
  ] as const) {
    const answer = await line.send({
      method: 'POST',
      path,
      body: bomb,
      headers: {
        ...packed,
        [signatureHeaders.kiosk]: kiosk,
        [signatureHeaders.time]: String(time),
        [signatureHeaders.signature]: signRequest(signKey, 'POST', path, text, time),
        'lodge-body': body,
        'lodge-head': signature,
      },
    })
    expect(json(answer).code).toBe('L-606')
  }
  line.close()
})

it('a long body is not taken from the line before it is known whose it is', async () => {
  const { port, hostname } = new URL(hub.url)
  for (const [path, headers, code] of [
    [hubApi.ledger.path, '', 'L-606'],
    [hubApi.importPart.path, '', 'L-610'],
    [hubApi.signIn.path, '', 'L-608'],
    [hubApi.importPart.path, 'transfer-encoding: chunked\r\n', 'L-610'],
  ] as const) {
    const length = headers === '' ? 'content-length: 16000000\r\n' : headers
    const socket = connectTls({ host: hostname, port: Number(port), ca: hub.authority, servername: 'localhost' })
    socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n${length}\r\n`)
    // Not one byte of the body has been sent.
    const answer = await new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no answer to ${path} before its body`)), 10_000)
      let text = ''
      socket.on('data', (part: Buffer) => {
        text += part.toString()
        if (!text.includes('\r\n\r\n') || !text.includes('"code"')) return
        clearTimeout(late)
        resolve(text)
      })
      socket.once('error', reject)
    })
    expect(answer, path).toContain(`"code":"${code}"`)
    expect(answer.toLowerCase()).toContain('connection: close')
    socket.destroy()
  }
})

it('a hundred streams of hints from one kiosk: three stay, the newest; and another kiosk’s stream is left alone', async () => {
  const mine = await other.hints()
  expect(await mine.next(10_000)).toBe('data: pull')
  const streams: { readonly status: number; open: boolean }[] = []
  const lines = []
  for (let n = 0; n < 100; n++) {
    const line = openLine(hub.url, hub.authority)
    const time = victim.now()
    const message = await line.open({
      method: 'GET',
      path: hintPath,
      headers: {
        [signatureHeaders.kiosk]: victim.id,
        [signatureHeaders.time]: String(time),
        [signatureHeaders.signature]: signRequest(victim.identity.signKey, 'GET', hintPath, '', time),
      },
    })
    const stream = { status: message.statusCode ?? 0, open: true }
    message
      .on('close', () => (stream.open = false))
      .on('error', () => undefined)
      .resume()
    streams.push(stream)
    lines.push(line)
  }
  expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]))
  await expect.poll(() => streams.filter(({ open }) => open).length, { timeout: 20_000 }).toBe(3)
  expect(streams.slice(-3).every(({ open }) => open)).toBe(true)
  await hub.as('agent').issue(institute.accounts[0] ?? '', institute.desk('porter-lakeside'), 'Kurki-3141')
  expect(await mine.next(10_000)).toBe('data: pull')
  mine.close()
  for (const line of lines) line.close()
})

it('a flood of requests from one kiosk ends in L-668 with a time to wait, and it is served again afterwards', async () => {
  const answers = await Promise.all(Array.from({ length: 900 }, () => polls(victim)))
  expect(answers).toContain('L-668')
  expect(await polls(other)).toBe(null)
  await expect.poll(() => polls(victim), { timeout: 20_000 }).toBe(null)
})
