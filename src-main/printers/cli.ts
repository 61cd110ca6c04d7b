/**
 * `list` the printers this computer can see; `status` of one; a `test` slip, without any secret; `setup`: find out what
 * the printer does, with a person who takes the paper out and puts it back.
 *
 *   node src-main/printers/cli.ts list
 *   node src-main/printers/cli.ts status tcp://192.0.2.7:9100
 *   node src-main/printers/cli.ts test /dev/usb/lp0 [--paper 58]
 *   node src-main/printers/cli.ts setup /dev/ttyUSB0 [--baud 9600] [--flow xon-xoff] [--write kiosk.json]
 *
 * One JSON object on standard output; exit code 1 with an error code when it did not go well, 2 for a wrong command.
 * `setup` asks on standard error; with `--write` it puts what it found into that settings file as `printer`.
 */
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { describeFailure, type ErrorCode } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { testSlip } from './commission.ts'
import { createPrinter, linkOf, PrinterConfig } from './index.ts'
import { setUp, type SetupStep } from './setup.ts'

const usage =
  'list | status PRINTER | test PRINTER | setup PRINTER [--write FILE]   [--paper 58|80] [--baud N] [--flow hardware|xon-xoff]   (PRINTER: tcp://HOST:PORT on a dedicated link, /dev/usb/lpN, or /dev/ttyXXX)'
const known: ReadonlySet<string> = new Set(['paper', 'baud', 'flow', 'write'])
const steps: Readonly<Record<SetupStep, string>> = {
  'look-at-test-slip': 'A test slip comes out. Compare each line with what is written below it.',
  'take-paper-out': 'Take the paper out of the printer and close the cover.',
  'put-paper-back': 'Put the paper back and close the cover.',
}
const timers = {
  set(run: () => void, ms: number) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    paper: { type: 'string', default: '80' },
    baud: { type: 'string' },
    flow: { type: 'string' },
    write: { type: 'string' },
  },
})

function placeOf(address: string): object {
  if (address.startsWith('tcp://') && URL.canParse(address)) {
    const url = new URL(address)
    return { kind: 'tcp', host: url.hostname, port: url.port === '' ? 9100 : Number(url.port), dedicatedLink: true }
  }
  if (!/^\/dev\/(tty|serial|pts)/.test(address)) return { kind: 'usb', path: address }
  return {
    kind: 'serial',
    path: address,
    ...(values.baud === undefined ? {} : { baudRate: Number(values.baud) }),
    ...(values.flow === undefined ? {} : { flow: values.flow }),
  }
}

/** Nothing here prints a secret: a printer that gives no word of its own may be tried. */
function configOf(address: string, more: object = { staffWord: true }): PrinterConfig | null {
  const config = PrinterConfig.safeParse({ ...placeOf(address), paper: Number(values.paper), ...more })
  return config.success ? config.data : null
}

async function list(): Promise<object> {
  const found = async (folder: string, pattern: RegExp) =>
    (await readdir(folder).catch(() => [])).filter((name) => pattern.test(name)).map((name) => `${folder}/${name}`)
  return {
    ok: true,
    printers: await found('/dev/usb', /^lp\d+$/),
    serialPorts: [...(await found('/dev/serial/by-id', /./)), ...(await found('/dev', /^tty(USB|ACM)\d+$/))],
  }
}

/** The settings file keeps all else that stands in it; it is replaced whole or not at all. */
async function writeInto(file: string, printer: object): Promise<void> {
  const settings = JSON.parse(await readFile(file, 'utf8')) as object
  await writeFile(`${file}.new`, `${JSON.stringify({ ...settings, printer }, null, 2)}\n`, { mode: 0o600 })
  await rename(`${file}.new`, file)
}

async function commission(address: string, config: PrinterConfig): Promise<object> {
  const open = linkOf(config)
  if (open === null || config.kind === 'none') return failed(failures.noPrinter)
  const ask = (step: SetupStep) => process.stderr.write(`${steps[step]}\n`)
  const result = await setUp({ open, timers, random: randomBytes, ask }, config.paper)
  if (!result.ok) return failed(result.code)
  const { settings, ...found } = result.findings
  const printer = { ...placeOf(address), paper: config.paper, ...settings }
  if (typeof values.write === 'string') await writeInto(values.write, printer)
  return { ok: true, printer, ...found }
}

const failed = (code: ErrorCode) => ({ ok: false, code, ...describeFailure({ code }, 'en') })

async function ask(command: 'status' | 'test', config: PrinterConfig): Promise<object> {
  const printer = createPrinter(config, timers)
  await printer.start()
  try {
    const status = await printer.check()
    if (!status.canPrint) return { ...failed(status.failure?.code ?? failures.printerSilent), state: status.state }
    if (command === 'status' || config.kind === 'none') return { ok: true, state: status.state }
    const outcome = await printer.print(testSlip(config.paper), () => undefined)
    // It holds no secret, so an answer that is not trusted is no trouble here: look at the paper.
    return outcome.kind === 'failed' ? failed(outcome.code) : { ok: true, outcome: outcome.kind }
  } finally {
    await printer.stop()
  }
}

async function run(): Promise<object | null> {
  const [command, address] = positionals
  if (Object.keys(values).some((name) => !known.has(name))) return null
  if (command === 'list') return list()
  if ((command !== 'status' && command !== 'test' && command !== 'setup') || address === undefined) return null
  const config = configOf(address)
  if (config === null) return null
  return command === 'setup' ? commission(address, config) : ask(command, config)
}

const answer = await run().catch(() => null)
if (answer === null) {
  process.stderr.write(`${usage}\n`)
  process.exitCode = 2
} else {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
  if ('ok' in answer && answer.ok === false) process.exitCode = 1
}
