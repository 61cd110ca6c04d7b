/**
 * Database files damaged in every way that a disk, a power cut or a hand damages them, each under a whole engine that
 * is then driven: scans, sign-in, a proof, a slip, and hours of its timers. It starts or says a code; nothing dies,
 * nothing wrong is printed, and whatever fails fails with a code. Seeded; the counts are printed.
 */
import { closeSync, copyFileSync, openSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { isErrorCode } from '../../src-shared/failures/codes.ts'
import { createDice, type Dice } from '../fuzz/dice.ts'
import { furnish, secretOf, startTestDesk, type TestDesk } from '../security/desk.ts'

const page = 4096
/** Every trial begins with a copy of it. */
const furnished = furnish('porter', 200)

function write(file: string, at: number, bytes: Uint8Array): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, bytes, 0, bytes.length, at)
  closeSync(handle)
}
function noise(dice: Dice, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  dice.fill(bytes)
  return bytes
}
function flip(file: string, dice: Dice, from: number, to: number, times: number): void {
  for (let i = 0; i < times; i += 1) write(file, from + dice.below(to - from), noise(dice, 1))
}
/** Leaves the newest commits in a write-ahead log, as an engine that was killed does. */
function leaveLog(file: string): void {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('wal_autocheckpoint = 0')
  for (let i = 0; i < 20; i += 1) db.prepare('UPDATE kiosk SET generation = generation + 1').run()
  if (statSync(`${file}-wal`).size < page) throw new Error('there is no log to damage')
  copyFileSync(file, `${file}.kept`)
  copyFileSync(`${file}-wal`, `${file}.kept-wal`)
  db.close()
  copyFileSync(`${file}.kept`, file)
  copyFileSync(`${file}.kept-wal`, `${file}-wal`)
}

type Damage = (file: string, dice: Dice) => void
const pages = (file: string) => Math.floor(statSync(file).size / page)
const kinds: Readonly<Record<string, Damage>> = {
  'a byte changed': (file, dice) => flip(file, dice, 0, statSync(file).size, 1),
  'forty bytes changed': (file, dice) => flip(file, dice, 100, statSync(file).size, 40),
  'forty bytes of one page changed': (file, dice) => {
    const at = dice.below(pages(file)) * page
    flip(file, dice, at, at + page, 40)
  },
  'bytes of the header changed': (file, dice) => flip(file, dice, 0, 100, 3),
  'a page zeroed': (file, dice) => write(file, dice.below(pages(file)) * page, Buffer.alloc(page)),
  'a page of noise': (file, dice) => write(file, dice.below(pages(file)) * page, noise(dice, page)),
  'three pages zeroed': (file, dice) => {
    for (let i = 0; i < 3; i += 1) write(file, (1 + dice.below(pages(file) - 1)) * page, Buffer.alloc(page))
  },
  'the beginning of a page torn': (file, dice) => write(file, dice.below(pages(file)) * page, noise(dice, 512)),
  'cut anywhere': (file, dice) => truncateSync(file, dice.below(statSync(file).size)),
  'cut between pages': (file, dice) => truncateSync(file, (1 + dice.below(pages(file) - 1)) * page),
  'cut to nothing': (file) => truncateSync(file, 0),
  'the log is gone': (file) => {
    leaveLog(file)
    rmSync(`${file}-wal`)
  },
  'the log is damaged': (file, dice) => {
    leaveLog(file)
    flip(`${file}-wal`, dice, 0, statSync(`${file}-wal`).size, 30)
  },
  'the log is cut': (file, dice) => {
    leaveLog(file)
    truncateSync(`${file}-wal`, 1 + dice.below(statSync(`${file}-wal`).size))
  },
  'the log is another file’s': (file, dice) => {
    leaveLog(file)
    write(`${file}-wal`, 0, noise(dice, statSync(`${file}-wal`).size))
  },
}

interface Outcome {
  /**
   * The code that it did not start with, or the first that it said afterwards; null: it noticed nothing, and served.
   */
  readonly code: string | null
  readonly started: boolean
}

