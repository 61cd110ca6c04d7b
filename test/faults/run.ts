/**
 * `npm run -s test:faults -- [--seed N] [--points N] [--only TEXT] [--list]`: the engine is killed at every write to
 * database, disk, printer and window, and the printer fails at every step; after the restart paper and ledger must
 * agree.
 */
import { parseArgs } from 'node:util'
import { diskCases, Unavailable } from './disk.ts'
import { startRun } from '../support/runner.ts'
import { createDice, sampleGroups } from './dice.ts'
import { buildEngines } from './engines.ts'
import { printerCases } from './printer-faults.ts'
import { scenarios } from './scenarios.ts'
import { makeTemplate, type Template } from './template.ts'
import { tryPoint } from './trial.ts'

interface Case {
  readonly name: string
  /** Cases of one kind: a sample takes from every kind alike. */
  readonly kind: string
  readonly run: () => Promise<string[]>
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    points: { type: 'string', default: '240' },
    only: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32))
const atOnce = 3
const fewest = 200

/** Points that two recordings agree on: what depends on timing alone is not a point. */
async function crashCases(template: Template): Promise<Case[]> {
  const cases: Case[] = []
  for (const scenario of scenarios) {
    const [first, second] = await Promise.all([
      tryPoint(template, scenario, null, seed),
      tryPoint(template, scenario, null, seed),
    ])
    if (first.wrong.length + second.wrong.length > 0) {
      cases.push({
        name: `${scenario.name}, without any crash`,
        kind: scenario.name,
        run: () => Promise.resolve([...first.wrong, ...second.wrong]),
      })
      continue
    }
    const both = new Set(second.points)
    for (const point of new Set(first.points))
      if (both.has(point))
        cases.push({
          name: `${scenario.name}: kill -9 at ${point}`,
          kind: `${scenario.name} ${point.split(' ', 2).join(' ')}`,
          run: async () => (await tryPoint(template, scenario, point, seed)).wrong,
        })
  }
  return cases
}

/** Longest from the end of one case to the end of another, ms; some minutes' patience for a busy computer. */
const caseMs = 300_000
let passed = 0
let failed = 0
let skipped = 0
const run = startRun(
  'test:faults',
  (more) => `${passed} passed, ${failed + more} failed, ${skipped} skipped; seed ${seed}`,
)
run.at('the engines and a kiosk to copy', caseMs)
const engines = await buildEngines()
const template = await makeTemplate(engines)
try {
  run.at('every scenario without a crash', 2 * caseMs)
  const crashes = await crashCases(template)
  process.stdout.write(`${crashes.length} distinct crash points\n`)
  const chosen = sampleGroups(createDice(seed, 'points'), crashes, ({ kind }) => kind, Number(values.points)).filter(
    ({ name }) => values.only === undefined || name.includes(values.only),
  )
  if (crashes.length < fewest) {
    failed += 1
    process.stdout.write(`FAILED fewer than ${fewest} crash points\n`)
  }
  const others = [...diskCases(template, seed), ...printerCases(template, seed)].filter(
    ({ name }) => values.only === undefined || name.includes(values.only),
  )
  const queue: { name: string; run: () => Promise<string[]> }[] = [...others, ...chosen]
  const open = new Set<string>()
  const worker = async () => {
    for (;;) {
      const next = queue.shift()
      if (next === undefined) return
      open.add(next.name)
      run.at([...open].join(' | '), caseMs)
      if (values.list) process.stdout.write(`${next.name}\n`)
      const wrong = await next
        .run()
        .catch((error: unknown): string[] | Unavailable => (error instanceof Unavailable ? error : [String(error)]))
      open.delete(next.name)
      if (wrong instanceof Unavailable) {
        skipped += 1
        process.stdout.write(`skipped: ${next.name}: ${wrong.message}\n`)
      } else if (wrong.length === 0) passed += 1
      else {
        failed += 1
        process.stdout.write(`FAILED ${next.name}\n${wrong.map((line) => `  ${line}\n`).join('')}`)
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
} finally {
  template.remove()
  engines.remove()
}
run.end(failed === 0)
