/**
 * `list` the printers this computer can see; `status` of one; a `test` slip, without any secret.
 *
 *   node src-main/printers/cli.ts list
 *   node src-main/printers/cli.ts status tcp://192.0.2.7:9100
 *   node src-main/printers/cli.ts test /dev/usb/lp0 [--paper 58]
 *
 * One JSON object on standard output; exit code 1 with an error code when it did not go well, 2 for a wrong command.
 */
import { readdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { describeFailure, type ErrorCode } from '../../src-shared/errors.ts'
import { testSlip } from './commission.ts'
import { createPrinter, PrinterConfig } from './index.ts'

const usage = 'list | status PRINTER | test PRINTER [--paper 58|80]   (PRINTER: tcp://HOST:PORT on a dedicated link, or /dev/usb/lpN)'
const timers = {
  set(run: () => void, ms: number) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

function configOf(address: string, paper: number): PrinterConfig | null {
  let fields: object = { kind: 'usb', path: address }
  if (address.startsWith('tcp://') && URL.canParse(address)) {
    const url = new URL(address)
    fields = { kind: 'tcp', host: url.hostname, port: url.port === '' ? 9100 : Number(url.port), dedicatedLink: true }
  }
  const config = PrinterConfig.safeParse({ ...fields, paper })
  return config.success ? config.data : null
}

async function list(): Promise<object> {
  const names = await readdir('/dev/usb').catch(() => [])
  return { ok: true, printers: names.filter((name) => /^lp\d+$/.test(name)).map((name) => `/dev/usb/${name}`) }
}

const failed = (code: ErrorCode) => ({ ok: false, code, ...describeFailure({ code }, 'en') })

async function ask(command: 'status' | 'test', config: PrinterConfig): Promise<object> {
  const printer = createPrinter(config, timers)
  await printer.start()
  try {
    const status = await printer.check()
    if (!status.canPrint) return { ...failed(status.failure?.code ?? 'L-503'), state: status.state }
    if (command === 'status' || config.kind === 'none') return { ok: true, state: status.state }
    const outcome = await printer.print(testSlip(config.paper), () => undefined)
    // It holds no secret, so an answer that is not trusted is no trouble here: look at the paper.
    return outcome.kind === 'failed' ? failed(outcome.code) : { ok: true, outcome: outcome.kind }
  } finally {
    await printer.stop()
  }
}

async function run(): Promise<object | null> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { paper: { type: 'string', default: '80' } } })
  const [command, address] = positionals
  if (command === 'list') return list()
  if ((command !== 'status' && command !== 'test') || address === undefined) return null
  const config = configOf(address, Number(values.paper))
  return config === null ? null : ask(command, config)
}

const answer = await run().catch(() => null)
if (answer === null) {
  process.stderr.write(`${usage}\n`)
  process.exitCode = 2
} else {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
  if ('ok' in answer && answer.ok === false) process.exitCode = 1
}
