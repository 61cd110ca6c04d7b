/**
 * From a scanned passport to the first byte of the slip at the printer, 100,000 pickups cached, beside what no release
 * can do without.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { buildCachedDesk } from './cached-desk.ts'
import { figure, median, type Figure } from './figure.ts'
import { addCustomers, addSupervisor, startBenchDesk, type BenchDesk, type Customer } from './release/desk.ts'
import { createFloor } from './release/floor.ts'
import { startPromptPrinter, type PromptPrinter } from './release/printer.ts'
import { sized } from './size.ts'

const cached = sized(100_000, 2000)
const measured = sized(400, 10)
const warming = sized(40, 2)

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0
}

/** How many transactions this process has made durable so far. */
function countCommits(): () => number {
  let commits = 0
  const memory = new Database(':memory:')
  const statement = Object.getPrototypeOf(memory.prepare('SELECT 1')) as {
    run: (this: { source: string }, ...args: unknown[]) => unknown
  }
  memory.close()
  const run = statement.run
  statement.run = function (...args) {
    if (/^\s*COMMIT/i.test(this.source)) commits += 1
    return run.apply(this, args)
  }
  return () => commits
}

interface Timing {
  /** Milliseconds from the first report of the scan to the first byte of the slip at the printer. */
  readonly firstByte: number
  readonly commits: number
}

/** One person at the desk: passport read, verified, released, handed over. */
async function serve(
  desk: BenchDesk,
  printer: PromptPrinter,
  customer: Customer,
  commits: () => number,
): Promise<Timing> {
  const { handlers } = desk.engine
  let timing: Timing | null = null
  const before = commits()
  const from = performance.now()
  printer.onSlip((at) => {
    timing = { firstByte: at - from, commits: commits() - before }
  })
  desk.scanDocument(customer.passport)
  await desk.until(
    'the passport beside its pickup',
    ({ counter }) => counter.step === 'verify' && counter.pickup.id === customer.pickup && counter.document !== null,
  )
  const verified = await handlers.verifyDocument({ pickup: customer.pickup })
  if (!verified.ok) throw new Error(verified.failure.code)
  const released = await handlers.release({
    pickup: customer.pickup,
    verification: verified.value.verification,
    language: 'fi',
  })
  if (!released.ok) throw new Error(released.failure.code)
  const settled = await handlers.settle({ slip: released.value.slip, settlement: 'handed-over' })
  if (!settled.ok) throw new Error(settled.failure.code)
  await handlers.dismiss({})
  if (timing === null) throw new Error('no byte of a slip came')
  return timing
}

export async function releaseFigures(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-bench-'))
  const printer = await startPromptPrinter()
  const commits = countCommits()
  try {
    buildCachedDesk(folder, cached)
    addSupervisor(folder)
    const first = await startBenchDesk(folder, printer.port)
    await first.signIn()
    await first.stop()
    const { customers, kiosk } = await addCustomers(folder, warming + measured)
    const desk = await startBenchDesk(folder, printer.port)
    await desk.signIn()
    const times: number[] = []
    const floors: number[] = []
    const made: number[] = []
    try {
      for (const [i, customer] of customers.entries()) {
        const floor = await createFloor(folder, {
          pickup: customer.pickup,
          kiosk,
          epoch: { incarnation: 'bench' as never, n: 1 },
        })
        const timing = await serve(desk, printer, customer, commits)
        const least = await floor.measure(timing.commits)
        floor.close()
        // The first ones warm the code.
        if (i < warming) continue
        times.push(timing.firstByte)
        made.push(timing.commits)
        floors.push(least)
      }
    } finally {
      await desk.stop()
    }
    const name = (share: string) => `floor: ${median(made)} commits by fdatasync and one HPKE open, ${share}`
    return [
      figure(
        'scan_to_first_byte_p99',
        percentile(times, 0.99),
        'ms',
        { name: name('p99'), value: percentile(floors, 0.99) },
        'ratio <= 3',
        (_, ratio) => ratio <= 3,
      ),
      figure(
        'scan_to_first_byte_p50',
        median(times),
        'ms',
        { name: name('p50'), value: median(floors) },
        'ratio <= 3',
        (_, ratio) => ratio <= 3,
      ),
    ]
  } finally {
    await printer.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
