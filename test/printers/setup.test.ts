/** Set-up believes only what it sees: an answer for paper that is not there is no confirmation. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openTcp } from '../../src-main/printers/transports/tcp.ts'
import { setUp } from '../../src-main/printers/setup.ts'
import { startSimulatedPrinter, type SimulatedPrinterOptions } from '../../src-main/printers/simulated/index.ts'

const timers = {
  set(run: () => void, ms: number) {
    const timer = setTimeout(run, ms / 20)
    return () => clearTimeout(timer)
  },
}

async function found(options: SimulatedPrinterOptions, obeys = true) {
  const machine = await startSimulatedPrinter(options)
  const steps: string[] = []
  const result = await setUp(
    {
      open: openTcp('127.0.0.1', machine.port),
      timers,
      random: randomBytes,
      ask: (step) => {
        steps.push(step)
        if (!obeys) return
        if (step === 'take-paper-out') machine.setPaper('out')
        if (step === 'put-paper-back') machine.setPaper('ok')
      },
    },
    80,
  )
  const slips = machine.takeSlips()
  await machine.stop()
  return { result, steps, slips }
}

test('an answer withheld without paper and given with it: trusted, by the model’s name', async () => {
  const { result, steps, slips } = await found({ model: 'TM-T20III' })
  expect(result).toEqual({
    ok: true,
    findings: {
      settings: { status: 'real-time', clears: 'ask', model: 'TM-T20III', processId: 'trusted' },
      maker: 'Lodge',
      firmware: '1.00',
      withoutPaper: 'withheld',
    },
  })
  expect(steps).toEqual(['look-at-test-slip', 'take-paper-out', 'put-paper-back'])
  expect(slips.filter((slip) => slip.cut)).toHaveLength(1)
})

test('an answer without paper: untrusted', async () => {
  expect((await found({ answersWithoutPaper: true })).result).toMatchObject({
    ok: true,
    findings: { settings: { processId: 'untrusted' }, withoutPaper: 'early' },
  })
})

test('what a poorer printer lacks is found out, and nobody is asked to take paper out for nothing', async () => {
  expect((await found({ lacks: ['clear'] })).result).toMatchObject({
    ok: true,
    findings: { settings: { clears: 'no', processId: 'trusted' } },
  })
  const poor = await found({ lacks: ['process-id', 'clear'] })
  expect(poor.result).toMatchObject({
    ok: true,
    findings: { settings: { status: 'real-time', processId: 'none', clears: 'no' }, withoutPaper: 'not-tried' },
  })
  expect(poor.steps).toEqual(['look-at-test-slip'])
  expect((await found({ lacks: ['process-id', 'clear', 'status'] })).result).toMatchObject({
    ok: true,
    findings: { settings: { status: 'none' } },
  })
})

test('nobody takes the paper out: L-515, and nothing is found', async () => {
  expect((await found({}, false)).result).toEqual({ ok: false, code: 'L-515' })
}, 30_000)

test('the command asks, and writes what it found into the desk’s settings, where all else stays', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-setup-'))
  const file = join(folder, 'kiosk.json')
  writeFileSync(file, JSON.stringify({ dataDir: '/var/lib/lodge', printer: { kind: 'none' } }))
  const machine = await startSimulatedPrinter({ model: 'TM-T20III' })
  const child = spawn(process.execPath, [
    '--no-warnings',
    'src-main/printers/cli.ts',
    'setup',
    `tcp://127.0.0.1:${machine.port}`,
    '--write',
    file,
  ])
  let out = ''
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()))
  child.stderr.on('data', (bytes: Buffer) => {
    if (bytes.includes('Take the paper out')) machine.setPaper('out')
    if (bytes.includes('Put the paper back')) machine.setPaper('ok')
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  const printer = {
    kind: 'tcp',
    host: '127.0.0.1',
    port: machine.port,
    dedicatedLink: true,
    paper: 80,
    status: 'real-time',
    clears: 'ask',
    model: 'TM-T20III',
    processId: 'trusted',
  }
  expect({ code, ...(JSON.parse(out) as object) }).toEqual({
    code: 0,
    ok: true,
    printer,
    maker: 'Lodge',
    firmware: '1.00',
    withoutPaper: 'withheld',
  })
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ dataDir: '/var/lib/lodge', printer })
  await machine.stop()
  rmSync(folder, { recursive: true, force: true })
}, 30_000)
