/**
 * The printer's word against the tray: whatever goes wrong, at whatever byte, the outcome never contradicts the paper.
 */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { createPrinter, PrinterConfig, type PrintOutcome } from '../../src-main/printers/index.ts'
import {
  startSimulatedPrinter,
  type Fault,
  type SimulatedPrinterOptions,
} from '../../src-main/printers/simulated/index.ts'
import { layoutSlip } from '../../src-main/slip/index.ts'
import { content, readSecret } from '../slip/on-paper.ts'

const secret = 'Kissa-9081'
/** Time runs faster than on the wall, so that time-outs are met without waiting for them. */
const hurried = (by: number) => ({
  set(run: () => void, ms: number) {
    const timer = setTimeout(run, ms / by)
    return () => clearTimeout(timer)
  },
})

function job() {
  const made = layoutSlip(content, Buffer.from(secret), 80)
  if (!made.ok) throw new Error(made.failure.code)
  return made.value
}

const toStop: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of toStop.splice(0).reverse()) await stop()
})

async function desk(options: SimulatedPrinterOptions & { processId?: 'trusted' | 'untrusted' } = {}, by = 8) {
  const machine = await startSimulatedPrinter(options)
  const config = PrinterConfig.parse({
    kind: 'tcp',
    host: '127.0.0.1',
    port: machine.port,
    dedicatedLink: true,
    processId: options.processId ?? 'trusted',
    pollMs: 60_000,
  })
  const printer = createPrinter(config, hurried(by), randomBytes)
  toStop.push(
    () => machine.stop(),
    () => printer.stop(),
  )
  await printer.start()
  await printer.check()
  return { machine, printer }
}
type Desk = Awaited<ReturnType<typeof desk>>

/** What a person would do: roll in, cover shut, and off and on where the screen says so. Then all paper is gathered. */
async function putRight({ machine, printer }: Desk) {
  machine.setPaper('ok')
  machine.setCover(false)
  if (!machine.state().on) await machine.setPower(true)
  let status = await printer.check()
  for (let tries = 0; !status.canPrint && tries < 4; tries++) {
    await machine.setPower(false)
    await printer.check()
    await machine.setPower(true)
    status = await printer.check()
  }
  return { status, slips: machine.takeSlips() }
}

async function tryFault(fault: Fault | null, options: Parameters<typeof desk>[0] = {}): Promise<PrintOutcome> {
  const at = await desk(options)
  at.machine.setFault(fault)
  const phases: string[] = []
  const outcome = await at.printer.print(job(), (phase) => phases.push(phase))
  const cutThen = at.machine.slips().filter((s) => s.cut && readSecret(s.strip) !== '').length
  const { status, slips } = await putRight(at)
  const withSecret = slips.filter((s) => readSecret(s.strip) !== '')
  const whole = withSecret.filter((s) => s.cut && readSecret(s.strip) === secret)
  const what = JSON.stringify({ fault, outcome, phases, texts: slips.map((s) => [s.cut, s.text.slice(0, 40)]) })
  expect(whole.length, what).toBeLessThanOrEqual(1)
  expect(whole.length, `came out by itself later: ${what}`).toBe(cutThen)
  if (outcome.kind === 'printed') expect(whole.length, what).toBe(1)
  if (outcome.kind === 'failed') {
    expect(withSecret, what).toEqual([])
    expect(phases, what).not.toContain('secret')
  } else {
    expect(phases, what).toContain('secret')
  }
  expect(status.canPrint, `${what} ${status.state}`).toBe(true)
  await at.printer.stop()
  await at.machine.stop()
  return outcome
}

const kinds = [
  'paper-out',
  'cover-open',
  'power-loss',
  'disconnect',
  'stall',
  'garbage',
  'mute',
  'reset',
  'late',
] as const

test('a fault at every byte of the slip: never `failed` with the secret on paper, never `printed` without a cut', async () => {
  const { header, body } = job()
  // Two fences of eleven bytes go with them.
  const length = header.length + body.length + 22
  const counts = { printed: 0, failed: 0, uncertain: 0 }
  let next = 1
  const worker = async () => {
    while (next <= length) {
      const atByte = next++
      const kind = kinds[atByte % kinds.length] ?? 'stall'
      counts[(await tryFault({ atByte, kind })).kind] += 1
    }
  }
  await Promise.all(Array.from({ length: 24 }, worker))
  expect(counts.failed).toBeGreaterThan(header.length / 2)
  expect(counts.uncertain).toBeGreaterThan(body.length / 2)
}, 240_000)

