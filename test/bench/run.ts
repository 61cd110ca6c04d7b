/**
 * `npm run -s bench -- NAME|all [--json] [--record] [--quick]`: measures an area beside its baseline in the same run.
 * Each area runs in a process of its own and within a limit; it fails on a hang, an exception, or a figure that is
 * missing.
 */
import { fork } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import type { z } from 'zod'
import { areas, isArea, type Area } from './areas.ts'
import { Figure } from './figure.ts'
import { recordFigures } from './record.ts'
import { quickVariable } from './size.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    /** The process that measures; it prints figures as JSON and nothing else. */
    measure: { type: 'boolean', default: false },
  },
})
const names = Object.keys(areas).filter(isArea)
const asked = positionals[0] ?? ''
if (positionals.length !== 1 || !(asked === 'all' || isArea(asked))) {
  process.stderr.write(`usage: npm run -s bench -- ${names.join('|')}|all [--json] [--record] [--quick]\n`)
  process.exit(2)
}

/** Longest that one area may take, ms. */
const limitMs = values.quick ? 90_000 : 45 * 60_000

type Outcome = { readonly figures: readonly z.infer<typeof Figure>[] } | { readonly failure: string }

/** The area in a process of its own. */
function measured(area: Area): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = fork(import.meta.filename, [area, '--measure'], {
      execArgv: ['--no-warnings'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...(values.quick ? { [quickVariable]: '1' } : {}) },
    })
    let figures: readonly z.infer<typeof Figure>[] = []
    const late = setTimeout(() => {
      child.kill('SIGKILL')
      resolve({ failure: `not done within ${limitMs / 1000} s` })
    }, limitMs)
    child.on('message', (message) => {
      figures = Figure.array().parse(message)
    })
    child.once('exit', (code, signal) => {
      clearTimeout(late)
      const missing = areas[area].figures.filter(
        (name) => !figures.some((figure) => figure.name === name && Number.isFinite(figure.value)),
      )
      if (code !== 0) resolve({ failure: `ended with ${String(code ?? signal)}` })
      else if (missing.length > 0) resolve({ failure: `no figure ${missing.join(', ')}` })
      else resolve({ figures })
    })
  })
}

if (values.measure && isArea(asked)) {
  const figures = await areas[asked].measure()
  await new Promise((resolve) => process.send?.(figures, resolve))
  process.exit()
}

const figures: z.infer<typeof Figure>[] = []
const failures: string[] = []
for (const area of asked === 'all' ? names : [asked]) {
  if (!isArea(area)) continue
  const outcome = await measured(area)
  if ('failure' in outcome) {
    failures.push(`${area}: ${outcome.failure}`)
    process.stderr.write(`FAILED bench ${area}: ${outcome.failure}\n`)
  } else figures.push(...outcome.figures)
}
const machine = {
  cpu: cpus()[0]?.model ?? '',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  kernel: release(),
}
if (values.json) process.stdout.write(`${JSON.stringify({ figures, machine, failures })}\n`)
else
  for (const f of figures)
    process.stdout.write(
      `${f.name}: ${f.value} ${f.unit} (${f.baseline.name}: ${f.baseline.value} ${f.unit}, ratio ${f.ratio}, ` +
        `target ${f.target}) ${f.ok ? 'ok' : 'MISSED'}\n`,
    )
// Small sizes say nothing about speed: they are never kept.
if (values.record && !values.quick && failures.length === 0) recordFigures(figures, machine)
process.exit(failures.length > 0 || (!values.quick && figures.some(({ ok }) => !ok)) ? 1 : 0)
