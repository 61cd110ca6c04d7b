/**
 * A desk without network: its ledger is carried to the hub on a memory stick, the receipt back. Each entry takes effect
 * once, however often and in whatever order files come, and nothing that is wrong with a file loses one or freezes its
 * kiosk.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { StaffId } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { createCarry, mountedSticks, type Carry } from '../../src-main/sync/index.ts'
import { handOver } from '../bench/sync/handovers.ts'
import type { DeskKiosk } from '../bench/sync/desk-kiosk.ts'
import { startFleet, value, type Fleet } from './fleet.ts'

const by = StaffId.parse(newId())
let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet()
})
afterAll(() => fleet.stop())

let sticks = 0
function stick(): string {
  const folder = fleet.folder(`stick${sticks++}`)
  mkdirSync(folder, { recursive: true })
  return folder
}
const ledgers = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
const bring = async (folder: string, name = ledgers(folder)[0] ?? '') =>
  fleet.agent().call('importLedger', { body: { file: readFileSync(join(folder, name), 'utf8') } })
const refusal = (result: { ok: true } | { ok: false; failure: { code: string } }) =>
  result.ok ? null : result.failure.code
const acked = (kiosk: DeskKiosk) => kiosk.records.read()?.acked ?? 0

/** A kiosk with `pickups` of its own that were handed over after its network was gone. */
async function cutOff(desk: number, pickups: number): Promise<{ kiosk: DeskKiosk; carry: Carry; ids: string[] }> {
  const place = fleet.desks[desk] ?? ''
  const kiosk = await fleet.kiosk(place, `kiosk${desk}`)
  const accounts = fleet.accounts.slice(desk * 4, desk * 4 + pickups)
  const ids = await Promise.all(accounts.map((account) => fleet.issue(account, place)))
  value(await kiosk.sync.now())
  handOver(kiosk, pickups)
  return { kiosk, carry: createCarry(kiosk), ids }
}
let first: Awaited<ReturnType<typeof cutOff>>
const handedOver = async (ids: readonly string[]) =>
  (await fleet.hub().db.selectFrom('handover').select('pickup').where('pickup', 'in', ids).execute())
    .map(({ pickup }) => pickup)
    .sort()
const frozen = async (kiosk: DeskKiosk) =>
  (
    await fleet
      .hub()
      .db.selectFrom('kiosk')
      .select('frozen')
      .where('id', '=', kiosk.records.read()?.kiosk ?? '')
      .executeTakeFirstOrThrow()
  ).frozen

test('what was handed over offline takes effect at the hub by a stick, and the receipt comes back; files that come twice or late change nothing', async () => {
  first = await cutOff(0, 3)
  const { kiosk, carry, ids } = first
  const old = stick()
  const shown: number[] = []
  expect(value(await carry.send(old, by, { progress: (done) => void shown.push(done) })).files).toBe(1)
  expect(shown.at(-1)).toBe(kiosk.ledger.head().seq - acked(kiosk))
  const text = readFileSync(join(old, ledgers(old)[0] ?? ''), 'utf8')
  const people = await fleet.hub().db.selectFrom('recipient').select(['family', 'given']).execute()
  expect(people.filter(({ family, given }) => text.includes(family) || text.includes(given))).toEqual([])

  const newer = stick()
  value(await carry.send(newer, by))
  const taken = value(await bring(newer))
  expect(taken.taken).toBeGreaterThan(15)
  expect(await handedOver(ids)).toEqual([...ids].sort())
  // The same file again, and the older one after it: nothing is new, and the receipt is given all the same.
  for (const again of [await bring(newer), await bring(old)])
    expect(value(again)).toMatchObject({ taken: 0, acked: taken.acked })
  expect(await handedOver(ids)).toEqual([...ids].sort())
  expect((await fleet.alarms()).disputes).toEqual([])

  writeFileSync(join(newer, taken.name), taken.receipt)
  expect(value(await carry.receive(newer, by))).toMatchObject({ acked: taken.acked })
  expect(acked(kiosk)).toBe(taken.acked)
  expect(refusal(await carry.receive(newer, by))).toBe('L-625')
  // The network comes back: the rest follows, and nothing was lost between.
  value(await kiosk.sync.now())
  expect(acked(kiosk)).toBe(kiosk.ledger.head().seq)
  expect(await frozen(kiosk)).toBe(false)
  const acts = await fleet.hub().db.selectFrom('audit').select('actor').where('act', '=', 'ledger-carried').execute()
  expect(acts.map(({ actor }) => actor)).toEqual(['tester', 'tester', 'tester'])
})

