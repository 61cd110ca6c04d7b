import { execFile } from 'node:child_process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { testSlip } from '../../src-main/printers/commission.ts'
import { startSimulatedPrinter, type SimulatedPrinter } from '../../src-main/printers/simulated/index.ts'
import { onPaper } from '../slip/on-paper.ts'

let machine: SimulatedPrinter
beforeEach(async () => {
  machine = await startSimulatedPrinter()
})
afterEach(() => machine.stop())

function cli(...args: string[]): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--no-warnings', 'src-main/printers/cli.ts', ...args], (error, out) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out })
    })
  })
}

test('a test slip comes out, cut, and the answer says so', async () => {
  const { code, out } = await cli('test', `tcp://127.0.0.1:${machine.port}`)
  expect({ ...(JSON.parse(out) as object), exit: code }).toMatchObject({ exit: 0, ok: true })
  expect(machine.slips().map((slip) => slip.cut)).toEqual([true])
  expect(machine.slips()[0]?.text).toContain('ÅÄÖåäö€ž\n')
})

test('no paper: exit code 1 and L-501, and nothing printed', async () => {
  machine.setPaper('out')
  const { code, out } = await cli('test', `tcp://127.0.0.1:${machine.port}`)
  expect({ ...(JSON.parse(out) as object), exit: code }).toMatchObject({
    exit: 1,
    ok: false,
    code: 'L-501',
    state: 'paper-out',
  })
  expect(machine.takeSlips()).toEqual([])
})

test('a wrong command or address: exit code 2', async () => {
  expect((await cli('print')).code).toBe(2)
  expect((await cli('status', '/etc/passwd')).code).toBe(2)
  expect((await cli('list', '--papper', '58')).code).toBe(2)
})

test('the test slip fits its paper, and shows if the paper is declared wider than it is', () => {
  const lines = (declared: 58 | 80, real: 58 | 80) => {
    const { header, body } = testSlip(declared)
    return onPaper(Buffer.concat([header, body]), real)[0]?.text.split('\n').length
  }
  expect(lines(58, 58)).toBe(lines(80, 80))
  expect(lines(80, 58)).toBe((lines(58, 58) ?? 0) + 1)
})
