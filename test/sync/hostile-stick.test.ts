/**
 * A memory stick that somebody has prepared: links out of it, pipes, things that never end. Nothing outside the stick
 * is touched, and the engine lives (promise P9).
 */
import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { carriedName, readCarried, receiptName, writeReceipt } from '../../src-shared/protocol/carried-ledger.ts'
import { StaffId } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { createCarry } from '../../src-main/sync/index.ts'
import { enrolledFolder, incarnation, openRooms, type EnrolledFolder, type Rooms } from '../staff/rooms.ts'

const by = StaffId.parse(newId())
let at: EnrolledFolder
let rooms: Rooms
let stick = ''
let carry: ReturnType<typeof createCarry>

beforeEach(() => {
  at = enrolledFolder()
  rooms = openRooms(at)
  rooms.store.transact(() => rooms.ledger.append({ kind: 'sign-in-refused', facts: { staff: by, attemptsLeft: 4 } }))
  stick = mkdtempSync(join(tmpdir(), 'lodge-stick-'))
  carry = createCarry(rooms)
})
afterEach(() => {
  rooms.close()
  at.remove()
  rmSync(stick, { recursive: true, force: true })
})

test.each(['', '.part'])(
  'a link on the stick under the name of the file to come (%s) is replaced; what it led to stays as it was',
  async (ending) => {
    const own = join(at.folder, 'own')
    writeFileSync(own, 'this computer’s')
    const file = join(stick, carriedName(at.kiosk, 0))
    symlinkSync(own, `${file}${ending}`)
    expect(await carry.send(stick, by)).toMatchObject({ ok: true, value: { files: 1 } })
    expect(readFileSync(own, 'utf8')).toBe('this computer’s')
    expect(lstatSync(file).isFile()).toBe(true)
    expect(readCarried(readFileSync(file, 'utf8')).ok).toBe(true)
  },
)

test('something in the way that cannot be written over is a stick that cannot be written (L-626)', async () => {
  mkdirSync(join(stick, `${carriedName(at.kiosk, 0)}.part`, 'inside'), { recursive: true })
  expect(await carry.send(stick, by)).toMatchObject({ ok: false, failure: { code: 'L-626' } })
})

test('a receipt that is a link, a pipe, or a file without end is refused at once and acknowledges nothing', async () => {
  const { seq, hash } = rooms.ledger.head()
  const name = join(stick, receiptName(at.kiosk, seq))
  // Even one that leads to a true receipt: nothing outside the stick is read.
  const elsewhere = join(at.folder, 'receipt')
  writeFileSync(
    elsewhere,
    writeReceipt(rooms.keys.lookupKey, { kiosk: at.kiosk, incarnation, acked: seq, head: hash, at: 1_772_438_400_000 }),
  )
  for (const target of [elsewhere, '/dev/zero', '/dev/stdin']) {
    symlinkSync(target, name)
    expect(await carry.receive(stick, by)).toMatchObject({ ok: false, failure: { code: 'L-626' } })
    rmSync(name)
  }
  execFileSync('mkfifo', [name])
  expect(await carry.receive(stick, by)).toMatchObject({ ok: false, failure: { code: 'L-620' } })
  rmSync(name)
  writeFileSync(name, Buffer.alloc(100_000, 32))
  expect(await carry.receive(stick, by)).toMatchObject({ ok: false, failure: { code: 'L-620' } })
  expect(rooms.records.read()?.acked).toBe(0)
  writeFileSync(name, readFileSync(elsewhere))
  expect(await carry.receive(stick, by)).toMatchObject({ ok: true, value: { acked: seq } })
})