/** Whatever a day brings; each answer is good, or a failure with a code. */
async function drive(desk: TestDesk, damageNow: () => void): Promise<string | null> {
  const codes: string[] = []
  const call = async (method: string, input: unknown) => {
    const result = await desk.call(method, input)
    if (result.ok) return result
    expect(isErrorCode(result.failure.code), method).toBe(true)
    codes.push(result.failure.code)
    return result
  }
  const [first] = desk.pickups
  const look = async () => {
    await call('state', {})
    for (const filter of ['arrived', 'waiting', 'all']) await call('queue', { filter, search: '', limit: 50 })
    await call('queue', { filter: 'all', search: 'koe', limit: 50 })
    await call('journal', { limit: 200 })
    await call('shift', {})
  }
  desk.scan('04AABBCCDDEE01')
  damageNow()
  desk.scan(desk.staff.porter.card)
  await call('enterPin', { pin: '739164' })
  await look()
  await call('openPickup', { pickup: first?.id })
  const proof = await call('verifyByEye', {
    ...{ pickup: first?.id, kind: 'passport', issuerCountry: 'FIN', birthDate: '2001-02-03', statement: true },
  })
  const before = desk.printed.length
  if (proof.ok) {
    const { verification } = proof.value as { verification: string }
    const released = await call('release', { pickup: first?.id, verification, language: 'fi' })
    if (released.ok) {
      const { slip } = released.value as { slip: string }
      await call('settle', { slip, settlement: 'handed-over' })
    }
  }
  desk.advance(60_000)
  await look()
  await call('syncNow', {})
  desk.advance(3 * 3_600_000)
  desk.scan(desk.staff.supervisor.card)
  await call('enterPin', { pin: '739164' })
  await call('staff', {})
  await look()
  await call('pauseDesk', { reason: 'break', minutes: 5 })
  await call('endShift', { next: 'close' })
  desk.advance(12 * 3_600_000)
  // Nothing but the slip that was asked for, for the one who was proved, and only where there was a proof.
  const paper = Buffer.concat(desk.printed).toString('latin1')
  for (const other of [2, 3]) expect(paper).not.toContain(secretOf(other))
  if (!proof.ok) expect(paper).not.toContain(secretOf(1))
  expect(desk.printed.slice(before).length).toBeLessThanOrEqual(2)
  expect(desk.bugs).toEqual([])
  return codes.find((code) => /^L-80/.test(code)) ?? desk.damaged[0] ?? null
}

async function trial(kind: string, seed: number, running: boolean): Promise<Outcome> {
  const damage = kinds[kind]
  if (damage === undefined) throw new Error('no such damage')
  const dice = createDice(seed)
  const desk = await startTestDesk('porter', {
    like: await furnished,
    ...(running ? {} : { tamper: (file: string) => damage(file, dice) }),
  })
  try {
    if (!desk.started.ok) {
      expect(desk.started.failure.code).toMatch(/^L-80[1-6]$/)
      return { code: desk.started.failure.code, started: false }
    }
    return { code: await drive(desk, () => (running ? damage(desk.at.file, dice) : undefined)), started: true }
  } finally {
    await desk.stop().catch((error: unknown) => {
      if (!/^SQLITE_/.test(String((error as { code?: unknown }).code))) throw error
    })
  }
}

it('a damaged database never kills the engine and never prints what it should not: it is a code', async () => {
  const seeds = Number(process.env.LODGE_DAMAGE_SEEDS ?? 5)
  const counts = { files: 0, refused: 0, said: 0, unnoticed: 0 }
  const codes = new Map<string, number>()
  const wrong: string[] = []
  const trials = Object.keys(kinds).flatMap((kind) =>
    Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) =>
      (/log|nothing/.test(kind) ? [false] : [false, true]).map((running) => ({ kind, seed, running })),
    ),
  )
  async function play({ kind, seed, running }: (typeof trials)[number]): Promise<void> {
    counts.files += 1
    try {
      const { code, started } = await trial(kind, seed, running)
      if (!started) counts.refused += 1
      else if (code === null) counts.unnoticed += 1
      else counts.said += 1
      if (code !== null) codes.set(code, (codes.get(code) ?? 0) + 1)
    } catch (error) {
      const where = error instanceof Error ? (error.stack ?? '').split('\n').slice(0, 8).join('\n') : String(error)
      wrong.push(`${kind}, seed ${seed}${running ? ', while it runs' : ''}: ${where}`)
    }
  }
  // Most of a trial is waiting for a hub that is not there.
  const hands = Array.from({ length: 8 }, async () => {
    for (let next = trials.shift(); next !== undefined; next = trials.shift()) await play(next)
  })
  await Promise.all(hands)
  console.log(`damaged databases: ${JSON.stringify(counts)} ${JSON.stringify(Object.fromEntries(codes))}`)
  ;(await furnished).at.remove()
  expect(wrong.join('\n\n')).toBe('')
}, 120_000)
