/** Slips over /dev/usb/lp0 and the kernel's USB stack: each ends as the same one over TCP does. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import type { ErrorCode } from '../../../src-shared/failures/codes.ts'
import type { PrinterState } from '../../../src-shared/kiosk-api/index.ts'
import { createPrinter, PrinterConfig, type Printer } from '../../../src-main/printers/index.ts'
import { startSimulatedPrinter, type Fault, type SimulatedPrinter } from '../../../src-main/printers/simulated/index.ts'
import { readSecret } from '../../slip/on-paper.ts'
import { until, type HardwareTest, type World } from './hardware-test.ts'
import { cableTo, linePrinter, type Cable } from './printer-cable.ts'
import { openKiosk, releaseDesk } from './release-desk.ts'

const secret = 'Kissa{7}-9081'
const patience = { processId: 'trusted', headerMs: 1000, slipMs: 1700, pollMs: 60_000 } as const
/**
 * The printer's patience lasts twice as long as at a desk: an emulated processor that shares its own is slow to answer.
 */
const timers = {
  set(run: () => void, ms: number) {
    const timer = setTimeout(run, ms * 2)
    return () => clearTimeout(timer)
  },
}

interface Connected {
  readonly machine: SimulatedPrinter
  readonly printer: Printer
  readonly cable: Cable | null
}

async function connected(link: 'usb' | 'tcp', acts: (at: Connected) => Promise<void>): Promise<void> {
  const machine = await startSimulatedPrinter({ powerOnSet: 5 })
  const cable = link === 'usb' ? cableTo(machine) : null
  try {
    await cable?.plug()
    const config =
      link === 'usb'
        ? PrinterConfig.parse({ kind: 'usb', path: linePrinter, ...patience })
        : PrinterConfig.parse({ kind: 'tcp', host: '127.0.0.1', port: machine.port, dedicatedLink: true, ...patience })
    const printer = createPrinter(config, timers, randomBytes)
    await printer.start()
    try {
      await printer.check()
      await acts({ machine, printer, cable })
    } finally {
      await printer.stop()
    }
  } finally {
    cable?.unplug()
    await machine.stop()
  }
}

/** What a person would do: roll in, cover shut, cable in, and off and on where the screen says so. */
async function putRight({ machine, printer, cable }: Connected): Promise<PrinterState> {
  machine.setPaper('ok')
  machine.setCover(false)
  cable?.takeOnly(Infinity)
  const on = async () => {
    await machine.setPower(true)
    await cable?.plug()
  }
  await on()
  let status = await printer.check()
  for (let tries = 0; !status.canPrint && tries < 4; tries++) {
    await machine.setPower(false)
    if (cable !== null) await until('the cable is dead', () => !cable.plugged() && !existsSync(linePrinter))
    await printer.check()
    await on()
    status = await printer.check()
  }
  return status.state
}

/** How one release ended, and how things stood when a person had put all right and tried once more. */
interface Story {
  readonly first: string
  readonly code: ErrorCode | null
  readonly paper: readonly string[]
  readonly afterwards: PrinterState
  readonly cameOutLater: number
  readonly second: string
  readonly secondPaper: readonly string[]
  readonly entries: readonly string[]
}

async function story(link: 'usb' | 'tcp', strike: (at: Connected) => void): Promise<Story> {
  let told: Story | null = null
  await connected(link, async (at) => {
    const desk = await releaseDesk(at.printer, secret)
    const look = () =>
      at.machine
        .takeSlips()
        .filter(({ strip }) => readSecret(strip) !== '')
        .map(({ strip, cut }) => `${readSecret(strip)}${cut ? '' : ' torn'}`)
    strike(at)
    const answer = await desk.release()
    at.machine.setFault(null)
    const first = answer.ok ? answer.value.state : answer.failure.code
    const cutThen = at.machine.slips().filter(({ cut, strip }) => cut && readSecret(strip) !== '').length
    const afterwards = await putRight(at)
    const paper = look()
    const cameOutLater = paper.filter((found) => !found.endsWith(' torn')).length - cutThen
    if (answer.ok && first !== 'failed') {
      const settled = desk.settle(
        answer.value,
        first === 'printed' ? 'handed-over' : paper.length > 0 ? 'spoiled' : 'nothing-came-out',
      )
      assert.ok(settled.ok)
    }
    let second = 'none'
    if (first !== 'printed') {
      const again = await desk.release()
      second = again.ok ? again.value.state : again.failure.code
      if (again.ok) assert.ok(desk.settle(again.value, 'handed-over').ok)
    }
    assert.ok(desk.sound())
    const code = answer.ok ? answer.value.code : answer.failure.code
    told = { first, code, paper, afterwards, cameOutLater, second, secondPaper: look(), entries: desk.entries() }
  })
  assert.ok(told !== null)
  return told
}

const faultAt = (kind: Fault['kind'], atByte: number) => (at: Connected) => at.machine.setFault({ kind, atByte })
const inHeader = 90
const inSecret = 480
const nearEnd = 700

