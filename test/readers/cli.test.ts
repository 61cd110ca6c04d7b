/** `npm run -s readers`: as whoever sets up a desk uses it, against a reader bench. */
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildTd3 } from '../../src-main/identity/documents/index.ts'
import { simulatedScanner, simulatedWedge, startReaderBench, type ReaderBench } from '../../src-main/readers/index.ts'

const cli = 'src-main/readers/cli.ts'
const card = '04A1B2C3D4E5F6'
const passport = buildTd3({
  issuer: 'FIN',
  number: 'XA9876543',
  family: 'Salo',
  given: 'Aino',
  nationality: 'FIN',
  birthDate: '1990-02-03',
  expiryDate: '2041-01-01',
})
let bench: ReaderBench
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lodge-readers-'))
})
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(async () => {
  bench = await startReaderBench()
})
afterEach(() => bench.stop())

function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--no-warnings', cli, ...args], (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    )
  })
}

/** Starts the program and tells each line of its output; `stderr` too, for the learning. */
function start(args: readonly string[], onLine: (line: string) => void) {
  const child = spawn(process.execPath, ['--no-warnings', cli, ...args])
  let all = ''
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      all += `${line}\n`
      onLine(line)
    })
  return {
    all: () => all,
    ended: new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 1))),
    stop: () => child.kill('SIGINT'),
  }
}
const simulated = () => ['--simulated', `127.0.0.1:${bench.port}`]

describe('list', () => {
  it('shows every device with the numbers for a rule, and which one is read', async () => {
    bench.plug(simulatedScanner)
    bench.plug(simulatedWedge)
    const { code, out } = await run('list', ...simulated())
    const said = JSON.parse(out) as {
      ok: boolean
      devices: { path: string; used: boolean; rule: string | null; usagePage: string }[]
    }
    expect([code, said.ok]).toEqual([0, true])
    expect(said.devices.map(({ path, used, rule, usagePage }) => [path, used, rule, usagePage])).toEqual([
      ['bench/scanner', true, 'HID POS', '0x008c'],
      ['bench/wedge', false, null, '0x0001'],
    ])
  })
  it('says what is wrong with a settings file, by its place, and exits with 1', async () => {
    const file = join(folder, 'bad.json')
    writeFileSync(file, JSON.stringify({ dataDir: '/x', readers: { allow: [{ name: 'a', decoder: 'telepathy' }] } }))
    const { code, out } = await run('list', '--config', file, ...simulated())
    expect([code, JSON.parse(out)]).toMatchObject([
      1,
      { ok: false, code: 'L-101', what: expect.stringContaining('readers.allow.0.decoder') as string },
    ])
  })
  it('a wrong command: exit code 2 and what there is', async () => {
    for (const args of [[], ['steal'], ['list', '--nonsense'], ['watch', '--seconds', 'x']])
      expect((await run(...args)).code, args.join(' ')).toBe(2)
  })
})

it('watch: what scans decode to, masked: no card number, document line or name is written', async () => {
  const file = join(folder, 'kiosk.json')
  const allow = [{ name: 'front', usagePage: 0x8c, decoder: 'hid-pos', cards: ['uid7-hex', 'ean'] }]
  writeFileSync(file, JSON.stringify({ dataDir: '/x', readers: { allow, pairMs: 0 } }))
  bench.plug(simulatedScanner)
  const scans: unknown[] = []
  const program = start(['watch', '--config', file, '--seconds', '20', ...simulated()], (line) => {
    const said = JSON.parse(line) as { readers?: string[]; scan?: unknown }
    if (said.readers?.includes('front') === true) {
      bench.tap(card)
      bench.scanDocument(passport)
      bench.tap('6430012345670')
      bench.tap('LODGE:7K2M9QXA', ']Q1')
    }
    if (said.scan !== undefined && scans.push(said.scan) === 4) program.stop()
  })
  expect(await program.ended).toBe(0)
  expect(scans).toEqual([
    { kind: 'card', length: 14, alphabet: 'hexadecimal', ends: 'F6', symbology: ']E0', bits: null, code: null },
    { kind: 'document', length: 0, alphabet: 'other', ends: '', symbology: ']o1', bits: null, code: null },
    { kind: 'unreadable', length: 13, alphabet: 'other', ends: '', symbology: ']E0', bits: null, code: 'L-707' },
    {
      kind: 'pickup-code',
      length: 8,
      alphabet: 'letters-and-digits',
      ends: '',
      symbology: ']Q1',
      bits: null,
      code: null,
    },
  ])
  for (const raw of [card, card.slice(0, 8), '64300', '7K2M9QXA', ...passport, 'SALO', '900203', 'XA9876543'])
    expect(program.all()).not.toContain(raw)
})

it('learn: three scans of one card give its rule', async () => {
  bench.plug(simulatedScanner)
  const program = start(['learn', '--seconds', '20', ...simulated()], (line) => {
    if (/^Scan one card|^[12] of 3/.test(line)) bench.tap(card, ']Z0')
  })
  expect(await program.ended).toBe(0)
  const said = JSON.parse(program.all().trim().split('\n').at(-1) ?? '') as object
  expect(said).toMatchObject({
    ok: true,
    readers: {
      allow: [
        {
          name: 'Simulated HID POS scanner',
          vendorId: 0x0c2e,
          productId: 0x0b61,
          usagePage: 0x8c,
          decoder: 'hid-pos',
          cards: ['uid7-hex'],
        },
      ],
    },
  })
  expect(program.all()).not.toContain(card)
})
