/**
 * `npm run -s test:hardware -- [--only TEXT] [--console]`: readers and printers through a real kernel, in a small
 * machine of its own (docs/hardware-tests.md). Where that cannot be had, every test is skipped and the reason is said.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { endWith, startRun, stopAll } from '../support/runner.ts'
import { hardwareTests } from './guest/tests.ts'
import { bundleTests } from './host/bundle.ts'
import { cacheFolder, makeImage } from './host/image.ts'
import { act } from './host/keyboard.ts'
import { accelerator, requireQemu, startMachine, type Machine } from './host/machine.ts'
import { Unavailable } from './host/unavailable.ts'
import type { FromInside } from './wire.ts'

/** The machine is stopped when it says nothing for so long, or is not done after so long. */
const silentMs = 90_000
const wholeMs = 300_000
/** Longest for what comes before the machine: packages are fetched and an image is made of them once. */
const prepareMs = 600_000
const stopMs = 20_000
const project = fileURLToPath(new URL('../../', import.meta.url))

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, console: { type: 'boolean', default: false } },
})
const say = (line: string) => void process.stdout.write(`${line}\n`)
const seconds = (ms: number) => (ms / 1000).toFixed(1)
const totals = { passed: 0, failed: 0, skipped: 0 }
const runner = startRun(
  'test:hardware',
  (more) => `${totals.passed} passed, ${totals.failed + more} failed, ${totals.skipped} skipped`,
)
const unmet = new Set(hardwareTests.map(({ name }) => name).filter((name) => name.includes(values.only)))

/** Resolves when the tests inside are done, or the machine is off or silent: then with the reason. */
function follow(machine: Machine, from: number): Promise<string | null> {
  return new Promise((resolve) => {
    const figures = new Map<string, number>()
    let bootMs = 0
    let running = 'the start'
    const end = (trouble: string | null) => {
      clearTimeout(silent)
      clearTimeout(whole)
      if (trouble === null) {
        const counted = [...figures].map(([name, value]) => `, ${value} ${name}`).join('')
        const testMs = performance.now() - from - bootMs
        say(`figures: ${accelerator()}, boot ${seconds(bootMs)} s, tests ${seconds(testMs)} s${counted}`)
      }
      resolve(trouble)
    }
    let silent = setTimeout(() => undefined, 0)
    const heard = () => {
      clearTimeout(silent)
      silent = setTimeout(() => end(`nothing heard for ${silentMs / 1000} s, in: ${running}`), silentMs)
    }
    const whole = setTimeout(() => end(`not done after ${wholeMs / 1000} s, in: ${running}`), wholeMs)
    heard()
    void machine.off.then(() => end(`the machine went off in: ${running}`))
    machine.onLine((line) => {
      heard()
      const message = JSON.parse(line) as FromInside
      switch (message.t) {
        case 'up':
          bootMs = performance.now() - from
          break
        case 'begin':
          running = message.name
          break
        case 'end':
          if (!unmet.delete(message.name)) break
          totals[message.outcome] += 1
          say(`${message.outcome}: ${message.name} (${message.ms} ms)`)
          if (message.why !== '') say(message.why.replace(/^/gm, '  '))
          break
        case 'figure':
          figures.set(message.name, (figures.get(message.name) ?? 0) + message.value)
          break
        case 'ask':
          void act(machine, message.act)
            .then(
              () => null,
              (error: unknown) => String(error),
            )
            .then((trouble) => machine.say(JSON.stringify({ id: message.id, trouble })))
          break
        case 'done':
          end(null)
          break
      }
    })
  })
}

async function run(): Promise<void> {
  await requireQemu()
  // A short path: a socket's may not be longer than 107 bytes.
  const folder = mkdtempSync(join(tmpdir(), 'lodge-vm-'))
  const shared = join(cacheFolder(), 'shared')
  let bundle: Awaited<ReturnType<typeof bundleTests>> | null = null
  let machine: Machine | null = null
  const forget = endWith(() => {
    bundle?.remove()
    rmSync(folder, { recursive: true, force: true })
  })
  try {
    runner.at('the image of the machine', prepareMs)
    const image = await makeImage(say)
    bundle = await bundleTests(project)
    mkdirSync(shared, { recursive: true })
    writeFileSync(join(shared, 'entry'), bundle.entry)
    writeFileSync(join(shared, 'only'), values.only)
    runner.at('the tests in the machine', wholeMs + silentMs)
    const from = performance.now()
    machine = await startMachine(image, project, folder, shared)
    const trouble = await follow(machine, from)
    if (trouble !== null) {
      say(`FAILED ${trouble}`)
      totals.failed += Math.max(1, unmet.size)
    }
    if (trouble !== null || values.console) say(machine.console().replace(/^/gm, '  | '))
  } finally {
    for (const why of await stopAll(stopMs, { 'the machine': machine })) say(why)
    forget()
    bundle?.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}

try {
  await run()
} catch (error) {
  if (error instanceof Unavailable) {
    for (const name of unmet) say(`skipped: ${name}: ${error.message}`)
    totals.skipped += unmet.size
  } else {
    say(`FAILED ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    totals.failed += Math.max(1, unmet.size)
  }
}
runner.end(totals.failed === 0)
