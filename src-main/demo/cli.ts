/**
 * `npm run -s demo -- --json`: one handover through the real engine process, the real hub on real PostgreSQL, HID
 * reports and ESC/POS over a socket. Prints one JSON line; exit code 1 and `ok:false` with a code on any failure.
 */
import { DeskId } from '../../src-shared/domain/index.ts'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { slipPng } from '../printers/simulated/index.ts'
import { dataFolder, startDesk, type DemoDesk } from './desk.ts'
import { Refused } from './acts.ts'
import { runHandover, timed, type TimedStep } from './handover.ts'
import { startHubProcess, type HubProcess } from './hub-process.ts'
import { readInstitution } from './institution.ts'
import * as failures from '../../src-shared/failures/named.ts'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    password: { type: 'string' },
    printer: { type: 'string' },
    slip: { type: 'string' },
    paper: { type: 'string', default: '80' },
    'hub-away': { type: 'boolean', default: false },
    'paper-out': { type: 'boolean', default: false },
    'paper-out-mid-slip': { type: 'boolean', default: false },
    'wrong-card': { type: 'boolean', default: false },
    expired: { type: 'boolean', default: false },
  },
})

function printerAddress(text: string): { host: string; port: number } {
  const url = new URL(text)
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 9100) }
}

interface Report {
  ok: boolean
  code?: string
  steps: TimedStep[]
  slip: { number: string | null; text: string | null; picture: string | null; cut: number }
  ledger: { written: number; acknowledged: number; unsettled: number }
}

async function main(): Promise<Report> {
  const base = mkdtempSync(join(tmpdir(), 'lodge-demo-'))
  chmodSync(base, 0o711)
  const steps: TimedStep[] = []
  const institution = readInstitution()
  const key = 'porter-lakeside'
  let hub: HubProcess | null = null
  let desk: DemoDesk | null = null
  const report: Report = {
    ok: false,
    steps,
    slip: { number: null, text: null, picture: null, cut: 0 },
    ledger: { written: 0, acknowledged: 0, unsettled: 0 },
  }
  try {
    const running = await timed(steps, 'hub started and filled', () =>
      startHubProcess(join(base, 'hub'), 0, () => undefined),
    )
    hub = running
    const deskId = await deskIdOf(running, institution, key)
    const code = await running.agent.call('enrolmentCode', { body: { desk: DeskId.parse(deskId) } })
    if (!code.ok) throw new Refused(code.failure.code)
    const started = await startDesk({
      key,
      dataDir: dataFolder(base, key),
      hub: { port: running.port },
      code: code.value.code,
      paper: flags.paper === '58' ? 58 : 80,
      ...(flags.printer === undefined ? {} : { printer: printerAddress(flags.printer) }),
    })
    desk = started
    const beforeRelease = () => {
      if (flags['paper-out']) started.printer.setPaper('out')
      if (flags['paper-out-mid-slip']) started.printer.setFault({ atByte: 420, kind: 'paper-out' })
    }
    const options = {
      ...(flags.password === undefined ? {} : { password: flags.password }),
      hubAway: flags['hub-away'],
      wrongCard: flags['wrong-card'],
      expired: flags.expired,
      beforeRelease,
    }
    const result = await runHandover(started, deskId, running, institution, options, steps)
    report.ok = true
    report.slip.number = result.slipNumber
  } catch (error) {
    report.code = error instanceof Refused ? error.code : failures.bug
    if (!(error instanceof Refused))
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : 'error'}\n`)
  }
  if (desk !== null) await describe(desk, report)
  await desk?.stop()
  await hub?.stop()
  rmSync(base, { recursive: true, force: true })
  return report
}

async function deskIdOf(
  hub: HubProcess,
  institution: ReturnType<typeof readInstitution>,
  key: string,
): Promise<string> {
  const desks = await hub.agent.call('desks', {})
  if (!desks.ok) throw new Refused(desks.failure.code)
  const wanted = institution.desks.find((desk) => desk.key === key)
  const unit = institution.units.find(({ key: unitKey }) => unitKey === wanted?.unit)
  const found = desks.value.desks.find((desk) => desk.kind === wanted?.kind && desk.unit.en === unit?.name.en)
  if (found === undefined) throw new Refused(failures.notFound)
  return found.id
}

async function describe(desk: DemoDesk, report: Report): Promise<void> {
  const journal = await desk.client.journal({ limit: 200 })
  const state = await desk.client.state({})
  if (journal.ok) {
    const { entries } = journal.value
    report.ledger.written = entries[0]?.seq ?? 0
    report.ledger.acknowledged = entries.find((entry) => entry.acknowledged)?.seq ?? 0
  }
  if (state.ok) {
    report.ledger.unsettled = state.value.unsettled.length
    if (!journal.ok) report.ledger.written = state.value.unsent.count
  }
  if (flags.printer !== undefined) return
  const slips = desk.printer.takeSlips()
  report.slip.cut = slips.filter((slip) => slip.cut).length
  const slip = slips.at(-1)
  if (slip === undefined) return
  report.slip.text = slip.text
  if (flags.slip !== undefined) {
    writeFileSync(flags.slip, await slipPng(slip.strip))
    report.slip.picture = flags.slip
  }
}

const report = await main()
if (flags.json) {
  process.stdout.write(`${JSON.stringify(report)}\n`)
} else {
  for (const { step, ms } of report.steps) process.stdout.write(`${String(ms).padStart(8)} ms  ${step}\n`)
  if (report.slip.text !== null) process.stdout.write(`\n${report.slip.text}\n\n`)
  process.stdout.write(report.ok ? 'handed over and acknowledged\n' : `refused: ${report.code ?? ''}\n`)
}
process.exitCode = report.ok ? 0 : 1
