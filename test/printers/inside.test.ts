/**
 * Nobody is served by a printer that may still hold the rest of a slip, whatever was done to it and however often the
 * engine died.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPrinter, createPrinterMemory, PrinterConfig, type Printer } from '../../src-main/printers/index.ts'
import { startSimulatedPrinter, type Fault } from '../../src-main/printers/simulated/index.ts'
import { layoutSlip } from '../../src-main/slip/index.ts'
import { openStore } from '../../src-main/storage/index.ts'
import { content, readSecret } from '../slip/on-paper.ts'

const timers = {
  set(run: () => void, ms: number) {
    const timer = setTimeout(run, ms / 20)
    return () => clearTimeout(timer)
  },
}

function job() {
  const made = layoutSlip(content, Buffer.from('Kissa-9081'), 80)
  if (!made.ok) throw new Error(made.failure.code)
  return made.value
}

const fault = fc.record({
  atByte: fc.integer({ min: 1, max: 900 }),
  kind: fc.constantFrom<Fault['kind'][]>(
    'paper-out',
    'cover-open',
    'disconnect',
    'stall',
    'mute',
    'late',
    'power-loss',
    'reset',
  ),
})
const act = fc.oneof(
  { weight: 3, arbitrary: fault.map((value) => ({ do: 'print', fault: value }) as const) },
  { weight: 1, arbitrary: fc.constant({ do: 'print', fault: null } as const) },
  {
    weight: 5,
    arbitrary: fc.constantFrom('roll', 'off', 'on', 'check', 'restart').map((what) => ({ do: what }) as const),
  },
)
const model = fc.constantFrom(
  { lacks: [], processId: 'trusted' },
  { lacks: ['clear'], processId: 'trusted' },
  { lacks: ['clear'], processId: 'untrusted' },
  { lacks: ['clear', 'process-id'], processId: 'none' },
  { lacks: ['clear', 'process-id', 'status'], processId: 'none', status: 'none' },
) as fc.Arbitrary<{ lacks: ('clear' | 'process-id' | 'status')[]; processId: string; status?: string }>

test('whatever happens to it: a printer that is said to be ready holds nothing of an earlier slip', async () => {
  let served = 0
  await fc.assert(
    fc.asyncProperty(model, fc.array(act, { minLength: 3, maxLength: 9 }), async ({ lacks, ...settings }, acts) => {
      const folder = mkdtempSync(join(tmpdir(), 'lodge-inside-'))
      const opened = openStore(join(folder, 'kiosk.db'))
      if (!opened.ok) throw new Error(opened.failure.code)
      const memory = createPrinterMemory(opened.value.db)
      const machine = await startSimulatedPrinter({ lacks })
      const config = PrinterConfig.parse({
        kind: 'tcp',
        host: '127.0.0.1',
        port: machine.port,
        dedicatedLink: true,
        staffWord: true,
        pollMs: 60_000,
        ...settings,
      })
      /** An engine's printer: it begins with what the last one wrote down. */
      const begin = async (): Promise<Printer> => {
        const printer = createPrinter(config, timers, randomBytes)
        printer.onLeftInside((left) => memory.write(left))
        await printer.start(memory.read())
        return printer
      }
      let printer = await begin()
      try {
        for (const one of [...acts, { do: 'check' } as const]) {
          const said = JSON.stringify({ lacks, settings, acts, one })
          switch (one.do) {
            case 'print': {
              machine.setFault(one.fault)
              const before = machine.slips().length
              const outcome = await printer.print(job(), (phase) => {
                if (phase === 'header') expect(machine.state().buffered, said).toBe(0)
              })
              const secrets = machine
                .slips()
                .slice(before)
                .filter((slip) => readSecret(slip.strip) !== '')
              if (outcome.kind === 'failed') expect(secrets, said).toEqual([])
              if (outcome.kind === 'printed')
                expect(
                  secrets.map(({ cut }) => cut),
                  said,
                ).toEqual([true])
              served += outcome.kind === 'printed' ? 1 : 0
              break
            }
            case 'roll':
              machine.setPaper('ok')
              machine.setCover(false)
              machine.setMute(false)
              break
            case 'off':
              await machine.setPower(false)
              await printer.check()
              break
            case 'on':
              await machine.setPower(true)
              break
            case 'restart':
              await printer.stop()
              printer = await begin()
              break
            case 'check': {
              const { canPrint } = await printer.check()
              if (canPrint) expect(machine.state().buffered, said).toBe(0)
              break
            }
          }
        }
      } finally {
        await printer.stop()
        await machine.stop()
        opened.value.close()
        rmSync(folder, { recursive: true, force: true })
      }
    }),
    { numRuns: 60 },
  )
  expect(served).toBeGreaterThan(0)
}, 120_000)

