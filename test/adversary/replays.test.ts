/**
 * What was signed once is sent again, or for something else; a new opening key is told while a supervisor confirms
 * another; links that lead back to themselves lie on the kiosk's disk.
 */
import { randomBytes } from 'node:crypto'
import { readlinkSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { signatureHeaders } from '../../src-shared/hub-api/headers.ts'
import { hubApi } from '../../src-shared/hub-api/index.ts'
import { newSealKeyPair } from '../../src-shared/protocol/envelope.ts'
import { countersign, openingFingerprint } from '../../src-shared/protocol/opening-link.ts'
import { signRequest } from '../../src-shared/protocol/request-signature.ts'
import { startEngineDesk } from './engine.ts'
import { startInstitute, type HubHere, type Institute } from './hub.ts'
import { codeOf, pathOf, read, value } from './wire.ts'

let institute: Institute
let hub: HubHere
beforeAll(async () => {
  institute = await startInstitute()
  hub = await institute.hub()
})
afterAll(async () => {
  await institute.stop()
})

const text = (key: Uint8Array) => Buffer.from(key).toString('base64url')
const nonce = () => randomBytes(16).toString('base64url')

it('a signed head says nothing for another body, path, query, kiosk or time, and counts once where it is sent again', async () => {
  const desk = institute.desk('porter-millhill')
  const kiosk = await institute.servingKiosk(hub, 'porter-millhill')
  const other = await institute.servingKiosk(hub, 'porter-lakeside')
  const pickup = await hub.as('agent').issue(institute.accounts[0] ?? '', desk, 'Kiuru-2718')
  await kiosk.pull()
  const grant = kiosk.grants.get(pickup)
  if (grant === undefined) throw new Error('not granted')
  kiosk.handOver(grant)

  const time = kiosk.now()
  const path = pathOf('status', undefined)
  const key = kiosk.identity.signKey
  const head = (of: { method: string; path: string; body: string }, at = time) => ({
    [signatureHeaders.time]: String(at),
    [signatureHeaders.signature]: signRequest(key, of.method, of.path, of.body, at),
  })
  const feed = pathOf('feed', { incarnation: kiosk.incarnation, cursor: 0, limit: 5 })
  const wider = pathOf('feed', { incarnation: kiosk.incarnation, cursor: 0, limit: 500 })
  const asked = head({ method: 'GET', path: feed, body: '' })
  const tries = [
    // The head of one look at the feed for a wider one, for the snapshot, and with a body behind it.
    { method: 'GET', path: wider, body: null, headers: asked },
    { method: 'GET', path: pathOf('snapshot', { limit: 5 }), body: null, headers: asked },
    { method: 'POST', path, body: '{}', headers: asked },
    // The same later, by another clock, and as another kiosk's.
    { method: 'GET', path: feed, body: null, headers: { ...asked, [signatureHeaders.time]: String(time + 1) } },
    { method: 'GET', path: feed, body: null, headers: { ...asked, [signatureHeaders.kiosk]: other.id } },
    // One of an hour ago, rightly signed.
    { method: 'GET', path: feed, body: null, headers: head({ method: 'GET', path: feed, body: '' }, time - 3_600_000) },
  ]
  const codes: string[] = []
  for (const shot of tries) {
    const answer = await kiosk.raw(shot)
    codes.push(codeOf(read('feed', answer)) ?? 'answered')
  }
  expect(codes).toEqual(['L-606', 'L-606', 'L-606', 'L-606', 'L-606', 'L-605'])

  // The handover's batch, taken off the line and sent four times at once, and again: it is one handover.
  const ledgerPath = hubApi.ledger.path
  const batch = JSON.stringify({ entries: kiosk.ledger.batch(1), incarnation: kiosk.incarnation })
  const headers = { ...head({ method: 'POST', path: ledgerPath, body: batch }) }
  const shot = { method: 'POST', path: ledgerPath, body: batch, headers }
  for (let again = 0; again < 2; again++) {
    const answers = await Promise.all(Array.from({ length: 4 }, () => kiosk.raw(shot)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 200))
    for (const answer of answers) expect(value(read('ledger', answer)).acked).toBe(kiosk.ledger.head().seq)
  }
  const events = await hub.as('agent').timeline(pickup)
  expect(events.filter(({ kind }) => kind === 'handed-over')).toHaveLength(1)
  const { alarms, disputes } = await hub.as('supervisor').alarms()
  expect([alarms, disputes]).toEqual([[], []])
})

it('a key told while a supervisor confirms another: one is in force, it is no refused one, and grants are sealed to it', async () => {
  const kiosk = await institute.servingKiosk(hub, 'helpdesk-lakeside')
  const countersignTo = Buffer.from(value(await kiosk.report()).countersignTo ?? '', 'base64url')
  let inForce = kiosk.openingKeys[0]
  const said = new Set<string | null>()
  for (let round = 0; round < 12; round++) {
    if (inForce === undefined) throw new Error('no key')
    const [waits, next] = [await newSealKeyPair(), await newSealKeyPair()]
    const tell = (key: Uint8Array, links: object[] = []) =>
      kiosk.call('openingKey', { body: { nonce: nonce(), openingKey: text(key), links } })
    const countersignature = text(
      await countersign(
        { kiosk: kiosk.id, from: inForce.publicKey, to: next.publicKey },
        inForce.privateKey,
        countersignTo,
      ),
    )
    const link = { from: text(inForce.publicKey), to: text(next.publicKey), countersignature }
    value(await tell(waits.publicKey))
    const body = { kiosk: kiosk.id, fingerprint: openingFingerprint(kiosk.id, waits.publicKey) }
    const confirm = () => hub.as('supervisor').call('confirmOpeningKey', { body })
    const answers = await Promise.all([confirm(), tell(next.publicKey, [link]), confirm(), tell(waits.publicKey)])
    for (const answer of answers) said.add(codeOf(answer))
    const [row] = await institute.sql<{ key: Buffer; pending: Buffer | null; refused: boolean }>(
      `SELECT opening_key AS key, pending_key AS pending,
         EXISTS (SELECT 1 FROM refused_opening_key r WHERE r.kiosk = k.id AND r.key = k.opening_key) AS refused
       FROM kiosk k WHERE id = $1`,
      [kiosk.id],
    )
    const taken = [waits, next].find(({ publicKey }) => row?.key.equals(publicKey))
    expect([round, taken !== undefined, row?.refused]).toEqual([round, true, false])
    if (row?.pending !== null) value(await hub.as('supervisor').call('refuseOpeningKey', { body: { kiosk: kiosk.id } }))
    inForce = taken
    const pickup = await hub.as('agent').issue(institute.accounts[1 + round] ?? '', institute.desk('helpdesk-lakeside'))
    await kiosk.snapshot()
    expect(kiosk.grants.get(pickup)?.sealedTo).toBe(text(inForce?.publicKey ?? Buffer.alloc(0)))
  }
  // No deadlock, no 503: each answer is one of the rules'.
  for (const code of said) expect([null, 'L-431', 'L-432', 'L-691', 'L-690']).toContain(code)
})

it('links on a kiosk’s disk that lead to themselves and upwards hold nothing up', async () => {
  await hub
    .as('supervisor')
    .writeOff(
      (
        await institute.sql<{ id: string }>(
          "SELECT id FROM kiosk WHERE desk = $1 AND state = 'active' AND kind = 'desk'",
          [institute.desk('porter-lakeside').id],
        )
      )[0]?.id ?? '',
    )
  const desk = await startEngineDesk(institute, hub)
  try {
    await desk.stop()
    const links = [
      ['round', '.'],
      ['up', '..'],
      ['self', 'self'],
      ['kiosk.db-journal', 'kiosk.db-journal'],
      ['there', 'back'],
      ['back', 'there'],
      ['root', '/'],
    ] as const
    for (const [name, to] of links) symlinkSync(to, join(desk.dataDir, name))
    await desk.start()
    const notice = await Promise.race([desk.untilNotice('up'), desk.untilNotice('given-up')])
    // A journal that SQLite cannot open ends in its own code; all others are nobody's affair.
    if (notice.engine === 'given-up') expect(notice.failure?.code).toMatch(/^L-80[2-5]$/)
    else {
      await desk.untilServing()
      await desk.signIn(desk.supervisor)
      const bundle = value(await desk.api.supportBundle({}))
      expect(JSON.stringify(bundle).length).toBeLessThan(5_000_000)
    }
    for (const [name, to] of links) expect(readlinkSync(join(desk.dataDir, name))).toBe(to)
  } finally {
    await desk.end()
  }
})
