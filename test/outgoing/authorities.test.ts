/** An authority of the institution's own is trusted beside the usual ones; and what of its file will not do is said. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { authority } from '../../src-hub/doctor/checks.ts'
import { issueServerIdentity } from '../../src-hub/keys/index.ts'
import { usualAnd } from '../../src-shared/outgoing/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodge-authorities-'))
let ca = ''
let server = ''
const now = Date.now()
const day = 86_400_000
beforeAll(async () => {
  const identity = await issueServerIdentity(folder, ['localhost'])
  ca = identity.authority
  server = identity.certificate
})
afterAll(() => rmSync(folder, { recursive: true }))

it('it is added to the usual authorities: none of them is lost', () => {
  const usual = getCACertificates('default')
  expect(usual.length).toBeGreaterThan(50)
  expect(usualAnd(ca)).toEqual([...usual, ca])
})

it.each<[string, () => string | undefined, number, string, RegExp | null]>([
  ['not set', () => undefined, now, 'not-set', null],
  ['an authority', () => ca, now, 'ok', /^1, ends in \d+ days$/],
  ['two', () => `${ca}\n${server}`, now, 'ok', /^2, |renew|ends/],
  ['with words around it', () => `# ours\n${ca}\n# end`, now, 'ok', /days/],
  ['with lines of Windows', () => ca.replaceAll('\n', '\r\n'), now, 'ok', /days/],
  ['near its end', () => ca, now + 3640 * day, 'ok', /renew/],
  ['ended', () => ca, now + 3651 * day, 'failed', /ended \d{4}-\d\d-\d\d/],
  ['not begun', () => ca, now - 10 * day, 'failed', /begins \d{4}-\d\d-\d\d/],
  ['one of two ended', () => `${ca}\n${server}`, now + 365 * day, 'failed', /ended/],
  ['empty', () => '', now, 'failed', /no certificate/],
  ['a key and no certificate', () => ca.replaceAll('CERTIFICATE', 'PRIVATE KEY'), now, 'failed', /no certificate/],
  ['cut short', () => ca.slice(0, 200), now, 'failed', /no certificate/],
  ['damaged', () => ca.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAA'), now, 'failed', /damaged/],
  ['a web page', () => '<html>', now, 'failed', /no certificate/],
])('%s', (_what, pem, at, state, said) => {
  const check = authority('x', 'LODGE_HUB_WEBHOOK_CA_FILE', pem(), at)
  expect(check.state).toBe(state)
  const text = `${check.detail ?? ''}${String(check.failure?.params?.['why'] ?? '')}`
  if (said !== null) expect(text).toMatch(said)
})
