/** Keeps figures: `docs/figures.md` has a line for each run that was asked to be recorded, oldest first. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Figure } from './figure.ts'

const page = fileURLToPath(new URL('../../docs/figures.md', import.meta.url))
const head = `# Figures

Each line is one run of \`npm run -s bench -- NAME --record\`: the day, the sources, the machine, then every figure as
\`name value unit (ratio to its baseline)\`; a figure that missed its target has an exclamation mark. Figures of two machines
do not compare; ratios do.

`

interface Machine {
  readonly cpu: string
  readonly cores: number
}

export function recordFigures(figures: readonly Figure[], { cpu, cores }: Machine): void {
  if (!existsSync(page)) writeFileSync(page, head)
  const sources = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  const day = new Date().toISOString().slice(0, 10)
  const said = figures.map(({ name, value, unit, ratio, ok }) => `${name} ${value} ${unit} (${ratio})${ok ? '' : '!'}`)
  appendFileSync(page, `- ${day}, ${sources}, ${cores} x ${cpu}: ${said.join('; ')}\n`)
}