const settling: readonly { name: string; strike: (at: Connected) => void; first: string }[] = [
  { name: 'nothing goes wrong', strike: () => undefined, first: 'printed' },
  { name: 'no paper before the slip', strike: ({ machine }) => machine.setPaper('out'), first: 'L-501' },
  { name: 'paper out in the header', strike: faultAt('paper-out', inHeader), first: 'failed' },
  { name: 'paper out in the middle of the slip', strike: faultAt('paper-out', inSecret), first: 'uncertain' },
  { name: 'cover opened near its end', strike: faultAt('cover-open', nearEnd), first: 'uncertain' },
  { name: 'cable pulled in the header', strike: faultAt('disconnect', inHeader), first: 'failed' },
  { name: 'cable pulled in the middle of the slip', strike: faultAt('disconnect', inSecret), first: 'uncertain' },
  { name: 'power lost in the middle of the slip', strike: faultAt('power-loss', inSecret), first: 'uncertain' },
  { name: 'the printer hangs in the middle of the slip', strike: faultAt('stall', inSecret), first: 'uncertain' },
]

/** Runs the printers' command as its user does, and reads its one line of JSON. */
function command(args: readonly string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['--no-warnings', join(import.meta.dirname, 'printers.js'), ...args],
      { timeout: 40_000 },
      (error, out, complaints) => {
        try {
          resolve(JSON.parse(out))
        } catch {
          reject(new Error(`${error?.message ?? 'no answer'} ${complaints}`))
        }
      },
    )
  })
}

async function usb(world: World, acts: (at: Connected & { cable: Cable }) => Promise<void>): Promise<void> {
  world.count('devices')
  await connected('usb', async ({ cable, ...at }) => {
    assert.ok(cable !== null)
    await acts({ ...at, cable })
  })
}

export const printerTests: readonly HardwareTest[] = [
  {
    name: 'USB printer: its state comes over the cable as it changes, and it is missed when the cable is out',
    run: (world) =>
      usb(world, async ({ machine, printer, cable }) => {
        const seen: PrinterState[] = []
        const look = async () => seen.push((await printer.check()).state)
        await look()
        machine.setPaper('near-end')
        await look()
        machine.setPaper('out')
        await look()
        machine.setPaper('ok')
        machine.setCover(true)
        await look()
        machine.setCover(false)
        cable.unplug()
        await until('the kernel has taken the printer away', () => !existsSync(linePrinter))
        await look()
        await cable.plug()
        await look()
        assert.deepEqual(seen, ['ready', 'paper-near-end', 'paper-out', 'cover-open', 'not-answering', 'ready'])
      }),
  },
  ...settling.map(({ name, strike, first }): HardwareTest => ({
    name: `USB printer, ${name}: settles as on TCP, and serves again when put right`,
    async run(world) {
      await openKiosk()
      const [tcp, overUsb] = await Promise.all([story('tcp', strike), story('usb', strike)])
      world.count('devices')
      assert.deepEqual(overUsb, tcp)
      assert.equal(overUsb.first, first, JSON.stringify(overUsb))
      assert.equal(overUsb.cameOutLater, 0)
      assert.equal(overUsb.afterwards, 'ready')
      if (first !== 'uncertain') assert.deepEqual(overUsb.paper, first === 'printed' ? [secret] : [])
      if (first !== 'printed') assert.deepEqual([overUsb.second, overUsb.secondPaper], ['printed', [secret]])
    },
  })),
  ...(
    [
      ['from the start', 0, 'L-503', []],
      ['in the header', inHeader, 'failed', ['slip-failed']],
      ['in the middle of the slip', inSecret, 'uncertain', ['slip-uncertain', 'slip-spoiled']],
    ] as const
  ).map(([when, bytes, first, entries]): HardwareTest => ({
    name: `USB printer that takes no more bytes ${when}: not waited for without end, and it serves again when put right`,
    async run(world) {
      world.count('devices')
      const told = await story('usb', ({ cable }) => cable?.takeOnly(bytes))
      assert.equal(told.first, first)
      assert.deepEqual(
        told.entries.filter((kind) => /^slip-(failed|uncertain|spoiled|nothing)/.test(kind)),
        entries,
      )
      assert.equal(
        told.paper.some((found) => !found.endsWith(' torn')),
        false,
      )
      assert.deepEqual(
        [told.afterwards, told.cameOutLater, told.second, told.secondPaper],
        ['ready', 0, 'printed', [secret]],
      )
    },
  })),
  {
    name: 'USB printer: the set-up command lists it and prints a test slip',
    run: (world) =>
      usb(world, async ({ machine, printer }) => {
        // The kernel lets one program at a time have it.
        await printer.stop()
        const list = (await command(['list'])) as { printers: unknown }
        assert.deepEqual(list.printers, [linePrinter])
        const tested = await command(['test', linePrinter])
        assert.equal((tested as { ok: unknown }).ok, true, JSON.stringify(tested))
        const [slip] = machine.takeSlips()
        assert.ok(slip?.cut)
        assert.match(slip.text, /test slip, 80 mm/)
      }),
  },
]