test('an engine that starts anew knows that the printer must be switched off and on, and serves when it has seen that', async () => {
  const machine = await startSimulatedPrinter({ lacks: ['clear'] })
  const config = PrinterConfig.parse({
    kind: 'tcp',
    host: '127.0.0.1',
    port: machine.port,
    dedicatedLink: true,
    processId: 'trusted',
    pollMs: 60_000,
  })
  const printer = createPrinter(config, timers, randomBytes)
  await printer.start('power-cycle')
  expect(await printer.check()).toMatchObject({
    state: 'needs-power-cycle',
    canPrint: false,
    failure: { code: 'L-507' },
  })
  expect(await printer.print(job(), () => expect.unreachable())).toEqual({ kind: 'failed', code: 'L-507' })
  // An answer alone is no proof, nor is a second look.
  expect((await printer.check()).state).toBe('needs-power-cycle')
  await machine.setPower(false)
  expect((await printer.check()).state).toBe('needs-power-cycle')
  await machine.setPower(true)
  expect((await printer.check()).state).toBe('ready')
  await printer.stop()
  await machine.stop()
})

test('a printer without status or process ids is refused, unless the desk takes the staff’s word; then no slip is ever called printed', async () => {
  const machine = await startSimulatedPrinter({ lacks: ['clear', 'process-id', 'status'] })
  const common = {
    kind: 'tcp',
    host: '127.0.0.1',
    port: machine.port,
    dedicatedLink: true,
    processId: 'none',
    status: 'none',
    pollMs: 60_000,
  }
  const refusing = createPrinter(PrinterConfig.parse(common), timers, randomBytes)
  await refusing.start()
  expect(await refusing.check()).toMatchObject({ state: 'no-status', canPrint: false, failure: { code: 'L-508' } })
  expect(await refusing.print(job(), () => expect.unreachable())).toEqual({ kind: 'failed', code: 'L-508' })
  await refusing.stop()
  const taking = createPrinter(PrinterConfig.parse({ ...common, staffWord: true }), timers, randomBytes)
  await taking.start()
  expect(await taking.check()).toMatchObject({ state: 'no-status', canPrint: true, failure: null })
  expect((await taking.print(job(), () => undefined)).kind).toBe('uncertain')
  await taking.stop()
  await machine.stop()
})

test('another model in the printer’s place is not trusted', async () => {
  const machine = await startSimulatedPrinter({ model: 'TM-OTHER' })
  const common = {
    kind: 'tcp',
    host: '127.0.0.1',
    port: machine.port,
    dedicatedLink: true,
    processId: 'trusted',
    pollMs: 60_000,
  }
  for (const [declared, kind] of [
    ['TM-SIM', 'uncertain'],
    ['TM-OTHER', 'printed'],
  ]) {
    const printer = createPrinter(PrinterConfig.parse({ ...common, model: declared }), timers, randomBytes)
    await printer.start()
    expect((await printer.print(job(), () => undefined)).kind).toBe(kind)
    await printer.stop()
  }
  await machine.stop()
})