test('a file cut short, altered, of a stranger, or too early is refused with its code; the kiosk is not frozen and the right file still counts', async () => {
  const { kiosk, carry, ids } = await cutOff(1, 2)
  const good = stick()
  value(await carry.send(good, by))
  const name = ledgers(good)[0] ?? ''
  const text = readFileSync(join(good, name), 'utf8')
  const lines = text.split('\n')
  const wrong = (file: string) => fleet.agent().call('importLedger', { body: { file } })
  for (const length of [1, 40, Math.floor(text.length / 2), text.length - 1])
    expect(refusal(await wrong(text.slice(0, length)))).toBe('L-620')
  // A whole line left out, two exchanged, a letter changed, an entry's own signature taken from another.
  const altered = [
    [...lines.slice(0, 2), ...lines.slice(3)],
    [...lines.slice(0, 2), lines[3] ?? '', lines[2] ?? '', ...lines.slice(4)],
    lines.map((line) => line.replace('arrival', 'Arrival')),
    lines.map((line, i) => (i === 0 ? line.replace(/"after":\d+/, '"after":777') : line)),
  ]
  for (const file of altered) expect(refusal(await wrong(file.join('\n')))).toBe('L-621')
  expect(refusal(await wrong(text.replaceAll(kiosk.records.read()?.kiosk ?? '', newId())))).toBe('L-622')
  expect(refusal(await wrong('{}'))).toBe('L-620')
  expect(await handedOver(ids)).toEqual([])
  expect(await frozen(kiosk)).toBe(false)

  // A later file before an earlier one: the kiosk believes a receipt that the hub has forgotten.
  const before = acked(kiosk)
  kiosk.records.setAcked(before + 4)
  const later = stick()
  value(await carry.send(later, by))
  const early = await bring(later)
  expect(early).toMatchObject({ ok: false, failure: { code: 'L-624', params: { from: before + 1 } } })
  // Then everything is carried, whatever the kiosk thinks is known.
  const whole = stick()
  value(await carry.send(whole, by, { whole: true }))
  expect(value(await bring(whole)).acked).toBe(kiosk.ledger.head().seq)
  expect(await handedOver(ids)).toEqual([...ids].sort())
})

test('a receipt that is cut, altered, another kiosk’s, or missing acknowledges nothing', async () => {
  const { kiosk, carry } = await cutOff(2, 1)
  const other = await cutOff(3, 1)
  const at = stick()
  expect(refusal(await carry.receive(at, by))).toBe('L-623')
  value(await other.carry.send(at, by))
  const theirs = value(await bring(at))
  writeFileSync(join(at, theirs.name), theirs.receipt)
  expect(refusal(await carry.receive(at, by))).toBe('L-622')
  const own = stick()
  value(await carry.send(own, by))
  const ours = value(await bring(own))
  const before = acked(kiosk)
  const put = (text: string) => writeFileSync(join(own, ours.name), text)
  put(ours.receipt.slice(0, -20))
  expect(refusal(await carry.receive(own, by))).toBe('L-620')
  put(ours.receipt.replace(/"acked":\d+/, '"acked":9999'))
  expect(refusal(await carry.receive(own, by))).toBe('L-621')
  // Another kiosk's receipt under this one's name.
  put(theirs.receipt)
  expect(refusal(await carry.receive(own, by))).toBe('L-622')
  expect(acked(kiosk)).toBe(before)
  expect(refusal(await carry.receive(join(own, 'pulled-out'), by))).toBe('L-626')
  expect(refusal(await carry.send(join(own, 'pulled-out'), by))).toBe('L-626')
  put(ours.receipt)
  expect(value(await carry.receive(own, by)).acked).toBe(ours.acked)
})

test('the command imports a folder of files and leaves the receipts beside them', async () => {
  const { kiosk, carry } = first
  const next = await fleet.issue(fleet.accounts[20] ?? '', fleet.desks[0] ?? '')
  value(await kiosk.sync.now())
  handOver(kiosk, 1)
  const at = stick()
  value(await carry.send(at, by))
  writeFileSync(join(at, 'lodge-ledger-torn.jsonl'), '{"format":')
  const token = join(at, 'token')
  writeFileSync(token, 'agent-token-of-the-tests-0001\n')
  const cli = fileURLToPath(new URL('../../src-hub/cli/carry.ts', import.meta.url))
  const run = promisify(execFile)(process.execPath, [
    '--no-warnings',
    cli,
    '--hub',
    fleet.hub().url,
    '--token-file',
    token,
    at,
  ])
  await expect(run).rejects.toMatchObject({
    code: 3,
    stdout: expect.stringContaining('new entries') as string,
    stderr: expect.stringContaining('L-620') as string,
  })
  expect(await handedOver([next])).toEqual([next])
  value(await carry.receive(at, by))
  expect(acked(kiosk)).toBe(kiosk.ledger.head().seq - 1)
})

test('only a person’s sticks are offered, blanks in their names and all', () => {
  const mounts = [
    '/dev/vda / ext4 rw 0 0',
    'tmpfs /run/user/1000 tmpfs rw 0 0',
    '/dev/sdb1 /media/porter/USB\\040STICK vfat rw 0 0',
    '/dev/sdc1 /run/media/porter/KINGSTON exfat rw 0 0',
    '/dev/sdd1 /mnt/backup ext4 rw 0 0',
  ]
  expect(mountedSticks(mounts.join('\n'))).toEqual(['/media/porter/USB STICK', '/run/media/porter/KINGSTON'])
})