test('random faults, trusted and not: the outcome never contradicts the tray', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1100 }),
      fc.constantFrom(...kinds),
      fc.constantFrom('trusted', 'untrusted'),
      async (atByte, kind, processId) => {
        const outcome = await tryFault({ atByte, kind }, { processId })
        if (processId === 'untrusted') expect(outcome.kind).not.toBe('printed')
      },
    ),
    { numRuns: 25 },
  )
}, 120_000)

test('nothing wrong: printed, one slip, exact', async () => {
  expect(await tryFault(null)).toEqual({ kind: 'printed' })
})

test('a printer that answers without paper, and is not trusted: uncertain, and the slip does not follow when the roll is changed', async () => {
  for (const atByte of [500, 700, 900]) {
    const outcome = await tryFault({ atByte, kind: 'paper-out' }, { processId: 'untrusted', answersWithoutPaper: true })
    expect(outcome.kind).not.toBe('printed')
  }
})

test('no paper, open cover: refused with the right code before a byte goes', async () => {
  const { machine, printer } = await desk()
  machine.setPaper('out')
  expect(await printer.print(job(), () => expect.unreachable())).toEqual({ kind: 'failed', code: 'L-501' })
  machine.setPaper('ok')
  machine.setCover(true)
  expect(await printer.print(job(), () => expect.unreachable())).toEqual({ kind: 'failed', code: 'L-502' })
  machine.setCover(false)
  expect(machine.takeSlips()).toEqual([])
})

test('a mute printer gets no byte of anything', async () => {
  const { machine, printer } = await desk()
  machine.setMute(true)
  expect((await printer.print(job(), () => expect.unreachable())).kind).toBe('failed')
  expect(machine.state().buffered).toBe(0)
  expect(machine.takeSlips()).toEqual([])
})

test('what a dead engine left in the printer does not come out for the next one', async () => {
  const { machine, printer } = await desk()
  machine.setFault({ atByte: 300, kind: 'paper-out' })
  const { createConnection } = await import('node:net')
  await printer.stop()
  const socket = createConnection({ host: '127.0.0.1', port: machine.port })
  const { header, body } = job()
  await new Promise<void>(
    (resolve) =>
      machine.onChange(() => machine.state().paper === 'out' && resolve()) &&
      socket.write(Buffer.concat([header, body])),
  )
  // The machine counts its faults from the connection on: the rest of the slip now waits inside it.
  socket.destroy()
  await printer.start()
  expect((await printer.check()).state).toBe('paper-out')
  machine.setPaper('ok')
  expect(machine.takeSlips().filter((s) => s.cut)).toEqual([])
})

test('where it cannot be cleared, the desk is told to switch it off and on, and serves only when that was seen', async () => {
  const { machine, printer } = await desk()
  machine.setFault({ atByte: 700, kind: 'stall' })
  expect((await printer.print(job(), () => undefined)).kind).toBe('uncertain')
  expect(printer.status()).toMatchObject({ state: 'needs-power-cycle', canPrint: false, failure: { code: 'L-507' } })
  expect((await printer.check()).state).toBe('needs-power-cycle')
  expect((await printer.print(job(), () => expect.unreachable())).kind).toBe('failed')
  await machine.setPower(false)
  expect((await printer.check()).state).toBe('needs-power-cycle')
  await machine.setPower(true)
  expect((await printer.check()).state).toBe('ready')
})

test('a configuration without a declared dedicated link is refused', () => {
  expect(PrinterConfig.safeParse({ kind: 'tcp', host: '192.0.2.7' }).success).toBe(false)
  expect(PrinterConfig.safeParse({ kind: 'tcp', host: '192.0.2.7', dedicatedLink: false }).success).toBe(false)
  expect(PrinterConfig.safeParse({ kind: 'usb', path: '/etc/passwd' }).success).toBe(false)
})
