/** `npm run -s bench -- NAME [--json]`: measures one area beside its baseline in the same run, and prints one JSON object. */
import { cpus, release, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { consoleFigures } from './console.ts'
import { engineFigures } from './engine.ts'
import { fleetFigures } from './fleet.ts'
import { hpkeFigures } from './hpke.ts'
import { releaseFigures } from './release.ts'
import { readersFigures } from './readers.ts'
import { syncFigures } from './sync.ts'
import { uiFigures } from './ui.ts'
import type { Figure } from './figure.ts'

const areas: Readonly<Record<string, () => Promise<Figure[]>>> = {
  engine: engineFigures,
  console: consoleFigures,
  sync: syncFigures,
  fleet: fleetFigures,
  hpke: hpkeFigures,
  release: releaseFigures,
  readers: readersFigures,
  ui: uiFigures,
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
})
const area = areas[positionals[0] ?? '']
if (area === undefined) {
  process.stderr.write(`usage: npm run -s bench -- ${Object.keys(areas).join('|')} [--json]\n`)
  process.exit(2)
}
const figures = await area()
const machine = {
  cpu: cpus()[0]?.model ?? '',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  kernel: release(),
}
if (values.json) process.stdout.write(`${JSON.stringify({ figures, machine })}\n`)
else
  for (const f of figures)
    process.stdout.write(
      `${f.name}: ${f.value} ${f.unit} (${f.baseline.name}: ${f.baseline.value} ${f.unit}, ratio ${f.ratio}, target ${f.target}) ${f.ok ? 'ok' : 'MISSED'}\n`,
    )
process.exitCode = figures.every((figure) => figure.ok) ? 0 : 1
