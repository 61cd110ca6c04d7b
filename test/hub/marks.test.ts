/** What a hub remembers outside of its database, and several hosts in one address: the rules alone. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hostsOf, userOf } from '../../src-hub/database/index.ts'
import { waitBefore } from '../../src-hub/database/lost.ts'
import { judge, lsnNumber, type Found, type Mark } from '../../src-hub/marks/judge.ts'
import { markFile } from '../../src-hub/marks/index.ts'
import { shownLost } from '../../src-hub/kiosks/evidence.ts'
import { newId } from '../../src-shared/protocol/ids.ts'

const [first, second] = [newId(), newId()]
const mark: Mark = { hub: newId(), incarnation: first, n: 10, system: '7', timeline: 2, lsn: '1/A0' }
const found: Found = { ...mark, lineage: new Set([first]), n: 10 }

test('a database is where it was, ahead, or behind: each on its own word', () => {
  const why = (change: Partial<Found>, from: Mark | null = mark) => {
    const verdict = judge(from, { ...found, ...change })
    return verdict.kind === 'back' ? verdict.why : verdict.kind
  }
  expect(why({})).toBe('same')
  expect(why({ n: 12, lsn: '2/0', timeline: 3 })).toBe('same')
  expect(why({ n: 9 })).toBe('counter')
  expect(why({ n: null })).toBe('counter')
  expect(why({ timeline: 1 })).toBe('timeline')
  expect(why({ lsn: '1/9F' })).toBe('lsn')
  expect(why({ lsn: '0/FFFFFFFF' })).toBe('lsn')
  // A new cluster counts anew; what it holds is what the counter says.
  expect(why({ system: '8', timeline: 1, lsn: '0/1' })).toBe('same')
  // A promoted standby that has everything: the timeline goes up, and its log may begin lower than another's end.
  expect(why({ timeline: 3, lsn: '1/A0' })).toBe('same')
  // A server that does not tell: the counter alone.
  expect(why({ system: null, timeline: null, lsn: null })).toBe('same')
  expect(why({ system: null, timeline: null, lsn: null, n: 3 })).toBe('counter')
  expect(why({ incarnation: second, lineage: new Set([second]) })).toBe('incarnation')
  // Another hub has begun one since: it holds for whatever was lost.
  expect(why({ incarnation: second, lineage: new Set([first, second]), n: 3 })).toBe('follow')
  expect(why({ n: 3 }, null)).toBe('follow')
})

test('positions in the log are compared as numbers', () => {
  expect(lsnNumber('16/B374D848')).toBe(0x16b374d848n)
  expect(lsnNumber('x')).toBeNull()
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 64n - 1n), fc.bigInt(0n, 2n ** 64n - 1n), (a, b) => {
      const text = (n: bigint) => `${(n >> 32n).toString(16)}/${(n & 0xffffffffn).toString(16)}`.toUpperCase()
      expect((lsnNumber(text(a)) ?? 0n) < (lsnNumber(text(b)) ?? 0n)).toBe(a < b)
    }),
  )
})

test('a kiosk that was told more than there is shows a loss, of this incarnation alone', () => {
  const known = { incarnation: first, acked: 5, head: 8 }
  expect(shownLost({ incarnation: first, acked: 5, cursor: 8 }, known)).toBeNull()
  expect(shownLost({ incarnation: first, acked: 6, cursor: 8 }, known)).toMatch(/entry 6/)
  expect(shownLost({ incarnation: first, acked: 5, cursor: 9 }, known)).toMatch(/change 9/)
  expect(shownLost({ incarnation: second, acked: 60, cursor: 90 }, known)).toBeNull()
  expect(shownLost({ incarnation: first }, known)).toBeNull()
})

test('the mark outside is there whole or not at all, and a damaged one is none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-mark-'))
  try {
    const store = markFile(folder)
    expect(store.read()).toBeNull()
    await store.write(mark)
    await store.write({ ...mark, n: 11 })
    expect(markFile(folder).read()).toEqual({ ...mark, n: 11 })
    expect(readdirSync(folder)).toEqual(['database-mark.json'])
    writeFileSync(join(folder, 'database-mark.json'), '{"hub":')
    expect(markFile(folder).read()).toBeNull()
    await expect(markFile(join(folder, 'nowhere')).write(mark)).rejects.toThrow()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('an address may name several hosts, as libpq’s may', () => {
  const value = (uri: string) => {
    const hosts = hostsOf(uri)
    return hosts.ok ? hosts.value : hosts.failure.code
  }
  expect(value('postgresql://u:p%40@one,two:5433/db?target_session_attrs=read-write&sslmode=require')).toEqual([
    'postgresql://u:p%40@one/db?sslmode=require',
    'postgresql://u:p%40@two:5433/db?sslmode=require',
  ])
  expect(value('postgres://one/db')).toEqual(['postgres://one/db'])
  expect(value('postgresql://[::1]:5432,[fe80::1]/db')).toEqual([
    'postgresql://[::1]:5432/db',
    'postgresql://[fe80::1]/db',
  ])
  expect(value('postgresql:///db?host=one,two&port=5432,5433')).toEqual([
    'postgresql:///db?host=one&port=5432',
    'postgresql:///db?host=two&port=5433',
  ])
  expect(value('postgresql:///db?host=/run/postgresql')).toEqual(['postgresql:///db?host=%2Frun%2Fpostgresql'])
  for (const uri of [
    '',
    'one,two',
    'https://one/db',
    'postgresql://one/db?target_session_attrs=standby',
    'postgresql:///db?host=a,b&port=1,2,3',
  ])
    expect(value(uri)).toBe('L-101')
  expect(userOf('postgresql://lodge%5Fhub:x@one,two/db')).toBe('lodge_hub')
  expect(userOf('postgresql:///db?user=other&host=a,b')).toBe('other')
})

test('transactions that met once wait differently before they try again, and longer each time', () => {
  expect([2, 3, 4, 8].map((attempt) => waitBefore(attempt, () => 0.999))).toEqual([31, 63, 127, 399])
  expect(waitBefore(2, () => 0)).toBe(0)
})
